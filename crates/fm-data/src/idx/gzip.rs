//! Gzip data (RFC 1952) of one or more members, inflated as it is read, with the position of
//! whatever is wrong.

use std::io::{self, BufRead, Chain, Cursor, ErrorKind, Read};

use flate2::bufread::GzDecoder;

use super::error::IdxErrorKind;

/// The inflated bytes of all members.
pub(crate) struct Gunzip<R: BufRead> {
    /// The member being inflated; none after the last.
    member: Option<GzDecoder<Counted<R>>>,
    /// Compressed bytes consumed, at the last look.
    pub(crate) consumed: u64,
    inflated: u64,
}

impl<R: BufRead> Gunzip<R> {
    pub(crate) fn new(input: Counted<R>) -> Self {
        Self {
            member: Some(GzDecoder::new(input)),
            consumed: 0,
            inflated: 0,
        }
    }

    /// Inflates into `out` and says how many bytes: zero only at the end of the last member, or for
    /// an empty `out`. At the end of each member its checksum is compared.
    pub(crate) fn read(&mut self, out: &mut [u8]) -> Result<usize, IdxErrorKind> {
        while let Some(member) = &mut self.member
            && !out.is_empty()
        {
            let read = member.read(out);
            self.consumed = member.get_ref().consumed;
            match read {
                Ok(0) => self.next_member()?,
                Ok(n) => {
                    self.inflated += n as u64;
                    return Ok(n);
                }
                Err(error) => return Err(self.fault(error)),
            }
        }
        Ok(0)
    }

    /// Goes on to the next member, as concatenated files and bgzip have them, or ends.
    fn next_member(&mut self) -> Result<(), IdxErrorKind> {
        let Some(member) = self.member.take() else {
            return Ok(());
        };
        let mut input = member.into_inner();
        let offset = input.consumed;
        match input.fill_buf() {
            Ok([]) => {}
            Ok([0x1f, ..]) => self.member = Some(GzDecoder::new(input)),
            Ok(_) => {
                let reason = "other bytes follow it".to_owned();
                return Err(IdxErrorKind::GzipDamaged { offset, reason });
            }
            Err(source) => return Err(IdxErrorKind::Read { offset, source }),
        }
        Ok(())
    }

    fn fault(&self, error: io::Error) -> IdxErrorKind {
        let offset = self.consumed;
        match error.kind() {
            ErrorKind::UnexpectedEof => IdxErrorKind::GzipCutShort {
                offset,
                inflated: self.inflated,
            },
            ErrorKind::InvalidInput | ErrorKind::InvalidData => IdxErrorKind::GzipDamaged {
                offset,
                reason: error.to_string(),
            },
            _ => IdxErrorKind::Read {
                offset,
                source: error,
            },
        }
    }
}

/// The input with its position. Interrupted reads are repeated.
pub(crate) struct Counted<R> {
    inner: Chain<Cursor<Vec<u8>>, R>,
    /// Bytes consumed.
    pub(crate) consumed: u64,
}

impl<R: BufRead> Counted<R> {
    /// `head`, which was read before to look at it, and the rest.
    pub(crate) fn new(head: &[u8], rest: R) -> Self {
        Self {
            inner: Cursor::new(head.to_vec()).chain(rest),
            consumed: 0,
        }
    }
}

impl<R: BufRead> Read for Counted<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = uninterrupted(|| self.inner.read(out))?;
        self.consumed += n as u64;
        Ok(n)
    }
}

impl<R: BufRead> BufRead for Counted<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        // The second call returns what the first has buffered.
        match uninterrupted(|| self.inner.fill_buf().map(<[u8]>::len))? {
            0 => Ok(&[]),
            _ => self.inner.fill_buf(),
        }
    }

    fn consume(&mut self, n: usize) {
        self.consumed += n as u64;
        self.inner.consume(n);
    }
}

fn uninterrupted<T>(mut read: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match read() {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

//! Gzip data (RFC 1952) of one or more members, inflated as it is read, with the position of
//! whatever is wrong.

use std::io::{self, BufRead, Chain, Cursor, ErrorKind, Read};

use flate2::Crc;
use flate2::bufread::{DeflateDecoder, GzDecoder};

use super::error::IdxErrorKind;

/// Who makes sure that the inflated bytes are right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Check {
    /// The gzip data's own CRC-32.
    Crc,
    /// The caller, by a stronger checksum of the file. The CRC-32 would be a tenth of the time.
    Caller,
}

/// The inflated bytes of all members.
pub(crate) struct Gunzip<R: BufRead> {
    /// The member being inflated; none after the last.
    member: Option<DeflateDecoder<Counted<R>>>,
    /// CRC-32 of what was inflated of this member, where it is compared.
    crc: Option<Crc>,
    /// Compressed bytes consumed, at the last look.
    pub(crate) consumed: u64,
    inflated: u64,
}

impl<R: BufRead> Gunzip<R> {
    /// Reads the first member's header.
    pub(crate) fn new(input: Counted<R>, check: Check) -> Result<Self, IdxErrorKind> {
        let mut gunzip = Self {
            member: None,
            crc: (check == Check::Crc).then(Crc::new),
            consumed: 0,
            inflated: 0,
        };
        gunzip.begin(input)?;
        Ok(gunzip)
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
                Ok(0) => self.end()?,
                Ok(n) => {
                    self.inflated += n as u64;
                    if let Some(crc) = &mut self.crc {
                        crc.update(&out[..n]);
                    }
                    return Ok(n);
                }
                Err(error) => return Err(self.fault(error)),
            }
        }
        Ok(0)
    }

    /// Reads a member's header, with the decoder that also compares the checksum.
    fn begin(&mut self, input: Counted<R>) -> Result<(), IdxErrorKind> {
        let mut member = GzDecoder::new(input);
        let read = match member.header() {
            Some(_) => Ok(0),
            None => member.read(&mut [0]),
        };
        self.consumed = member.get_ref().consumed;
        read.map_err(|error| self.fault(error))?;
        self.member = Some(DeflateDecoder::new(member.into_inner()));
        Ok(())
    }

    /// Compares the member's checksum and length, and goes on to the next one, as concatenated
    /// files and bgzip have them.
    fn end(&mut self) -> Result<(), IdxErrorKind> {
        let Some(member) = self.member.take() else {
            return Ok(());
        };
        // RFC 1952: the length modulo 2^32.
        let length = member.total_out() as u32;
        let mut input = member.into_inner();
        let (mut crc, mut expected) = ([0; 4], [0; 4]);
        let read = input.read_exact(&mut crc);
        let read = read.and_then(|()| input.read_exact(&mut expected));
        self.consumed = input.consumed;
        read.map_err(|error| self.fault(error))?;
        let found = self.crc.as_mut().map(std::mem::take);
        let crc = u32::from_le_bytes(crc);
        if u32::from_le_bytes(expected) != length || found.is_some_and(|found| found.sum() != crc) {
            return Err(self.damaged("its checksum does not match"));
        }
        match input.fill_buf() {
            Ok([]) => Ok(()),
            Ok([0x1f, ..]) => self.begin(input),
            Ok(_) => Err(self.damaged("other bytes follow it")),
            Err(error) => Err(self.fault(error)),
        }
    }

    fn damaged(&self, reason: impl Into<String>) -> IdxErrorKind {
        IdxErrorKind::GzipDamaged {
            offset: self.consumed,
            reason: reason.into(),
        }
    }

    fn fault(&self, error: io::Error) -> IdxErrorKind {
        let offset = self.consumed;
        match error.kind() {
            ErrorKind::UnexpectedEof => IdxErrorKind::GzipCutShort {
                offset,
                inflated: self.inflated,
            },
            ErrorKind::InvalidInput | ErrorKind::InvalidData => self.damaged(error.to_string()),
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

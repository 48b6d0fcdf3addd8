//! Gzip data (RFC 1952) of one or more members, inflated as it is read, with the position of
//! whatever is wrong.

use std::io::{self, BufRead, ErrorKind, Read};

use flate2::{Crc, Decompress, FlushDecompress, Status};

use super::error::IdxErrorKind;
use crate::content::GZIP;

/// Header flags of RFC 1952, section 2.3.1.
const HEADER_CRC: u8 = 1 << 1;
const EXTRA: u8 = 1 << 2;
const NAME: u8 = 1 << 3;
const COMMENT: u8 = 1 << 4;
const RESERVED: u8 = 0b1110_0000;

/// Who makes sure that the inflated bytes are right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Check {
    /// The gzip data's own CRC-32.
    Crc,
    /// The caller, by a stronger hash of the file.
    Caller,
}

/// The inflated bytes of all members.
pub(crate) struct Gunzip<R> {
    input: Counted<R>,
    inflate: Decompress,
    /// CRC-32 of what was inflated of this member, where it is compared.
    crc: Option<Crc>,
    /// Bytes inflated of this member, and of those before it.
    in_member: u64,
    before: u64,
    /// Bytes that there should be in all, once that is known; for the message only.
    pub(crate) expected: Option<u64>,
    ended: bool,
}

impl<R: BufRead> Gunzip<R> {
    /// Reads the first member's header.
    pub(crate) fn new(input: Counted<R>, check: Check) -> Result<Self, IdxErrorKind> {
        let mut gunzip = Self {
            input,
            inflate: Decompress::new(false),
            crc: (check == Check::Crc).then(Crc::new),
            in_member: 0,
            before: 0,
            expected: None,
            ended: false,
        };
        gunzip.header()?;
        Ok(gunzip)
    }

    pub(crate) fn input(&self) -> &Counted<R> {
        &self.input
    }

    /// Inflates into `out` and says how many bytes: zero only at the end of the last member, or for
    /// an empty `out`. At the end of each member its checksum is compared.
    pub(crate) fn read(&mut self, out: &mut [u8]) -> Result<usize, IdxErrorKind> {
        while !self.ended && !out.is_empty() {
            let offset = self.input.consumed;
            let input = match self.input.fill_buf() {
                Ok(input) => input,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(source) => return Err(IdxErrorKind::Read { offset, source }),
            };
            let at_end = input.is_empty();
            let (before_in, before_out) = (self.inflate.total_in(), self.inflate.total_out());
            let status = self.inflate.decompress(input, out, FlushDecompress::None);
            // Both differences are at most the lengths of the slices.
            self.input
                .consume((self.inflate.total_in() - before_in) as usize);
            let produced = (self.inflate.total_out() - before_out) as usize;
            self.in_member += produced as u64;
            if let Some(crc) = &mut self.crc {
                crc.update(&out[..produced]);
            }
            match status {
                Err(_) => return Err(self.damaged("the deflate data is corrupt")),
                Ok(Status::StreamEnd) => {
                    self.trailer()?;
                    self.next_member()?;
                }
                Ok(Status::Ok | Status::BufError) if produced == 0 && at_end => {
                    return Err(self.cut_short());
                }
                Ok(Status::Ok | Status::BufError) => {}
            }
            if produced > 0 {
                return Ok(produced);
            }
        }
        Ok(0)
    }

    /// Goes on to the next member, as concatenated files and bgzip have them, or ends.
    fn next_member(&mut self) -> Result<(), IdxErrorKind> {
        let offset = self.input.consumed;
        let mut next = [0; 2];
        let got = fill_from(&mut self.input, &mut next)
            .map_err(|source| IdxErrorKind::Read { offset, source })?;
        match got {
            0 => self.ended = true,
            2 if next == GZIP => {
                self.input.put_back(&next);
                self.inflate.reset(false);
                if let Some(crc) = &mut self.crc {
                    crc.reset();
                }
                self.before += std::mem::take(&mut self.in_member);
                self.header()?;
            }
            _ => return Err(IdxErrorKind::GzipTrailing { offset }),
        }
        Ok(())
    }

    fn header(&mut self) -> Result<(), IdxErrorKind> {
        let [_, _, method, flags, ..] = self.bytes::<10>()?;
        if method != 8 {
            return Err(self.damaged("its compression method is not deflate"));
        }
        if flags & RESERVED != 0 {
            return Err(self.damaged("its header has unknown flags"));
        }
        if flags & EXTRA != 0 {
            for _ in 0..u16::from_le_bytes(self.bytes()?) {
                self.bytes::<1>()?;
            }
        }
        for flag in [NAME, COMMENT] {
            if flags & flag != 0 {
                while self.bytes()? != [0] {}
            }
        }
        if flags & HEADER_CRC != 0 {
            self.bytes::<2>()?;
        }
        Ok(())
    }

    fn trailer(&mut self) -> Result<(), IdxErrorKind> {
        let crc = u32::from_le_bytes(self.bytes()?);
        let length = u32::from_le_bytes(self.bytes()?);
        if self.crc.as_ref().is_some_and(|found| found.sum() != crc) {
            return Err(self.damaged("its CRC-32 does not match"));
        }
        // RFC 1952: the length modulo 2^32.
        if self.in_member as u32 != length {
            return Err(self.damaged("its length does not match"));
        }
        Ok(())
    }

    fn bytes<const N: usize>(&mut self) -> Result<[u8; N], IdxErrorKind> {
        let mut bytes = [0; N];
        let offset = self.input.consumed;
        let got = fill_from(&mut self.input, &mut bytes)
            .map_err(|source| IdxErrorKind::Read { offset, source })?;
        if got < N {
            Err(self.cut_short())
        } else {
            Ok(bytes)
        }
    }

    fn cut_short(&self) -> IdxErrorKind {
        let (offset, inflated) = (self.input.consumed, self.before + self.in_member);
        IdxErrorKind::GzipCutShort {
            offset,
            inflated,
            expected: self.expected,
        }
    }

    fn damaged(&self, reason: &'static str) -> IdxErrorKind {
        IdxErrorKind::GzipDamaged {
            offset: self.input.consumed,
            reason,
        }
    }
}

/// Fills as much of `out` as there is data for.
pub(crate) fn fill_from(input: &mut impl Read, out: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < out.len() {
        match input.read(&mut out[filled..]) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// The input with its position, and two bytes put back after a look at them.
pub(crate) struct Counted<R> {
    inner: R,
    /// The bytes put back stand at the end of this, as many as are left of them.
    back: [u8; 2],
    back_left: usize,
    /// Bytes consumed.
    pub(crate) consumed: u64,
}

impl<R: BufRead> Counted<R> {
    pub(crate) fn new(inner: R) -> Self {
        Self {
            inner,
            back: [0; 2],
            back_left: 0,
            consumed: 0,
        }
    }

    /// Puts back the last bytes read, two at most.
    pub(crate) fn put_back(&mut self, head: &[u8]) {
        self.back[2 - head.len()..].copy_from_slice(head);
        self.back_left = head.len();
        self.consumed -= head.len() as u64;
    }
}

impl<R: BufRead> Read for Counted<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = if self.back_left > 0 {
            (&self.back[2 - self.back_left..]).read(out)?
        } else {
            self.inner.read(out)?
        };
        self.back_left = self.back_left.saturating_sub(n);
        self.consumed += n as u64;
        Ok(n)
    }
}

impl<R: BufRead> BufRead for Counted<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.back_left > 0 {
            return Ok(&self.back[2 - self.back_left..]);
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, n: usize) {
        self.consumed += n as u64;
        if self.back_left > 0 {
            self.back_left -= n;
        } else {
            self.inner.consume(n);
        }
    }
}

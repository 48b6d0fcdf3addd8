//! The reading core: one pass, memory in proportion to the bytes received.

use std::io::{self, BufRead, Chain, Cursor, ErrorKind, Read};

use flate2::Crc;
use flate2::bufread::{DeflateDecoder, GzDecoder};

use super::Element;
use super::error::IdxErrorKind;
use super::header::Header;
use crate::content::GZIP;

// What gzip data may inflate to. Deflate reaches at most 1032 to 1, and image files 2 to 10. Memory
// is never reserved ahead of the data, so small inputs take little memory whatever their headers
// say; the limits are for large ones.

/// Inflated bytes that are allowed at any ratio.
const FREE: u64 = 1 << 30;
/// Inflated bytes allowed for each compressed byte beyond those.
const RATIO: u64 = 200;
/// Inflated bytes that are never exceeded.
const MOST: u64 = 16 << 30;

/// IDX data being read: its header, then its elements.
pub(crate) struct Decoder<R: BufRead> {
    stream: Stream<R>,
    pub(crate) header: Header,
    /// Bytes of the whole input, where they are known.
    len: Option<u64>,
}

impl<R: BufRead> Decoder<R> {
    /// Recognises gzip by its first two bytes, reads the header and checks it against `len`,
    /// the bytes of the whole input where they are known. `check` is whether CRC-32s of gzip data
    /// are compared, a tenth of the time: a caller may have a stronger checksum.
    pub(crate) fn new(input: R, len: Option<u64>, check: bool) -> Result<Self, IdxErrorKind> {
        let mut stream = Stream::new(input, check)?;
        let header = Header::read(|out| stream.fill_some(out))?;
        let expected = header.total_bytes();
        if let (Some(found), Inner::Plain(_)) = (len, &stream.inner) {
            if found < expected {
                return Err(IdxErrorKind::TooShort { expected, found });
            }
            if found > expected {
                return Err(IdxErrorKind::TooLong { expected });
            }
        }
        Ok(Self {
            stream,
            header,
            len,
        })
    }

    /// All elements; afterwards nothing is left of the input, or it is an error.
    pub(crate) fn elements<T: Element>(&mut self) -> Result<Vec<T>, IdxErrorKind> {
        /// Bytes asked for at a time: long enough to make the calls cheap, short enough that the
        /// zeros written first are still in cache when the data replaces them.
        const STEP: usize = 512 * 1024;
        let expected = self.header.total_bytes();
        // Addressable: `Header::new` sees to it.
        let n = self.header.elements() * self.header.element.size();
        let mut bytes = Vec::new();
        while bytes.len() < n {
            self.grow(&mut bytes, n)?;
            let start = bytes.len();
            bytes.resize(bytes.capacity().min(n).min(start.saturating_add(STEP)), 0);
            let out = &mut bytes[start..];
            if self.stream.fill_some(out)? < out.len() {
                let found = self.stream.position;
                return Err(IdxErrorKind::TooShort { expected, found });
            }
        }
        // For gzip data this also compares its checksums.
        if self.stream.fill_some(&mut [0])? > 0 {
            return Err(IdxErrorKind::TooLong { expected });
        }
        T::from_be(bytes).map_err(|_| IdxErrorKind::OutOfMemory { bytes: n as u64 })
    }

    /// Makes room for at least one more byte, never beyond `n`, and never for much more than the
    /// input has shown to be there: at first what may be reserved, then twice what has arrived.
    fn grow(&self, out: &mut Vec<u8>, n: usize) -> Result<(), IdxErrorKind> {
        if out.len() < out.capacity() {
            return Ok(());
        }
        let first = match (self.len, &self.stream.inner) {
            // The header was compared with the length: the data is there.
            (Some(len), Inner::Plain(_)) => len,
            // Images inflate 2 to 10 times: one allocation for those, growth for the rest.
            (Some(len), Inner::Gzip(_)) => len.saturating_mul(10),
            (None, _) => 4 * 1024,
        };
        let first = usize::try_from(first).unwrap_or(usize::MAX);
        let target = n.min(first.max(out.len().saturating_mul(2)).max(1024));
        let bytes = target as u64;
        if let Inner::Gzip(_) = self.stream.inner {
            may_inflate(bytes, self.stream.consumed(), self.stream.position)?;
        }
        out.try_reserve_exact(target - out.len())
            .map_err(|_| IdxErrorKind::OutOfMemory { bytes })?;
        crate::memory::prefer_large_pages(out);
        Ok(())
    }
}

/// Whether memory for `data_bytes` may be had after the first `compressed` bytes of gzip data gave
/// `inflated`.
fn may_inflate(data_bytes: u64, compressed: u64, inflated: u64) -> Result<(), IdxErrorKind> {
    let above_ratio = inflated > compressed.saturating_mul(RATIO);
    if data_bytes > MOST || (data_bytes > FREE && above_ratio) {
        return Err(IdxErrorKind::GzipBomb {
            compressed,
            inflated,
        });
    }
    Ok(())
}

/// The bytes of the IDX file, inflated if need be.
struct Stream<R: BufRead> {
    inner: Inner<R>,
    /// Bytes handed out.
    position: u64,
}

enum Inner<R: BufRead> {
    Plain(Counted<R>),
    Gzip(Box<Gunzip<R>>),
}

impl<R: BufRead> Stream<R> {
    fn new(mut input: R, check: bool) -> Result<Self, IdxErrorKind> {
        let mut head = Vec::new();
        let read = input.by_ref().take(2).read_to_end(&mut head);
        read.map_err(|source| IdxErrorKind::Read { offset: 0, source })?;
        let is_gzip = head == GZIP;
        let input = Counted {
            inner: Cursor::new(head).chain(input),
            consumed: 0,
        };
        let position = 0;
        if !is_gzip {
            let inner = Inner::Plain(input);
            return Ok(Self { inner, position });
        }
        let (member, crc) = (None, check.then(Crc::new));
        let mut gzip = Gunzip {
            member,
            crc,
            consumed: 0,
        };
        let begun = gzip.begin(input);
        let inner = Inner::Gzip(Box::new(gzip));
        let stream = Self { inner, position };
        begun.map_err(|error| stream.fault(error))?;
        Ok(stream)
    }

    /// Bytes of the input that were read.
    fn consumed(&self) -> u64 {
        match &self.inner {
            Inner::Plain(plain) => plain.consumed,
            Inner::Gzip(gzip) => gzip.consumed,
        }
    }

    /// Fills as much of `out` as there is data for, and says how much that is.
    fn fill_some(&mut self, out: &mut [u8]) -> Result<usize, IdxErrorKind> {
        let mut filled = 0;
        while filled < out.len() {
            let read = match &mut self.inner {
                Inner::Plain(plain) => plain.read(&mut out[filled..]),
                Inner::Gzip(gzip) => gzip.read(&mut out[filled..]),
            };
            let n = read.map_err(|error| self.fault(error))?;
            if n == 0 {
                break;
            }
            filled += n;
            self.position += n as u64;
        }
        Ok(filled)
    }

    fn fault(&self, source: io::Error) -> IdxErrorKind {
        let offset = self.consumed();
        match (&self.inner, source.kind()) {
            (Inner::Gzip(_), ErrorKind::UnexpectedEof) => IdxErrorKind::GzipCutShort {
                offset,
                inflated: self.position,
            },
            (Inner::Gzip(_), ErrorKind::InvalidInput | ErrorKind::InvalidData) => {
                let reason = source.to_string();
                IdxErrorKind::GzipDamaged { offset, reason }
            }
            _ => IdxErrorKind::Read { offset, source },
        }
    }
}

/// Gzip data (RFC 1952) of one or more members, as bgzip and concatenated files have them.
struct Gunzip<R: BufRead> {
    /// The member being inflated; none after the last.
    member: Option<DeflateDecoder<Counted<R>>>,
    /// CRC-32 of what was inflated of this member, where it is compared.
    crc: Option<Crc>,
    /// Compressed bytes consumed.
    consumed: u64,
}

impl<R: BufRead> Gunzip<R> {
    /// Reads a member's header, with the decoder that would also compare the checksum.
    fn begin(&mut self, input: Counted<R>) -> io::Result<()> {
        let mut member = GzDecoder::new(input);
        let read = match member.header() {
            Some(_) => Ok(0),
            None => member.read(&mut [0]),
        };
        self.consumed = member.get_ref().consumed;
        read?;
        self.member = Some(DeflateDecoder::new(member.into_inner()));
        Ok(())
    }

    /// Inflates into `out`, which is not empty. At the end of each member its checksum and length
    /// are compared; 0 at the end of the last.
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while let Some(mut member) = self.member.take() {
            let read = member.read(out);
            self.consumed = member.get_ref().consumed;
            let n = read?;
            if n > 0 {
                self.member = Some(member);
                self.crc.iter_mut().for_each(|crc| crc.update(&out[..n]));
                return Ok(n);
            }
            // RFC 1952: the length modulo 2^32.
            let length = (member.total_out() as u32).to_le_bytes();
            let mut input = member.into_inner();
            let mut trailer = [0; 8];
            let read = input.read_exact(&mut trailer);
            self.consumed = input.consumed;
            read?;
            let crc = self.crc.as_mut().map(std::mem::take);
            let crc = crc.map(|crc| crc.sum().to_le_bytes());
            let damaged = |reason| Err(io::Error::new(ErrorKind::InvalidData, reason));
            if trailer[4..] != length || crc.is_some_and(|crc| trailer[..4] != crc) {
                return damaged("its checksum does not match");
            }
            match input.fill_buf()? {
                [] => {}
                [0x1f, ..] => self.begin(input)?,
                _ => return damaged("other bytes follow it"),
            }
        }
        Ok(0)
    }
}

/// The input with its position. Interrupted reads are repeated: the inflater does not do that.
struct Counted<R> {
    /// What was read before to look at it, and the rest.
    inner: Chain<Cursor<Vec<u8>>, R>,
    /// Bytes consumed.
    consumed: u64,
}

impl<R: BufRead> Read for Counted<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let n = self.fill_buf()?.read(out)?;
        self.consume(n);
        Ok(n)
    }
}

impl<R: BufRead> BufRead for Counted<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        loop {
            match self.inner.fill_buf().map(<[u8]>::len) {
                Ok(0) => return Ok(&[]),
                // Returns what the first call has buffered.
                Ok(_) => return self.inner.fill_buf(),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn consume(&mut self, n: usize) {
        self.consumed += n as u64;
        self.inner.consume(n);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As a function, because reaching the limits takes a gibibyte of memory.
    #[test]
    fn gzip_data_is_limited_by_ratio_and_size() {
        assert!(may_inflate(FREE, 1, FREE).is_ok(), "any ratio");
        assert!(may_inflate(FREE + 1, 1000, 200_000).is_ok());
        let error = may_inflate(FREE + 1, 1000, 200_001).unwrap_err();
        let words = "1000 compressed bytes inflate to 200001";
        assert!(error.to_string().contains(words), "{error}");
        assert!(may_inflate(MOST, MOST, MOST).is_ok());
        assert!(may_inflate(MOST + 1, MOST, MOST).is_err());
    }
}

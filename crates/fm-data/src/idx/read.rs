//! The reading core: one pass, memory in proportion to the bytes received.

use std::io::{self, BufRead, ErrorKind, Read};

use flate2::bufread::MultiGzDecoder;

use super::IdxArray;
use super::error::IdxErrorKind;
use super::header::Header;
use crate::content::GZIP;

// What gzip data may inflate to. Deflate reaches at most 1032 to 1, and image files 2 to 10. Memory
// is never reserved far ahead of the data, so small inputs take little memory whatever their
// headers say; the limits are for large ones.

/// Inflated bytes that are allowed at any ratio.
const FREE: u64 = 1 << 30;
/// Inflated bytes allowed for each compressed byte beyond those.
const RATIO: u64 = 200;
/// Inflated bytes that are never exceeded.
const MOST: u64 = 16 << 30;

/// IDX data being read: its header, then its elements.
pub(super) struct Decoder<R> {
    stream: Stream<R>,
    pub(super) header: Header,
    /// Bytes of the whole input, where they are known.
    len: Option<u64>,
}

impl<R: BufRead> Decoder<R> {
    /// Recognises gzip by its first byte, reads the header and checks it against `len`, the bytes
    /// of the whole input where they are known.
    pub(super) fn new(input: R, len: Option<u64>) -> Result<Self, IdxErrorKind> {
        let mut stream = Stream::new(input)?;
        let header = Header::read(|head, bytes| stream.append(head, bytes))?;
        let expected = header.total_bytes();
        match (len, &stream.inner) {
            (Some(found), Inner::Plain(_)) if found < expected => {
                return Err(IdxErrorKind::TooShort { expected, found });
            }
            (Some(found), Inner::Plain(_)) if found > expected => {
                return Err(IdxErrorKind::TooLong { expected });
            }
            _ => {}
        }
        Ok(Self {
            stream,
            header,
            len,
        })
    }

    /// All elements; afterwards nothing is left of the input, or it is an error.
    pub(super) fn array(mut self) -> Result<IdxArray, IdxErrorKind> {
        let expected = self.header.total_bytes();
        let n = self.header.data_bytes();
        let mut bytes = Vec::new();
        while bytes.len() < n {
            self.grow(&mut bytes, n)?;
            let end = bytes.capacity().min(n);
            let wanted = end - bytes.len();
            self.stream.append(&mut bytes, wanted)?;
            if bytes.len() < end {
                let found = self.stream.position;
                return Err(IdxErrorKind::TooShort { expected, found });
            }
        }
        // For gzip data this also compares its checksum.
        self.stream.append(&mut bytes, 1)?;
        if bytes.len() > n {
            return Err(IdxErrorKind::TooLong { expected });
        }
        let header = self.header;
        Ok(IdxArray { header, bytes })
    }

    /// Makes room for at least one more byte, never beyond `n`, and never for much more than the
    /// input has shown to be there: at first what may be reserved, then twice what has arrived.
    fn grow(&self, out: &mut Vec<u8>, n: usize) -> Result<(), IdxErrorKind> {
        // Plain data was compared with the length, and images inflate 2 to 10 times: one allocation
        // for those, growth for the rest.
        let first = self.len.map_or(4096, |len| len.saturating_mul(10));
        let first = usize::try_from(first).unwrap_or(usize::MAX);
        let target = n.min(first.max(out.len().saturating_mul(2)));
        if let Inner::Gzip(_) = self.stream.inner {
            let (compressed, inflated) = (self.stream.consumed(), self.stream.position);
            if is_bomb(target as u64, compressed, inflated) {
                return Err(IdxErrorKind::TooLarge(format!(
                    "gzip bomb refused: the first {compressed} compressed bytes inflate to \
                     {inflated}; the limits are 1 GiB at any ratio, 200 to 1 beyond that, and \
                     16 GiB in all"
                )));
            }
        }
        out.try_reserve_exact(target - out.len())
            .map_err(|_| IdxErrorKind::TooLarge(format!("no memory for {target} bytes of data")))?;
        crate::memory::prefer_large_pages(out);
        Ok(())
    }
}

/// Whether memory for `data_bytes` is refused after the first `compressed` bytes of gzip data gave
/// `inflated`.
fn is_bomb(data_bytes: u64, compressed: u64, inflated: u64) -> bool {
    let above_ratio = inflated > compressed.saturating_mul(RATIO);
    data_bytes > MOST || (data_bytes > FREE && above_ratio)
}

/// The bytes of the IDX file, inflated if need be.
struct Stream<R> {
    inner: Inner<R>,
    /// Bytes handed out.
    position: u64,
}

enum Inner<R> {
    Plain(Counted<R>),
    Gzip(Box<MultiGzDecoder<Counted<R>>>),
}

impl<R: BufRead> Stream<R> {
    fn new(input: R) -> Result<Self, IdxErrorKind> {
        let (consumed, position) = (0, 0);
        let mut input = Counted { input, consumed };
        let first = loop {
            match input.fill_buf() {
                Ok(bytes) => break bytes.first(),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(IdxErrorKind::io("read", error)),
            }
        };
        let inner = match first == Some(&GZIP[0]) {
            true => Inner::Gzip(Box::new(MultiGzDecoder::new(input))),
            false => Inner::Plain(input),
        };
        Ok(Self { inner, position })
    }

    /// Bytes of the input that were read.
    fn consumed(&self) -> u64 {
        match &self.inner {
            Inner::Plain(plain) => plain.consumed,
            Inner::Gzip(gzip) => gzip.get_ref().consumed,
        }
    }

    /// Appends `bytes` bytes, or those that are left.
    fn append(&mut self, out: &mut Vec<u8>, bytes: usize) -> Result<(), IdxErrorKind> {
        let (before, most) = (out.len(), bytes as u64);
        let read = match &mut self.inner {
            Inner::Plain(plain) => plain.take(most).read_to_end(out),
            Inner::Gzip(gzip) => gzip.take(most).read_to_end(out),
        };
        self.position += (out.len() - before) as u64;
        read.map_err(|error| self.fault(error))?;
        Ok(())
    }

    fn fault(&self, reason: io::Error) -> IdxErrorKind {
        let offset = self.consumed();
        match (&self.inner, reason.kind()) {
            (Inner::Gzip(_), ErrorKind::UnexpectedEof) => IdxErrorKind::GzipCutShort {
                offset,
                inflated: self.position,
            },
            (Inner::Gzip(_), ErrorKind::InvalidInput | ErrorKind::InvalidData) => {
                IdxErrorKind::GzipDamaged { offset, reason }
            }
            _ => IdxErrorKind::io(format!("read past byte {offset}"), reason),
        }
    }
}

/// The input with its position.
struct Counted<R> {
    input: R,
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
        self.input.fill_buf()
    }

    fn consume(&mut self, n: usize) {
        self.consumed += n as u64;
        self.input.consume(n);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As a function, because reaching the limits takes a gibibyte of memory.
    #[test]
    fn gzip_data_is_limited_by_ratio_and_size() {
        assert!(!is_bomb(FREE, 1, FREE), "any ratio");
        assert!(!is_bomb(FREE + 1, 1000, 200_000));
        assert!(is_bomb(FREE + 1, 1000, 200_001));
        assert!(!is_bomb(MOST, MOST, MOST));
        assert!(is_bomb(MOST + 1, MOST, MOST));
    }
}

//! The reading core: one pass, memory in proportion to the bytes received.

use std::io::{BufRead, ErrorKind, Read};

use super::codec::{Element, Source};
use super::error::IdxErrorKind;
use super::gzip::{Check, Counted, Gunzip, fill_from};
use super::header::Header;
use crate::content::GZIP;

/// What gzip data may inflate to. Deflate reaches at most 1032 to 1, and image files 2 to 10.
///
/// Memory is never reserved ahead of the data, so small inputs take little memory whatever their
/// headers say; the limit is for large ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GzipLimit {
    /// Inflated bytes that are allowed at any ratio. Default 1 GiB.
    pub free: u64,
    /// Inflated bytes allowed for each compressed byte beyond those. Default 200.
    pub ratio: u64,
    /// Inflated bytes that are never exceeded. Default 16 GiB.
    pub most: u64,
}

impl Default for GzipLimit {
    fn default() -> Self {
        Self {
            free: 1 << 30,
            ratio: 200,
            most: 16 << 30,
        }
    }
}

/// IDX data being read: its header, then its elements.
pub(crate) struct Decoder<R: BufRead> {
    stream: Stream<R>,
    header: Header,
    /// Bytes of the whole input, where they are known.
    len: Option<u64>,
    limit: GzipLimit,
}

impl<R: BufRead> Decoder<R> {
    /// Recognises gzip by its first two bytes, reads the header and checks it against `len`,
    /// the bytes of the whole input where they are known.
    pub(crate) fn new(
        input: R,
        len: Option<u64>,
        limit: GzipLimit,
        check: Check,
    ) -> Result<Self, IdxErrorKind> {
        let mut stream = Stream::new(input, check)?;
        let header = Header::read(|out| stream.fill_some(out))?;
        let expected = header.total_bytes();
        if let Inner::Gzip(gzip) = &mut stream.inner {
            gzip.expected = Some(expected);
        }
        match len {
            Some(found) if !stream.is_gzip() && found < expected => {
                return Err(IdxErrorKind::TooShort { expected, found });
            }
            Some(found) if !stream.is_gzip() && found > expected => {
                let found = Some(found);
                return Err(IdxErrorKind::TooLong { expected, found });
            }
            _ => {}
        }
        Ok(Self {
            stream,
            header,
            len,
            limit,
        })
    }

    pub(crate) fn header(&self) -> &Header {
        &self.header
    }

    /// All elements; afterwards nothing is left of the input, or it is an error.
    pub(crate) fn elements<T: Element>(mut self) -> Result<Vec<T>, IdxErrorKind> {
        let n = self.header.elements();
        let elements = T::read_all(&mut self, n)?;
        self.stream.finish(self.header.total_bytes())?;
        Ok(elements)
    }
}

impl<R: BufRead> Source for Decoder<R> {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), IdxErrorKind> {
        let got = self.stream.fill_some(out)?;
        if got < out.len() {
            return Err(IdxErrorKind::TooShort {
                expected: self.header.total_bytes(),
                found: self.stream.position,
            });
        }
        Ok(())
    }

    fn reservable(&self) -> u64 {
        /// Without a known length.
        const UNKNOWN: u64 = 4 * 1024;
        match (self.len, self.stream.is_gzip()) {
            // The header was compared with the length: the data is there.
            (Some(len), false) => len,
            // Images inflate 2 to 10 times: one allocation for those, growth for the rest.
            (Some(len), true) => len.saturating_mul(10),
            (None, _) => UNKNOWN,
        }
    }

    fn may_reach(&self, data_bytes: u64) -> Result<(), IdxErrorKind> {
        let Inner::Gzip(gzip) = &self.stream.inner else {
            return Ok(());
        };
        let (compressed, inflated) = (gzip.input().consumed, self.stream.position);
        let GzipLimit { free, ratio, most } = self.limit;
        if data_bytes > most {
            return Err(IdxErrorKind::GzipTooLarge { most });
        }
        if data_bytes > free && inflated > compressed.saturating_mul(ratio) {
            return Err(IdxErrorKind::GzipBomb {
                compressed,
                inflated,
                ratio,
            });
        }
        Ok(())
    }
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
    fn new(input: R, check: Check) -> Result<Self, IdxErrorKind> {
        let mut input = Counted::new(input);
        let mut head = [0; 2];
        let got = fill_from(&mut input, &mut head)
            .map_err(|source| IdxErrorKind::Read { offset: 0, source })?;
        input.put_back(&head[..got]);
        let inner = if got == 2 && head == GZIP {
            Inner::Gzip(Box::new(Gunzip::new(input, check)?))
        } else {
            Inner::Plain(input)
        };
        Ok(Self { inner, position: 0 })
    }

    fn is_gzip(&self) -> bool {
        matches!(self.inner, Inner::Gzip(_))
    }

    /// Fills as much of `out` as there is data for, and says how much that is.
    fn fill_some(&mut self, out: &mut [u8]) -> Result<usize, IdxErrorKind> {
        let mut filled = 0;
        while filled < out.len() {
            let rest = &mut out[filled..];
            let n = match &mut self.inner {
                Inner::Gzip(gzip) => gzip.read(rest)?,
                Inner::Plain(plain) => match plain.read(rest) {
                    Ok(n) => n,
                    Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                    Err(source) => {
                        return Err(IdxErrorKind::Read {
                            offset: plain.consumed,
                            source,
                        });
                    }
                },
            };
            if n == 0 {
                break;
            }
            filled += n;
            self.position += n as u64;
        }
        Ok(filled)
    }

    /// Makes sure that nothing follows; for gzip data this also compares its checksums.
    fn finish(&mut self, expected: u64) -> Result<(), IdxErrorKind> {
        if self.fill_some(&mut [0])? > 0 {
            return Err(IdxErrorKind::TooLong {
                expected,
                found: None,
            });
        }
        Ok(())
    }
}

//! The reading core: one pass, nothing allocated that the data has not earned.

use std::io::{self, BufRead, ErrorKind, Read};

use flate2::bufread::GzDecoder;

use super::error::IdxErrorKind;
use super::header::Header;

/// What gzip data may inflate to.
///
/// Up to `bytes` nothing is asked; beyond that, data that inflates more than `ratio` to 1 is
/// refused as a gzip bomb. The format itself allows about 1032 to 1, and image files reach 2 to 10;
/// the defaults are 32 MiB and 200 to 1. Raise them for large and nearly empty arrays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GzipLimit {
    /// Inflated bytes that are always allowed.
    pub bytes: u64,
    /// Inflated bytes allowed for each compressed byte beyond those.
    pub ratio: u64,
}

impl Default for GzipLimit {
    fn default() -> Self {
        Self {
            bytes: 32 << 20,
            ratio: 200,
        }
    }
}

/// Where the elements come from: fills slices whole and says how much memory it is good for.
pub trait Source {
    /// Fills all of `out`, or says why the data does not reach.
    fn fill(&mut self, out: &mut [u8]) -> Result<(), IdxErrorKind>;

    /// Data bytes for which memory may be reserved before they are seen.
    fn earned(&self) -> u64;

    /// Whether data may go on to this many bytes; the guard against gzip bombs.
    fn may_reach(&self, data_bytes: u64) -> Result<(), IdxErrorKind>;
}

/// Makes room for at least one more element, never beyond `n`, and never for much more than the
/// source has shown to be there: at first what it is good for, then twice what has arrived.
pub(crate) fn grow<T>(
    out: &mut Vec<T>,
    n: usize,
    source: &mut dyn Source,
) -> Result<(), IdxErrorKind> {
    if out.len() < out.capacity() {
        return Ok(());
    }
    let size = size_of::<T>() as u64;
    let earned = usize::try_from(source.earned() / size).unwrap_or(usize::MAX);
    let target = n.min(earned.max(out.len().saturating_mul(2)).max(1024));
    source.may_reach(target as u64 * size)?;
    out.try_reserve_exact(target - out.len())
        .map_err(|_| IdxErrorKind::OutOfMemory {
            bytes: target as u64 * size,
        })
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
    pub(crate) fn new(input: R, len: Option<u64>, limit: GzipLimit) -> Result<Self, IdxErrorKind> {
        let mut stream = Stream::new(input)?;
        let header = Header::read(|out| stream.fill_some(out))?;
        let expected = header.total_bytes();
        if let Some(found) = len {
            if !stream.is_gzip() {
                if found < expected {
                    return Err(IdxErrorKind::TooShort { expected, found });
                }
                if found > expected {
                    return Err(IdxErrorKind::TooLong {
                        expected,
                        found: Some(found),
                    });
                }
            } else if is_bomb(expected, found, limit) {
                return Err(bomb(expected, found, limit));
            }
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
    pub(crate) fn elements<T: super::Element>(mut self) -> Result<Vec<T>, IdxErrorKind> {
        let n = self.header.elements();
        let elements = T::read_all(&mut self, n)?;
        self.stream.finish(self.header.total_bytes())?;
        Ok(elements)
    }
}

impl<R: BufRead> Source for Decoder<R> {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), IdxErrorKind> {
        let wanted = out.len();
        let expected = self.header.total_bytes();
        let got = self.stream.fill_some(out).map_err(|kind| match kind {
            IdxErrorKind::GzipCutShort {
                offset, inflated, ..
            } => IdxErrorKind::GzipCutShort {
                offset,
                inflated,
                expected: Some(expected),
            },
            other => other,
        })?;
        if got < wanted {
            return Err(IdxErrorKind::TooShort {
                expected,
                found: self.stream.position,
            });
        }
        Ok(())
    }

    fn earned(&self) -> u64 {
        /// Without a known length, enough for small files in one go.
        const UNKNOWN: u64 = 64 * 1024;
        match (self.len, self.stream.is_gzip()) {
            // The header was compared with the length: the data is there.
            (Some(len), false) => len,
            // Images inflate 2 to 10 times: one allocation for those, growth for the rest.
            (Some(len), true) => len.saturating_mul(10).max(UNKNOWN),
            (None, _) => UNKNOWN,
        }
    }

    fn may_reach(&self, data_bytes: u64) -> Result<(), IdxErrorKind> {
        let Stream {
            inner: Inner::Gzip(gzip),
            ..
        } = &self.stream
        else {
            return Ok(());
        };
        // With a known length, the header was compared with it at the start.
        let compressed = self.len.unwrap_or(gzip.get_ref().consumed);
        if is_bomb(data_bytes, compressed, self.limit) {
            return Err(bomb(data_bytes, compressed, self.limit));
        }
        Ok(())
    }
}

fn is_bomb(inflated: u64, compressed: u64, limit: GzipLimit) -> bool {
    inflated > limit.bytes && inflated > compressed.saturating_mul(limit.ratio)
}

fn bomb(inflated: u64, compressed: u64, limit: GzipLimit) -> IdxErrorKind {
    IdxErrorKind::GzipBomb {
        compressed,
        inflated,
        ratio: limit.ratio,
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
    Gzip(Box<GzDecoder<Counted<R>>>),
}

impl<R: BufRead> Stream<R> {
    fn new(input: R) -> Result<Self, IdxErrorKind> {
        let mut input = Counted::new(input);
        let mut head = [0; 2];
        let got = fill_from(&mut input, &mut head)
            .map_err(|source| IdxErrorKind::Read { offset: 0, source })?;
        input.put_back(&head[..got]);
        let inner = if got == 2 && head == crate::sniff::GZIP {
            Inner::Gzip(Box::new(GzDecoder::new(input)))
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
            let read = match &mut self.inner {
                Inner::Plain(plain) => plain.read(&mut out[filled..]),
                Inner::Gzip(gzip) => gzip.read(&mut out[filled..]),
            };
            match read {
                Ok(0) => break,
                Ok(n) => {
                    filled += n;
                    self.position += n as u64;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(self.name(error)),
            }
        }
        Ok(filled)
    }

    /// Whose fault an error was: the input's or the gzip data's.
    fn name(&self, source: io::Error) -> IdxErrorKind {
        match &self.inner {
            Inner::Plain(plain) => IdxErrorKind::Read {
                offset: plain.consumed,
                source,
            },
            Inner::Gzip(gzip) => {
                let input = gzip.get_ref();
                let offset = input.consumed;
                if input.failed {
                    IdxErrorKind::Read { offset, source }
                } else if source.kind() == ErrorKind::UnexpectedEof {
                    let inflated = self.position;
                    IdxErrorKind::GzipCutShort {
                        offset,
                        inflated,
                        expected: None,
                    }
                } else {
                    IdxErrorKind::GzipDamaged { offset, source }
                }
            }
        }
    }

    /// Makes sure that nothing follows; for gzip this also compares its checksum.
    fn finish(&mut self, expected: u64) -> Result<(), IdxErrorKind> {
        if self.fill_some(&mut [0])? > 0 {
            return Err(IdxErrorKind::TooLong {
                expected,
                found: None,
            });
        }
        let Inner::Gzip(gzip) = &mut self.inner else {
            return Ok(());
        };
        let input = gzip.get_mut();
        let offset = input.consumed;
        let mut next = [0; 2];
        let got =
            fill_from(input, &mut next).map_err(|source| IdxErrorKind::Read { offset, source })?;
        match got {
            0 => Ok(()),
            2 if next == crate::sniff::GZIP => Err(IdxErrorKind::GzipSecondMember { offset }),
            _ => Err(IdxErrorKind::GzipTrailing { offset }),
        }
    }
}

/// Fills as much of `out` as there is data for.
fn fill_from(input: &mut impl Read, out: &mut [u8]) -> io::Result<usize> {
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

/// The input with its position, and the first bytes put back after a look at them.
struct Counted<R> {
    inner: R,
    /// The bytes put back, and how many are left of them.
    back: [u8; 2],
    back_left: usize,
    /// Bytes consumed.
    consumed: u64,
    /// Whether the input itself failed, as against what was made of it.
    failed: bool,
}

impl<R: BufRead> Counted<R> {
    fn new(inner: R) -> Self {
        Self {
            inner,
            back: [0; 2],
            back_left: 0,
            consumed: 0,
            failed: false,
        }
    }

    fn put_back(&mut self, head: &[u8]) {
        self.back[2 - head.len()..].copy_from_slice(head);
        self.back_left = head.len();
        self.consumed -= head.len() as u64;
    }
}

impl<R: BufRead> Read for Counted<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = if self.back_left > 0 {
            (&self.back[2 - self.back_left..]).read(out)
        } else {
            self.inner.read(out)
        };
        match read {
            Ok(n) => {
                self.back_left = self.back_left.saturating_sub(n);
                self.consumed += n as u64;
            }
            Err(ref error) => self.failed |= error.kind() != ErrorKind::Interrupted,
        }
        read
    }
}

impl<R: BufRead> BufRead for Counted<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.back_left > 0 {
            return Ok(&self.back[2 - self.back_left..]);
        }
        let failed = &mut self.failed;
        self.inner
            .fill_buf()
            .inspect_err(|error| *failed |= error.kind() != ErrorKind::Interrupted)
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

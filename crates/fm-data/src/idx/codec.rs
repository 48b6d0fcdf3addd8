//! How elements are read and written, whatever they are read from.

use super::ElementType;
use super::error::IdxErrorKind;

/// Where the elements come from: fills slices whole and says how much memory may be reserved.
pub trait Source {
    /// Fills all of `out`, or says why the data does not reach.
    fn fill(&mut self, out: &mut [u8]) -> Result<(), IdxErrorKind>;

    /// Data bytes for which memory may be reserved before they are read.
    fn reservable(&self) -> u64;

    /// Whether memory may be had for this many bytes; the guard against gzip bombs.
    fn may_reach(&self, data_bytes: u64) -> Result<(), IdxErrorKind>;
}

/// Makes room for at least one more element, never beyond `n`, and never for much more than the
/// source has shown to be there: at first what may be reserved, then twice what has arrived.
pub(crate) fn grow<T>(
    out: &mut Vec<T>,
    n: usize,
    source: &mut dyn Source,
) -> Result<(), IdxErrorKind> {
    if out.len() < out.capacity() {
        return Ok(());
    }
    let size = size_of::<T>() as u64;
    let first = usize::try_from(source.reservable() / size).unwrap_or(usize::MAX);
    let target = n.min(first.max(out.len().saturating_mul(2)).max(1024));
    source.may_reach(target as u64 * size)?;
    out.try_reserve_exact(target - out.len())
        .map_err(|_| IdxErrorKind::OutOfMemory {
            bytes: target as u64 * size,
        })?;
    crate::memory::prefer_large_pages(out);
    Ok(())
}

/// A Rust type that an IDX file can hold: `u8`, `i8`, `i16`, `i32`, `f32` or `f64`.
///
/// Sealed: IDX has these six and no others.
pub trait Element: inner::Codec + 'static {
    /// The type's place in the format.
    const TYPE: ElementType;
}

/// The byte order and the reading loop, kept out of the public trait.
mod inner {
    use super::{IdxErrorKind, Source, grow};

    /// Bytes converted at a time; small enough to stay in the first-level cache.
    const CHUNK: usize = 16 * 1024;

    pub trait Codec: Copy {
        /// Bytes of one element.
        const SIZE: usize;

        /// One element from its `SIZE` big-endian bytes.
        fn from_be(bytes: &[u8]) -> Self;

        /// Appends the element's big-endian bytes.
        fn put_be(self, out: &mut Vec<u8>);

        /// Reads `n` elements; memory grows only as data arrives.
        fn read_all(source: &mut dyn Source, n: usize) -> Result<Vec<Self>, IdxErrorKind> {
            let mut chunk = vec![0u8; CHUNK];
            let mut out = Vec::new();
            while out.len() < n {
                grow(&mut out, n, source)?;
                let room = out.capacity().min(n) - out.len();
                let bytes = &mut chunk[..room.min(CHUNK / Self::SIZE) * Self::SIZE];
                source.fill(bytes)?;
                out.extend(bytes.chunks_exact(Self::SIZE).map(Self::from_be));
            }
            Ok(out)
        }
    }

    impl Codec for u8 {
        const SIZE: usize = 1;

        fn from_be(bytes: &[u8]) -> Self {
            bytes[0]
        }

        fn put_be(self, out: &mut Vec<u8>) {
            out.push(self);
        }

        /// Inflates or reads straight into the final vector.
        fn read_all(source: &mut dyn Source, n: usize) -> Result<Vec<Self>, IdxErrorKind> {
            /// Bytes asked for at a time: long enough to make the calls cheap, short enough
            /// that the zeros written first are still in cache when the data replaces them.
            const STEP: usize = 512 * 1024;
            let mut out = Vec::new();
            while out.len() < n {
                grow(&mut out, n, source)?;
                let start = out.len();
                let end = out.capacity().min(n).min(start.saturating_add(STEP));
                out.resize(end, 0);
                source.fill(&mut out[start..])?;
            }
            Ok(out)
        }
    }

    macro_rules! codec {
        ($($type:ty),*) => {$(
            impl Codec for $type {
                const SIZE: usize = size_of::<$type>();

                fn from_be(bytes: &[u8]) -> Self {
                    let mut be = [0; size_of::<$type>()];
                    be.copy_from_slice(bytes);
                    Self::from_be_bytes(be)
                }

                fn put_be(self, out: &mut Vec<u8>) {
                    out.extend_from_slice(&self.to_be_bytes());
                }
            }
        )*};
    }
    codec!(i8, i16, i32, f32, f64);
}

macro_rules! element {
    ($($type:ty => $element:ident),*) => {$(
        impl Element for $type {
            const TYPE: ElementType = ElementType::$element;
        }
    )*};
}
element!(u8 => U8, i8 => I8, i16 => I16, i32 => I32, f32 => F32, f64 => F64);

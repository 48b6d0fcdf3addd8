//! The six element types of IDX and how each is read and written.

use std::fmt;

use super::error::IdxErrorKind;
use super::read::Source;

/// Type of the elements of an IDX file: the third byte of its header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ElementType {
    /// Unsigned byte, code `0x08`.
    U8,
    /// Signed byte, code `0x09`.
    I8,
    /// Signed 16-bit integer, code `0x0B`.
    I16,
    /// Signed 32-bit integer, code `0x0C`.
    I32,
    /// 32-bit IEEE float, code `0x0D`.
    F32,
    /// 64-bit IEEE float, code `0x0E`.
    F64,
}

impl ElementType {
    /// All six, in the order of their codes.
    pub const ALL: [Self; 6] = [
        Self::U8,
        Self::I8,
        Self::I16,
        Self::I32,
        Self::F32,
        Self::F64,
    ];

    /// The code in the header.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::U8 => 0x08,
            Self::I8 => 0x09,
            Self::I16 => 0x0B,
            Self::I32 => 0x0C,
            Self::F32 => 0x0D,
            Self::F64 => 0x0E,
        }
    }

    /// The type with this code in the header; `None` where IDX has none.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|element| element.code() == code)
    }

    /// Bytes of one element in the file.
    #[must_use]
    pub const fn size(self) -> usize {
        match self {
            Self::U8 | Self::I8 => 1,
            Self::I16 => 2,
            Self::I32 | Self::F32 => 4,
            Self::F64 => 8,
        }
    }
}

/// Rust's name of the type: `u8`, `i8`, `i16`, `i32`, `f32`, `f64`.
impl fmt::Display for ElementType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::U8 => "u8",
            Self::I8 => "i8",
            Self::I16 => "i16",
            Self::I32 => "i32",
            Self::F32 => "f32",
            Self::F64 => "f64",
        })
    }
}

/// A Rust type that an IDX file can hold: `u8`, `i8`, `i16`, `i32`, `f32` or `f64`.
///
/// Sealed: IDX has these six and no others.
pub trait Element: codec::Codec + 'static {
    /// The type's place in the format.
    const TYPE: ElementType;
}

/// The byte order and the reading loop, kept out of the public trait.
pub(crate) mod codec {
    use super::{IdxErrorKind, Source};

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
                super::super::read::grow(&mut out, n, source)?;
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
                super::super::read::grow(&mut out, n, source)?;
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

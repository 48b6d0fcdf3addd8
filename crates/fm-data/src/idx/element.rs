//! The six element types of IDX.

use std::collections::TryReserveError;
use std::fmt;

/// The highest rank that is read or written.
pub const MAX_RANK: usize = 8;

/// Type of the elements of an IDX file; its value is the third byte of the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum ElementType {
    /// Unsigned byte.
    U8 = 0x08,
    /// Signed byte.
    I8 = 0x09,
    /// Signed 16-bit integer.
    I16 = 0x0B,
    /// Signed 32-bit integer.
    I32 = 0x0C,
    /// 32-bit IEEE float.
    F32 = 0x0D,
    /// 64-bit IEEE float.
    F64 = 0x0E,
}

impl ElementType {
    /// The type with this code in the header; `None` where IDX has none.
    #[must_use]
    pub fn from_code(code: u8) -> Option<Self> {
        use ElementType::{F32, F64, I8, I16, I32, U8};
        let mut all = [U8, I8, I16, I32, F32, F64].into_iter();
        all.find(|element| *element as u8 == code)
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
        f.write_str(&format!("{self:?}").to_lowercase())
    }
}

/// A Rust type that an IDX file can hold: `u8`, `i8`, `i16`, `i32`, `f32` or `f64`.
///
/// Sealed: IDX has these six and no others.
pub trait Element: inner::BigEndian + 'static {
    /// The type's place in the format.
    const TYPE: ElementType;
}

/// The byte order, kept out of the public trait.
mod inner {
    use super::TryReserveError;

    pub trait BigEndian: Copy {
        /// The elements of big-endian bytes.
        fn from_be(bytes: Vec<u8>) -> Result<Vec<Self>, TryReserveError>;

        /// Appends the element's big-endian bytes.
        fn put_be(self, out: &mut Vec<u8>);
    }
}

impl Element for u8 {
    const TYPE: ElementType = ElementType::U8;
}

impl inner::BigEndian for u8 {
    fn from_be(bytes: Vec<u8>) -> Result<Vec<Self>, TryReserveError> {
        Ok(bytes)
    }

    fn put_be(self, out: &mut Vec<u8>) {
        out.push(self);
    }
}

macro_rules! element {
    ($($type:ty => $element:ident),*) => {$(
        impl Element for $type {
            const TYPE: ElementType = ElementType::$element;
        }

        impl inner::BigEndian for $type {
            fn from_be(bytes: Vec<u8>) -> Result<Vec<Self>, TryReserveError> {
                let (elements, _) = bytes.as_chunks();
                let mut out = Vec::new();
                out.try_reserve_exact(elements.len())?;
                out.extend(elements.iter().map(|&be| Self::from_be_bytes(be)));
                Ok(out)
            }

            fn put_be(self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.to_be_bytes());
            }
        }
    )*};
}
element!(i8 => I8, i16 => I16, i32 => I32, f32 => F32, f64 => F64);

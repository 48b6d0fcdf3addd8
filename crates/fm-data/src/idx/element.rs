//! The six element types of IDX.

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

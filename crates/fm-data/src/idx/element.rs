//! The six element types of IDX.

use std::any::Any;
use std::collections::TryReserveError;
use std::fmt;

/// Type of the elements of an IDX file; its value is the third byte of the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
#[allow(missing_docs, reason = "the names are those of Rust's types")]
pub enum ElementType {
    U8 = 0x08,
    I8 = 0x09,
    I16 = 0x0B,
    I32 = 0x0C,
    F32 = 0x0D,
    F64 = 0x0E,
}

impl ElementType {
    pub(super) const ALL: [Self; 6] = [
        Self::U8,
        Self::I8,
        Self::I16,
        Self::I32,
        Self::F32,
        Self::F64,
    ];

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

    /// The element with these bytes.
    pub(super) fn value(self, be: &[u8]) -> f64 {
        use inner::BigEndian;
        match self {
            Self::U8 => u8::get_be(be).into(),
            Self::I8 => i8::get_be(be).into(),
            Self::I16 => i16::get_be(be).into(),
            Self::I32 => i32::get_be(be).into(),
            Self::F32 => f32::get_be(be).into(),
            Self::F64 => f64::get_be(be),
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
    pub trait BigEndian: Copy {
        /// The element with these bytes.
        fn get_be(be: &[u8]) -> Self;

        /// Appends the element's bytes.
        fn put_be(self, out: &mut Vec<u8>);
    }
}

macro_rules! element {
    ($($type:ty => $element:ident),*) => {$(
        impl Element for $type {
            const TYPE: ElementType = ElementType::$element;
        }

        impl inner::BigEndian for $type {
            fn get_be(be: &[u8]) -> Self {
                be.try_into().map(Self::from_be_bytes).unwrap_or_default()
            }

            fn put_be(self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.to_be_bytes());
            }
        }
    )*};
}
element!(u8 => U8, i8 => I8, i16 => I16, i32 => I32, f32 => F32, f64 => F64);

/// The elements of big-endian bytes.
pub(super) fn elements<T: Element>(mut bytes: Vec<u8>) -> Result<Vec<T>, TryReserveError> {
    let any: &mut dyn Any = &mut bytes;
    if let Some(elements) = any.downcast_mut() {
        return Ok(std::mem::take(elements));
    }
    let elements = bytes.chunks_exact(T::TYPE.size());
    let mut out = Vec::new();
    out.try_reserve_exact(elements.len())?;
    out.extend(elements.map(T::get_be));
    Ok(out)
}

//! Arrays whose element type is known only once the file is open.

use ndarray::{ArrayD, ArrayViewD};

use super::{Element, ElementType};

/// An array of any of the six element types, as [`open_any`](super::open_any) returns it.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs, reason = "the variants are the six types")]
pub enum IdxArray {
    U8(ArrayD<u8>),
    I8(ArrayD<i8>),
    I16(ArrayD<i16>),
    I32(ArrayD<i32>),
    F32(ArrayD<f32>),
    F64(ArrayD<f64>),
}

/// Runs one expression for whichever type the array has.
macro_rules! each {
    ($array:expr, $inner:ident => $body:expr) => {
        match $array {
            IdxArray::U8($inner) => $body,
            IdxArray::I8($inner) => $body,
            IdxArray::I16($inner) => $body,
            IdxArray::I32($inner) => $body,
            IdxArray::F32($inner) => $body,
            IdxArray::F64($inner) => $body,
        }
    };
}
pub(crate) use each;

impl IdxArray {
    /// Type of the elements.
    #[must_use]
    pub fn element(&self) -> ElementType {
        fn of<T: Element>(_: &ArrayD<T>) -> ElementType {
            T::TYPE
        }
        each!(self, array => of(array))
    }

    /// The dimensions, slowest first.
    #[must_use]
    pub fn dims(&self) -> &[usize] {
        each!(self, array => array.shape())
    }

    /// The elements as `f64`, which holds each of the six types exactly.
    #[must_use]
    pub fn to_f64(&self) -> ArrayD<f64> {
        each!(self, array => array.mapv(f64::from))
    }

    /// The array itself if its elements are of type `T`, else `None`.
    #[must_use]
    pub fn view<T: Element>(&self) -> Option<ArrayViewD<'_, T>> {
        let any: &dyn std::any::Any = each!(self, array => array);
        any.downcast_ref::<ArrayD<T>>().map(|array| array.view())
    }
}

macro_rules! from_array {
    ($($type:ty => $variant:ident),*) => {$(
        impl From<ArrayD<$type>> for IdxArray {
            fn from(array: ArrayD<$type>) -> Self {
                Self::$variant(array)
            }
        }
    )*};
}
from_array!(u8 => U8, i8 => I8, i16 => I16, i32 => I32, f32 => F32, f64 => F64);

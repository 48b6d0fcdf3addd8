//! The linked OpenBLAS: its facts, its product, and the check that its results are right.

mod ffi;
mod guard;

pub(crate) use ffi::{library, product};
pub(crate) use guard::check;

//! The portable backend: the same bits on every machine.
//!
//! Each element of a product is made of chains of 128 fused multiply-adds over the inner index in
//! ascending order, the first from its start, and their sums are added up in order; what is added
//! to `C` is added once. Tiles, vectors and blocks decide when an element is computed,
//! never how, so none of them shows in the result.

mod peak;
mod pieces;
mod product;
mod vector;

pub use peak::peak_gflops;
pub(crate) use product::product;
#[cfg(any(feature = "openblas", feature = "openblas-static"))]
pub(crate) use vector::CHAIN;

//! The portable backend: the same bits on every machine.
//!
//! Each element of a product is made of chains of 128 fused multiply-adds over the inner index in
//! ascending order, the first from its start, and their sums are added up in order; what is added
//! to `C` is added once. Tiles, vectors, blocks and threads decide who computes an element and
//! when, never how, so none of them shows in the result.

mod level;
pub(crate) mod math;
mod peak;
mod prefetch;
mod product;
mod tile;
mod turned;
mod vector;

pub use level::{Job, Level, UnknownLevel};
pub use peak::peak_gflops;
pub use prefetch::prefetch_slice;
pub(crate) use product::product;
#[cfg(any(feature = "openblas", feature = "openblas-static"))]
pub(crate) use tile::CHAIN;
pub(crate) use turned::{product_transposed, suits};

#[cfg(test)]
mod tests;

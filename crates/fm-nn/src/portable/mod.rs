//! The portable backend: the same bits on every machine.
//!
//! Each element of a product is one chain of fused multiply-adds over the inner index in ascending
//! order, from its start. Tiles, vectors, blocks and threads decide who computes an element and
//! when, never how, so none of them shows in the result.

mod level;
pub(crate) mod math;
mod peak;
mod product;
mod tile;
mod vector;

pub use level::{Job, Level, UnknownLevel};
pub use peak::peak_gflops;
pub(crate) use product::product;

#[cfg(test)]
mod tests;

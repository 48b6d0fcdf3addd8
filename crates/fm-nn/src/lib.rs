//! Dense layers with freeze masks on two matrix-product backends.

mod blas;
mod engine;
mod error;
mod matrix;
pub mod portable;
mod product;

pub use engine::{Backend, Engine};
pub use error::EngineError;
pub use matrix::{LANES, Matrix};
pub use portable::Level;
pub use product::{Lhs, Out, Rhs, Shape, Start};

//! Dense layers with freeze masks on two matrix-product backends.

pub mod blas;
pub mod doctor;
mod engine;
mod error;
mod matrix;
mod portable;
mod product;

pub use engine::{Backend, Engine};
pub use error::{BlasFault, EngineError};
pub use matrix::{LANES, Matrix};
pub use portable::{Job, Level, UnknownLevel};
pub use product::{Lhs, Out, Rhs, Shape, Start};

//! The matrix product of dense layers, `C = start + A·B`, portable and through OpenBLAS.
//!
#![doc = include_str!("../README.md")]
//!
//! # What is where
//!
//! [`Engine::product`] is the product, on [`Matrix`] and [`Rows`]. [`elementwise`] and [`math`] are loops and
//! functions with the same bits at every [`Level`]. [`blas`] is the linked OpenBLAS and the choice of
//! its kernel; [`doctor`] tells what the machine can do. All `unsafe` code of networks is in this
//! crate.

pub mod blas;
pub mod doctor;
pub mod elementwise;
mod engine;
mod error;
mod level;
pub mod math;
mod matrix;
mod portable;
mod prefetch;
mod product;
mod rows;
mod transpose;

pub use engine::{Backend, Engine};
pub use error::EngineError;
pub use level::{Job, LEVEL, Level, UnknownLevel};
pub use matrix::{LANES, Matrix};
pub use portable::peak_gflops;
pub use prefetch::prefetch_slice;
pub use product::{Shape, Start};
pub use rows::Rows;
pub use transpose::Scratch;

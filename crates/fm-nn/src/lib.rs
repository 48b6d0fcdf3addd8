//! Dense layers with freeze masks, their losses, and models on disk.
//!
#![doc = include_str!("../README.md")]
//!
//! # What is where
//!
//! [`Network`] is a trunk of [`Dense`] layers under a head that gives logits; a [`Workspace`] holds
//! every buffer of a pass, so a step allocates nothing. [`Network::train_step`] and
//! [`Network::predict`] are the short way; training loops call [`Network::forward`],
//! [`Workspace::loss`] and [`Network::backward`], which passes each trainable layer's
//! gradient to an [`Update`], the optimizer. What is trainable is said by the [`FreezeMask`] of
//! each step. [`Model`] is a network with its metadata on disk, `tensors` are safetensors files.
//! Matrices and products are those of [`fm_matmul`].
#![forbid(unsafe_code)]

pub mod activation;
pub mod container;
mod dense;
mod dropout;
mod error;
mod freeze;
mod gradient;
mod init;
mod inputs;
mod loss;
mod model;
mod network;
mod pass;
mod step;
#[cfg(feature = "safetensors")]
pub mod tensors;
mod weights;
mod workspace;

pub use activation::Activation;
pub use container::{read_whole, write_whole};
pub use dense::Dense;
pub use dropout::Dropout;
pub use error::{FileError, NetworkError};
pub use fm_matmul::{
    Backend, Engine, EngineError, Job, LANES, LEVEL, Level, Matrix, Rows, Shape, blas, doctor,
    peak_gflops,
};
pub use freeze::{Freeze, FreezeMask, LayerMask, PartMask};
pub use gradient::{Descent, LayerGradient, Update};
pub use init::Init;
pub use inputs::Inputs;
pub use loss::{Loss, Objective};
pub use model::{Metadata, Model};
pub use network::{Network, TrunkSpec};
pub use workspace::Workspace;

//! Dense layers with freeze masks on two matrix-product backends.
//!
//! A [`Network`] is a trunk of [`Dense`] layers under a head that gives logits. A training step is
//! a forward pass, a [`Loss`] on the logits, and a backward pass that hands each trainable
//! layer's gradient to an [`Update`]; which layers are trainable is said by the [`FreezeMask`]
//! that the step is given. All buffers are in a [`Workspace`], so a step allocates nothing.
//!
//! ```
//! use fm_nn::{Activation, Dense, Engine, FreezeMask, Init, LayerGradient, Loss, Network};
//! use fm_nn::{Rows, Targets, TrunkSpec, Update, Workspace};
//! use rand_chacha::ChaCha8Rng;
//! use rand_chacha::rand_core::SeedableRng;
//!
//! struct Descend(f32);
//!
//! impl Update for Descend {
//!     fn update(&mut self, _: usize, layer: &mut Dense, gradient: LayerGradient<'_>) {
//!         gradient.descend(layer, self.0);
//!     }
//! }
//!
//! let spec = TrunkSpec {
//!     inputs: 2,
//!     hidden: vec![8],
//!     activation: Activation::Tanh,
//!     init: Init::GlorotUniform,
//! };
//! let mut rng = ChaCha8Rng::seed_from_u64(7);
//! let mut network = Network::new(spec.trunk(&mut rng), spec.head(1, &mut rng))?;
//!
//! let x = [0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0]; // four rows of two: exclusive or
//! let (x, y) = (Rows::of_slice(&x, 4, 2), Targets::Classes(&[0, 1, 1, 0]));
//! let mut workspace = Workspace::for_training(&network, Engine::portable(), 4);
//! let trunk = network.trunk()[0].clone();
//!
//! // Linear probe: with its trunk frozen the network cannot learn this ...
//! let loss = Loss::BinaryCrossEntropy;
//! for _ in 0..200 {
//!     network.forward(x, &mut workspace);
//!     workspace.loss_and_gradient(loss, y);
//!     network.backward(x, &mut workspace, &FreezeMask::trunk(2), &mut Descend(0.5));
//! }
//! assert_eq!(network.trunk()[0], trunk);
//!
//! // ... and with everything trainable it can.
//! for _ in 0..2000 {
//!     network.forward(x, &mut workspace);
//!     workspace.loss_and_gradient(loss, y);
//!     network.backward(x, &mut workspace, &FreezeMask::none(2), &mut Descend(0.5));
//! }
//! network.forward(x, &mut workspace);
//! assert!(workspace.loss(loss, y) / 4.0 < 0.1);
//! # Ok::<(), fm_nn::NetworkError>(())
//! ```

pub mod activation;
pub mod blas;
pub mod container;
mod dense;
pub mod doctor;
mod dropout;
mod elementwise;
mod engine;
mod error;
mod file;
mod freeze;
mod gradient;
mod init;
mod loss;
mod matrix;
mod model;
mod network;
mod objective;
mod pieces;
mod portable;
mod product;
mod summary;
mod team;
#[cfg(feature = "safetensors")]
pub mod tensors;
mod transpose;
mod weights;
mod workspace;

pub use activation::{Activation, UnknownActivation};
pub use dense::Dense;
pub use dropout::Dropout;
pub use engine::{Backend, Engine};
pub use error::{BlasFault, EngineError, FileError, NetworkError};
pub use file::{read_whole, write_whole};
pub use freeze::{FreezeMask, LayerMask, PartMask};
pub use gradient::{Gradients, LayerGradient, Update};
pub use init::Init;
pub use loss::{Loss, Targets};
pub use matrix::{LANES, Matrix};
pub use model::{Metadata, Model};
pub use network::{Network, TrunkSpec};
pub use objective::Objective;
pub use portable::{Job, Level, UnknownLevel, peak_gflops, prefetch_slice};
pub use product::{Lhs, Out, Rhs, Shape, Start};
pub use summary::{LayerSummary, Summary};
pub use workspace::{Rows, Workspace};

/// The README's example is run as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

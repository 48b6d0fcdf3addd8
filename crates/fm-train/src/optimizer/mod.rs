//! [`Optimizer`]: which optimizer, with which settings. Definitions and names are PyTorch's.
//!
//! The `weight_decay` of [`Sgd`], [`Adam`] and [`RmsProp`] is the L2 penalty: `λ·w` added to the
//! gradient is the gradient of `λ/2·‖w‖²` (Keras' `l2(λ/2)`), of weights and biases alike, so it
//! passes through momentum and the means of Adam; reported losses do not contain it. That of
//! [`AdamW`] is decoupled: it shrinks the parameters without passing through the means.

mod clip;
mod rule;
mod settings;
mod state;

pub use settings::{Adam, AdamW, Optimizer, RmsProp, Sgd};
pub use state::OptimizerState;
pub(crate) use state::SavedPart;

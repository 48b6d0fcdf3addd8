//! [`Optimizer`]: which optimizer, with which settings. Definitions and names are PyTorch's.
//!
//! The `weight_decay` of [`Sgd`], [`Adam`] and [`RmsProp`] *is* the L2 penalty: `λ·w` added to the
//! gradient is the gradient of `λ/2·‖w‖²` (Keras' `l2(λ/2)`), of weights and biases alike, so it
//! passes through momentum and the means of Adam; the losses that are reported do not contain it.
//! [`AdamW`]'s is decoupled: it shrinks the parameters and never meets the means.

mod clip;
mod rule;
mod saved;
mod settings;
mod state;

use serde::{Deserialize, Serialize};

use crate::error::TrainError;

pub(crate) use saved::SavedPart;
pub use settings::{Adam, AdamW, RmsProp, Sgd};
pub use state::OptimizerState;

/// An optimizer and its settings.
///
/// For an L2 penalty `λ/2·‖w‖²` set `weight_decay` to `λ` with [`Sgd`], [`Adam`] or [`RmsProp`];
/// with plain gradient descent that is the same as decoupled decay, with the others it is not
/// (Loshchilov and Hutter 2019), which is what [`AdamW`] is for.
///
/// In TOML the optimizer's name with its settings, of which only the learning rate is required:
/// `{ sgd = { lr = 1e-3, momentum = 0.9 } }`, `{ adamw = { lr = 1e-3 } }`.
///
/// ```
/// use fm_train::{Adam, Optimizer};
///
/// let optimizer = Optimizer::Adam(Adam { weight_decay: 1e-4, ..Adam::new(1e-3) });
/// assert_eq!((optimizer.name(), optimizer.lr()), ("adam", 1e-3));
/// optimizer.check()?;
/// # Ok::<(), fm_train::TrainError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Optimizer {
    /// Stochastic gradient descent.
    Sgd(Sgd),
    /// Adam, decay added to the gradient.
    Adam(Adam),
    /// Adam with decoupled decay.
    #[serde(rename = "adamw")]
    AdamW(AdamW),
    /// RMSprop.
    #[serde(rename = "rmsprop")]
    RmsProp(RmsProp),
}

impl Optimizer {
    /// The name in files.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Sgd(_) => "sgd",
            Self::Adam(_) => "adam",
            Self::AdamW(_) => "adamw",
            Self::RmsProp(_) => "rmsprop",
        }
    }

    /// The learning rate.
    pub fn lr(&self) -> f64 {
        match self {
            Self::Sgd(settings) => settings.lr,
            Self::Adam(settings) => settings.lr,
            Self::AdamW(settings) => settings.lr,
            Self::RmsProp(settings) => settings.lr,
        }
    }

    /// The same optimizer at another learning rate.
    #[must_use]
    pub fn with_lr(mut self, lr: f64) -> Self {
        match &mut self {
            Self::Sgd(settings) => settings.lr = lr,
            Self::Adam(settings) => settings.lr = lr,
            Self::AdamW(settings) => settings.lr = lr,
            Self::RmsProp(settings) => settings.lr = lr,
        }
        self
    }

    /// Checks every setting.
    ///
    /// # Errors
    /// [`TrainError::Setting`] names the one that cannot be.
    pub fn check(&self) -> Result<(), TrainError> {
        match self {
            Self::Sgd(settings) => settings.check(),
            Self::Adam(settings) => settings.check(),
            Self::AdamW(settings) => settings.check(),
            Self::RmsProp(settings) => settings.check(),
        }
    }
}

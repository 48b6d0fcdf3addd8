//! [`Optimizer`] and the settings of each, with defaults and allowed ranges.

use serde::{Deserialize, Serialize};

use crate::error::{TrainError, require};

const BETAS: [f64; 2] = [0.9, 0.999];
const EPS: f64 = 1e-8;
const ALPHA: f64 = 0.99;
const DECOUPLED_DECAY: f64 = 0.01;

/// An optimizer and its settings; each settings type converts into it.
///
/// For an L2 penalty `λ/2·‖w‖²` set `weight_decay` to `λ` with [`Sgd`], [`Adam`] or [`RmsProp`].
/// With plain gradient descent this equals decoupled decay; with the others it does not
/// (Loshchilov and Hutter 2019), which is why there is [`AdamW`]. An L2-regularised linear probe is
/// [`Sgd`] with `weight_decay` on a frozen trunk, over enough epochs to converge.
///
/// In TOML the optimizer's name with its settings, of which only the learning rate is required:
/// `{ sgd = { lr = 1e-3, momentum = 0.9 } }`, `{ adamw = { lr = 1e-3 } }`.
///
/// ```
/// use fm_train::{Adam, Optimizer};
///
/// let optimizer = Optimizer::from(Adam { weight_decay: 1e-4, ..Adam::new(1e-3) });
/// assert_eq!((optimizer.name(), optimizer.lr()), ("adam", 1e-3));
/// optimizer.check()?;
/// # Ok::<(), fm_train::TrainError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Optimizer {
    /// Stochastic gradient descent.
    Sgd(Sgd),
    /// Adam, with decay added to the gradient.
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

    /// The same optimizer with another learning rate.
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
    /// [`TrainError::Setting`] names the first that is out of range.
    pub fn check(&self) -> Result<(), TrainError> {
        match self {
            Self::Sgd(settings) => settings.check(),
            Self::Adam(settings) => settings.check(),
            Self::AdamW(settings) => settings.check(),
            Self::RmsProp(settings) => settings.check(),
        }
    }
}

macro_rules! optimizer_from {
    ($($settings:ident)*) => {
        $(impl From<$settings> for Optimizer {
            fn from(settings: $settings) -> Self {
                Self::$settings(settings)
            }
        })*
    };
}

optimizer_from!(Sgd Adam AdamW RmsProp);

/// `v ← momentum·v + (g + weight_decay·w)`, `w ← w − lr·v`; with Nesterov
/// `w ← w − lr·(g + weight_decay·w + momentum·v)` (Sutskever et al. 2013).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sgd {
    /// Learning rate, above 0.
    pub lr: f64,
    /// Momentum, from 0 (the default) to below 1.
    #[serde(default)]
    pub momentum: f64,
    /// Nesterov momentum; off by default.
    #[serde(default)]
    pub nesterov: bool,
    /// L2 decay added to the gradient, 0 by default.
    #[serde(default)]
    pub weight_decay: f64,
}

impl Sgd {
    /// Plain gradient descent, without momentum and decay.
    pub fn plain(lr: f64) -> Self {
        Self {
            lr,
            momentum: 0.0,
            nesterov: false,
            weight_decay: 0.0,
        }
    }

    pub(super) fn check(&self) -> Result<(), TrainError> {
        positive("lr", self.lr)?;
        fraction("momentum", self.momentum)?;
        let valid = !self.nesterov || self.momentum != 0.0;
        require("momentum", "above 0 with nesterov", self.momentum, valid)?;
        not_negative("weight_decay", self.weight_decay)
    }
}

/// `g ← g + weight_decay·w`, `m ← β₁·m + (1 − β₁)·g`, `v ← β₂·v + (1 − β₂)·g²`, and at step `t`
/// `w ← w − lr·m̂ / (√v̂ + eps)` of `m̂ = m/(1 − β₁ᵗ)`, `v̂ = v/(1 − β₂ᵗ)` (Kingma and Ba 2015).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Adam {
    /// Learning rate, above 0.
    pub lr: f64,
    /// β₁ and β₂, each from 0 to below 1; 0.9 and 0.999 by default.
    #[serde(default = "betas")]
    pub betas: [f64; 2],
    /// Added to the root to avoid division by zero, above 0; 1e-8 by default.
    #[serde(default = "eps")]
    pub eps: f64,
    /// L2 decay added to the gradient, 0 by default.
    #[serde(default)]
    pub weight_decay: f64,
}

impl Adam {
    /// Adam with its defaults.
    pub fn new(lr: f64) -> Self {
        Self {
            lr,
            betas: BETAS,
            eps: EPS,
            weight_decay: 0.0,
        }
    }

    pub(super) fn check(&self) -> Result<(), TrainError> {
        positive("lr", self.lr)?;
        self.betas
            .iter()
            .try_for_each(|&beta| fraction("betas", beta))?;
        positive("eps", self.eps)?;
        not_negative("weight_decay", self.weight_decay)
    }
}

/// `w ← w − lr·weight_decay·w`, then [`Adam`]'s step on the gradient alone: decoupled decay
/// (Loshchilov and Hutter 2019).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdamW {
    /// Learning rate, above 0.
    pub lr: f64,
    /// β₁ and β₂, each from 0 to below 1; 0.9 and 0.999 by default.
    #[serde(default = "betas")]
    pub betas: [f64; 2],
    /// Added to the root to avoid division by zero, above 0; 1e-8 by default.
    #[serde(default = "eps")]
    pub eps: f64,
    /// Decoupled decay, 0.01 by default.
    #[serde(default = "decoupled_decay")]
    pub weight_decay: f64,
}

impl AdamW {
    /// AdamW with its defaults.
    pub fn new(lr: f64) -> Self {
        Self {
            lr,
            betas: BETAS,
            eps: EPS,
            weight_decay: DECOUPLED_DECAY,
        }
    }

    /// The step after the decay.
    pub(super) fn adam(&self) -> Adam {
        Adam {
            lr: self.lr,
            betas: self.betas,
            eps: self.eps,
            weight_decay: 0.0,
        }
    }

    pub(super) fn check(&self) -> Result<(), TrainError> {
        self.adam().check()?;
        not_negative("weight_decay", self.weight_decay)
    }
}

/// `g ← g + weight_decay·w`, `v ← alpha·v + (1 − alpha)·g²`, `w ← w − lr·g / (√v + eps)`
/// (Tieleman and Hinton 2012).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RmsProp {
    /// Learning rate, above 0.
    pub lr: f64,
    /// Smoothing constant of the mean square, from 0 to below 1; 0.99 by default.
    #[serde(default = "alpha")]
    pub alpha: f64,
    /// Added to the root to avoid division by zero, above 0; 1e-8 by default.
    #[serde(default = "eps")]
    pub eps: f64,
    /// L2 decay added to the gradient, 0 by default.
    #[serde(default)]
    pub weight_decay: f64,
}

impl RmsProp {
    /// RMSprop with its defaults.
    pub fn new(lr: f64) -> Self {
        Self {
            lr,
            alpha: ALPHA,
            eps: EPS,
            weight_decay: 0.0,
        }
    }

    pub(super) fn check(&self) -> Result<(), TrainError> {
        positive("lr", self.lr)?;
        fraction("alpha", self.alpha)?;
        positive("eps", self.eps)?;
        not_negative("weight_decay", self.weight_decay)
    }
}

fn betas() -> [f64; 2] {
    BETAS
}

fn eps() -> f64 {
    EPS
}

fn alpha() -> f64 {
    ALPHA
}

fn decoupled_decay() -> f64 {
    DECOUPLED_DECAY
}

/// Above zero also as f32, in which steps are computed.
fn positive(name: &'static str, value: f64) -> Result<(), TrainError> {
    let valid = value as f32 > 0.0 && (value as f32).is_finite();
    require(
        name,
        "above 0, and finite, in single precision",
        value,
        valid,
    )
}

fn not_negative(name: &'static str, value: f64) -> Result<(), TrainError> {
    let valid = value >= 0.0 && (value as f32).is_finite();
    require(name, "0 or more, and finite", value, valid)
}

/// Below one also as f32: 0.99999999 would become 1, and the mean would never change.
fn fraction(name: &'static str, value: f64) -> Result<(), TrainError> {
    let valid = value >= 0.0 && (value as f32) < 1.0;
    require(name, "from 0 to below 1", value, valid)
}

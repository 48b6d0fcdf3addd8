//! [`Optimizer`] and the settings of each, with defaults and allowed ranges.

use serde::{Deserialize, Serialize};

use crate::error::{Range, TrainError, require};

fn betas() -> [f64; 2] {
    [0.9, 0.999]
}

fn eps() -> f64 {
    1e-8
}

fn alpha() -> f64 {
    0.99
}

fn decoupled_decay() -> f64 {
    0.01
}

/// An optimizer and its settings; each settings type converts into it.
///
/// For an L2 penalty `λ/2·‖w‖²` (Keras' `l2(λ/2)`) of weights and biases set `weight_decay` to `λ`
/// with [`Sgd`], [`Adam`] or [`RmsProp`]; reported losses do not contain it. With plain gradient
/// descent this equals decoupled decay; with the others it does not (Loshchilov and Hutter 2019),
/// which is why there is [`AdamW`].
///
/// In TOML the optimizer's name with its settings, of which only the learning rate is required:
/// `{ sgd = { lr = 1e-3, momentum = 0.9 } }`, `{ adamw = { lr = 1e-3 } }`.
///
/// ```
/// use fm_train::{Adam, Optimizer};
///
/// let optimizer = Optimizer::from(Adam { weight_decay: 1e-4, ..Adam::new(1e-3) });
/// assert_eq!((optimizer.name(), optimizer.lr()), ("adam", 1e-3));
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
    pub fn lr(mut self) -> f64 {
        *self.lr_mut()
    }

    /// The same optimizer with another learning rate.
    #[must_use]
    pub fn with_lr(mut self, lr: f64) -> Self {
        *self.lr_mut() = lr;
        self
    }

    fn lr_mut(&mut self) -> &mut f64 {
        match self {
            Self::Sgd(settings) => &mut settings.lr,
            Self::Adam(settings) => &mut settings.lr,
            Self::AdamW(settings) => &mut settings.lr,
            Self::RmsProp(settings) => &mut settings.lr,
        }
    }

    /// Returns an error for the first setting that is out of range.
    pub(crate) fn check(&self) -> Result<(), TrainError> {
        let moments = |betas: [f64; 2]| betas.map(|beta| ("betas", beta)).to_vec();
        let (fractions, eps, weight_decay) = match self {
            Self::Sgd(sgd) => {
                let valid = !sgd.nesterov || sgd.momentum != 0.0;
                require("momentum", "above 0 with nesterov", sgd.momentum, valid)?;
                (vec![("momentum", sgd.momentum)], 1.0, sgd.weight_decay)
            }
            Self::Adam(adam) => (moments(adam.betas), adam.eps, adam.weight_decay),
            Self::AdamW(adamw) => (moments(adamw.betas), adamw.eps, adamw.weight_decay),
            Self::RmsProp(rms) => (vec![("alpha", rms.alpha)], rms.eps, rms.weight_decay),
        };
        POSITIVE.check("lr", self.lr())?;
        for (name, fraction) in fractions {
            FRACTION.check(name, fraction)?;
        }
        POSITIVE.check("eps", eps)?;
        Range::FROM_0.check("weight_decay", weight_decay)
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
            betas: betas(),
            eps: eps(),
            weight_decay: 0.0,
        }
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
            betas: betas(),
            eps: eps(),
            weight_decay: decoupled_decay(),
        }
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
            alpha: alpha(),
            eps: eps(),
            weight_decay: 0.0,
        }
    }
}

/// Above 0 and finite also as f32, in which steps are computed.
const POSITIVE: Range = Range("above 0, and finite in single precision", |x| {
    x as f32 > 0.0 && (x as f32).is_finite()
});

/// Below 1 also as f32: 0.99999999 would become 1, and the mean would never change.
const FRACTION: Range = Range("from 0 to below 1", |x| x >= 0.0 && (x as f32) < 1.0);

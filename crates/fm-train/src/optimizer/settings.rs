//! The settings of each optimizer, their defaults, and what they must keep to.

use serde::{Deserialize, Serialize};

use crate::error::{TrainError, require};

const BETAS: [f64; 2] = [0.9, 0.999];
const EPS: f64 = 1e-8;
const ALPHA: f64 = 0.99;
const DECOUPLED_DECAY: f64 = 0.01;

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
    /// Nesterov's momentum; off by default.
    #[serde(default)]
    pub nesterov: bool,
    /// L2 decay added to the gradient, 0 by default.
    #[serde(default)]
    pub weight_decay: f64,
}

impl Sgd {
    /// Plain gradient descent.
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
        let fine = !self.nesterov || self.momentum != 0.0;
        require("momentum", "above 0 with nesterov", self.momentum, fine)?;
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
    /// Added to the root so that nothing is divided by zero, above 0; 1e-8 by default.
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
    /// Added to the root so that nothing is divided by zero, above 0; 1e-8 by default.
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

    /// The step that follows the decay.
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
    /// How much of the mean square is kept at a step, from 0 to below 1; 0.99 by default.
    #[serde(default = "alpha")]
    pub alpha: f64,
    /// Added to the root so that nothing is divided by zero, above 0; 1e-8 by default.
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

/// Above zero as f32 too, which is what steps are computed in.
fn positive(name: &'static str, value: f64) -> Result<(), TrainError> {
    let fine = value as f32 > 0.0 && (value as f32).is_finite();
    require(name, "a number above 0 in single precision", value, fine)
}

fn not_negative(name: &'static str, value: f64) -> Result<(), TrainError> {
    let fine = value >= 0.0 && (value as f32).is_finite();
    require(name, "a number from 0 on", value, fine)
}

/// Below one as f32 too: 0.99999999 would be 1, and nothing would ever be forgotten.
fn fraction(name: &'static str, value: f64) -> Result<(), TrainError> {
    let fine = value >= 0.0 && (value as f32) < 1.0;
    require(name, "from 0 to below 1", value, fine)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Optimizer;

    #[test]
    fn what_cannot_be_is_refused_by_its_key() {
        let adam = Adam::new(0.1);
        let rms = RmsProp::new(0.1);
        let sgd = Sgd::plain(0.1);
        let cases = [
            ("lr", Optimizer::Sgd(Sgd::plain(0.0))),
            ("lr", Optimizer::Adam(Adam::new(1e-60))),
            ("lr", Optimizer::AdamW(AdamW::new(f64::NAN))),
            ("lr", Optimizer::RmsProp(RmsProp::new(f64::INFINITY))),
            (
                "momentum",
                Optimizer::Sgd(Sgd {
                    momentum: 1.0,
                    ..sgd
                }),
            ),
            (
                "momentum",
                Optimizer::Sgd(Sgd {
                    nesterov: true,
                    ..sgd
                }),
            ),
            (
                "betas",
                Optimizer::Adam(Adam {
                    betas: [0.9, 1.0],
                    ..adam
                }),
            ),
            (
                "betas",
                Optimizer::Adam(Adam {
                    betas: [0.999_999_999_9, 0.9],
                    ..adam
                }),
            ),
            ("eps", Optimizer::Adam(Adam { eps: 0.0, ..adam })),
            ("eps", Optimizer::RmsProp(RmsProp { eps: 1e-60, ..rms })),
            ("alpha", Optimizer::RmsProp(RmsProp { alpha: -0.1, ..rms })),
            (
                "weight_decay",
                Optimizer::AdamW(AdamW {
                    weight_decay: -1.0,
                    ..AdamW::new(0.1)
                }),
            ),
        ];
        for (key, optimizer) in cases {
            match optimizer.check() {
                Err(TrainError::Setting { name, .. }) => assert_eq!(name, key, "{optimizer:?}"),
                other => panic!("{optimizer:?}: {other:?}"),
            }
        }
        for optimizer in [
            Optimizer::Sgd(sgd),
            Optimizer::Adam(adam),
            Optimizer::AdamW(AdamW::new(0.1)),
            Optimizer::RmsProp(rms),
        ] {
            assert_eq!(optimizer.check(), Ok(()));
        }
    }
}

//! Activations, applied and differentiated in place over slices.

use std::fmt;
use std::str::FromStr;

use fm_matmul::elementwise::{map, zip};
use fm_matmul::{Level, math};
use serde::{Deserialize, Serialize};

use crate::error::NetworkError;

/// `λ` of SELU (Klambauer et al. 2017, equation 14).
pub const SELU_SCALE: f32 = 1.050_701;
/// `α` of SELU (Klambauer et al. 2017, equation 14).
pub const SELU_ALPHA: f32 = 1.673_263_2;
/// Slope of leaky ReLU below zero, as PyTorch has it (Keras: 0.3).
pub const LEAKY_SLOPE: f32 = 0.01;

/// The function between two layers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// `x`.
    Identity,
    /// `λx` above zero, `λα(eˣ − 1)` below: scaled exponential linear unit.
    Selu,
    /// `max(x, 0)`.
    Relu,
    /// `x` above zero, `eˣ − 1` below.
    Elu,
    /// `x` above zero, `0.01x` below.
    LeakyRelu,
    /// Hyperbolic tangent.
    Tanh,
    /// `1 / (1 + e⁻ˣ)`.
    Sigmoid,
    /// `x·Φ(x)` with the exact normal distribution function (not the tanh approximation).
    Gelu,
}

impl Activation {
    /// Every activation; a model file has the number of its place here, so that none moves.
    pub const ALL: [Self; 8] = [
        Self::Identity,
        Self::Selu,
        Self::Relu,
        Self::Elu,
        Self::LeakyRelu,
        Self::Tanh,
        Self::Sigmoid,
        Self::Gelu,
    ];

    /// Its name in files and on the command line: `leaky_relu`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Selu => "selu",
            Self::Relu => "relu",
            Self::Elu => "elu",
            Self::LeakyRelu => "leaky_relu",
            Self::Tanh => "tanh",
            Self::Sigmoid => "sigmoid",
            Self::Gelu => "gelu",
        }
    }

    /// Whether the derivative needs the input `x`; the others have theirs from the output.
    pub(crate) fn keeps_input(self) -> bool {
        self == Self::Gelu
    }

    /// Replaces each `x` by `f(x)`. NaN inputs give NaN: comparisons are chosen so that they take
    /// the side that keeps them.
    pub(crate) fn apply(self, level: Level, xs: &mut [f32]) {
        match self {
            Self::Identity => {}
            Self::Selu => map(level, xs, |x| {
                let below = SELU_SCALE * SELU_ALPHA * math::expm1(x.min(0.0));
                if x <= 0.0 { below } else { SELU_SCALE * x }
            }),
            Self::Relu => map(level, xs, |x| if x <= 0.0 { 0.0 } else { x }),
            Self::Elu => map(level, xs, |x| {
                let below = math::expm1(x.min(0.0));
                if x <= 0.0 { below } else { x }
            }),
            Self::LeakyRelu => map(level, xs, |x| if x > 0.0 { x } else { LEAKY_SLOPE * x }),
            Self::Tanh => map(level, xs, math::tanh),
            Self::Sigmoid => map(level, xs, math::sigmoid),
            Self::Gelu => map(level, xs, |x| x * normal_cdf(x)),
        }
    }

    /// Multiplies each gradient with respect to `f(x)` by `f'(x)`.
    ///
    /// `kept` holds `f(x)`, or `x` where [`keeps_input`](Self::keeps_input).
    pub(crate) fn backward(self, level: Level, gradient: &mut [f32], kept: &[f32]) {
        match self {
            Self::Identity => {}
            Self::Selu => zip(level, gradient, kept, |g, y| {
                g * if y > 0.0 {
                    SELU_SCALE
                } else {
                    y + SELU_SCALE * SELU_ALPHA
                }
            }),
            Self::Relu => zip(level, gradient, kept, |g, y| if y > 0.0 { g } else { 0.0 }),
            Self::Elu => {
                zip(level, gradient, kept, |g, y| {
                    g * if y > 0.0 { 1.0 } else { y + 1.0 }
                });
            }
            Self::LeakyRelu => zip(level, gradient, kept, |g, y| {
                g * if y > 0.0 { 1.0 } else { LEAKY_SLOPE }
            }),
            Self::Tanh => zip(level, gradient, kept, |g, y| g * (1.0 - y * y)),
            Self::Sigmoid => zip(level, gradient, kept, |g, y| g * (y * (1.0 - y))),
            Self::Gelu => zip(level, gradient, kept, |g, x| {
                let density = math::exp(-0.5 * x * x) * 0.398_942_3; // 1 / sqrt(2π)
                g * (normal_cdf(x) + x * density)
            }),
        }
    }
}

impl FromStr for Activation {
    type Err = NetworkError;

    fn from_str(name: &str) -> Result<Self, NetworkError> {
        let found = Self::ALL.into_iter().find(|f| f.name() == name);
        found.ok_or_else(|| {
            let names = Self::ALL.map(Self::name).join(", ");
            NetworkError(format!(
                "there is no activation {name:?}; there are {names}"
            ))
        })
    }
}

impl fmt::Display for Activation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Distribution function of the standard normal.
fn normal_cdf(x: f32) -> f32 {
    0.5 * (1.0 + math::erf(x * std::f32::consts::FRAC_1_SQRT_2))
}

//! Initial weights.

use fm_matmul::Matrix;
use rand_core::Rng;
use serde::{Deserialize, Serialize};

/// How a layer's weights are drawn; biases start at zero. Variances and the truncation of the
/// normal ones are Keras'.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Init {
    /// Uniform with variance `2 / (inputs + outputs)` (Glorot and Bengio 2010).
    GlorotUniform,
    /// Truncated normal with variance `2 / (inputs + outputs)`.
    GlorotNormal,
    /// Uniform with variance `2 / inputs` (He et al. 2015).
    HeUniform,
    /// Truncated normal with variance `2 / inputs`.
    HeNormal,
    /// Uniform with variance `1 / inputs` (LeCun et al. 1998).
    LecunUniform,
    /// Truncated normal with variance `1 / inputs`; what SELU's authors ask for.
    LecunNormal,
}

impl Init {
    /// Draws a weight matrix `[inputs, outputs]`, row by row.
    ///
    /// The values depend only on the shape and on what `rng` gives: 24 bits for a uniform weight,
    /// and for a normal one as many pairs of 53 bits as it takes to fall within two deviations.
    pub fn draw(self, inputs: usize, outputs: usize, rng: &mut impl Rng) -> Matrix {
        let (fan_in, fan_out) = (inputs.max(1) as f64, outputs.max(1) as f64);
        let variance = match self {
            Self::GlorotUniform | Self::GlorotNormal => 2.0 / (fan_in + fan_out),
            Self::HeUniform | Self::HeNormal => 2.0 / fan_in,
            Self::LecunUniform | Self::LecunNormal => 1.0 / fan_in,
        };
        let sd = variance.sqrt();
        let mut weight = Matrix::zeros(inputs, outputs);
        for row in 0..inputs {
            for w in weight.row_mut(row) {
                *w = match self {
                    Self::GlorotUniform | Self::HeUniform | Self::LecunUniform => {
                        uniform(rng) * (sd * 3f64.sqrt()) as f32
                    }
                    Self::GlorotNormal | Self::HeNormal | Self::LecunNormal => {
                        // Keras' correction: the deviation of a normal cut at two deviations.
                        (truncated_normal(rng) * (sd / 0.879_625_661_034_239_8)) as f32
                    }
                };
            }
        }
        weight
    }
}

/// Uniform in [-1, 1), a multiple of 2⁻²³.
fn uniform(rng: &mut impl Rng) -> f32 {
    (rng.next_u32() >> 8) as f32 * (1.0 / 8_388_608.0) - 1.0
}

/// Standard normal, drawn again until within two deviations (Box–Muller, its cosine half).
fn truncated_normal(rng: &mut impl Rng) -> f64 {
    let mut unit = || (rng.next_u64() >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0);
    loop {
        let (u, v) = (1.0 - unit(), unit());
        let z = (-2.0 * libm::log(u)).sqrt() * libm::cos(std::f64::consts::TAU * v);
        if z.abs() <= 2.0 {
            return z;
        }
    }
}

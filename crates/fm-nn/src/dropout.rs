//! [`Dropout`]: outputs of hidden layers left out at random in training.

use fm_matmul::{Job, Level, Matrix, Rows};
use rand_core::Rng;
use serde::{Deserialize, Serialize};

use crate::activation::{SELU_ALPHA, SELU_SCALE};
use crate::error::NetworkError;
use crate::network::Network;

/// How outputs are left out, each with the given probability, from 0 to below 1.
///
/// In TOML `{ standard = 0.2 }` or `{ alpha = 0.05 }`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dropout {
    /// Zero instead of the output; the others are divided by the probability of staying, so that
    /// the mean stays (Srivastava et al. 2014).
    Standard(f64),
    /// SELU's lower end, `−λα`, instead of the output, and all of them scaled and moved so that
    /// outputs of mean 0 and variance 1 keep both (Klambauer et al. 2017, section 3).
    Alpha(f64),
}

/// `out = factor·x + shift`.
#[derive(Clone, Copy)]
struct Affine {
    factor: f32,
    shift: f32,
}

impl Dropout {
    /// The probability of being left out.
    pub fn rate(self) -> f64 {
        match self {
            Self::Standard(rate) | Self::Alpha(rate) => rate,
        }
    }

    /// What becomes of an output that stays, and of one that is left out.
    fn maps(self) -> [Affine; 2] {
        let stays = 1.0 - self.rate();
        let (factor, shift, instead) = match self {
            Self::Standard(_) => (1.0 / stays, 0.0, 0.0),
            Self::Alpha(rate) => {
                let low = -f64::from(SELU_SCALE) * f64::from(SELU_ALPHA);
                let factor = 1.0 / (stays + low * low * stays * rate).sqrt();
                let shift = -factor * rate * low;
                (factor, shift, factor * low + shift)
            }
        };
        let affine = |factor: f64, shift: f64| Affine {
            factor: factor as f32,
            shift: shift as f32,
        };
        [affine(factor, shift), affine(0.0, instead)]
    }
}

/// The buffers of dropout, for every layer that has a hidden one below.
#[derive(Clone, Debug)]
pub(crate) struct DropoutBuffers {
    dropout: Dropout,
    /// Rows of the latest draw, and the layer from which on it was made.
    drawn: Option<(usize, usize)>,
    /// Of layer `l + 1`'s inputs.
    inputs: Vec<Dropped>,
}

/// The inputs of a layer, some of them left out.
#[derive(Clone, Debug)]
struct Dropped {
    /// What an input is multiplied by: 0 where it is left out.
    factors: Matrix,
    values: Matrix,
}

impl DropoutBuffers {
    pub(crate) fn new(dropout: Dropout, network: &Network, capacity: usize) -> Self {
        let dropped = |layer: &crate::Dense| Dropped {
            factors: Matrix::zeros(capacity, layer.outputs()),
            values: Matrix::zeros(capacity, layer.outputs()),
        };
        let inputs = network.trunk().iter().map(dropped).collect();
        Self {
            dropout,
            drawn: None,
            inputs,
        }
    }

    /// Whether passes drop anything yet.
    pub(crate) fn is_drawn(&self) -> bool {
        self.drawn.is_some()
    }

    /// Checks that a pass of `rows` rows from layer `first` on was drawn for, if any was.
    pub(crate) fn check(&self, rows: usize, first: usize) -> Result<(), NetworkError> {
        match self.drawn {
            Some((drawn, from)) if rows > drawn || first < from => Err(NetworkError::misfit(
                "pass after a draw of dropout",
                format_args!("at most {drawn} rows from layer {from} on"),
                format_args!("{rows} rows from layer {first} on"),
            )),
            _ => Ok(()),
        }
    }

    /// Decides for `rows` rows which inputs of the layers from `first` on are dropped: one
    /// word of `rng` for each, row by row, from the lowest layer up.
    pub(crate) fn draw(&mut self, first: usize, rows: usize, rng: &mut impl Rng) {
        self.drawn = Some((rows, first));
        // Exact for every rate: f64 has room for 32 bits and more.
        let below = (self.dropout.rate() * 4_294_967_296.0) as u64;
        let [stays, _] = self.dropout.maps();
        for dropped in &mut self.inputs[first.max(1) - 1..] {
            for row in 0..rows {
                for factor in dropped.factors.row_mut(row) {
                    let out = u64::from(rng.next_u32()) < below;
                    *factor = if out { 0.0 } else { stays.factor };
                }
            }
        }
    }

    /// The inputs `x` of layer `layer`, 1 or more, after dropout.
    pub(crate) fn apply(&mut self, level: Level, layer: usize, x: Rows<'_>) -> Rows<'_> {
        let [stays, left_out] = self.dropout.maps();
        let Dropped { factors, values } = &mut self.inputs[layer - 1];
        for row in 0..x.rows() {
            level.dispatch(Apply {
                x: x.row(row),
                factors: factors.row(row),
                out: values.row_mut(row),
                shifts: [stays.shift, left_out.shift],
            });
        }
        Rows::of(values).first(x.rows())
    }

    /// What [`apply`](Self::apply) gave.
    pub(crate) fn values(&self, layer: usize) -> Rows<'_> {
        Rows::of(&self.inputs[layer - 1].values)
    }

    /// What each input of layer `layer` was multiplied by, padded.
    pub(crate) fn factors(&self, layer: usize) -> &Matrix {
        &self.inputs[layer - 1].factors
    }
}

struct Apply<'a> {
    x: &'a [f32],
    factors: &'a [f32],
    out: &'a mut [f32],
    /// Where the input stays, and where it is left out.
    shifts: [f32; 2],
}

impl Job for Apply<'_> {
    type Out = ();
    #[inline(always)]
    fn run(self) {
        let [stays, left_out] = self.shifts;
        for ((out, x), factor) in self.out.iter_mut().zip(self.x).zip(self.factors) {
            let kept = factor * x + stays;
            *out = if *factor == 0.0 { left_out } else { kept };
        }
    }
}

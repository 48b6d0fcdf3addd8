//! [`Dropout`]: outputs of hidden layers left out at random in training.

use fm_matmul::{Job, Level, Matrix, Rows};
use rand_core::Rng;
use serde::{Deserialize, Serialize};

use crate::activation::{SELU_ALPHA, SELU_SCALE};
use crate::error::NetworkError;

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

impl Dropout {
    /// The probability of being left out.
    pub fn rate(self) -> f64 {
        match self {
            Self::Standard(rate) | Self::Alpha(rate) => rate,
        }
    }

    /// What an output that stays is multiplied by, what is then added to it, and what one that is
    /// left out becomes.
    fn constants(self) -> [f32; 3] {
        let stays = 1.0 - self.rate();
        let constants = match self {
            Self::Standard(_) => [1.0 / stays, 0.0, 0.0],
            Self::Alpha(rate) => {
                let low = -f64::from(SELU_SCALE) * f64::from(SELU_ALPHA);
                let factor = 1.0 / (stays + low * low * stays * rate).sqrt();
                let shift = -factor * rate * low;
                [factor, shift, factor * low + shift]
            }
        };
        constants.map(|x| x as f32)
    }
}

/// The latest draw of dropout, for every layer that has a hidden one below.
#[derive(Clone, Debug)]
pub(crate) struct Drawn {
    dropout: Dropout,
    /// Rows of the draw, and the layer from which on it was made.
    rows: usize,
    first: usize,
    /// What each input of layer `l + 1` is multiplied by: 0 where it is left out.
    pub(crate) factors: Vec<Matrix>,
    /// The inputs of layer `l + 1` after dropout.
    pub(crate) values: Vec<Matrix>,
}

impl Drawn {
    /// Buffers for passes through a trunk of these `units`, before the first draw.
    pub(crate) fn new(dropout: Dropout, units: &[usize], capacity: usize) -> Self {
        let buffers = || units.iter().map(|&units| Matrix::zeros(capacity, units));
        Self {
            dropout,
            rows: 0,
            first: 0,
            factors: buffers().collect(),
            values: buffers().collect(),
        }
    }

    /// Checks that a pass of `rows` rows from layer `first` on was drawn for.
    pub(crate) fn check(&self, rows: usize, first: usize) -> Result<(), NetworkError> {
        if rows <= self.rows && first >= self.first {
            return Ok(());
        }
        let (drawn, from) = (self.rows, self.first);
        Err(NetworkError::misfit(
            "pass after a draw of dropout",
            format_args!("at most {drawn} rows from layer {from} on"),
            format_args!("{rows} rows from layer {first} on"),
        ))
    }

    /// Decides for `rows` rows which inputs of the layers from `first` on are dropped.
    pub(crate) fn draw(&mut self, dropout: Dropout, first: usize, rows: usize, rng: &mut impl Rng) {
        (self.dropout, self.rows, self.first) = (dropout, rows, first);
        // Exact for every rate: f64 has room for 32 bits and more.
        let below = (dropout.rate() * 4_294_967_296.0) as u64;
        let [stays, ..] = dropout.constants();
        for factors in &mut self.factors[first.max(1) - 1..] {
            for row in 0..rows {
                for factor in factors.row_mut(row) {
                    let out = u64::from(rng.next_u32()) < below;
                    *factor = if out { 0.0 } else { stays };
                }
            }
        }
    }

    /// The inputs `x` of layer `layer`, 1 or more, after dropout.
    pub(crate) fn apply(&mut self, level: Level, layer: usize, x: Rows<'_>) -> Rows<'_> {
        let [_, shift, left_out] = self.dropout.constants();
        let values = &mut self.values[layer - 1];
        for row in 0..x.rows() {
            level.dispatch(Apply {
                x: x.row(row),
                factors: self.factors[layer - 1].row(row),
                out: values.row_mut(row),
                shift,
                left_out,
            });
        }
        Rows::of(values).first(x.rows())
    }
}

struct Apply<'a> {
    x: &'a [f32],
    factors: &'a [f32],
    out: &'a mut [f32],
    shift: f32,
    left_out: f32,
}

impl Job for Apply<'_> {
    type Out = ();
    #[inline(always)]
    fn run(self) {
        for ((out, x), factor) in self.out.iter_mut().zip(self.x).zip(self.factors) {
            let kept = factor * x + self.shift;
            *out = if *factor == 0.0 { self.left_out } else { kept };
        }
    }
}

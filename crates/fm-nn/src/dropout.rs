//! [`Dropout`]: outputs of hidden layers left out at random in training.

use rand_core::Rng;
use serde::{Deserialize, Serialize};

use crate::activation::{SELU_ALPHA, SELU_SCALE};
use crate::matrix::Matrix;
use crate::network::Network;
use crate::portable::{Job, Level};
use crate::workspace::Rows;

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
        Self { dropout, inputs }
    }

    /// Decides for `rows` rows what is left out of the inputs of the layers from `first` on: one
    /// word of `rng` for each, row by row, from the lowest layer up.
    pub(crate) fn draw(&mut self, first: usize, rows: usize, rng: &mut impl Rng) {
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

    /// The inputs `x` of layer `layer`, 1 or more, without what is left out.
    pub(crate) fn apply(&mut self, level: Level, layer: usize, x: Rows<'_>) -> Rows<'_> {
        let [stays, left_out] = self.dropout.maps();
        let Dropped { factors, values } = &mut self.inputs[layer - 1];
        for row in 0..x.rows {
            level.dispatch(Apply {
                x: &x.data[row * x.stride..][..x.cols],
                factors: factors.row(row),
                out: values.row_mut(row),
                shifts: [stays.shift, left_out.shift],
            });
        }
        Rows::of(values).first(x.rows)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Activation, Dense, Engine, FreezeMask, Gradients, Init, Loss, Targets, Workspace};
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::SeedableRng;

    const ROWS: usize = 64;

    fn rng(seed: u64) -> ChaCha8Rng {
        ChaCha8Rng::seed_from_u64(seed)
    }

    /// Standard normal inputs that many times over, with `dropout`; mean, variance and the
    /// fraction left out.
    fn moments(dropout: Dropout) -> (f64, f64, f64) {
        let wide = |inputs, outputs| {
            let mut rng = rng(1);
            Dense::new(
                inputs,
                outputs,
                Activation::Identity,
                Init::GlorotUniform,
                &mut rng,
            )
        };
        let network = Network::new(vec![wide(1, 1000)], wide(1000, 1)).unwrap();
        let mut buffers = DropoutBuffers::new(dropout, &network, ROWS);
        let normals = Init::LecunNormal.draw(1000, 1000, &mut rng(2));
        let scale = 1000f32.sqrt();
        let x: Vec<f32> = (0..ROWS)
            .flat_map(|row| normals.row(row).iter().map(|x| x * scale))
            .collect();
        buffers.draw(0, ROWS, &mut rng(3));
        let out = buffers.apply(Level::detect(), 1, Rows::of_slice(&x, ROWS, 1000));
        let values = || (0..ROWS).flat_map(|row| out.data[row * out.stride..][..1000].iter());
        let n = (ROWS * 1000) as f64;
        let mean = values().map(|&x| f64::from(x)).sum::<f64>() / n;
        let squares = values().map(|&x| (f64::from(x) - mean).powi(2));
        let variance = squares.sum::<f64>() / n;
        let factors = buffers.factors(1);
        let zeros = (0..ROWS).flat_map(|row| factors.row(row).iter().filter(|f| **f == 0.0));
        (mean, variance, zeros.count() as f64 / n)
    }

    #[test]
    fn alpha_dropout_keeps_mean_and_variance() {
        let (mean, variance, _) = moments(Dropout::Alpha(0.0));
        // 64,000 normals: the mean's standard deviation is 0.004, the variance's 0.0056 (here
        // the normals are cut at two deviations, and scaled back).
        assert!(mean.abs() < 0.02 && (variance - 1.0).abs() < 0.028);
        for rate in [0.05, 0.1, 0.5] {
            let (mean, variance, out) = moments(Dropout::Alpha(rate));
            assert!(mean.abs() < 0.02, "rate {rate}: mean {mean}");
            assert!((variance - 1.0).abs() < 0.04, "rate {rate}: {variance}");
            // Five standard deviations of a binomial of 64,000.
            assert!((out - rate).abs() < 0.01, "rate {rate}: {out}");
        }
        // Standard dropout keeps the mean only: E[x²]/q.
        let (mean, variance, _) = moments(Dropout::Standard(0.5));
        assert!(
            mean.abs() < 0.03 && (variance - 2.0).abs() < 0.08,
            "{variance}"
        );
    }

    /// Central differences, with what is left out held fixed.
    #[test]
    fn gradients_go_the_way_that_outputs_came() {
        for dropout in [Dropout::Standard(0.4), Dropout::Alpha(0.4)] {
            let mut random = rng(4);
            let mut dense = |inputs, outputs, activation| {
                Dense::new(
                    inputs,
                    outputs,
                    activation,
                    Init::GlorotUniform,
                    &mut random,
                )
            };
            let trunk = vec![dense(3, 5, Activation::Tanh), dense(5, 4, Activation::Selu)];
            let mut network = Network::new(trunk, dense(4, 2, Activation::Identity)).unwrap();
            let x = [0.3, -0.8, 0.5, 0.9, 0.1, -0.4];
            let (x, y) = (Rows::of_slice(&x, 2, 3), Targets::Classes(&[0, 1]));
            let mut workspace = Workspace::for_training(&network, Engine::portable(), 2);
            workspace.set_dropout(&network, Some(dropout));
            let loss = |network: &Network, workspace: &mut Workspace| {
                workspace.draw_dropout(0, 2, &mut rng(5));
                network.forward(x, workspace);
                workspace.loss_and_gradient(Loss::SoftmaxCrossEntropy, y) / 2.0
            };
            loss(&network, &mut workspace);
            let mut gradients = Gradients::default();
            network.backward(x, &mut workspace, &FreezeMask::none(3), &mut gradients);
            let mut nonzero = 0;
            for l in 0..3 {
                let (weight, _) = gradients.layer(l).unwrap();
                for ((i, j), &g) in weight.view().indexed_iter() {
                    let h = 1e-2;
                    let mut at = |d: f32| {
                        let mut moved = network.clone();
                        moved.layers_mut()[l].weight_mut()[(i, j)] += d;
                        loss(&moved, &mut workspace)
                    };
                    let difference = (at(h) - at(-h)) / f64::from(2.0 * h);
                    // f32 rounding of the loss over 2h, and h² of the third derivative.
                    let close = (difference - f64::from(g)).abs() < 2e-4;
                    assert!(close, "{dropout:?} {l} ({i}, {j}): {g}, {difference}");
                    nonzero += usize::from(g != 0.0);
                }
            }
            assert!(nonzero > 10, "{nonzero}");
        }
    }
}

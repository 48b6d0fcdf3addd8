//! Clipping by the norm of all gradients together (Pascanu et al. 2013), like PyTorch's
//! `clip_grad_norm_`.

use fm_nn::{Job, LANES, Level, Matrix};

/// Added to the norm to avoid division by zero; PyTorch's value.
const SMALL: f64 = 1e-6;

/// The factor on every gradient, if their norm is above `max_norm`.
pub(super) fn clip_factor(squares: f64, max_norm: f64) -> Option<f32> {
    let factor = max_norm / (squares.sqrt() + SMALL);
    (factor < 1.0).then_some(factor as f32)
}

/// The sum of squares without the padding, with the same bits at every vector level.
pub(super) fn sum_of_squares(level: Level, gradient: &Matrix) -> f64 {
    level.dispatch(Squares(gradient))
}

/// Multiplies every element by `factor`.
pub(super) fn scale(level: Level, gradient: &mut Matrix, factor: f32) {
    let values = gradient.padded_mut();
    level.dispatch(Scale { values, factor });
}

struct Squares<'a>(&'a Matrix);

impl Job for Squares<'_> {
    type Out = f64;
    #[inline(always)]
    fn run(self) -> f64 {
        // One sum per lane, added in order at the end: this fixes the bits.
        let mut chains = [0.0; LANES];
        for row in 0..self.0.rows() {
            let mut lines = self.0.row(row).chunks_exact(LANES);
            for line in &mut lines {
                for lane in 0..LANES {
                    let g = f64::from(line[lane]);
                    chains[lane] += g * g;
                }
            }
            for (chain, g) in chains.iter_mut().zip(lines.remainder()) {
                let g = f64::from(*g);
                *chain += g * g;
            }
        }
        chains.iter().sum()
    }
}

struct Scale<'a> {
    values: &'a mut [f32],
    factor: f32,
}

impl Job for Scale<'_> {
    type Out = ();
    #[inline(always)]
    fn run(self) {
        for value in self.values {
            *value *= self.factor;
        }
    }
}

//! The formula of each optimizer for one parameter, and the loops over many.

use fm_nn::{Job, LANES, Matrix};

use super::settings::{RmsProp, Sgd};

/// The step of one parameter `w` with its gradient `g` and `N` slots of memory.
///
/// Padding, where all are zero, must stay zero.
pub(super) trait Rule<const N: usize>: Copy {
    /// The new parameter and memory.
    fn step(self, w: f32, g: f32, memory: [f32; N]) -> (f32, [f32; N]);
}

/// Gradient descent; with momentum the memory is the velocity.
#[derive(Clone, Copy)]
pub(super) struct Descent {
    lr: f32,
    decay: f32,
    momentum: f32,
    nesterov: bool,
}

impl Descent {
    pub(super) fn new(sgd: &Sgd, lr: f64) -> Self {
        Self {
            lr: lr as f32,
            decay: sgd.weight_decay as f32,
            momentum: sgd.momentum as f32,
            nesterov: sgd.nesterov,
        }
    }
}

/// Without momentum.
impl Rule<0> for Descent {
    #[inline(always)]
    fn step(self, w: f32, g: f32, _: [f32; 0]) -> (f32, [f32; 0]) {
        let g = self.decay.mul_add(w, g);
        ((-self.lr).mul_add(g, w), [])
    }
}

impl Rule<1> for Descent {
    #[inline(always)]
    fn step(self, w: f32, g: f32, [v]: [f32; 1]) -> (f32, [f32; 1]) {
        let g = self.decay.mul_add(w, g);
        let v = self.momentum.mul_add(v, g);
        let step = if self.nesterov {
            self.momentum.mul_add(v, g)
        } else {
            v
        };
        ((-self.lr).mul_add(step, w), [v])
    }
}

/// Adam, with both kinds of decay; the memory is the means of the gradient and of its square.
#[derive(Clone, Copy)]
pub(super) struct Moments {
    /// `lr / (1 − β₁ᵗ)`.
    step: f32,
    /// `1 / √(1 − β₂ᵗ)`.
    root: f32,
    eps: f32,
    decay: f32,
    /// `lr·weight_decay` for decoupled decay.
    shrink: f32,
    keep: [f32; 2],
    take: [f32; 2],
}

impl Moments {
    /// Step number `t`, counted from 1; one decay is added to the gradient, the other decoupled.
    pub(super) fn new(
        betas: [f64; 2],
        eps: f64,
        [decay, decoupled]: [f64; 2],
        lr: f64,
        t: u64,
    ) -> Self {
        // In f64, since 1 − β₂ᵗ is a small difference in the first steps.
        let [first, second] = betas.map(|beta| 1.0 - libm::pow(beta, t as f64));
        Self {
            step: (lr / first) as f32,
            root: (1.0 / second.sqrt()) as f32,
            eps: eps as f32,
            decay: decay as f32,
            shrink: (lr * decoupled) as f32,
            keep: betas.map(|beta| beta as f32),
            take: betas.map(|beta| (1.0 - beta) as f32),
        }
    }
}

impl Rule<2> for Moments {
    #[inline(always)]
    fn step(self, w: f32, g: f32, [m, v]: [f32; 2]) -> (f32, [f32; 2]) {
        let g = self.decay.mul_add(w, g);
        let w = (-self.shrink).mul_add(w, w);
        let m = self.keep[0].mul_add(m, self.take[0] * g);
        let v = self.keep[1].mul_add(v, self.take[1] * g * g);
        let step = m / v.sqrt().mul_add(self.root, self.eps);
        ((-self.step).mul_add(step, w), [m, v])
    }
}

/// RMSprop; the memory is the mean of the gradient's square.
#[derive(Clone, Copy)]
pub(super) struct MeanSquare {
    lr: f32,
    eps: f32,
    decay: f32,
    keep: f32,
    take: f32,
}

impl MeanSquare {
    pub(super) fn new(rmsprop: &RmsProp, lr: f64) -> Self {
        Self {
            lr: lr as f32,
            eps: rmsprop.eps as f32,
            decay: rmsprop.weight_decay as f32,
            keep: rmsprop.alpha as f32,
            take: (1.0 - rmsprop.alpha) as f32,
        }
    }
}

impl Rule<1> for MeanSquare {
    #[inline(always)]
    fn step(self, w: f32, g: f32, [v]: [f32; 1]) -> (f32, [f32; 1]) {
        let g = self.decay.mul_add(w, g);
        let v = self.keep.mul_add(v, self.take * g * g);
        let step = g / (v.sqrt() + self.eps);
        ((-self.lr).mul_add(step, w), [v])
    }
}

/// A rule applied to buffers of the same length. Parameters for which `frozen` is true keep their
/// values and memory.
pub(super) struct Step<'a, R, F, const N: usize> {
    pub(super) rule: R,
    pub(super) values: &'a mut [f32],
    pub(super) gradient: &'a [f32],
    pub(super) memory: [&'a mut [f32]; N],
    pub(super) frozen: F,
}

impl<R: Rule<N>, F: Fn(usize) -> bool, const N: usize> Job for Step<'_, R, F, N> {
    type Out = ();
    #[inline(always)]
    fn run(self) {
        // Slices of one known length, so that the loop has no bounds checks and is vectorised.
        let n = self.values.len();
        let gradient = &self.gradient[..n];
        let memory = self.memory.map(|memory| &mut memory[..n]);
        for i in 0..n {
            let before = std::array::from_fn(|slot| memory[slot][i]);
            let (w, after) = self.rule.step(self.values[i], gradient[i], before);
            // A select, not a branch.
            let frozen = (self.frozen)(i);
            self.values[i] = if frozen { self.values[i] } else { w };
            for slot in 0..N {
                memory[slot][i] = if frozen { before[slot] } else { after[slot] };
            }
        }
    }
}

/// The sum of squares without the padding, with the same bits at every vector level.
pub(super) struct Squares<'a>(pub(super) &'a Matrix);

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

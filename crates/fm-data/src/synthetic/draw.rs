//! Random draws of one image: ChaCha8 words turned into the few distributions the drawing needs.
//!
//! Everything is a fixed number of IEEE additions and multiplications per draw, so the same stream
//! gives the same bits on every machine.

use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

/// Where a stream of a part of the set lies: images count from zero, labels from here.
const LABELS_FROM: u64 = 1 << 63;

/// A stream of draws.
pub(super) struct Draw(ChaCha8Rng);

impl Draw {
    /// The stream of image `row` in the set with this `key`.
    pub(super) fn of_row(key: [u8; 32], row: u64) -> Self {
        let mut rng = ChaCha8Rng::from_seed(key);
        rng.set_stream(row);
        Self(rng)
    }

    /// The stream that orders the labels of the ten rows of `block`.
    pub(super) fn of_labels(key: [u8; 32], block: u64) -> Self {
        Self::of_row(key, LABELS_FROM | block)
    }

    /// Uniform in `[0, 1)`, a multiple of 2⁻²⁴.
    pub(super) fn unit(&mut self) -> f32 {
        (self.0.next_u32() >> 8) as f32 * (1.0 / 16_777_216.0)
    }

    /// Uniform in `[low, high)`.
    pub(super) fn between(&mut self, low: f32, high: f32) -> f32 {
        low + (high - low) * self.unit()
    }

    /// Bell-shaped about `mean` with standard deviation `sd`, never further than 3.5 `sd` away.
    ///
    /// The sum of four uniforms has variance 1/3; √3 scales it to one.
    pub(super) fn bell(&mut self, mean: f32, sd: f32) -> f32 {
        let sum = self.unit() + self.unit() + self.unit() + self.unit() - 2.0;
        mean + sd * (sum * 1.732_050_8)
    }

    /// True with probability `p`.
    pub(super) fn chance(&mut self, p: f32) -> bool {
        self.unit() < p
    }

    /// One of `choices`, each weighed by its number (weights need not sum to one).
    pub(super) fn pick<T: Copy, const N: usize>(&mut self, choices: [(f32, T); N]) -> T {
        let total = choices.iter().fold(0.0, |sum, (weight, _)| sum + weight);
        let mut left = self.unit() * total;
        for (weight, choice) in choices {
            if left < weight {
                return choice;
            }
            left -= weight;
        }
        choices[N - 1].1
    }

    /// A whole number in `0..n`, for small `n` (the bias of 2⁻³² · n does not matter here).
    pub(super) fn below(&mut self, n: u32) -> u32 {
        ((u64::from(self.0.next_u32()) * u64::from(n)) >> 32) as u32
    }

    /// Fills `bytes` with uniform bytes.
    pub(super) fn bytes(&mut self, bytes: &mut [u8]) {
        self.0.fill_bytes(bytes);
    }
}

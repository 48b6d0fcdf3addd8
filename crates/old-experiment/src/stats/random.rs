//! Named random streams for resampling.

use fm_train::Seeds;
use rand_chacha::ChaCha8Rng;
use rand_core::Rng;

/// One of the house's named streams, with the draws that resampling needs.
pub(super) struct Stream(ChaCha8Rng);

impl Stream {
    /// The stream `statistics/name` under `seed`.
    pub(super) fn new(seed: u64, name: &str) -> Self {
        Self(Seeds::new(seed).stream(&format!("statistics/{name}")).rng())
    }

    /// Uniform in `0..bound`, without bias (Lemire 2019, multiply and reject); 0 for a bound of 0.
    pub(super) fn below(&mut self, bound: u32) -> u32 {
        let reject_under = bound.wrapping_neg().checked_rem(bound).unwrap_or(0);
        loop {
            let product = u64::from(self.0.next_u32()) * u64::from(bound);
            if product as u32 >= reject_under {
                return (product >> 32) as u32;
            }
        }
    }

    /// 64 fair coins.
    pub(super) fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn below_is_uniform_and_named_streams_differ() {
        let mut counts = [0_u32; 7];
        let mut stream = Stream::new(3, "a");
        for _ in 0..70_000 {
            counts[stream.below(7) as usize] += 1;
        }
        // Binomial sd is 93; six of them.
        assert!(
            counts.iter().all(|&c| c.abs_diff(10_000) < 560),
            "{counts:?}"
        );
        assert_ne!(Stream::new(3, "a").bits(), Stream::new(3, "b").bits());
        assert_ne!(Stream::new(3, "a").bits(), Stream::new(4, "a").bits());
        assert_eq!(Stream::new(3, "a").bits(), Stream::new(3, "a").bits());
    }
}

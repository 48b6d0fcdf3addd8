//! [`Seeds`]: independent named random streams under one seed, and [`shuffle`].

use chacha20::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// One seed, from which every use of randomness gets its own stream by name.
///
/// The key of a stream is the SHA-256 of a fixed prefix, the seed (little-endian) and the name.
/// A change to one use therefore never changes another, and two seeds share no stream. The
/// generator is ChaCha8, whose output is the same on every machine and in every version.
///
/// ```
/// use fm_train::Seeds;
/// use rand_core::Rng;
///
/// let seeds = Seeds::new(42);
/// let (mut a, mut b) = (seeds.stream("head").rng(), seeds.stream("head").rng());
/// assert_eq!(a.next_u64(), b.next_u64());
/// assert_ne!(seeds.stream("shuffle").rng().next_u64(), b.next_u64());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seeds {
    seed: u64,
}

impl Seeds {
    /// The streams of a seed.
    pub fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// The stream of a name, such as `source/init`.
    pub fn stream(self, name: &str) -> Stream {
        let mut hasher = Sha256::new();
        hasher.update(b"fm-train stream 1\0");
        hasher.update(self.seed.to_le_bytes());
        hasher.update(name.as_bytes());
        Stream {
            key: hasher.finalize().into(),
        }
    }
}

/// A named stream: a sequence of independent generators, for example one per epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Stream {
    key: [u8; 32],
}

impl Stream {
    /// The first generator of the stream, at its start.
    pub fn rng(&self) -> ChaCha8Rng {
        self.nth(0)
    }

    /// Generator `n` of the stream, at its start.
    ///
    /// The row order of an epoch comes from that epoch's own generator, so it does not depend on
    /// earlier draws, and a resumed training needs no saved generator.
    pub fn nth(&self, n: u64) -> ChaCha8Rng {
        let mut rng = ChaCha8Rng::from_seed(self.key);
        rng.set_stream(n);
        rng
    }
}

/// Writes a uniformly random permutation of `0..order.len()` (Fisher–Yates).
///
/// Depends only on the output of `rng`, so it is the same on every machine and in every version.
pub fn shuffle(order: &mut [u32], rng: &mut impl Rng) {
    for (slot, i) in order.iter_mut().zip(0..) {
        *slot = i;
    }
    for i in (1..order.len()).rev() {
        order.swap(i, below(i as u32 + 1, rng) as usize);
    }
}

/// Uniform in `0..n` without bias (Lemire 2019, "Fast random integer generation in an interval").
fn below(n: u32, rng: &mut impl Rng) -> u32 {
    loop {
        let product = u64::from(rng.next_u32()) * u64::from(n);
        // Accepting the lowest 2³² mod n values of the low half would bias the result.
        if product as u32 >= n.wrapping_neg() % n {
            return (product >> 32) as u32;
        }
    }
}

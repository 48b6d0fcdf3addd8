//! [`Seeds`]: independent named random streams under one seed.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// One run's seed, from which every use of randomness has its own stream by name.
///
/// The key of a stream is the SHA-256 of a fixed prefix, the seed (little-endian) and the name,
/// so a change to one use never moves another, and the streams of two seeds share nothing. The
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

    /// The seed.
    pub fn seed(self) -> u64 {
        self.seed
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

/// A named stream: as many independent generators as there are epochs, rows or whatever it is
/// that needs one each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Stream {
    key: [u8; 32],
}

impl Stream {
    /// The stream's generator, from its beginning.
    pub fn rng(&self) -> ChaCha8Rng {
        self.nth(0)
    }

    /// The `n`th of the stream's generators, from its beginning.
    ///
    /// An epoch's order of rows comes from the epoch's own generator, so it does not depend on
    /// what was drawn before: a resumed run needs no saved generator.
    pub fn nth(&self, n: u64) -> ChaCha8Rng {
        let mut rng = ChaCha8Rng::from_seed(self.key);
        rng.set_stream(n);
        rng
    }
}

//! Seeded random streams for sign flips and simulations.

use chacha20::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

/// A stream, keyed by seed, name (up to 16 bytes) and number.
pub(crate) fn stream(seed: u64, name: &str, number: u64) -> ChaCha8Rng {
    let mut key = [0; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    key[8..16].copy_from_slice(&number.to_le_bytes());
    key[16..16 + name.len()].copy_from_slice(name.as_bytes());
    ChaCha8Rng::from_seed(key)
}

/// Two independent standard normal values: Box & Muller, "A Note on the Generation of Random
/// Normal Deviates", Annals of Mathematical Statistics 29 (1958).
pub(crate) fn normals(stream: &mut ChaCha8Rng) -> [f64; 2] {
    // In the open interval (0, 1).
    let mut uniform = || ((stream.next_u64() >> 12) as f64 + 0.5) / (1_u64 << 52) as f64;
    let radius = libm::sqrt(-2.0 * libm::log(uniform()));
    let angle = std::f64::consts::TAU * uniform();
    [radius * libm::cos(angle), radius * libm::sin(angle)]
}

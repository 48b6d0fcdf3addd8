//! Sign-flip permutation test of paired differences.
//!
//! If neither arm were better, each difference could as well have had the other sign. p is the
//! share of all 2ⁿ choices of signs whose sum is as far from zero as the one found (Fisher, *The
//! Design of Experiments*, 1935, chapter III). It supposes nothing of the differences but that
//! symmetry.

use serde::{Deserialize, Serialize};

use super::random::Stream;
use super::{Settings, StatsError, sample};

/// Up to this many differing pairs every choice of signs is counted: 2²⁰ sums in each half.
const EXACT_PAIRS: usize = 40;

/// Sums nearer than this share of Σ|d| are one sum: rounding is a thousand times smaller, and
/// the sums of whole test rows lie at least a thousand times further apart.
const SAME_SUM: f64 = 1e-9;

/// Result of a sign-flip test.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SignFlip {
    /// Two-sided p, in (0, 1].
    pub p: f64,
    /// How it was found.
    #[serde(flatten)]
    pub method: SignFlipMethod,
}

/// How the sign flips were gone through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "method")]
pub enum SignFlipMethod {
    /// All of them: no randomness in p.
    Exact,
    /// A seeded sample of them; p = (1 + as extreme) / (1 + flips), which is never 0 and keeps
    /// the test's level (Phipson & Smyth, "Permutation P-values Should Never Be Zero", 2010).
    MonteCarlo {
        /// Random choices of signs.
        flips: usize,
    },
}

/// Two-sided sign-flip p of paired differences.
///
/// Exact for up to 40 differences other than zero (the default 30 seeds among them):
/// the sums of two halves are listed in ascending order and combined, 2^(n/2) steps in place of 2ⁿ.
/// More are sampled, [`Settings::resamples`] times.
///
/// # Errors
///
/// [`StatsError::Empty`], [`StatsError::NotFinite`], or a setting out of range.
pub fn sign_flip(differences: &[f64], settings: &Settings) -> Result<SignFlip, StatsError> {
    settings.check()?;
    sample::check_finite("the differences", differences)?;
    // The sign of a zero changes nothing. Sizes are sorted so that the order of pairs cannot
    // matter.
    let sizes: Vec<f64> = sample::sorted(
        &differences
            .iter()
            .map(|d| d.abs())
            .filter(|&d| d > 0.0)
            .collect::<Vec<_>>(),
    );
    let observed = differences.iter().sum::<f64>().abs();
    let threshold = observed - SAME_SUM * sizes.iter().sum::<f64>();
    if threshold <= 0.0 {
        return Ok(SignFlip {
            p: 1.0,
            method: SignFlipMethod::Exact,
        });
    }
    if sizes.len() > EXACT_PAIRS {
        return Ok(sampled(&sizes, threshold, settings));
    }
    let (first, second) = sizes.split_at(sizes.len() / 2);
    let (first, second) = (signed_sums(first), signed_sums(second));
    // Both lists ascend: as a sum of the first grows, more of the second reach the threshold.
    let mut reaching: u64 = 0;
    let mut from = second.len();
    for a in first {
        while from > 0 && a + second[from - 1] >= threshold {
            from -= 1;
        }
        reaching += (second.len() - from) as u64;
    }
    // By symmetry as many sums lie below −threshold. Both factors are exact in f64.
    let p = 2.0 * reaching as f64 / libm::ldexp(1.0, sizes.len() as i32);
    Ok(SignFlip {
        p: p.min(1.0),
        method: SignFlipMethod::Exact,
    })
}

/// All 2ⁿ sums of the values with either sign, ascending.
fn signed_sums(values: &[f64]) -> Vec<f64> {
    let mut sums = vec![0.0];
    for &v in values {
        let mut merged = Vec::with_capacity(2 * sums.len());
        // `minus` and `plus` are the same list shifted either way, so both ascend.
        let (mut minus, mut plus) = (0, 0);
        while plus < sums.len() {
            if minus < sums.len() && sums[minus] - v <= sums[plus] + v {
                merged.push(sums[minus] - v);
                minus += 1;
            } else {
                merged.push(sums[plus] + v);
                plus += 1;
            }
        }
        sums = merged;
    }
    sums
}

fn sampled(sizes: &[f64], threshold: f64, settings: &Settings) -> SignFlip {
    let mut stream = Stream::new(settings.seed, "sign-flip");
    let mut extreme = 0_usize;
    for _ in 0..settings.resamples {
        let mut sum = 0.0;
        for chunk in sizes.chunks(64) {
            let bits = stream.bits();
            for (k, size) in chunk.iter().enumerate() {
                sum += if bits >> k & 1 == 1 { *size } else { -size };
            }
        }
        extreme += usize::from(sum.abs() >= threshold);
    }
    SignFlip {
        p: (1 + extreme) as f64 / (1 + settings.resamples) as f64,
        method: SignFlipMethod::MonteCarlo {
            flips: settings.resamples,
        },
    }
}

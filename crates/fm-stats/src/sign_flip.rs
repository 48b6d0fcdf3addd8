//! Sign-flip permutation test of paired differences.
//!
//! If the arms did not differ, each difference could have had the other sign. p is the share of all
//! 2ⁿ choices of signs whose sum is as far from zero as the observed sum (Fisher, *The Design of
//! Experiments*, 1935, chapter III). The only assumption is that symmetry.

use chacha20::ChaCha8Rng;
use rand_core::Rng;

use crate::sample::sorted;

/// Up to this many differences other than zero every choice of signs is counted: 2²⁰ sums in each
/// half.
pub(crate) const EXACT_PAIRS: usize = 40;

/// Sums closer than this share of Σ|d| are equal: rounding errors are a thousand times smaller, and
/// sums of whole test rows lie at least a thousand times further apart.
const SAME_SUM: f64 = 1e-9;

/// Two-sided sign-flip p of finite differences, in (0, 1].
///
/// Exact for up to `exact_pairs` differences other than zero: the sums of two halves are listed in
/// ascending order and combined, in 2^(n/2) steps instead of 2ⁿ. More are sampled, `flips` times, with
/// p = (1 + as extreme) / (1 + flips), which is never 0 and keeps the test's level (Phipson & Smyth,
/// "Permutation P-values Should Never Be Zero", 2010).
pub(crate) fn p_value(
    differences: &[f64],
    exact_pairs: usize,
    flips: usize,
    stream: &mut ChaCha8Rng,
) -> f64 {
    // The sign of a zero changes nothing. Sorted, so that the order of pairs cannot matter.
    let sizes: Vec<f64> = differences.iter().map(|d| d.abs()).collect();
    let mut sizes = sorted(&sizes);
    sizes.retain(|&size| size > 0.0);
    let observed = differences.iter().sum::<f64>().abs();
    let threshold = observed - SAME_SUM * sizes.iter().sum::<f64>();
    if threshold <= 0.0 {
        1.0
    } else if sizes.len() <= exact_pairs {
        exact(&sizes, threshold)
    } else {
        sampled(&sizes, threshold, flips, stream)
    }
}

fn exact(sizes: &[f64], threshold: f64) -> f64 {
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
    p.min(1.0)
}

/// All 2ⁿ sums of the values with either sign, ascending.
fn signed_sums(values: &[f64]) -> Vec<f64> {
    let mut sums = vec![0.0];
    for v in values {
        let minus = sums.iter().map(|sum| sum - v);
        sums = minus.chain(sums.iter().map(|sum| sum + v)).collect();
        // Both halves ascend, and a stable sort merges them.
        sums.sort_by(f64::total_cmp);
    }
    sums
}

fn sampled(sizes: &[f64], threshold: f64, flips: usize, stream: &mut ChaCha8Rng) -> f64 {
    // One random byte chooses eight signs, so that a table of sums saves seven of eight additions.
    let tables: Vec<[f64; 256]> = sizes.chunks(8).map(sums_by_byte).collect();
    let mut extreme = 0_usize;
    for _ in 0..flips {
        let mut sum = 0.0;
        for eight in tables.chunks(8) {
            let bytes = stream.next_u64().to_le_bytes();
            let parts = eight.iter().zip(bytes);
            sum += parts.map(|(t, byte)| t[usize::from(byte)]).sum::<f64>();
        }
        extreme += usize::from(sum.abs() >= threshold);
    }
    (1 + extreme) as f64 / (1 + flips) as f64
}

/// Sums of up to eight values; bit k of the index gives value k a minus sign.
fn sums_by_byte(values: &[f64]) -> [f64; 256] {
    std::array::from_fn(|byte| {
        let signed = values.iter().enumerate();
        let signed = signed.map(|(k, &v)| if byte >> k & 1 == 1 { -v } else { v });
        signed.sum()
    })
}

/// Smallest two-sided p that `pairs` pairs can reach: 2^(1−n), at most 1.
///
/// 0.0625 at 5 pairs, 0.03125 at 6.
pub fn smallest_p(pairs: usize) -> f64 {
    libm::ldexp(1.0, 1 - pairs.clamp(1, 1000) as i32)
}

/// Fewest pairs that can show any difference: those whose [`smallest_p`], times the `family` of
/// comparisons under Holm's correction, reaches `alpha`.
///
/// 6 at 0.05 and one comparison, 11 with 45 comparisons.
pub fn pairs_to_conclude(alpha: f64, family: usize) -> usize {
    let family = family.max(1) as f64;
    let concludes = |n: &usize| smallest_p(*n) * family <= alpha;
    (1..1000).find(concludes).unwrap_or(1000)
}

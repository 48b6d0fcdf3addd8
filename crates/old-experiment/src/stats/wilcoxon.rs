//! Wilcoxon's signed-rank test of paired differences.
//!
//! Wilcoxon, "Individual Comparisons by Ranking Methods", Biometrics Bulletin 1 (1945).

use serde::{Deserialize, Serialize};

use super::{StatsError, normal, sample};

/// Up to this many differing pairs the distribution of the rank sum is counted, not approximated.
const EXACT_PAIRS: usize = 200;

/// Result of Wilcoxon's signed-rank test.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Wilcoxon {
    /// Two-sided p, in (0, 1].
    pub p: f64,
    /// Sum of the ranks of the positive differences.
    pub ranks_above: f64,
    /// Sum of the ranks of the negative differences.
    pub ranks_below: f64,
    /// Pairs ranked: those whose difference is not zero.
    pub pairs_ranked: usize,
    /// How p was found.
    pub method: WilcoxonMethod,
}

/// How the p of a rank sum was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WilcoxonMethod {
    /// Over all 2ⁿ choices of signs of the ranks found, tied ranks included.
    Exact,
    /// Normal approximation, its variance corrected for ties and its distance by ½ for continuity.
    NormalApproximation,
}

/// Two-sided signed-rank p of paired differences.
///
/// Zeros are left out (Wilcoxon's own way, SciPy's `zero_method="wilcox"`; Pratt's 1959 variant
/// ranks them first). Equal sizes share their mean rank; equal means equal to the bit, so take the
/// differences from [`paired_differences`](super::paired_differences). The distribution of the rank
/// sum is counted exactly up to 200 pairs, with ties too (conditionally on them, as SciPy does by
/// permutation for few pairs); beyond that approximated, as SciPy's `method="asymptotic",
/// correction=True`. All differences zero: p is 1.
///
/// # Errors
///
/// [`StatsError::Empty`] or [`StatsError::NotFinite`].
pub fn wilcoxon(differences: &[f64]) -> Result<Wilcoxon, StatsError> {
    sample::check_finite("the differences", differences)?;
    let mut ranked: Vec<f64> = differences.iter().copied().filter(|&d| d != 0.0).collect();
    // By size; the sign within a tie changes no sum.
    ranked.sort_unstable_by(|a, b| a.abs().total_cmp(&b.abs()).then(a.total_cmp(b)));
    let n = ranked.len();
    // Twice the rank is whole even where two ranks are shared: sums are exact.
    let mut doubled = Vec::with_capacity(n);
    let (mut above, mut below, mut tie_term) = (0_u64, 0_u64, 0.0);
    for tied in ranked.chunk_by(|a, b| a.abs() == b.abs()) {
        let first = doubled.len() as u64 + 1;
        let twice_rank = 2 * first + tied.len() as u64 - 1;
        for d in tied {
            doubled.push(twice_rank);
            *(if *d > 0.0 { &mut above } else { &mut below }) += twice_rank;
        }
        let t = tied.len() as f64;
        tie_term += t * t * t - t;
    }
    let (p, method) = if n <= EXACT_PAIRS {
        (exact(&doubled, above.min(below)), WilcoxonMethod::Exact)
    } else {
        let smaller = above.min(below) as f64 / 2.0;
        (
            approximate(n, smaller, tie_term),
            WilcoxonMethod::NormalApproximation,
        )
    };
    Ok(Wilcoxon {
        p,
        ranks_above: above as f64 / 2.0,
        ranks_below: below as f64 / 2.0,
        pairs_ranked: n,
        method,
    })
}

/// Twice the probability that fair signs give a doubled rank sum of at most `smaller`.
fn exact(doubled: &[u64], smaller: u64) -> f64 {
    // `chance[s]`: probability of the sum s over the ranks so far; halving is exact.
    // Only sums up to `smaller` are asked for: at most 200·201/2 of them.
    let reach = smaller as usize;
    let mut chance = vec![0.0_f64; reach + 1];
    chance[0] = 1.0;
    for &rank in doubled {
        let rank = rank as usize;
        for sum in (0..=reach).rev() {
            let with = if sum >= rank { chance[sum - rank] } else { 0.0 };
            chance[sum] = 0.5 * (chance[sum] + with);
        }
    }
    (2.0 * chance.iter().sum::<f64>()).min(1.0)
}

fn approximate(n: usize, smaller: f64, tie_term: f64) -> f64 {
    let n = n as f64;
    let expected = n * (n + 1.0) / 4.0;
    let variance = (n * (n + 1.0) * (2.0 * n + 1.0) - tie_term / 2.0) / 24.0;
    let distance = (expected - smaller - 0.5).max(0.0);
    // The least positive number keeps p above 0 where the tail underflows.
    (2.0 * normal::cdf(-distance / libm::sqrt(variance))).clamp(f64::MIN_POSITIVE, 1.0)
}

//! How many paired seeds it takes, and what fewer cannot show.

use serde::{Deserialize, Serialize};

use super::win::MEANINGFUL;
use super::{Settings, normal};

/// Most pairs counted in; beyond it an effect is too small for anyone's seeds.
const MOST_PAIRS: f64 = 1e9;

/// Smallest two-sided p that `pairs` pairs can reach in a sign-flip or signed-rank test: 2^(1−n),
/// at most 1.
///
/// 0.0625 at 5 pairs, 0.03125 at 6.
pub fn smallest_p(pairs: usize) -> f64 {
    if pairs == 0 {
        1.0
    } else {
        libm::ldexp(1.0, 1 - pairs.min(1000) as i32)
    }
}

/// Fewest pairs whose [`smallest_p`], times the number of comparisons under Holm's correction, can
/// reach `alpha`.
///
/// 6 at 0.05 and one comparison.
pub fn pairs_to_conclude(alpha: f64, comparisons: usize) -> usize {
    let comparisons = comparisons.max(1) as f64;
    (1..1000)
        .find(|&n| smallest_p(n) * comparisons <= alpha)
        .unwrap_or(1000)
}

/// Pairs needed to tell an arm that wins with probability `gamma` from an even one.
///
/// Noether, "Sample Size Determination for Some Common Nonparametric Tests" (JASA 82, 1987) in the
/// form of Bouthillier et al. 2021: `((Φ⁻¹(1−α) − Φ⁻¹(β)) / (√6 (½ − γ)))²`, one-sided level
/// `alpha`, power `1 − beta`, rounded to the nearest whole as there: 29, 45 and 20 for γ of 0.75,
/// 0.7 and 0.8 at α = β = 0.05. `None` for a `gamma` not between ½ and 1, an `alpha` or `beta` not
/// between 0 and ½, or more than 10⁹ pairs.
pub fn pairs_to_detect(gamma: f64, alpha: f64, beta: f64) -> Option<usize> {
    let in_half = |v: f64| v > 0.0 && v < 0.5;
    if !(gamma > 0.5 && gamma < 1.0 && in_half(alpha) && in_half(beta)) {
        return None;
    }
    let reach = normal::quantile(1.0 - alpha) - normal::quantile(beta);
    let ratio = reach / (libm::sqrt(6.0) * (gamma - 0.5));
    let pairs = libm::round(ratio * ratio).max(1.0);
    (pairs <= MOST_PAIRS).then_some(pairs as usize)
}

/// What the number of seeds allows.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SeedsNeeded {
    /// Paired seeds there are.
    pub pairs: usize,
    /// Smallest two-sided p they can reach, times the number of comparisons; at most 1.
    pub smallest_p: f64,
    /// Fewest pairs that can show any difference at the level set.
    pub to_conclude: usize,
    /// Pairs that find, 19 times in 20, an arm that wins in 3 of 4 seeds (29; Noether's formula at
    /// α = β = 0.05, one-sided, as Bouthillier et al. recommend it for a single comparison; corrected
    /// for more, it takes more).
    pub to_detect_meaningful: usize,
}

impl SeedsNeeded {
    /// For `pairs` seeds and one of `comparisons` comparisons.
    pub fn new(pairs: usize, comparisons: usize, settings: &Settings) -> Self {
        Self {
            pairs,
            smallest_p: (smallest_p(pairs) * comparisons.max(1) as f64).min(1.0),
            to_conclude: pairs_to_conclude(settings.alpha(), comparisons),
            to_detect_meaningful: pairs_to_detect(MEANINGFUL, 0.05, 0.05).unwrap_or(29),
        }
    }
}

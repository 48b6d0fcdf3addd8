//! How often an arm wins, and what that shows.

use serde::{Deserialize, Serialize};

use super::{Interval, Settings, StatsError, normal, power, sample};

/// An arm that wins this often is a meaningful gain: γ of Bouthillier et al. 2021.
pub const MEANINGFUL: f64 = 0.75;

/// Wins, ties and losses of an arm over paired seeds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Wins {
    /// Pairs in which the arm has the lower error.
    pub wins: usize,
    /// Pairs with the same error.
    pub ties: usize,
    /// Pairs in which the arm has the higher error.
    pub losses: usize,
    /// Probability that the arm wins, a tie counted half.
    pub probability: f64,
    /// Lower end of its Wilson interval.
    pub low: f64,
    /// Upper end of its Wilson interval.
    pub high: f64,
    /// The interval against ½ and [`MEANINGFUL`].
    pub conclusion: WinConclusion,
}

/// What the interval of the probability to win says.
///
/// The rule of Bouthillier et al., "Accounting for Variance in Machine Learning
/// Benchmarks" (MLSys 2021): significant if the interval lies above ½, and
/// meaningful if it also reaches above γ = 0.75; here read in both directions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WinConclusion {
    /// So few pairs that not even winning all of them would show anything.
    TooFewPairs,
    /// The interval has ½ in it.
    NoDifferenceShown,
    /// Wins more often than not, but less often than 0.75.
    BetterNotMeaningful,
    /// Wins more often than not, and 0.75 of the time is within the interval or below it.
    BetterAndMeaningful,
    /// Loses more often than not, but less often than 0.75.
    WorseNotMeaningful,
    /// Loses more often than not, and 0.75 of the time is within the interval or below it.
    WorseAndMeaningful,
}

/// Counts wins from `arm − against` differences of an error (below zero: the arm wins).
///
/// The interval is Wilson's score interval, not the percentile bootstrap that Bouthillier et al.
/// use: that one shrinks to a point when an arm wins every seed, and calls 3 wins of 3 certain.
/// With ties the half wins vary less than a coin does, so that the interval errs on the wide side.
///
/// # Errors
///
/// [`StatsError::Empty`], [`StatsError::NotFinite`], or a setting out of range.
pub fn wins(differences: &[f64], settings: &Settings) -> Result<Wins, StatsError> {
    settings.check()?;
    sample::check_finite("the differences", differences)?;
    let pairs = differences.len();
    let wins = differences.iter().filter(|&&d| d < 0.0).count();
    let losses = differences.iter().filter(|&&d| d > 0.0).count();
    let ties = pairs - wins - losses;
    let won = wins as f64 + 0.5 * ties as f64;
    let Interval { low, high } = wilson(won, pairs, settings.level);
    let conclusion = if power::smallest_p(pairs) > settings.alpha() {
        WinConclusion::TooFewPairs
    } else if low > 0.5 {
        if high > MEANINGFUL {
            WinConclusion::BetterAndMeaningful
        } else {
            WinConclusion::BetterNotMeaningful
        }
    } else if high < 0.5 {
        if low < 1.0 - MEANINGFUL {
            WinConclusion::WorseAndMeaningful
        } else {
            WinConclusion::WorseNotMeaningful
        }
    } else {
        WinConclusion::NoDifferenceShown
    };
    Ok(Wins {
        wins,
        ties,
        losses,
        probability: won / pairs as f64,
        low,
        high,
        conclusion,
    })
}

/// Wilson's score interval of a share, `won` of `count` (at least 1; `won` may end in ½).
///
/// Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", JASA 22 (1927).
pub fn wilson(won: f64, count: usize, level: f64) -> Interval {
    let n = count.max(1) as f64;
    let z = normal::quantile(0.5 + 0.5 * level);
    let share = (won / n).clamp(0.0, 1.0);
    let centre = share + z * z / (2.0 * n);
    let reach = z * libm::sqrt(share * (1.0 - share) / n + z * z / (4.0 * n * n));
    let scale = 1.0 + z * z / n;
    Interval {
        low: ((centre - reach) / scale).clamp(0.0, share),
        high: ((centre + reach) / scale).clamp(share, 1.0),
    }
}

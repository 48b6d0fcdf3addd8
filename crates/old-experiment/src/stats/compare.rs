//! Two arms over the same seeds: everything that is said of them.

use serde::{Deserialize, Serialize};

use super::power::SeedsNeeded;
use super::sample::{check_fractions, check_paired, mean, paired_differences};
use super::{
    Bounds, ErrorRatio, NoInterval, Settings, SignFlip, StatsError, Wilcoxon, Wins, bootstrap,
    error_ratio, holm, sign_flip, wilcoxon, wins,
};

/// One arm's test errors, one per seed; fractions.
#[derive(Debug, Clone, Copy)]
pub struct ArmErrors<'a> {
    /// The arm's name, as in the protocol.
    pub name: &'a str,
    /// Test error by seed, in the same order of seeds as the arm it is compared with.
    pub errors: &'a [f64],
}

/// A paired comparison of two arms, as it stands in `summary.json`. Errors are fractions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// The arm.
    pub arm: String,
    /// The arm it is compared with.
    pub against: String,
    /// Seeds that both have.
    pub pairs: usize,
    /// The arm's mean test error.
    pub arm_error: f64,
    /// The other's mean test error.
    pub against_error: f64,
    /// Mean of `arm − against`: below zero the arm is better.
    pub error_difference: ErrorDifference,
    /// Probability that the arm has the lower error, ties counted half; more of it in `wins`.
    pub win_probability: f64,
    /// Geometric mean of `against / arm`: above 1 the arm is better; more of it in `ratio`.
    pub error_ratio: Option<f64>,
    /// Wins, ties and losses, the interval of the probability, and what it shows.
    pub wins: Wins,
    /// The ratio with its interval.
    pub ratio: ErrorRatio,
    /// Sign-flip permutation test of the mean difference.
    pub sign_flip: SignFlip,
    /// Wilcoxon's signed-rank test.
    pub wilcoxon: Wilcoxon,
    /// Holm's correction, once the comparison is one of several; see [`correct_for_several`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holm: Option<Holm>,
    /// What this many seeds can show, and how many it would take.
    pub seeds_needed: SeedsNeeded,
    /// Level of the intervals; tests conclude at `1 − level`.
    pub level: f64,
    /// What all of it comes to.
    pub conclusion: Conclusion,
}

/// A mean difference of errors with its interval: BCa, or of few pairs Student's.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ErrorDifference {
    /// Mean of `arm − against`.
    pub mean: f64,
    /// Its interval.
    #[serde(flatten)]
    pub bounds: Bounds,
}

/// Holm's correction of the sign-flip p.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Holm {
    /// Comparisons made.
    pub comparisons: usize,
    /// The sign-flip p, adjusted for them.
    pub p: f64,
}

/// What a comparison shows of the mean test error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Conclusion {
    /// The arm has the lower error: p is at most `1 − level` (after Holm's correction, where made),
    /// and the interval of the difference leaves out zero on that side.
    Lowers,
    /// The arm has the higher error, by the same rule.
    Raises,
    /// Neither.
    NoDifferenceShown,
    /// So few seeds that no outcome could show a difference.
    TooFewSeeds,
    /// One seed: no statistics at all.
    SingleSeed,
}

/// Compares two arms whose errors are paired by seed.
///
/// ```
/// use fm_experiment::stats::{ArmErrors, Conclusion, Settings, compare};
///
/// let transfer = [0.011, 0.010, 0.013, 0.009, 0.012, 0.010, 0.011, 0.008];
/// let scratch = [0.017, 0.015, 0.030, 0.012, 0.018, 0.014, 0.021, 0.016];
/// let found = compare(
///     ArmErrors { name: "transfer", errors: &transfer },
///     ArmErrors { name: "scratch", errors: &scratch },
///     &Settings::default(),
/// )?;
/// assert_eq!(found.conclusion, Conclusion::Lowers);
/// assert_eq!(found.sign_flip.p, 2.0 / 256.0); // 8 wins of 8: the smallest p there is
/// assert_eq!((found.wins.wins, found.wins.losses), (8, 0));
/// # Ok::<(), fm_experiment::stats::StatsError>(())
/// ```
///
/// # Errors
///
/// [`StatsError::Empty`], [`StatsError::NotFinite`] or [`StatsError::NotAFraction`] with the arm's
/// name, [`StatsError::NotPaired`], or a setting out of range.
pub fn compare(
    arm: ArmErrors<'_>,
    against: ArmErrors<'_>,
    settings: &Settings,
) -> Result<Comparison, StatsError> {
    settings.check()?;
    for side in [arm, against] {
        check_fractions(side.name, side.errors)?;
    }
    check_paired(
        arm.name,
        arm.errors.len(),
        against.name,
        against.errors.len(),
    )?;
    // What counts or ranks takes the differences on their grid, where ties are ties.
    let differences = paired_differences(arm.errors, against.errors)?;
    let plain_differences: Vec<f64> = arm
        .errors
        .iter()
        .zip(against.errors)
        .map(|(a, b)| a - b)
        .collect();
    let bounds = bootstrap::check_spread(&differences)
        .and_then(|()| bootstrap::mean_interval(&plain_differences, settings, "pairs"));
    let pairs = differences.len();
    let (arm_error, against_error) = (mean(arm.errors), mean(against.errors));
    let wins = wins(&differences, settings)?;
    let ratio = error_ratio(arm.errors, against.errors, settings)?;
    let mut comparison = Comparison {
        arm: arm.name.into(),
        against: against.name.into(),
        pairs,
        arm_error,
        against_error,
        error_difference: ErrorDifference {
            mean: mean(&plain_differences),
            bounds: bounds.into(),
        },
        win_probability: wins.probability,
        error_ratio: ratio.value,
        wins,
        ratio,
        sign_flip: sign_flip(&differences, settings)?,
        wilcoxon: wilcoxon(&differences)?,
        holm: None,
        seeds_needed: SeedsNeeded::new(pairs, 1, settings),
        level: settings.level,
        conclusion: Conclusion::NoDifferenceShown,
    };
    comparison.conclusion = comparison.conclude(settings.alpha());
    Ok(comparison)
}

/// Applies Holm's correction to all comparisons of one experiment, and concludes again.
///
/// Fills [`Comparison::holm`] and, since a smaller p is then needed, [`Comparison::seeds_needed`].
/// One comparison alone is left as it is.
pub fn correct_for_several(comparisons: &mut [Comparison], settings: &Settings) {
    let several = comparisons.len();
    if several < 2 {
        return;
    }
    let p_values: Vec<f64> = comparisons.iter().map(|c| c.sign_flip.p).collect();
    for (comparison, p) in comparisons.iter_mut().zip(holm(&p_values)) {
        comparison.holm = Some(Holm {
            comparisons: several,
            p,
        });
        comparison.seeds_needed = SeedsNeeded::new(comparison.pairs, several, settings);
        comparison.conclusion = comparison.conclude(settings.alpha());
    }
}

impl Comparison {
    /// The p that the conclusion rests on: Holm's where there is one, else the sign-flip test's.
    pub fn decisive_p(&self) -> f64 {
        self.holm.map_or(self.sign_flip.p, |h| h.p)
    }

    /// Whether the interval of the difference leaves out zero.
    pub(super) fn interval_leaves_out_zero(&self) -> bool {
        self.error_difference
            .bounds
            .interval()
            .is_some_and(|i| i.low > 0.0 || i.high < 0.0)
    }

    fn conclude(&self, alpha: f64) -> Conclusion {
        if self.pairs == 1 {
            return Conclusion::SingleSeed;
        }
        if self.pairs < self.seeds_needed.to_conclude {
            return Conclusion::TooFewSeeds;
        }
        let mean = self.error_difference.mean;
        // Equal differences have no interval, and no need of one.
        let all_equal = self.error_difference.bounds.no_interval == Some(NoInterval::AllEqual);
        let agrees = all_equal || self.interval_leaves_out_zero();
        if self.decisive_p() > alpha || !agrees || mean == 0.0 {
            Conclusion::NoDifferenceShown
        } else if mean < 0.0 {
            Conclusion::Lowers
        } else {
            Conclusion::Raises
        }
    }
}

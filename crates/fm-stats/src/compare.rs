//! [`Comparison`]: two arms over the same seeds or draws, and the [`Verdict`].

use serde::{Deserialize, Serialize};

use crate::crossed::{Crossed, common_shape, crossed_difference};
use crate::holm::holm;
use crate::interval::{Interval, of_mean};
use crate::sample::{check_count, check_fractions, check_lengths, mean, paired_differences, sd};
use crate::settings::alpha;
use crate::{Settings, StatsError, sign_flip};

/// A paired comparison of an arm with a baseline. Errors and differences are fractions.
///
/// The estimand is the difference of mean test errors, `arm − baseline`: below zero the arm is better.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// Seeds or draws that both arms have.
    pub pairs: usize,
    /// Mean test error of the arm.
    pub arm_error: f64,
    /// Mean test error of the baseline.
    pub baseline_error: f64,
    /// Mean of `arm − baseline`.
    pub difference: f64,
    /// Standard deviation of `arm − baseline` over the pairs; `None` for one pair.
    pub difference_sd: Option<f64>,
    /// Interval of the difference that the verdict rests on; `None` of fewer than
    /// [`MIN_PAIRS`](crate::MIN_PAIRS) pairs. From [`compare`] Student's over the pairs, for these test
    /// rows; from [`compare_rows`] that of [`Crossed`], for other test rows too.
    pub interval: Option<Interval>,
    /// What the draws and what the test rows contribute; of [`compare_rows`] only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crossed: Option<Crossed>,
    /// Pairs in which the arm has the lower error.
    pub wins: usize,
    /// Pairs with equal errors.
    pub ties: usize,
    /// Pairs in which the arm has the higher error.
    pub losses: usize,
    /// Two-sided p of the sign-flip test over the pairs.
    pub p: f64,
    /// Comparisons that p is corrected for; see [`correct_for_family`].
    pub family: usize,
    /// `p` after Holm's correction; equal to `p` in a family of one.
    pub adjusted_p: f64,
    /// Level of the interval; differences are concluded at `1 − level`.
    pub level: f64,
    /// Differences below it are practically zero.
    pub margin: f64,
    /// What the comparison shows; `None` of fewer than [`MIN_PAIRS`](crate::MIN_PAIRS) pairs.
    pub verdict: Option<Verdict>,
}

/// What a comparison shows about the mean test error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The arm has the lower error: the interval lies below zero and `adjusted_p ≤ 1 − level`.
    Better,
    /// The arm has the higher error, by the same rule.
    Worse,
    /// The interval lies inside ±margin, also where it excludes zero. Two one-sided tests
    /// (Schuirmann, "A Comparison of the Two One-Sided Tests Procedure and the Power Approach",
    /// Journal of Pharmacokinetics and Biopharmaceutics 15, 1987) with the 95 % interval that is
    /// shown, not the usual 90 % one: each comparison errs at most 2.5 % of the time.
    PracticallyEqual,
    /// None of these.
    Undecided,
}

impl Verdict {
    /// The rule, given the interval and the corrected p of a difference.
    pub(crate) fn of(interval: Interval, adjusted_p: f64, level: f64, margin: f64) -> Self {
        let Interval { low, high } = interval;
        if -margin < low && high < margin {
            Self::PracticallyEqual
        } else if adjusted_p > alpha(level) {
            Self::Undecided
        } else if high < 0.0 {
            Self::Better
        } else if low > 0.0 {
            Self::Worse
        } else {
            Self::Undecided
        }
    }
}

/// Compares two arms whose test errors are paired by seed, for the test rows they were scored on.
///
/// ```
/// use fm_stats::{Settings, Verdict, compare};
///
/// let transfer = [0.011, 0.010, 0.013, 0.009, 0.012, 0.010, 0.011, 0.008];
/// let scratch = [0.017, 0.015, 0.030, 0.012, 0.018, 0.014, 0.021, 0.016];
/// let found = compare(&transfer, &scratch, &Settings::default())?;
/// assert_eq!((found.wins, found.pairs), (8, 8));
/// assert_eq!(found.p, 2.0 / 256.0); // the smallest p of 8 pairs
/// assert_eq!(found.verdict, Some(Verdict::Better));
/// # Ok::<(), fm_stats::StatsError>(())
/// ```
///
/// # Errors
///
/// [`StatsError::TooFew`] without values, [`StatsError::NotFinite`], [`StatsError::OutOfRange`] for
/// what is not a fraction, [`StatsError::LengthsDiffer`], or a setting out of range.
pub fn compare(
    arm: &[f64],
    baseline: &[f64],
    settings: &Settings,
) -> Result<Comparison, StatsError> {
    settings.check()?;
    check_fractions("arm", arm)?;
    check_fractions("baseline", baseline)?;
    check_lengths("arm", arm.len(), "baseline", baseline.len())?;
    let plain: Vec<f64> = arm.iter().zip(baseline).map(|(a, b)| a - b).collect();
    // What counts and flips takes the differences on their grid, where ties are ties.
    let differences = paired_differences(arm, baseline)?;
    let pairs = differences.len();
    let difference = mean(&plain);
    let all_equal = sd(&differences).filter(|&sd| sd == 0.0);
    let difference_sd = all_equal.or_else(|| sd(&plain));
    let p = sign_flip(&differences, settings)?;
    let wins = differences.iter().filter(|&&d| d < 0.0).count();
    let losses = differences.iter().filter(|&&d| d > 0.0).count();
    let mut comparison = Comparison {
        pairs,
        arm_error: mean(arm),
        baseline_error: mean(baseline),
        difference,
        difference_sd,
        interval: difference_sd.and_then(|sd| of_mean(pairs, difference, sd, settings.alpha())),
        crossed: None,
        wins,
        ties: pairs - wins - losses,
        losses,
        p,
        family: 1,
        adjusted_p: p,
        level: settings.level,
        margin: settings.margin,
        verdict: None,
    };
    comparison.conclude();
    Ok(comparison)
}

/// Compares two arms for other draws *and* other test rows: `wrong[draw][row]` tells which test rows
/// each draw of an arm misclassified.
///
/// As [`compare`] of the draws' errors, but with the interval of [`crossed_difference`]. The sign-flip
/// test still asks about these test rows; a verdict needs both.
///
/// # Errors
///
/// As [`compare`] and [`crossed_difference`]; a single draw or a single row has no interval, but is
/// not an error.
pub fn compare_rows<D: AsRef<[bool]>>(
    arm_wrong: &[D],
    baseline_wrong: &[D],
    settings: &Settings,
) -> Result<Comparison, StatsError> {
    let (draws, rows) = common_shape(arm_wrong, baseline_wrong)?;
    check_count("draws", draws, 1)?;
    check_count("test rows", rows, 1)?;
    let mut comparison = compare(&errors(arm_wrong), &errors(baseline_wrong), settings)?;
    if draws > 1 && rows > 1 {
        let crossed = crossed_difference(arm_wrong, baseline_wrong, settings)?;
        comparison.difference = crossed.mean;
        comparison.interval = crossed.interval;
        comparison.crossed = Some(crossed);
    } else {
        comparison.interval = None;
    }
    comparison.conclude();
    Ok(comparison)
}

/// Share of wrong rows, per draw.
fn errors<D: AsRef<[bool]>>(wrong: &[D]) -> Vec<f64> {
    let error = |draw: &[bool]| {
        let count = draw.iter().filter(|&&wrong| wrong).count();
        count as f64 / draw.len() as f64
    };
    wrong.iter().map(|draw| error(draw.as_ref())).collect()
}

/// Applies Holm's correction to the p of all comparisons of one question, and concludes again.
///
/// Sets [`Comparison::family`], [`Comparison::adjusted_p`] and [`Comparison::verdict`]. The verdict
/// "practically equal" does not rest on p and is not corrected.
pub fn correct_for_family<'a>(comparisons: impl IntoIterator<Item = &'a mut Comparison>) {
    let comparisons: Vec<&mut Comparison> = comparisons.into_iter().collect();
    let p_values: Vec<f64> = comparisons.iter().map(|c| c.p).collect();
    for (comparison, adjusted_p) in comparisons.into_iter().zip(holm(&p_values)) {
        comparison.family = p_values.len();
        comparison.adjusted_p = adjusted_p;
        comparison.conclude();
    }
}

impl Comparison {
    /// Standard error of `difference`, over what `interval` is for; `None` for one pair.
    pub fn standard_error(&self) -> Option<f64> {
        let of_rows = self.crossed.map(|crossed| crossed.standard_error);
        let of_pairs = || Some(self.difference_sd? / libm::sqrt(self.pairs as f64));
        of_rows.or_else(of_pairs)
    }

    fn conclude(&mut self) {
        let conclude = |i| Verdict::of(i, self.adjusted_p, self.level, self.margin);
        self.verdict = self.interval.map(conclude);
    }
}

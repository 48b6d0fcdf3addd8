//! [`Comparison`]: two arms over the same seeds or draws, and the [`Verdict`].

use serde::{Deserialize, Serialize};

use crate::sample::{check_count, check_each, check_lengths};
use crate::settings::alpha;
use crate::{Crossed, Interval, Settings, StatsError, mean, random, sd, sign_flip};

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
/// [`StatsError::TooFew`] without values, [`StatsError::Invalid`] for what is not a fraction, for arms of
/// different lengths, or a setting out of range.
pub fn compare(
    arm: &[f64],
    baseline: &[f64],
    settings: &Settings,
) -> Result<Comparison, StatsError> {
    settings.check()?;
    for (what, errors) in [("arm", arm), ("baseline", baseline)] {
        check_each(what, errors, "a fraction from 0 to 1", |error| {
            (0.0..=1.0).contains(&error)
        })?;
    }
    check_lengths("arm", arm.len(), "baseline", baseline.len())?;
    let plain: Vec<f64> = arm.iter().zip(baseline).map(|(a, b)| a - b).collect();
    let differences = on_grid(&plain, arm.iter().chain(baseline));
    let pairs = differences.len();
    let difference = mean(&plain);
    let all_equal = sd(&differences).filter(|&sd| sd == 0.0);
    let difference_sd = all_equal.or_else(|| sd(&plain));
    let mut stream = random::stream(settings.seed, "sign-flip", 0);
    let p = sign_flip::p_value(
        &differences,
        sign_flip::EXACT_PAIRS,
        settings.flips,
        &mut stream,
    );
    let wins = differences.iter().filter(|&&d| d < 0.0).count();
    let losses = differences.iter().filter(|&&d| d > 0.0).count();
    let of_pairs = |sd| Interval::of_mean(pairs, difference, sd, settings.alpha());
    let mut comparison = Comparison {
        pairs,
        arm_error: mean(arm),
        baseline_error: mean(baseline),
        difference,
        difference_sd,
        interval: difference_sd.and_then(of_pairs),
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

/// Differences of some errors without the rounding of the subtraction.
///
/// 0.98 − 0.975 and 0.97 − 0.965 are both 10 rows of 2,000, yet differ in the last bits, so that a
/// count of ties would miss them. Every difference is therefore rounded to a multiple of 2⁻³⁶
/// (1.5e-11) of the largest error's power of two: far below one row of any test set, far above a
/// rounding error.
fn on_grid<'a>(differences: &[f64], errors: impl Iterator<Item = &'a f64>) -> Vec<f64> {
    let largest = errors.fold(0.0_f64, |largest, error| largest.max(*error));
    // Dividing by a power of two is exact.
    let spacing = libm::ldexp(1.0, libm::frexp(largest).1 - 36).max(f64::MIN_POSITIVE);
    let rounded = differences
        .iter()
        .map(|d| libm::rint(d / spacing) * spacing + 0.0);
    rounded.collect()
}

/// Compares two arms for other draws *and* other test rows: `wrong[draw][row]` tells which test rows
/// each draw of an arm misclassified.
///
/// As [`compare`] of the draws' errors, but with the interval of [`Crossed`]. The sign-flip test still
/// asks about these test rows; a verdict needs both. A single draw or a single row has no interval.
///
/// # Errors
///
/// [`StatsError::TooFew`] without draws or rows, [`StatsError::Invalid`] for arms that differ in draws,
/// for draws that differ in rows, or a setting out of range.
pub fn compare_rows<D: AsRef<[bool]>>(
    arm_wrong: &[D],
    baseline_wrong: &[D],
    settings: &Settings,
) -> Result<Comparison, StatsError> {
    check_count("draws", arm_wrong.len(), 1)?;
    let rows = arm_wrong[0].as_ref().len();
    check_count("test rows", rows, 1)?;
    for (arm, draws) in [("arm", arm_wrong), ("baseline", baseline_wrong)] {
        for (d, draw) in draws.iter().enumerate() {
            let what = format!("draw {d} of {arm}");
            check_lengths(&what, draw.as_ref().len(), "draw 0 of arm", rows)?;
        }
    }
    let mut comparison = compare(&errors(arm_wrong), &errors(baseline_wrong), settings)?;
    comparison.crossed = Crossed::of(arm_wrong, baseline_wrong, settings.alpha());
    comparison.interval = comparison.crossed.and_then(|crossed| crossed.interval);
    if let Some(crossed) = comparison.crossed {
        comparison.difference = crossed.mean;
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
/// With the p sorted ascending, the k-th (from 0) of m becomes the largest of `(m − j)·p_j` over
/// j ≤ k, at most 1. The probability of one or more false conclusions stays below the level under any
/// dependence between the comparisons. Holm, "A Simple Sequentially Rejective Multiple Test Procedure",
/// Scandinavian Journal of Statistics 6 (1979).
///
/// Sets [`Comparison::family`], [`Comparison::adjusted_p`] and [`Comparison::verdict`]. The verdict
/// "practically equal" does not rest on p and is not corrected.
pub fn correct_for_family<'a>(comparisons: impl IntoIterator<Item = &'a mut Comparison>) {
    let mut comparisons: Vec<&mut Comparison> = comparisons.into_iter().collect();
    comparisons.sort_by(|a, b| a.p.total_cmp(&b.p));
    let family = comparisons.len();
    let mut largest = 0.0_f64;
    for (rank, comparison) in comparisons.into_iter().enumerate() {
        largest = largest.max((family - rank) as f64 * comparison.p).min(1.0);
        comparison.family = family;
        comparison.adjusted_p = largest;
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

//! How many draws a conclusion takes: the rule of [`Verdict`], simulated.

use crate::error::check;
use crate::{
    Interval, MIN_PAIRS, Settings, StatsError, Verdict, mean, normal, random, sd, sign_flip,
};

/// Experiments simulated for each number of draws: the standard error of a power is 0.5 points at
/// most.
const SIMULATIONS: u32 = 10_000;

/// Up to this many differences the sign flips of a simulated experiment are counted, not sampled.
const EXACT_PAIRS: usize = 24;

/// Random sign flips otherwise.
const FLIPS: usize = 2_000;

/// Most draws considered.
pub const MAX_DRAWS: usize = 1_000;

/// What is assumed about a comparison before it is made. Fractions, so 0.5 points are 0.005.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scenario {
    /// True difference of mean errors, `arm − baseline`, from −1 to 1.
    pub difference: f64,
    /// Standard deviation over draws of the difference on one test set, as
    /// [`Crossed::draw_sd`](crate::Crossed::draw_sd) of a pilot; from 0 to 1.
    pub draw_sd: f64,
    /// Standard error that the test rows cause, as [`Crossed::rows_error`](crate::Crossed::rows_error)
    /// of a pilot; from 0 to 1. 0: the verdict is about these test rows, by the rule of
    /// [`compare`](crate::compare). Above 0: about other test rows too, by that of
    /// [`compare_rows`](crate::compare_rows).
    pub rows_error: f64,
    /// Comparisons in the family, 1 or more. The p is multiplied by it, as Holm's correction does for
    /// the smallest p: the power stated is what one comparison has if none of the others is concluded.
    pub family: usize,
}

/// Power at a number of draws: the probability of [`Verdict::Better`], from 10,000 simulated
/// experiments with normal differences.
///
/// The same bits on every machine. Takes a quarter of a second at most.
///
/// ```
/// use fm_stats::{Scenario, Settings, power};
///
/// let scenario = Scenario { difference: -0.005, draw_sd: 0.007, rows_error: 0.0, family: 1 };
/// let at_12 = power(12, &scenario, &Settings::default())?;
/// let at_29 = power(29, &scenario, &Settings::default())?;
/// assert!(at_12 < 0.7 && at_29 > 0.9);
/// # Ok::<(), fm_stats::StatsError>(())
/// ```
///
/// # Errors
///
/// [`StatsError::Invalid`]: fewer than [`MIN_PAIRS`] or more than [`MAX_DRAWS`] draws, an assumption or
/// a setting out of range.
pub fn power(draws: usize, scenario: &Scenario, settings: &Settings) -> Result<f64, StatsError> {
    scenario.check(settings)?;
    let valid = (MIN_PAIRS..=MAX_DRAWS).contains(&draws);
    check(valid, "draws", draws, "a count from 6 to 1000")?;
    let better = |number: &u32| concludes(draws, scenario, settings, *number);
    Ok((0..SIMULATIONS).filter(better).count() as f64 / f64::from(SIMULATIONS))
}

/// Fewest draws whose [`power`] reaches `target`; `None` if [`MAX_DRAWS`] do not reach it either.
/// [`power_limit`] tells whether any number could.
///
/// Assumes that power grows with the draws. It does so if the true difference is beyond the margin; a
/// smaller one becomes "practically equal" with enough draws.
///
/// # Errors
///
/// [`StatsError::Invalid`]: an assumption, the target (between 0 and 1) or a setting out of range.
pub fn draws_needed(
    target: f64,
    scenario: &Scenario,
    settings: &Settings,
) -> Result<Option<usize>, StatsError> {
    let valid = target > 0.0 && target < 1.0;
    check(valid, "target", target, "a power between 0 and 1")?;
    scenario.check(settings)?;
    let enough = |draws| {
        let (mut better, mut share) = (0_u32, 0.0);
        for number in 0..SIMULATIONS {
            better += u32::from(concludes(draws, scenario, settings, number));
            let simulated = f64::from(number + 1);
            share = f64::from(better) / simulated;
            // Five standard errors from the target: the others would not change the answer.
            if (share - target).abs() > 2.5 / libm::sqrt(simulated) {
                break;
            }
        }
        share >= target
    };
    let (mut below, mut reached) = (MIN_PAIRS - 1, MIN_PAIRS);
    while !enough(reached) {
        if reached == MAX_DRAWS {
            return Ok(None);
        }
        below = reached;
        reached = (2 * reached).min(MAX_DRAWS);
    }
    while reached - below > 1 {
        let middle = (below + reached) / 2;
        *(if enough(middle) {
            &mut reached
        } else {
            &mut below
        }) = middle;
    }
    Ok(Some(reached))
}

/// Power with infinitely many draws: the difference on these test rows is then known, and the interval
/// is that of [`Crossed::rows_floor`](crate::Crossed::rows_floor).
///
/// # Errors
///
/// [`StatsError::Invalid`]: an assumption or a setting out of range.
pub fn power_limit(scenario: &Scenario, settings: &Settings) -> Result<f64, StatsError> {
    scenario.check(settings)?;
    let error = scenario.rows_error;
    let reach = normal::quantile(1.0 - settings.alpha() / 2.0) * error;
    // Nearer to 0, the interval contains 0 or lies within the margin.
    let nearest = reach.max(settings.margin - reach);
    Ok(match -nearest - scenario.difference {
        distance if error > 0.0 => normal::cdf(distance / error),
        distance => f64::from(distance >= 0.0 && scenario.difference < 0.0),
    })
}

impl Scenario {
    fn check(&self, settings: &Settings) -> Result<(), StatsError> {
        settings.check()?;
        let valid = (-1.0..=1.0).contains(&self.difference);
        let expected = "a fraction from -1 to 1";
        check(valid, "difference", self.difference, expected)?;
        for (what, spread) in [("draw_sd", self.draw_sd), ("rows_error", self.rows_error)] {
            let valid = (0.0..=1.0).contains(&spread);
            check(valid, what, spread, "a fraction from 0 to 1")?;
        }
        check(self.family > 0, "family", 0, "at least 1 comparison")
    }
}

/// Whether the arm is better in one simulated experiment. Experiments of the same number with more
/// draws begin with the same draws, so that power hardly falls by chance as draws are added.
fn concludes(draws: usize, scenario: &Scenario, settings: &Settings, number: u32) -> bool {
    let mut stream = random::stream(settings.seed, "plan", number.into());
    let [shift, first] = random::normals(&mut stream);
    let mut normals = vec![first];
    while normals.len() < draws {
        normals.extend(random::normals(&mut stream));
    }
    let centre = scenario.difference + scenario.rows_error * shift;
    let differences = normals[..draws].iter();
    let differences = differences.map(|z| centre + scenario.draw_sd * z);
    let differences: Vec<f64> = differences.collect();
    // The interval of `Crossed` if the row component were known, which of thousands of rows it nearly
    // is; with `rows_error` 0 that is Student's.
    let n = draws as f64;
    let of_draws = sd(&differences).map_or(0.0, |sd| sd * sd / n);
    let whole = of_draws + scenario.rows_error * scenario.rows_error;
    let degrees = match of_draws > 0.0 {
        true => (n - 1.0) * (whole / of_draws) * (whole / of_draws),
        false => f64::INFINITY,
    };
    let alpha = settings.alpha();
    let interval = Interval::student(mean(&differences), libm::sqrt(whole), degrees, alpha);
    let better = |p: f64| {
        let adjusted_p = (p * scenario.family as f64).min(1.0);
        let verdict = Verdict::of(interval, adjusted_p, settings.level, settings.margin);
        verdict == Verdict::Better
    };
    // Most flips are saved where the interval does not conclude, and where Hoeffding's bound of a sum of
    // random signs, 2 exp(−S² / 2 Σd²), does.
    let sum: f64 = differences.iter().sum();
    let squares: f64 = differences.iter().map(|d| d * d).sum();
    let bound = 2.0 * libm::exp(-0.5 * sum * sum / squares);
    let mut p = || sign_flip::p_value(&differences, EXACT_PAIRS, FLIPS, &mut stream);
    better(0.0) && (better(bound) || better(p()))
}

//! How many draws a conclusion takes: the rule of [`Comparison`](crate::Comparison), simulated.

use serde::{Deserialize, Serialize};

use crate::interval::{Interval, normal_reach};
use crate::random::Stream;
use crate::sample::{mean, sd};
use crate::{MIN_PAIRS, Settings, StatsError, Verdict, normal, sign_flip, student};

/// Experiments simulated for each number of draws: the standard error of a power is 0.5 points at
/// most.
const SIMULATIONS: u64 = 10_000;

/// Up to this many differences the sign flips of a simulated experiment are counted, not sampled.
const EXACT_PAIRS: usize = 24;

/// Random sign flips otherwise.
const FLIPS: usize = 2_000;

/// Most draws considered.
pub const MAX_DRAWS: usize = 1_000;

/// What is assumed about a comparison before it is made. Fractions, so 0.5 points are 0.005.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Scenario {
    /// True difference of mean errors, `arm − baseline`.
    pub difference: f64,
    /// Standard deviation over draws of the difference on one test set, as
    /// [`Crossed::draw_sd`](crate::Crossed::draw_sd) of a pilot.
    pub draw_sd: f64,
    /// Standard error that the test rows cause, as [`Crossed::rows_error`](crate::Crossed::rows_error)
    /// of a pilot. 0: the verdict is about these test rows, by the rule of
    /// [`compare`](crate::compare). Above 0: about other test rows too, by that of
    /// [`compare_rows`](crate::compare_rows).
    pub rows_error: f64,
    /// Comparisons in the family. The p is multiplied by it, as Holm's correction does for the
    /// smallest p: the power stated is what one comparison has if none of the others is concluded.
    pub family: usize,
}

/// Probability of each verdict; the four add up to 1.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Power {
    /// Of [`Verdict::Better`].
    pub better: f64,
    /// Of [`Verdict::Worse`].
    pub worse: f64,
    /// Of [`Verdict::PracticallyEqual`].
    pub practically_equal: f64,
    /// Of [`Verdict::Undecided`].
    pub undecided: f64,
}

impl Power {
    /// The probability of one verdict.
    pub fn of(&self, verdict: Verdict) -> f64 {
        match verdict {
            Verdict::Better => self.better,
            Verdict::Worse => self.worse,
            Verdict::PracticallyEqual => self.practically_equal,
            Verdict::Undecided => self.undecided,
        }
    }
}

/// Power at a number of draws, from 10,000 simulated experiments with normal differences.
///
/// The same bits on every machine. Takes a quarter of a second at most.
///
/// ```
/// use fm_stats::{Scenario, Settings, power};
///
/// let scenario = Scenario { difference: -0.005, draw_sd: 0.007, rows_error: 0.0, family: 1 };
/// let at_12 = power(12, &scenario, &Settings::default())?;
/// let at_29 = power(29, &scenario, &Settings::default())?;
/// assert!(at_12.better < 0.7 && at_29.better > 0.9);
/// # Ok::<(), fm_stats::StatsError>(())
/// ```
///
/// # Errors
///
/// [`StatsError::Setting`]: fewer than [`MIN_PAIRS`] or more than [`MAX_DRAWS`] draws, an assumption or
/// a setting out of range.
pub fn power(draws: usize, scenario: &Scenario, settings: &Settings) -> Result<Power, StatsError> {
    check(scenario, settings)?;
    if !(MIN_PAIRS..=MAX_DRAWS).contains(&draws) {
        return Err(StatsError::Setting {
            key: "draws",
            found: draws.to_string(),
            expected: "a count from 6 to 1000",
        });
    }
    let mut counts = [0_u32; 4];
    for k in 0..SIMULATIONS {
        counts[simulate(draws, scenario, settings, k) as usize] += 1;
    }
    let share = |verdict: Verdict| f64::from(counts[verdict as usize]) / SIMULATIONS as f64;
    Ok(Power {
        better: share(Verdict::Better),
        worse: share(Verdict::Worse),
        practically_equal: share(Verdict::PracticallyEqual),
        undecided: share(Verdict::Undecided),
    })
}

/// Fewest draws whose power for `verdict` reaches `target`; `None` if [`MAX_DRAWS`] do not reach it
/// either. [`power_limit`] tells whether any number could.
///
/// Assumes that power grows with the draws. For "better" and "worse" it does so if the true difference
/// is beyond the margin; a smaller one becomes "practically equal" with enough draws.
///
/// # Errors
///
/// [`StatsError::Setting`]: an assumption, the target (0 to 1) or a setting out of range.
pub fn draws_needed(
    verdict: Verdict,
    target: f64,
    scenario: &Scenario,
    settings: &Settings,
) -> Result<Option<usize>, StatsError> {
    if !(target > 0.0 && target < 1.0) {
        return Err(StatsError::Setting {
            key: "target",
            found: target.to_string(),
            expected: "a power between 0 and 1",
        });
    }
    check(scenario, settings)?;
    // Simulated only near the target: elsewhere the estimate is enough, and a thousand times faster.
    let enough = |draws| {
        let estimated = estimate(draws, scenario, settings).of(verdict);
        match (estimated - target).abs() > estimate_error(draws) {
            true => Ok(estimated > target),
            false => Ok(power(draws, scenario, settings)?.of(verdict) >= target),
        }
    };
    let (mut below, mut reached) = (MIN_PAIRS - 1, MIN_PAIRS);
    while !enough(reached)? {
        if reached == MAX_DRAWS {
            return Ok(None);
        }
        below = reached;
        reached = (2 * reached).min(MAX_DRAWS);
    }
    while reached - below > 1 {
        let middle = (below + reached) / 2;
        if enough(middle)? {
            reached = middle;
        } else {
            below = middle;
        }
    }
    Ok(Some(reached))
}

/// Power with infinitely many draws: the floor that the test rows alone set.
///
/// The difference on these rows is then known, and the interval is that of
/// [`Crossed::rows_floor`](crate::Crossed::rows_floor).
///
/// # Errors
///
/// [`StatsError::Setting`]: an assumption or a setting out of range.
pub fn power_limit(scenario: &Scenario, settings: &Settings) -> Result<Power, StatsError> {
    check(scenario, settings)?;
    let error = scenario.rows_error;
    let reach = normal_reach(error, settings.alpha());
    Ok(verdicts(scenario, settings, error, [reach, 0.0]))
}

/// The power that a simulation would find, within [`estimate_error`].
///
/// The noncentral t distribution of the interval and of the sign flips, which are nearly Student's
/// test, in its normal approximation (Abramowitz & Stegun 26.7.10).
fn estimate(draws: usize, scenario: &Scenario, settings: &Settings) -> Power {
    let n = draws as f64;
    let of_draws = scenario.draw_sd * scenario.draw_sd / n;
    let (error, degrees) = standard_error(of_draws, n, scenario.rows_error);
    // Mean and variance of `t · s`, where s estimates an error with some degrees of freedom.
    let reach = |alpha: f64, error: f64, degrees: f64| {
        let reach = student::quantile(1.0 - alpha / 2.0, degrees) * error;
        let mean = reach * (1.0 - 0.25 / degrees);
        (mean, reach * reach / (2.0 * degrees))
    };
    let of_interval = reach(settings.alpha(), error, degrees);
    let family = scenario.family;
    let of_flips = match draws < sign_flip::pairs_to_conclude(settings.alpha(), family) {
        true => (f64::INFINITY, 0.0),
        false => reach(
            settings.alpha() / family as f64,
            libm::sqrt(of_draws),
            n - 1.0,
        ),
    };
    let variance = match of_flips.0 > of_interval.0 {
        true => of_flips.1,
        false => of_interval.1,
    };
    let spread = libm::sqrt(error * error + variance);
    verdicts(scenario, settings, spread, [of_interval.0, of_flips.0])
}

/// How far a simulated power may be from its [`estimate`], above what was found in 19 settings: 0.18
/// with 6 to 11 draws, the fewest whose signs can conclude anything, and 0.01 with 12 and 24.
fn estimate_error(draws: usize) -> f64 {
    0.03 + 3.0 / draws as f64
}

/// The rule of [`Verdict`] for an observed difference that is normal around the true one with a
/// standard deviation of `spread`, given the reach of the interval and the least that the sign
/// flips conclude.
fn verdicts(scenario: &Scenario, settings: &Settings, spread: f64, reach: [f64; 2]) -> Power {
    let [reach, of_flips] = reach;
    // Probability that the observed difference is below `x`.
    let below = |x: f64| match x - scenario.difference {
        distance if spread > 0.0 => normal::cdf(distance / spread),
        distance => f64::from(u8::from(distance > 0.0)),
    };
    let above = |x: f64| match scenario.difference - x {
        distance if spread > 0.0 => normal::cdf(distance / spread),
        distance => f64::from(u8::from(distance > 0.0)),
    };
    // Practically equal within ±inner.
    let inner = settings.margin - reach;
    let shown = reach.max(of_flips).max(inner);
    let better = below(-shown);
    let worse = above(shown);
    let practically_equal = match inner > 0.0 {
        true => (1.0 - below(-inner) - above(inner)).max(0.0),
        false => 0.0,
    };
    let undecided = (1.0 - better - worse - practically_equal).max(0.0);
    Power {
        better,
        worse,
        practically_equal,
        undecided,
    }
}

fn check(scenario: &Scenario, settings: &Settings) -> Result<(), StatsError> {
    settings.check()?;
    let refuse = |key, found: String, expected| {
        Err(StatsError::Setting {
            key,
            found,
            expected,
        })
    };
    let (fraction, spread) = ("a fraction from -1 to 1", "a fraction from 0 to 1");
    if !(-1.0..=1.0).contains(&scenario.difference) {
        return refuse("difference", scenario.difference.to_string(), fraction);
    }
    if !(0.0..=1.0).contains(&scenario.draw_sd) {
        return refuse("draw_sd", scenario.draw_sd.to_string(), spread);
    }
    if !(0.0..=1.0).contains(&scenario.rows_error) {
        return refuse("rows_error", scenario.rows_error.to_string(), spread);
    }
    if scenario.family == 0 {
        return refuse("family", "0".into(), "at least 1 comparison");
    }
    Ok(())
}

/// The verdict of one simulated experiment. Experiments of the same number with more draws begin
/// with the same draws, so that power hardly falls by chance as draws are added.
fn simulate(draws: usize, scenario: &Scenario, settings: &Settings, number: u64) -> Verdict {
    let mut stream = Stream::new(settings.seed, "plan", number);
    let [shift, first] = stream.normals();
    let mut normals = vec![first];
    while normals.len() < draws {
        normals.extend(stream.normals());
    }
    let centre = scenario.difference + scenario.rows_error * shift;
    let differences: Vec<f64> = normals[..draws]
        .iter()
        .map(|z| centre + scenario.draw_sd * z)
        .collect();
    let interval = interval(&differences, scenario, settings);
    let verdict = |p: f64| {
        let adjusted_p = (p * scenario.family as f64).min(1.0);
        Verdict::of(interval, adjusted_p, settings.level, settings.margin)
    };
    // The flips matter only where the interval alone would conclude a difference.
    match verdict(0.0) {
        decided @ (Verdict::PracticallyEqual | Verdict::Undecided) => decided,
        Verdict::Better | Verdict::Worse => {
            verdict(sign_flip_p(&differences, scenario, settings, &mut stream))
        }
    }
}

/// The interval of [`Crossed`](crate::Crossed) if the row component were known, which of thousands
/// of rows it nearly is; with `rows_error` 0 that is Student's.
fn interval(differences: &[f64], scenario: &Scenario, settings: &Settings) -> Interval {
    let n = differences.len() as f64;
    let of_draws = sd(differences).map_or(0.0, |sd| sd * sd / n);
    let (error, degrees) = standard_error(of_draws, n, scenario.rows_error);
    Interval::student(mean(differences), error, degrees, settings.alpha())
}

/// The standard error of a mean of `n` draws and its degrees of freedom, from the variance that the
/// draws cause and the known error of the rows.
fn standard_error(of_draws: f64, n: f64, rows_error: f64) -> (f64, f64) {
    let whole = of_draws + rows_error * rows_error;
    let degrees = match of_draws > 0.0 {
        true => (n - 1.0) * (whole / of_draws) * (whole / of_draws),
        false => f64::INFINITY,
    };
    (libm::sqrt(whole), degrees)
}

/// p of the differences; 0 where it cannot decide against the interval.
fn sign_flip_p(
    differences: &[f64],
    scenario: &Scenario,
    settings: &Settings,
    stream: &mut Stream,
) -> f64 {
    // Hoeffding's bound of a sum of random signs, 2 exp(−S² / 2 Σd²), saves most of the flips.
    let sum: f64 = differences.iter().sum();
    let squares: f64 = differences.iter().map(|d| d * d).sum();
    let bound = 2.0 * libm::exp(-0.5 * sum * sum / squares);
    if bound * scenario.family as f64 <= settings.alpha() {
        return 0.0;
    }
    sign_flip::p_value(differences, EXACT_PAIRS, FLIPS, stream)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn estimates_are_near_simulations() {
        let settings = Settings::default();
        let draw_sd = 0.01;
        for (draws, family) in [(6, 1), (8, 4), (11, 45), (12, 1)] {
            for (rows, distance) in [(0.0, 3.5), (0.0, 5.0), (0.7, 3.5)] {
                let of_draws = draw_sd / libm::sqrt(draws as f64);
                let scenario = Scenario {
                    difference: -distance * of_draws,
                    draw_sd,
                    rows_error: rows * of_draws,
                    family,
                };
                let estimated = estimate(draws, &scenario, &settings).better;
                let simulated = power(draws, &scenario, &settings).unwrap().better;
                assert!(
                    (estimated - simulated).abs() < estimate_error(draws),
                    "{draws} {scenario:?}: {estimated} {simulated}"
                );
            }
        }
    }
}

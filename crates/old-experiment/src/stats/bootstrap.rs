//! The bootstrap: resampling with replacement, and the BCa interval made from it.
//!
//! BCa ("bias-corrected and accelerated"): Efron, "Better Bootstrap Confidence Intervals",
//! JASA 82 (1987); in the form of Efron & Tibshirani, *An Introduction to the Bootstrap*
//! (1993), section 14.3, as `scipy.stats.bootstrap` computes it.

use super::random::Stream;
use super::{Interval, NoInterval, Settings, normal, sample, student};

/// Fewest values an interval is made from.
///
/// From 5 not even the smallest and the largest value cover the median 95 times in 100, and no outcome
/// of 5 pairs is a difference at that level.
pub const FEWEST_VALUES: usize = 6;

/// The BCa interval of one estimate from its bootstrap distribution.
///
/// - `distribution`: the estimate of each resample, in any order; sorted in place.
/// - `observed`: the estimate of the sample itself.
/// - `jackknife`: the estimate without each value in turn, for the acceleration.
/// - `z`: standard deviations to each side, [`Settings::tail_z`]; 1.96 is the plain 95 % interval.
///
/// With `z0 = Φ⁻¹(share of the distribution below observed, equal ones counted half)` and
/// `a = Σu³ / (6 (Σu²)^{3/2})`, `u = mean(jackknife) − jackknife`, the ends are the quantiles at
/// `Φ(z0 + (z0 ± z) / (1 − a (z0 ± z)))`, interpolated linearly between neighbours. Where the
/// jackknife is constant (a median among ties) the acceleration is 0, where SciPy gives NaN.
///
/// # Errors
///
/// [`NoInterval`]: the distribution is empty or one-valued, or lies on one side of `observed`.
pub fn bca_interval(
    distribution: &mut [f64],
    observed: f64,
    jackknife: &[f64],
    z: f64,
) -> Result<Interval, NoInterval> {
    distribution.sort_unstable_by(f64::total_cmp);
    let (Some(&first), Some(&last)) = (distribution.first(), distribution.last()) else {
        return Err(NoInterval::NoEstimate);
    };
    if first == last {
        return Err(NoInterval::EstimateConstant);
    }
    let z0 = normal::quantile(share_below(distribution, observed));
    if !z0.is_finite() {
        return Err(NoInterval::BiasUndefined);
    }
    let a = acceleration(jackknife);
    let end = |z: f64| {
        let shifted = z0 + z;
        let shrink = 1.0 - a * shifted;
        // Past this pole the formula turns round; |a| is at most about 1/6, so it takes |z0 + z| ≥
        // 6.
        (shrink > 0.0).then(|| quantile_of_sorted(distribution, normal::cdf(z0 + shifted / shrink)))
    };
    match (end(-z), end(z)) {
        (Some(low), Some(high)) => Ok(Interval { low, high }),
        _ => Err(NoInterval::BiasUndefined),
    }
}

/// Share of `sorted` below `observed`, those equal to it counted half.
fn share_below(sorted: &[f64], observed: f64) -> f64 {
    let below = sorted.partition_point(|&v| v < observed);
    let up_to = sorted.partition_point(|&v| v <= observed);
    (below + up_to) as f64 / (2 * sorted.len()) as f64
}

/// Acceleration from leave-one-out estimates; 0 where they are all equal.
fn acceleration(jackknife: &[f64]) -> f64 {
    let centre = sample::mean(jackknife);
    let (mut squares, mut cubes) = (0.0, 0.0);
    for estimate in jackknife {
        let u = centre - estimate;
        squares += u * u;
        cubes += u * u * u;
    }
    let scale = squares * libm::sqrt(squares);
    if scale > 0.0 {
        cubes / (6.0 * scale)
    } else {
        0.0
    }
}

/// Quantile at `fraction` of a non-empty ascending slice, interpolated as NumPy's `linear` does.
fn quantile_of_sorted(sorted: &[f64], fraction: f64) -> f64 {
    let last = sorted.len() - 1;
    let position = fraction * last as f64;
    let below = libm::floor(position);
    // Within 0..=last, since `fraction` is a probability.
    let index = (below as usize).min(last);
    let (low, high) = (sorted[index], sorted[(index + 1).min(last)]);
    let part = position - below;
    if part < 0.5 {
        low + (high - low) * part
    } else {
        high - (high - low) * (1.0 - part)
    }
}

/// The mean's interval by [`Settings`]: Student's of few values, else BCa, resampled in the order
/// given under the stream `name`.
///
/// The same name and count mean the same resamples, so two estimates of one set of pairs
/// rest on the same draws, and negated values give the negated interval.
pub(super) fn mean_interval(
    values: &[f64],
    settings: &Settings,
    name: &str,
) -> Result<Interval, NoInterval> {
    check_spread(values)?;
    if let Some(interval) = student::mean_interval(values, settings) {
        return Ok(interval);
    }
    let count = values.len();
    let mut stream = Stream::new(settings.seed, name);
    let mut distribution: Vec<f64> = (0..settings.resamples)
        .map(|_| {
            let mut sum = 0.0;
            for _ in 0..count {
                sum += values[stream.below(count as u32) as usize];
            }
            sum / count as f64
        })
        .collect();
    let sum: f64 = values.iter().sum();
    let jackknife: Vec<f64> = values
        .iter()
        .map(|v| (sum - v) / (count - 1) as f64)
        .collect();
    bca_interval(
        &mut distribution,
        sample::mean(values),
        &jackknife,
        settings.tail_z(count),
    )
}

/// Refuses fewer than [`FEWEST_VALUES`] values and equal ones.
pub(super) fn check_spread(values: &[f64]) -> Result<(), NoInterval> {
    if values.len() < FEWEST_VALUES {
        return Err(NoInterval::TooFewValues {
            count: values.len(),
            needed: FEWEST_VALUES,
        });
    }
    if values.iter().all(|&v| v == values[0]) {
        return Err(NoInterval::AllEqual);
    }
    Ok(())
}

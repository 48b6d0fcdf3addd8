//! Plain estimates of one sample, and the differences of two paired ones.

use super::StatsError;

/// Largest magnitude taken: cubes and sums of anything below stay finite.
const LARGEST: f64 = 1e100;

/// Sum divided by count, added up in the order given; 0 for an empty slice.
pub fn mean(values: &[f64]) -> f64 {
    if values.is_empty() {
        0.0
    } else {
        values.iter().sum::<f64>() / values.len() as f64
    }
}

/// Standard deviation with `n − 1` in the denominator; `None` for fewer than two values.
pub fn sd(values: &[f64]) -> Option<f64> {
    if values.len() < 2 {
        return None;
    }
    if values.iter().all(|&v| v == values[0]) {
        return Some(0.0);
    }
    let centre = mean(values);
    let squares: f64 = values.iter().map(|v| (v - centre) * (v - centre)).sum();
    Some(libm::sqrt(squares / (values.len() - 1) as f64))
}

/// Middle value, or the mean of the two middle ones; 0 for an empty slice.
pub fn median(values: &[f64]) -> f64 {
    median_of_sorted(&sorted(values))
}

/// Interquartile mean: the mean of what is left after taking ⌊n/4⌋ values from each end.
///
/// As in rliable (Agarwal et al., "Deep Reinforcement Learning at the Edge of the
/// Statistical Precipice", NeurIPS 2021), whose code calls `scipy.stats.trim_mean(x, 0.25)`:
/// whole values are cut, none is weighted. With fewer than four values it is the mean.
pub fn interquartile_mean(values: &[f64]) -> f64 {
    interquartile_mean_of_sorted(&sorted(values))
}

/// `arm − against`, pair by pair, on a grid that undoes the rounding of the subtraction.
///
/// 0.98 − 0.975 and 0.97 − 0.965 are both 10 rows of 2,000, yet differ in the last bits, and a rank
/// test would see two sizes there. Every difference is therefore rounded to a multiple of 2⁻³⁶
/// (1.5e-11) of the largest value's power of two: far below one row of any test set, far above a
/// rounding.
///
/// # Errors
///
/// [`StatsError::NotPaired`], [`StatsError::Empty`] or [`StatsError::NotFinite`].
pub fn paired_differences(arm: &[f64], against: &[f64]) -> Result<Vec<f64>, StatsError> {
    check_finite("the arm", arm)?;
    check_finite("the arm it is compared with", against)?;
    check_paired(
        "the arm",
        arm.len(),
        "the arm it is compared with",
        against.len(),
    )?;
    let largest = arm
        .iter()
        .chain(against)
        .fold(0.0_f64, |m, v| m.max(v.abs()));
    let spacing = libm::ldexp(1.0, libm::frexp(largest).1 - 36);
    let differences = arm.iter().zip(against).map(|(a, b)| a - b);
    // Dividing by a power of two is exact; a spacing too small for the type rounds nothing.
    Ok(if spacing >= f64::MIN_POSITIVE {
        differences
            .map(|d| libm::rint(d / spacing) * spacing + 0.0)
            .collect()
    } else {
        differences.collect()
    })
}

/// Ascending copy.
pub(super) fn sorted(values: &[f64]) -> Vec<f64> {
    let mut copy = values.to_vec();
    copy.sort_unstable_by(f64::total_cmp);
    copy
}

pub(super) fn median_of_sorted(sorted: &[f64]) -> f64 {
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => 0.0,
        n if n % 2 == 1 => sorted[middle],
        _ => 0.5 * sorted[middle - 1] + 0.5 * sorted[middle],
    }
}

pub(super) fn interquartile_mean_of_sorted(sorted: &[f64]) -> f64 {
    let cut = sorted.len() / 4;
    mean(&sorted[cut..sorted.len() - cut])
}

pub(super) fn check_finite(what: &str, values: &[f64]) -> Result<(), StatsError> {
    if values.is_empty() {
        return Err(StatsError::Empty { what: what.into() });
    }
    match values.iter().position(|v| v.is_nan() || v.abs() > LARGEST) {
        Some(index) => Err(StatsError::NotFinite {
            what: what.into(),
            index,
            value: values[index],
        }),
        None => Ok(()),
    }
}

pub(super) fn check_fractions(what: &str, values: &[f64]) -> Result<(), StatsError> {
    check_finite(what, values)?;
    match values.iter().position(|v| !(0.0..=1.0).contains(v)) {
        Some(index) => Err(StatsError::NotAFraction {
            what: what.into(),
            index,
            value: values[index],
        }),
        None => Ok(()),
    }
}

pub(super) fn check_paired(
    arm: &str,
    arm_count: usize,
    against: &str,
    against_count: usize,
) -> Result<(), StatsError> {
    if arm_count == against_count {
        return Ok(());
    }
    Err(StatsError::NotPaired {
        arm: arm.into(),
        arm_count,
        against: against.into(),
        against_count,
    })
}

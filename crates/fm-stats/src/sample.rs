//! Estimates from one sample, and the differences of two paired samples.

use crate::StatsError;

/// Largest magnitude accepted: squares and sums of anything below stay finite.
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
    let sorted = sorted(values);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => 0.0,
        n if n % 2 == 1 => sorted[middle],
        _ => 0.5 * sorted[middle - 1] + 0.5 * sorted[middle],
    }
}

/// `arm − baseline`, pair by pair, on a grid that removes the rounding of the subtraction.
///
/// 0.98 − 0.975 and 0.97 − 0.965 are both 10 rows of 2,000, yet differ in the last bits, so that a
/// count of ties would miss them. Every difference is therefore rounded to a multiple of 2⁻³⁶
/// (1.5e-11) of the largest value's power of two: far below one row of any test set, far above a
/// rounding error.
///
/// # Errors
///
/// [`StatsError::LengthsDiffer`], [`StatsError::TooFew`] or [`StatsError::NotFinite`].
pub fn paired_differences(arm: &[f64], baseline: &[f64]) -> Result<Vec<f64>, StatsError> {
    check_finite("arm", arm)?;
    check_finite("baseline", baseline)?;
    check_lengths("arm", arm.len(), "baseline", baseline.len())?;
    let largest = arm
        .iter()
        .chain(baseline)
        .fold(0.0_f64, |m, v| m.max(v.abs()));
    let spacing = libm::ldexp(1.0, libm::frexp(largest).1 - 36);
    let differences = arm.iter().zip(baseline).map(|(a, b)| a - b);
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
pub(crate) fn sorted(values: &[f64]) -> Vec<f64> {
    let mut copy = values.to_vec();
    copy.sort_unstable_by(f64::total_cmp);
    copy
}

pub(crate) fn check_finite(what: &str, values: &[f64]) -> Result<(), StatsError> {
    check_count(what, values.len(), 1)?;
    match values.iter().position(|v| v.is_nan() || v.abs() > LARGEST) {
        Some(index) => Err(StatsError::NotFinite {
            what: what.into(),
            index,
            value: values[index],
        }),
        None => Ok(()),
    }
}

pub(crate) fn check_fractions(what: &str, values: &[f64]) -> Result<(), StatsError> {
    check_finite(what, values)?;
    match values.iter().position(|v| !(0.0..=1.0).contains(v)) {
        Some(index) => Err(StatsError::OutOfRange {
            what: what.into(),
            index,
            value: values[index],
            expected: "a fraction from 0 to 1",
        }),
        None => Ok(()),
    }
}

pub(crate) fn check_count(what: &str, found: usize, needed: usize) -> Result<(), StatsError> {
    if found >= needed {
        return Ok(());
    }
    Err(StatsError::TooFew {
        what: what.into(),
        found,
        needed,
    })
}

pub(crate) fn check_lengths(
    what: &str,
    found: usize,
    other: &str,
    expected: usize,
) -> Result<(), StatsError> {
    if found == expected {
        return Ok(());
    }
    Err(StatsError::LengthsDiffer {
        what: what.into(),
        found,
        other: other.into(),
        expected,
    })
}

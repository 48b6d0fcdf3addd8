//! [`Description`]: one sample in a few numbers; and what samples are refused.

use serde::{Deserialize, Serialize};

use crate::error::check;
use crate::{Interval, Settings, StatsError};

/// Largest magnitude accepted: squares and sums of anything below stay finite.
const LARGEST: f64 = 1e100;

/// One sample; same units as the values.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Description {
    /// Number of values.
    pub count: usize,
    /// Arithmetic mean.
    pub mean: f64,
    /// Standard deviation (`n − 1`); `None` for one value.
    pub sd: Option<f64>,
    /// Middle value, or the mean of the two middle ones.
    pub median: f64,
    /// Smallest value.
    pub min: f64,
    /// Largest value.
    pub max: f64,
    /// Student's interval of the mean; `None` of fewer than [`MIN_PAIRS`](crate::MIN_PAIRS) values.
    pub interval: Option<Interval>,
}

/// Describes a sample; the order of its values makes no difference, to the bit.
///
/// ```
/// use fm_stats::{Settings, describe};
///
/// let errors = [0.017, 0.015, 0.030, 0.012, 0.018, 0.014, 0.021, 0.016];
/// let found = describe(&errors, &Settings::default())?;
/// assert_eq!(found.median, 0.0165);
/// assert!(found.interval.unwrap().contains(found.mean));
/// # Ok::<(), fm_stats::StatsError>(())
/// ```
///
/// # Errors
///
/// [`StatsError::TooFew`] without values, [`StatsError::Invalid`] for a value that is not finite or above
/// 1e100, or a setting out of range.
pub fn describe(values: &[f64], settings: &Settings) -> Result<Description, StatsError> {
    settings.check()?;
    check_finite("sample", values)?;
    let values = sorted(values);
    let (count, mean, sd) = (values.len(), mean(&values), sd(&values));
    Ok(Description {
        count,
        mean,
        sd,
        median: 0.5 * values[(count - 1) / 2] + 0.5 * values[count / 2],
        min: values[0],
        max: values[count - 1],
        interval: sd.and_then(|sd| Interval::of_mean(count, mean, sd, settings.alpha())),
    })
}

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
    let degrees = (values.len() - 1) as f64;
    Some(libm::sqrt(squared_deviations(values) / degrees))
}

/// Sum of the squared deviations from the mean.
pub(crate) fn squared_deviations(values: &[f64]) -> f64 {
    let centre = mean(values);
    values.iter().map(|v| (v - centre) * (v - centre)).sum()
}

/// Ascending copy.
pub(crate) fn sorted(values: &[f64]) -> Vec<f64> {
    let mut copy = values.to_vec();
    copy.sort_unstable_by(f64::total_cmp);
    copy
}

/// Refuses an empty sample, and the first value that is not `valid`.
pub(crate) fn check_each(
    what: &str,
    values: &[f64],
    expected: &str,
    valid: impl Fn(f64) -> bool,
) -> Result<(), StatsError> {
    check_count(what, values.len(), 1)?;
    match values.iter().position(|v| !valid(*v)) {
        Some(k) => check(false, &format!("{what}: value {k}"), values[k], expected),
        None => Ok(()),
    }
}

pub(crate) fn check_finite(what: &str, values: &[f64]) -> Result<(), StatsError> {
    let expected = "a finite number up to 1e100. Leave out diverged trainings";
    check_each(what, values, expected, |v| v.abs() <= LARGEST)
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
    length: usize,
) -> Result<(), StatsError> {
    let expected = format!("{length}, the length of {other}");
    check(
        found == length,
        &format!("length of {what}"),
        found,
        &expected,
    )
}

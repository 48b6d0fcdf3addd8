//! [`Description`]: one sample in a few numbers.

use serde::{Deserialize, Serialize};

use crate::interval::{Interval, of_mean};
use crate::sample::{check_finite, mean, median, sd, sorted};
use crate::{Settings, StatsError};

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
/// [`StatsError::TooFew`], [`StatsError::NotFinite`], or a setting out of range.
pub fn describe(values: &[f64], settings: &Settings) -> Result<Description, StatsError> {
    settings.check()?;
    check_finite("sample", values)?;
    let values = sorted(values);
    let (count, mean, sd) = (values.len(), mean(&values), sd(&values));
    Ok(Description {
        count,
        mean,
        sd,
        median: median(&values),
        min: values[0],
        max: values[count - 1],
        interval: sd.and_then(|sd| of_mean(count, mean, sd, settings.alpha())),
    })
}

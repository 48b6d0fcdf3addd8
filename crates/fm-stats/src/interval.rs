//! [`Interval`]: a confidence interval, and [`Estimate`]: a value with its own.

use serde::{Deserialize, Serialize};

use crate::student;

/// Fewest pairs, seeds or draws from which an interval is computed or a verdict given.
///
/// With 5 pairs the sign-flip test cannot reach p = 0.05 whatever the differences are.
pub const MIN_PAIRS: usize = 6;

/// A confidence interval; both ends belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end, not below `low`.
    pub high: f64,
}

/// A value that is estimated with an error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The value.
    pub value: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// Its Student's interval.
    pub interval: Interval,
}

impl Interval {
    /// Lower and upper end.
    pub fn ends(self) -> (f64, f64) {
        (self.low, self.high)
    }

    /// Whether `value` lies in the interval.
    pub fn contains(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }

    /// `centre ± t · standard_error`, with Student's t of `degrees` of freedom for a two-sided
    /// error probability `alpha`.
    pub(crate) fn student(centre: f64, standard_error: f64, degrees: f64, alpha: f64) -> Self {
        let reach = student::quantile(1.0 - alpha / 2.0, degrees) * standard_error;
        Self {
            low: centre - reach,
            high: centre + reach,
        }
    }

    /// Student's interval of a mean, `mean ± t₍n−1₎ · sd / √n`; `None` of fewer than [`MIN_PAIRS`]
    /// values. Student, "The Probable Error of a Mean", Biometrika 6 (1908).
    pub(crate) fn of_mean(count: usize, mean: f64, sd: f64, alpha: f64) -> Option<Self> {
        let n = count as f64;
        (count >= MIN_PAIRS).then(|| Self::student(mean, sd / libm::sqrt(n), n - 1.0, alpha))
    }
}

impl Estimate {
    pub(crate) fn new(value: f64, standard_error: f64, degrees: f64, alpha: f64) -> Self {
        Self {
            value,
            standard_error,
            interval: Interval::student(value, standard_error, degrees, alpha),
        }
    }
}

//! [`Interval`]: a confidence interval.

use serde::{Deserialize, Serialize};

use crate::{normal, student};

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

impl Interval {
    /// Lower and upper end.
    pub fn ends(self) -> (f64, f64) {
        (self.low, self.high)
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

    /// Whether `value` lies in the interval.
    pub fn contains(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }

    /// Upper end less lower end.
    pub fn width(&self) -> f64 {
        self.high - self.low
    }
}

/// Student's interval of a mean, `mean ± t₍n−1₎ · sd / √n`; `None` of fewer than [`MIN_PAIRS`] values.
///
/// Student, "The Probable Error of a Mean", Biometrika 6 (1908).
pub(crate) fn of_mean(count: usize, mean: f64, sd: f64, alpha: f64) -> Option<Interval> {
    let n = count as f64;
    (count >= MIN_PAIRS).then(|| Interval::student(mean, sd / libm::sqrt(n), n - 1.0, alpha))
}

/// Half the width of a normal interval: `Φ⁻¹(1 − alpha/2) · standard_error`.
pub(crate) fn normal_reach(standard_error: f64, alpha: f64) -> f64 {
    normal::quantile(1.0 - alpha / 2.0) * standard_error
}

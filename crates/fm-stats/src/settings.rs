//! [`Settings`]: level, margin and random seed.

use serde::{Deserialize, Serialize};

use crate::StatsError;

/// Most sign flips allowed; each costs one pass over the pairs.
const MOST_FLIPS: usize = 10_000_000;

/// Level, equivalence margin and random seed. Record them beside the results.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Confidence level of every interval, a fraction; default 0.95. Tests conclude at `1 − level`.
    pub level: f64,
    /// Two arms whose errors differ by less than this fraction are practically equal; default
    /// 0.002, which is 0.2 percentage points. With 0 no arms are.
    pub margin: f64,
    /// Random sign flips where there are more than 40 pairs; default 10,000.
    pub flips: usize,
    /// Seed of the sign flips and of the simulations that plan; default 0.
    pub seed: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            level: 0.95,
            margin: 0.002,
            flips: 10_000,
            seed: 0,
        }
    }
}

impl Settings {
    /// Refuses a level outside 0.5 to 0.9999, a margin outside 0 to 1, and fewer than 100 or more
    /// than 10⁷ flips.
    ///
    /// # Errors
    ///
    /// [`StatsError::Setting`] with the key, the value found and the range allowed.
    pub fn check(&self) -> Result<(), StatsError> {
        let refuse = |key, found: String, expected| {
            Err(StatsError::Setting {
                key,
                found,
                expected,
            })
        };
        if !(0.5..=0.9999).contains(&self.level) {
            let expected = "a fraction from 0.5 to 0.9999";
            return refuse("level", self.level.to_string(), expected);
        }
        if !(0.0..=1.0).contains(&self.margin) {
            let expected = "a fraction from 0 to 1; 0.002 is 0.2 percentage points";
            return refuse("margin", self.margin.to_string(), expected);
        }
        if !(100..=MOST_FLIPS).contains(&self.flips) {
            return refuse(
                "flips",
                self.flips.to_string(),
                "a count from 100 to 10000000",
            );
        }
        Ok(())
    }

    /// `1 − level`, the p at or below which a test concludes; 0.05 by default.
    pub fn alpha(&self) -> f64 {
        alpha(self.level)
    }
}

/// Rounded to twelve decimals, so that a level of 0.95 gives 0.05 and not 0.05000000000000004.
pub(crate) fn alpha(level: f64) -> f64 {
    libm::round((1.0 - level) * 1e12) / 1e12
}

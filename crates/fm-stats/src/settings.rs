//! [`Settings`]: level, margin and random seed.

use serde::{Deserialize, Serialize};

use crate::StatsError;
use crate::error::check;

/// Level, equivalence margin and random seed. Record them beside the results.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Confidence level of every interval, a fraction from 0.5 to 0.9999; default 0.95. Tests conclude
    /// at `1 − level`.
    pub level: f64,
    /// Two arms whose errors differ by less than this fraction are practically equal; default
    /// 0.002, which is 0.2 percentage points. With 0 no arms are.
    pub margin: f64,
    /// Random sign flips where there are more than 40 pairs, from 100 to 10⁷; default 10,000.
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
    pub(crate) fn check(&self) -> Result<(), StatsError> {
        let Self {
            level,
            margin,
            flips,
            ..
        } = *self;
        let valid = (0.5..=0.9999).contains(&level);
        check(valid, "level", level, "a fraction from 0.5 to 0.9999")?;
        let expected = "a fraction from 0 to 1; 0.002 is 0.2 percentage points";
        check((0.0..=1.0).contains(&margin), "margin", margin, expected)?;
        let valid = (100..=10_000_000).contains(&flips);
        check(valid, "flips", flips, "a count from 100 to 10000000")
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

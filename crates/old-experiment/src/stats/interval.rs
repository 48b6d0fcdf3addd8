//! Intervals, and why there is none.

use serde::{Deserialize, Serialize};

/// A confidence interval, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end, not below `low`.
    pub high: f64,
}

/// Why an estimate has no interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "reason")]
#[non_exhaustive]
pub enum NoInterval {
    /// So few values say too little of their spread.
    TooFewValues {
        /// How many there are.
        count: usize,
        /// How many it takes.
        needed: usize,
    },
    /// All values are equal, and so is every resample.
    AllEqual,
    /// The values differ, but every resample gives the same estimate, or both ends are one value.
    EstimateConstant,
    /// Every resample's estimate lies on one side of the sample's, so that the
    /// correction for bias is infinite.
    BiasUndefined,
    /// There is no estimate to put an interval around.
    NoEstimate,
}

/// An interval as it is recorded: two numbers, or none and the reason.
///
/// In JSON `{"low": 0.1, "high": 0.2}`, or
/// `{"low": null, "high": null, "no_interval": {"reason": "all_equal"}}`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Bounds {
    /// Lower end.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Why the ends are missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_interval: Option<NoInterval>,
}

impl Bounds {
    /// The interval, where there is one.
    pub fn interval(&self) -> Option<Interval> {
        Some(Interval {
            low: self.low?,
            high: self.high?,
        })
    }

    /// The bounds with each end sent through an increasing function.
    pub(super) fn map(self, increasing: impl Fn(f64) -> f64) -> Self {
        Self {
            low: self.low.map(&increasing),
            high: self.high.map(&increasing),
            ..self
        }
    }
}

impl From<Result<Interval, NoInterval>> for Bounds {
    fn from(outcome: Result<Interval, NoInterval>) -> Self {
        match outcome {
            Ok(Interval { low, high }) => Self {
                low: Some(low),
                high: Some(high),
                no_interval: None,
            },
            Err(reason) => Self {
                low: None,
                high: None,
                no_interval: Some(reason),
            },
        }
    }
}

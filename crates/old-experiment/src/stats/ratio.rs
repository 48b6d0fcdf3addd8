//! How many times smaller the error is: the geometric mean of the ratios seed by seed.

use serde::{Deserialize, Serialize};

use super::{Bounds, NoInterval, Settings, StatsError, bootstrap, sample};

/// The error ratio of a comparison; `against / arm`, so above 1 the arm is the better one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ErrorRatio {
    /// Geometric mean of the per-seed ratios; `None` where an error is zero.
    pub value: Option<f64>,
    /// Why there is no value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_value: Option<NoRatio>,
    /// Interval of the mean log ratio (BCa, or of few pairs Student's), sent through exp.
    #[serde(flatten)]
    pub bounds: Bounds,
}

/// Why there is no ratio.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "reason")]
#[non_exhaustive]
pub enum NoRatio {
    /// A ratio with a zero in it is 0, infinite or undefined, and so would the mean be. No half row
    /// is added to make one up: its size would decide the result.
    ZeroErrors {
        /// Seeds in which the arm makes no error.
        arm: usize,
        /// Seeds in which the other makes none.
        against: usize,
    },
}

/// Geometric mean of `against[i] / arm[i]` with its interval; errors as fractions, paired by seed.
///
/// # Errors
///
/// [`StatsError::NotFinite`], [`StatsError::NotAFraction`], [`StatsError::NotPaired`],
/// [`StatsError::Empty`], or a setting out of range.
pub fn error_ratio(
    arm: &[f64],
    against: &[f64],
    settings: &Settings,
) -> Result<ErrorRatio, StatsError> {
    settings.check()?;
    sample::check_fractions("the arm", arm)?;
    sample::check_fractions("the arm it is compared with", against)?;
    sample::check_paired(
        "the arm",
        arm.len(),
        "the arm it is compared with",
        against.len(),
    )?;
    let zeros = |errors: &[f64]| errors.iter().filter(|&&e| e == 0.0).count();
    let (arm_zeros, against_zeros) = (zeros(arm), zeros(against));
    if arm_zeros + against_zeros > 0 {
        return Ok(ErrorRatio {
            value: None,
            no_value: Some(NoRatio::ZeroErrors {
                arm: arm_zeros,
                against: against_zeros,
            }),
            bounds: Err(NoInterval::NoEstimate).into(),
        });
    }
    let logs: Vec<f64> = arm
        .iter()
        .zip(against)
        .map(|(a, b)| libm::log(*b) - libm::log(*a))
        .collect();
    let bounds = Bounds::from(bootstrap::mean_interval(&logs, settings, "pairs"));
    Ok(ErrorRatio {
        value: Some(libm::exp(sample::mean(&logs))),
        no_value: None,
        bounds: bounds.map(libm::exp),
    })
}

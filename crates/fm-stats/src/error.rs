//! [`StatsError`]: input from which a statistic cannot be computed.

/// Why a statistic cannot be computed.
///
/// Too few pairs for an interval or a verdict is not an error: the field is then `None`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StatsError {
    /// Fewer values than the statistic needs.
    #[error("{what}: found {found}, expected at least {needed}")]
    TooFew {
        /// What was counted.
        what: String,
        /// How many there are.
        found: usize,
        /// How many are needed.
        needed: usize,
    },
    /// A value, a setting or a length that is not allowed.
    #[error("{what} is {found}; expected {expected}")]
    Invalid {
        /// Which one: "arm: value 3", "level".
        what: String,
        /// The value found.
        found: String,
        /// What is allowed.
        expected: String,
    },
    /// Covariates of a regression that determine each other.
    #[error("covariate {index} is constant or a linear combination of the others; leave it out")]
    Collinear {
        /// Position of the covariate, from 0.
        index: usize,
    },
}

/// [`StatsError::Invalid`] unless `valid`.
pub(crate) fn check(
    valid: bool,
    what: &str,
    found: impl ToString,
    expected: &str,
) -> Result<(), StatsError> {
    if valid {
        return Ok(());
    }
    Err(StatsError::Invalid {
        what: what.into(),
        found: found.to_string(),
        expected: expected.into(),
    })
}

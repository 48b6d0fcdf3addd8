//! What can go wrong in this module: only the caller's input.

/// Why a statistic cannot be computed at all.
///
/// A statistic that exists but has no interval (one value, all values equal) is
/// no error: it is told with [`NoInterval`](super::NoInterval).
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum StatsError {
    /// A sample without values.
    #[error("no values: {what} needs at least one")]
    Empty {
        /// Which sample.
        what: String,
    },
    /// NaN, an infinity or a magnitude above 1e100 in a sample, as a diverged training leaves it.
    #[error(
        "{what}: value {index} is {value}, not a finite number up to 1e100; leave out what diverged"
    )]
    NotFinite {
        /// Which sample.
        what: String,
        /// Position in the sample, from 0.
        index: usize,
        /// The value found.
        value: f64,
    },
    /// An error rate or a probability outside 0 to 1.
    #[error("{what}: value {index} is {value}; expected a fraction from 0 to 1")]
    NotAFraction {
        /// Which sample.
        what: String,
        /// Position in the sample, from 0.
        index: usize,
        /// The value found.
        value: f64,
    },
    /// Two samples that should be paired differ in length.
    #[error("{arm} has {arm_count} values and {against} has {against_count}: pairs need as many")]
    NotPaired {
        /// Name of the first sample.
        arm: String,
        /// Its length.
        arm_count: usize,
        /// Name of the second sample.
        against: String,
        /// Its length.
        against_count: usize,
    },
    /// A setting out of range.
    #[error("{key} is {found}; expected {expected}")]
    Setting {
        /// The setting's name.
        key: &'static str,
        /// The value found.
        found: String,
        /// The range allowed.
        expected: &'static str,
    },
}

//! [`StatsError`]: input from which a statistic cannot be computed.

/// Why a statistic cannot be computed.
///
/// Too few pairs for an interval or a verdict is not an error: the field is then `None`.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
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
    /// NaN, an infinity or a magnitude above 1e100, as a diverged training leaves it.
    #[error(
        "{what}: value {index} is {value}; expected a finite number up to 1e100. Leave out diverged trainings"
    )]
    NotFinite {
        /// Which sample.
        what: String,
        /// Position in the sample, from 0.
        index: usize,
        /// The value found.
        value: f64,
    },
    /// A value outside the range that its meaning allows.
    #[error("{what}: value {index} is {value}; expected {expected}")]
    OutOfRange {
        /// Which sample.
        what: String,
        /// Position in the sample, from 0.
        index: usize,
        /// The value found.
        value: f64,
        /// The range allowed.
        expected: &'static str,
    },
    /// Two samples that belong together differ in length.
    #[error("{what} has {found} values, {other} has {expected}; expected equal counts")]
    LengthsDiffer {
        /// The first sample.
        what: String,
        /// Its length.
        found: usize,
        /// The sample it belongs to.
        other: String,
        /// Its length.
        expected: usize,
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
    /// A pair of classes that is none, or is there twice.
    #[error("pair {index} is {}-{}; expected two different classes, and each pair once", .pair[0], .pair[1])]
    Pair {
        /// Position of the pair, from 0.
        index: usize,
        /// Its classes.
        pair: [usize; 2],
    },
    /// Covariates of a regression that determine each other.
    #[error("covariate {index} is constant or a linear combination of the others; leave it out")]
    Collinear {
        /// Position of the covariate, from 0.
        index: usize,
    },
}

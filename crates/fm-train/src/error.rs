//! [`TrainError`]: why a training cannot start, or had to stop.

use fm_nn::NetworkError;

/// Values that are not finite where they come in.
pub(crate) const INPUTS: &str = "the inputs";

/// Why a training or a metric cannot be computed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TrainError {
    /// Examples or logits that do not fit each other or the network.
    #[error("{0}")]
    Examples(
        /// What does not fit, and what to do.
        String,
    ),
    /// A setting is out of range.
    #[error("{name} must be {expected}, found {found}")]
    Setting {
        /// Name of the setting, such as `batch_size`, or of a phase's `optimizer.sgd.lr`.
        name: String,
        /// The allowed values, in words.
        expected: String,
        /// The value found.
        found: String,
    },
    /// The training diverged: a loss, or a weight at the end of a phase, is NaN or infinite.
    #[error(
        "the training diverged in phase {phase}, epoch {epoch}, step {step}: the {what} loss is \
         {loss}, and the first values that are not finite are in {first}; {}",
        if *first == INPUTS { "check the data" } else { "lower the learning rate, or set clip_norm" }
    )]
    Diverged {
        /// Phase, counted from 1.
        phase: usize,
        /// Epoch of the whole training, counted from 1.
        epoch: usize,
        /// Step of the epoch, counted from 1.
        step: usize,
        /// `training` or `validation`; the latter is computed after the epoch's last step.
        what: &'static str,
        /// The loss.
        loss: f64,
        /// Where a forward pass first meets values that are not finite: `the inputs`, `the weights
        /// of layers.1`, `the activations of head`, or only `the loss`.
        first: String,
    },
    /// The checkpoint belongs to another training.
    #[error(
        "the checkpoint belongs to another training: its {key} is {checkpoint}, but here it is \
         {here}; resume with the original settings, or start a new training"
    )]
    Checkpoint {
        /// What differs.
        key: String,
        /// Its value in the checkpoint.
        checkpoint: String,
        /// Its value here.
        here: String,
    },
    /// Mask, head and loss do not fit each other.
    #[error(transparent)]
    Network(#[from] NetworkError),
}

/// Returns an error for the setting unless it is `valid`.
pub(crate) fn require(
    name: &str,
    expected: &str,
    found: impl ToString,
    valid: bool,
) -> Result<(), TrainError> {
    if valid {
        return Ok(());
    }
    Err(TrainError::Setting {
        name: name.to_owned(),
        expected: expected.to_owned(),
        found: found.to_string(),
    })
}

/// Returns an error for the setting unless it is 1 or more.
pub(crate) fn at_least_1(name: &str, found: usize) -> Result<(), TrainError> {
    require(name, "1 or more", found, found > 0)
}

/// An allowed range of a setting, in words and as a test.
pub(crate) struct Range(pub(crate) &'static str, pub(crate) fn(f64) -> bool);

impl Range {
    pub(crate) const ABOVE_0: Self = Self("above 0, and finite", |x| x > 0.0 && x.is_finite());
    pub(crate) const FROM_0: Self = Self("0 or more, and finite", |x| x >= 0.0 && x.is_finite());
    pub(crate) const FROM_1: Self = Self("1 or more, and finite", |x| x >= 1.0 && x.is_finite());
    pub(crate) const FROM_0_TO_1: Self = Self("from 0 to 1", |x| (0.0..=1.0).contains(&x));
    pub(crate) const FROM_0_BELOW_1: Self = Self("from 0 to below 1", |x| (0.0..1.0).contains(&x));
    pub(crate) const ABOVE_0_TO_1: Self = Self("above 0, at most 1", |x| x > 0.0 && x <= 1.0);
    pub(crate) const ABOVE_0_BELOW_1: Self = Self("above 0, below 1", |x| x > 0.0 && x < 1.0);

    /// Returns an error for the setting unless it is in the range.
    pub(crate) fn check(&self, name: &str, found: f64) -> Result<(), TrainError> {
        require(name, self.0, found, (self.1)(found))
    }
}

/// The error of a setting under the name of the table that it is in.
pub(crate) fn within(table: &str, checked: Result<(), TrainError>) -> Result<(), TrainError> {
    checked.map_err(|mut error| {
        if let TrainError::Setting { name, .. } = &mut error {
            *name = format!("{table}.{name}");
        }
        error
    })
}

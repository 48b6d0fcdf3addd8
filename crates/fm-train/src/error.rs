//! [`TrainError`]: why a training cannot start, or had to stop.

use std::fmt;

use fm_nn::NetworkError;

/// Why a training or a metric cannot be computed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TrainError {
    /// The numbers of input rows and labels differ.
    #[error("{inputs} rows of inputs, but {labels} labels; every row needs one label")]
    Rows {
        /// Rows of inputs.
        inputs: usize,
        /// Labels.
        labels: usize,
    },
    /// Too many rows for 32-bit row numbers.
    #[error("{rows} rows are too many; the limit is 4294967295")]
    TooManyRows {
        /// Rows found.
        rows: usize,
    },
    /// No rows to train or score on.
    #[error("the {what} examples have no rows")]
    NoRows {
        /// Which examples.
        what: &'static str,
    },
    /// The inputs have the wrong number of columns.
    #[error("the {what} examples have {found} columns, but the network takes {expected}")]
    Inputs {
        /// Which examples.
        what: &'static str,
        /// Inputs of the network, or of the layer that features are for.
        expected: usize,
        /// Columns found.
        found: usize,
    },
    /// The examples are features of layers that are not all frozen.
    #[error(
        "the {what} examples are outputs of the first {found} layers, so these must be frozen, but \
         only {most} are; pass the original inputs, or features of {most} layers"
    )]
    Features {
        /// Which examples.
        what: &'static str,
        /// The most layers that features may replace here.
        most: usize,
        /// Layers that the features replace.
        found: usize,
    },
    /// A label is not a class of the network.
    #[error(
        "row {row} of the {what} examples has class {class}, but the classes are 0 to {}; remove \
         the row, or use a network with more outputs",
        n_classes.saturating_sub(1)
    )]
    Class {
        /// Which examples.
        what: &'static str,
        /// The first such row.
        row: usize,
        /// Its class.
        class: u32,
        /// Number of classes of the network.
        n_classes: usize,
    },
    /// A metric got logits or scores that are not numbers.
    #[error("row {row} has a NaN logit, so it has no predicted class")]
    Nan {
        /// The first such row.
        row: usize,
    },
    /// A setting is out of range.
    #[error("{name} must be {expected}, found {found}")]
    Setting {
        /// Name of the setting.
        name: &'static str,
        /// The allowed values, in words.
        expected: String,
        /// The value found.
        found: String,
    },
    /// The training diverged: a loss, or a weight at the end of a phase, is NaN or infinite.
    #[error(
        "the training diverged in phase {phase}, epoch {epoch}, step {step}: the {what} loss is \
         {loss}, and the first values that are not finite are in {first}; {}", first.advice()
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
        /// Where the first values that are not finite are.
        first: FirstNotFinite,
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
    name: &'static str,
    expected: &str,
    found: impl ToString,
    valid: bool,
) -> Result<(), TrainError> {
    if valid {
        return Ok(());
    }
    Err(TrainError::Setting {
        name,
        expected: expected.to_owned(),
        found: found.to_string(),
    })
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
    pub(crate) fn check(&self, name: &'static str, found: f64) -> Result<(), TrainError> {
        require(name, self.0, found, (self.1)(found))
    }
}

/// Returns an error for the setting unless it is 1 or more.
pub(crate) fn at_least_1(name: &'static str, found: usize) -> Result<(), TrainError> {
    require(name, "1 or more", found, found > 0)
}

/// The first values, in the order of a forward pass, that are NaN or infinite.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FirstNotFinite {
    /// The inputs of the batch.
    Inputs,
    /// A layer's weights or biases: the previous step made them so.
    Weights {
        /// Name of the layer, `layers.0` and so on, or `head`.
        layer: String,
    },
    /// The outputs of a layer whose inputs, weights and biases are finite.
    Activations {
        /// Name of the layer.
        layer: String,
    },
    /// Only the loss.
    Loss,
}

impl FirstNotFinite {
    fn advice(&self) -> &'static str {
        match self {
            Self::Inputs => "check the data",
            _ => "lower the learning rate, or set clip_norm",
        }
    }
}

impl fmt::Display for FirstNotFinite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inputs => f.write_str("the inputs"),
            Self::Weights { layer } => write!(f, "the weights of {layer}"),
            Self::Activations { layer } => write!(f, "the activations of {layer}"),
            Self::Loss => f.write_str("the loss"),
        }
    }
}

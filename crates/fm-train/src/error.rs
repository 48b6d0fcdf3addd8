//! What can go wrong in this crate.

use fm_nn::NetworkError;

use crate::guard::FirstNotFinite;

/// Why a training cannot start, or had to stop.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TrainError {
    /// Inputs and labels differ in number.
    #[error("{inputs} rows of inputs, but {labels} labels")]
    Rows {
        /// Rows of inputs.
        inputs: usize,
        /// Labels.
        labels: usize,
    },
    /// More rows than row numbers.
    #[error("{rows} rows are too many, at most 4,294,967,295 can be numbered")]
    TooManyRows {
        /// Rows found.
        rows: usize,
    },
    /// Nothing to train or score on.
    #[error("the {what} examples have no rows")]
    NoRows {
        /// Which examples.
        what: &'static str,
    },
    /// The inputs are not the network's.
    #[error("the {what} examples have {found} inputs a row, the network takes {expected}")]
    Inputs {
        /// Which examples.
        what: &'static str,
        /// Inputs of the network.
        expected: usize,
        /// Columns found.
        found: usize,
    },
    /// A label that the head has no output for.
    #[error("row {row} of the {what} examples has class {class}, the head knows {n_classes}")]
    Class {
        /// Which examples.
        what: &'static str,
        /// The row.
        row: usize,
        /// Its class.
        class: u32,
        /// Number of classes of the head.
        n_classes: usize,
    },
    /// A setting that cannot be.
    #[error("{name} must be {expected}, found {found}")]
    Setting {
        /// Name of the setting.
        name: &'static str,
        /// What it must be.
        expected: &'static str,
        /// What it is.
        found: String,
    },
    /// Learning-rate factors for another number of layers.
    #[error("{found} learning-rate factors for a network of {layers} layers")]
    LrFactors {
        /// Layers of the network.
        layers: usize,
        /// Factors found.
        found: usize,
    },
    /// The loss is no number any more.
    #[error(
        "the {what} loss became {loss} in phase {phase}, epoch {epoch}, step {step}, first in \
         {first}; lower the learning rate"
    )]
    NotFinite {
        /// Phase, counted from 1.
        phase: usize,
        /// Epoch of the training, counted from 1.
        epoch: usize,
        /// Step of the epoch, counted from 1.
        step: usize,
        /// `training` or `validation`; the latter is after the epoch's last step.
        what: &'static str,
        /// The loss.
        loss: f64,
        /// Where it began.
        first: FirstNotFinite,
    },
    /// Weights for another number of classes.
    #[error("{found} class weights for {n_classes} classes")]
    ClassWeights {
        /// Classes of the head.
        n_classes: usize,
        /// Weights found.
        found: usize,
    },
    /// A checkpoint of another training.
    #[error(
        "the checkpoint is of another training: its {key} is {checkpoint}, here it is {here}; \
         go on with what it was made with, or start anew"
    )]
    Checkpoint {
        /// What differs.
        key: String,
        /// What it is in the checkpoint.
        checkpoint: String,
        /// What it is here.
        here: String,
    },
    /// Mask, head and loss do not fit.
    #[error(transparent)]
    Network(#[from] NetworkError),
}

impl TrainError {
    /// A setting that cannot be, with what it is.
    pub(crate) fn setting(
        name: &'static str,
        expected: &'static str,
        found: impl ToString,
    ) -> Self {
        Self::Setting {
            name,
            expected,
            found: found.to_string(),
        }
    }
}

/// Refuses the setting unless it is `fine`.
pub(crate) fn require(
    name: &'static str,
    expected: &'static str,
    found: impl ToString,
    fine: bool,
) -> Result<(), TrainError> {
    if fine {
        return Ok(());
    }
    Err(TrainError::setting(name, expected, found))
}

//! [`SingleError`].

use std::path::PathBuf;

use fm_data::DataError;
use fm_data::idx::IdxError;
use fm_nn::{FileError, NetworkError};
use fm_train::TrainError;

use crate::error::ExperimentError;

/// Why a model cannot be trained, read or used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SingleError {
    /// A class that the data does not have.
    #[error("no class {name:?}: expected {expected}")]
    Class {
        /// What was asked for.
        name: String,
        /// What is expected, with the nearest name.
        expected: String,
    },
    /// The names of the model's classes are not known, and it has another number of them.
    #[error(
        "the model has {model} classes without names, and {data} has {found} classes; name the \
         classes that the model was trained on, in the order of its labels"
    )]
    Classes {
        /// Classes of the model.
        model: usize,
        /// Name of the data.
        data: String,
        /// Classes of the data.
        found: usize,
    },
    /// A setting that is not allowed.
    #[error("{key} must be {expected}, found {found}")]
    Setting {
        /// The key, such as `phases[0].freeze`.
        key: String,
        /// What it must be.
        expected: String,
        /// What it is.
        found: String,
    },
    /// Images of another size than the model takes.
    #[error("the model takes {expected} inputs, and each image of the data has {found} pixels")]
    Inputs {
        /// Inputs of the model.
        expected: usize,
        /// Pixels of an image.
        found: usize,
    },
    /// A file of another kind.
    #[error("{}: expected {expected}, found {found}", path.display())]
    Kind {
        /// Path of the file.
        path: PathBuf,
        /// What is expected.
        expected: &'static str,
        /// What the file's first bytes say it is.
        found: String,
    },
    /// A model, checkpoint or safetensors file that is damaged, or does not contain a network of
    /// dense layers.
    #[error("cannot read the model {}", path.display())]
    Damaged {
        /// Path of the file.
        path: PathBuf,
        /// What is wrong with it.
        source: FileError,
    },
    /// A file that cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// A results folder that cannot be read.
    #[error(transparent)]
    Experiment(#[from] ExperimentError),
    /// A file that is not a valid IDX file.
    #[error(transparent)]
    Idx(#[from] IdxError),
    /// Rows that the data does not have.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A training that cannot start, or diverged.
    #[error(transparent)]
    Train(#[from] TrainError),
    /// Layers that do not fit each other.
    #[error(transparent)]
    Network(#[from] NetworkError),
}

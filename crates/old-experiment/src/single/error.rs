//! What can go wrong with one model.

use std::path::PathBuf;

use fm_data::DataError;
use fm_data::idx::IdxError;
use fm_nn::tensors::TensorError;
use fm_nn::{FileError, NetworkError};
use fm_train::{CheckpointError, TrainError};

use super::perhaps;
use crate::error::ExperimentError;

/// Why a model cannot be had, used or looked into.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SingleError {
    /// A name or number that is no class of the data.
    #[error("there is no class {name:?}{}; there are {there}", perhaps(", ", nearest.as_deref()))]
    Class {
        /// What was asked for.
        name: String,
        /// The nearest name.
        nearest: Option<String>,
        /// Those that there are.
        there: String,
    },
    /// The model's classes are not known and not as many as the data's.
    #[error(
        "the model does not know the names of its {model} classes, and {data} has {there}: name \
         those that it was trained on, in the order of its labels"
    )]
    Classes {
        /// Classes of the model.
        model: usize,
        /// Name of the data.
        data: String,
        /// Classes of the data.
        there: usize,
    },
    /// A part of a phase that cannot be.
    #[error("in the phase {text:?}, {found}: {expected}")]
    Phase {
        /// The whole text.
        text: String,
        /// What is wrong.
        found: String,
        /// What is expected.
        expected: String,
    },
    /// A setting of an optimizer that it does not have or that cannot be.
    #[error("the optimizer {name} cannot be set like that: {reason}")]
    Optimizer {
        /// Name of the optimizer.
        name: String,
        /// What is wrong.
        reason: String,
    },
    /// Images of another size than the model takes.
    #[error("the model takes {expected} inputs, the data has {found} for each row")]
    Inputs {
        /// Inputs of the model.
        expected: usize,
        /// Columns of the data.
        found: usize,
    },
    /// A file that cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// Path of the file.
        path: PathBuf,
        /// What the file system said.
        source: std::io::Error,
    },
    /// A file of another kind.
    #[error("{} is no model: {expected}", path.display())]
    NoModel {
        /// Path of the file.
        path: PathBuf,
        /// What it looks like, and what would do.
        expected: String,
    },
    /// A file that cannot be recognised.
    #[error(
        "{} is nothing that is known: expected a model, a checkpoint, safetensors, an IDX file or \
         a results folder",
        path.display()
    )]
    Unknown {
        /// Path of the file.
        path: PathBuf,
    },
    /// A native file that is damaged.
    #[error("{} cannot be used", path.display())]
    Native {
        /// Path of the file.
        path: PathBuf,
        /// What is wrong with it.
        source: FileError,
    },
    /// A safetensors file that is no such network.
    #[error("{} cannot be used", path.display())]
    Tensors {
        /// Path of the file.
        path: PathBuf,
        /// What is wrong with it.
        source: TensorError,
    },
    /// A checkpoint that is damaged.
    #[error("{} cannot be used", path.display())]
    Checkpoint {
        /// Path of the file.
        path: PathBuf,
        /// What is wrong with it.
        source: CheckpointError,
    },
    /// A folder or a file of results that cannot be read.
    #[error(transparent)]
    Experiment(#[from] ExperimentError),
    /// An IDX file that is none.
    #[error(transparent)]
    Idx(#[from] IdxError),
    /// Rows that there are not.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A training that cannot be.
    #[error(transparent)]
    Train(#[from] TrainError),
    /// Layers or masks that do not fit.
    #[error(transparent)]
    Network(#[from] NetworkError),
}

//! [`SingleError`].

use std::path::PathBuf;

use fm_data::DataError;
use fm_nn::{FileError, NetworkError};
use fm_train::TrainError;

use crate::protocol::Problem;

/// Why a model cannot be trained, read or used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SingleError {
    /// A setting that is not allowed, or a model, data, classes or a file that do not fit each other.
    #[error("{0}")]
    Unfit(String),
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

impl From<Problem> for SingleError {
    fn from(problem: Problem) -> Self {
        Self::Unfit(problem.to_string())
    }
}

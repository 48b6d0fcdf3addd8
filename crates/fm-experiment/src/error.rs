//! What can go wrong in an experiment.

use std::io;
use std::path::{Path, PathBuf};

use fm_data::DataError;
use fm_train::TrainError;

use crate::protocol::ProtocolError;

/// Why an experiment cannot continue.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExperimentError {
    /// The protocol or an override of it.
    #[error(transparent)]
    Protocol(#[from] ProtocolError),
    /// The data does not have the rows that the protocol asks for.
    #[error("the dataset does not fit the protocol")]
    Data(#[from] DataError),
    /// A training cannot start.
    #[error("cannot train {model}, seed {seed}")]
    Train {
        /// `source`, or the name of an arm.
        model: String,
        /// The seed.
        seed: u64,
        /// What happened.
        source: TrainError,
    },
    /// It was asked to stop.
    #[error("stopped; run it again to continue")]
    Cancelled,
    /// A worker thread panicked.
    #[error("a training panicked: {0}; finished cells are kept. This is a bug, please report it")]
    Panic(String),
    /// A file or folder of the store cannot be read or written.
    #[error("cannot {doing} {}", path.display())]
    Io {
        /// What was tried: `write`, `create`.
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the file system said.
        source: io::Error,
    },
    /// A folder of something else, of other data, or of nothing that was asked.
    #[error("{} {reason}", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What is there, and what to do.
        reason: String,
    },
    /// A file of the store is not what was written.
    #[error("{} is damaged: {reason}; delete it and rerun, it is recomputed", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A source network that was trained again differs from the one that the store's cells used.
    #[error(
        "the source network of seed {0} is not in the store, and training it again here gives \
         other weights than the store's cells used; finish on the machine that began, or begin a \
         new results folder"
    )]
    OtherSource(u64),
    /// Numbers that cannot be compared.
    #[error(transparent)]
    Stats(#[from] fm_stats::StatsError),
}

/// The error for a folder that is not a usable results folder.
pub(crate) fn folder(path: &Path, reason: impl Into<String>) -> ExperimentError {
    ExperimentError::Folder {
        path: path.to_owned(),
        reason: reason.into(),
    }
}

/// For `map_err`: what was tried, and with which file.
pub(crate) fn io_error(
    doing: &'static str,
    path: &Path,
) -> impl FnOnce(io::Error) -> ExperimentError {
    let path = path.to_owned();
    move |source| ExperimentError::Io {
        doing,
        path,
        source,
    }
}

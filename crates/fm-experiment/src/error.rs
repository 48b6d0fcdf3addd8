//! What can go wrong in an experiment.

use std::io;
use std::path::PathBuf;

use fm_data::DataError;
use fm_nn::EngineError;
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
    /// The backend is not available.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// It was asked to stop.
    #[error("stopped; run it again to continue")]
    Cancelled,
    /// A worker thread panicked.
    #[error(
        "a training panicked: {message}; finished cells are kept. This is a bug, please report it"
    )]
    Panic {
        /// What the panic said.
        message: String,
    },
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
    /// There is a file where the folder should be.
    #[error("{} is a file, not a folder; choose another folder for the results", path.display())]
    NotFolder {
        /// The file.
        path: PathBuf,
    },
    /// The folder contains something else, or nothing.
    #[error(
        "{} has no store.json, so it is not a results folder; choose another one",
        path.display()
    )]
    NotStore {
        /// The folder.
        path: PathBuf,
    },
    /// The store contains results of other data.
    #[error(
        "{} contains results on {there}, and this is {here} with other checksums; choose another \
         folder for the results",
        path.display()
    )]
    OtherData {
        /// The folder.
        path: PathBuf,
        /// The dataset of the store.
        there: String,
        /// The dataset of the request.
        here: String,
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
        "the source network of seed {seed} is not in the store, and training it again here gives \
         other weights than the store's cells used; finish on the machine that began, or begin a \
         new results folder"
    )]
    OtherSource {
        /// The seed.
        seed: u64,
    },
    /// Nothing was asked of the store yet.
    #[error("{} contains no request; run the experiment first", path.display())]
    NoRequest {
        /// The folder.
        path: PathBuf,
    },
    /// Numbers that cannot be compared.
    #[error(transparent)]
    Stats(#[from] fm_stats::StatsError),
}

/// For `map_err`: what was tried, and with which file.
pub(crate) fn io_error(
    doing: &'static str,
    path: &std::path::Path,
) -> impl FnOnce(io::Error) -> ExperimentError {
    let path = path.to_owned();
    move |source| ExperimentError::Io {
        doing,
        path,
        source,
    }
}

//! What can go wrong with a dataset: what failed, where, what was found and expected.

use std::io;
use std::path::PathBuf;

use crate::Wrong;
use crate::idx::IdxError;

/// Why a dataset could not be opened, checked, split or packed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// No published dataset has this name.
    #[error("no dataset is called {name:?}; the published ones are {}", known.join(", "))]
    UnknownDataset {
        /// The name asked for.
        name: String,
        /// Names of the published ones.
        known: Vec<String>,
    },

    /// Only Fashion-MNIST has an embedded sample.
    #[error("there is no sample of {name}: the embedded sample is of Fashion-MNIST")]
    NoSample {
        /// The dataset asked for.
        name: String,
    },

    /// The folder does not exist or cannot be read.
    #[error("{}: cannot open the data folder", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },

    /// Files of the dataset are not in the folder under any of their names.
    #[error(
        "{}: no {} (with or without .gz), which {dataset} needs{}",
        folder.display(),
        missing.join(", "),
        .instead.as_ref().map(|there| format!("; {} has them", there.display())).unwrap_or_default()
    )]
    Missing {
        /// The folder.
        folder: PathBuf,
        /// The dataset's name in texts.
        dataset: String,
        /// Names of the missing files.
        missing: Vec<String>,
        /// A folder inside that has all four files, such as torchvision's `FashionMNIST/raw`.
        instead: Option<PathBuf>,
    },

    /// A file could not be read.
    #[error("{}: cannot read the file", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },

    /// A file or a folder could not be written.
    #[error("{}: cannot write", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },

    /// A file has the name of one of the dataset's files and is not that file.
    #[error(
        "{}: this is not {expected}: {wrong}; move it away and download the file again",
        path.display()
    )]
    WrongFile {
        /// The file.
        path: PathBuf,
        /// The file expected: `train-images-idx3-ubyte of Fashion-MNIST`.
        expected: String,
        /// What it is instead.
        wrong: Box<Wrong>,
    },

    /// A `dataset.toml` is not valid.
    #[error("{}: not a description of a dataset: {reason}", path.display())]
    Description {
        /// The file.
        path: PathBuf,
        /// The first fault, with its line or key.
        reason: String,
    },

    /// The dataset has no address to download from.
    #[error(
        "{dataset} is not downloaded automatically; see {home} and open the folder of its files"
    )]
    NoMirrors {
        /// The dataset's name in texts.
        dataset: String,
        /// Where it is described.
        home: String,
    },

    /// The program was built without what the source needs.
    #[error(
        "this program was built without the feature `{feature}` of fm-data, which {what} needs"
    )]
    Feature {
        /// The feature.
        feature: &'static str,
        /// What was asked for.
        what: &'static str,
    },

    /// Downloading failed.
    #[cfg(feature = "fetch")]
    #[error(transparent)]
    Fetch(#[from] crate::fetch::FetchError),

    /// Packing a folder of pictures failed.
    #[cfg(feature = "picture")]
    #[error("{}: {reason}", path.display())]
    Pack {
        /// The folder or file.
        path: PathBuf,
        /// Why.
        reason: String,
    },

    /// A file is no valid IDX file.
    #[error(transparent)]
    Idx(#[from] IdxError),

    /// Images, labels and class names do not fit each other, or a requested part does not exist.
    #[error("{origin}: {reason}")]
    Dataset {
        /// The file, or the name of the dataset.
        origin: String,
        /// What is wrong: what was expected and found.
        reason: String,
    },

    /// The classes of a task are not valid.
    #[error("{0}")]
    Classes(String),

    /// A part has no row of a task.
    #[error("{origin}: no row of classes {}", classes.join(", "))]
    NoRows {
        /// The name of the dataset.
        origin: String,
        /// Names of the task's classes.
        classes: Vec<String>,
    },
}

impl DataError {
    pub(crate) fn dataset(origin: impl Into<String>, reason: String) -> Self {
        Self::Dataset {
            origin: origin.into(),
            reason,
        }
    }
}

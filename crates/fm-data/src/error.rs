//! What can go wrong with a dataset: what failed, where, what was found and expected.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::idx::IdxError;

/// Why a dataset could not be opened, downloaded, split or packed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// The system refused an operation on a file or a folder.
    #[error("{}: cannot {action}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What was being done, such as `read the file`.
        action: &'static str,
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
        /// What it is instead: `it is an HTML page`.
        wrong: String,
    },

    /// No mirror delivered a file. Files that were complete before are kept.
    #[error(
        "{file} could not be downloaded ({kept} bytes are kept)\n  {}", failures.join("\n  ")
    )]
    Download {
        /// The file.
        file: String,
        /// Bytes of it that are kept; the next download continues from there.
        kept: u64,
        /// Every mirror and why its last try failed: `from https://…/: HTTP status 404 (Not Found)`.
        failures: Vec<String>,
    },

    /// A file is no valid IDX file.
    #[error(transparent)]
    Idx(#[from] IdxError),

    /// Data, a description or options that are not valid: where, what was expected and found.
    #[error("{0}")]
    Invalid(String),

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
    pub(crate) fn invalid(origin: impl fmt::Display, reason: impl fmt::Display) -> Self {
        Self::Invalid(format!("{origin}: {reason}"))
    }

    /// For `map_err`: a system error with what was being done to what.
    pub(crate) fn io<'a>(
        action: &'static str,
        path: &'a Path,
    ) -> impl Fn(io::Error) -> Self + Copy + 'a {
        move |source| Self::Io {
            path: path.to_owned(),
            action,
            source,
        }
    }
}

//! What can go wrong in this crate.

use std::fmt::Display;
use std::path::PathBuf;
use std::sync::Arc;

/// Why layers do not make a network, or a name, mask, workspace, batch or loss does not fit one:
/// what was expected and found, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NetworkError(pub(crate) String);

impl NetworkError {
    pub(crate) fn misfit(what: impl Display, expected: impl Display, found: impl Display) -> Self {
        Self(format!("{what}: expected {expected}, found {found}"))
    }
}

/// Refuses what is not as expected.
pub(crate) fn same<T: PartialEq + Display>(
    what: impl Display,
    expected: T,
    found: T,
) -> Result<(), NetworkError> {
    match expected == found {
        true => Ok(()),
        false => Err(NetworkError::misfit(what, expected, found)),
    }
}

/// Refuses more than `most`.
pub(crate) fn at_most(what: impl Display, most: usize, found: usize) -> Result<(), NetworkError> {
    match found <= most {
        true => Ok(()),
        false => Err(NetworkError::misfit(
            what,
            format_args!("at most {most}"),
            found,
        )),
    }
}

/// Why a file of this crate or of [`container`](crate::container) cannot be read or written.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// The file system refused.
    #[error("cannot {verb} {}", path.display())]
    Io {
        /// What was tried: `read` or `write`.
        verb: &'static str,
        /// Path of the file.
        path: PathBuf,
        /// What the file system said.
        source: Arc<std::io::Error>,
    },
    /// Another kind of file, a damaged one, or contents that a file of this kind cannot have.
    #[error("{0}")]
    Contents(
        /// What is wrong, and what to do.
        String,
    ),
    /// The layers do not make a network.
    #[error("the layers do not make a network")]
    Network(#[from] NetworkError),
}

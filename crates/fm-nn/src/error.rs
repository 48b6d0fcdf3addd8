//! What can go wrong in this crate.

use std::fmt::Display;
use std::path::PathBuf;
use std::sync::Arc;

/// Why layers do not make a network, or a mask, workspace, batch or loss does not fit one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NetworkError {
    /// Two things that are not for each other, such as a mask and a network.
    #[error("{what}: expected {expected}, found {found}")]
    Misfit {
        /// What does not fit, such as `inputs of layer 1`.
        what: String,
        /// What would fit.
        expected: String,
        /// What it is.
        found: String,
    },
    /// A text that does not say what to freeze, or names a layer that the network does not have.
    #[error("{found:?} cannot be frozen; expected {expected}")]
    Freeze {
        /// What would be possible.
        expected: String,
        /// The text, or one of the names in it.
        found: String,
    },
    /// A softmax over one output.
    #[error(
        "a softmax head needs two or more outputs: over one output it is always 1, so nothing is \
         learned; use a sigmoid head (binary cross-entropy) for two classes"
    )]
    SoftmaxOfOne,
    /// A workspace for inference was given to a training step.
    #[error("the workspace is for inference; make it with Workspace::for_training")]
    Inference,
    /// A mask leaves nothing to train.
    #[error("the freeze mask freezes every layer, so nothing can be trained; unfreeze the head")]
    AllFrozen,
}

impl NetworkError {
    pub(crate) fn misfit(what: impl Display, expected: impl Display, found: impl Display) -> Self {
        Self::Misfit {
            what: what.to_string(),
            expected: expected.to_string(),
            found: found.to_string(),
        }
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
    /// The file cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// Path of the file.
        path: PathBuf,
        /// What the file system said.
        source: Arc<std::io::Error>,
    },
    /// The file cannot be written.
    #[error("cannot write {}", path.display())]
    Write {
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

impl FileError {
    /// What is wrong with the contents of a file.
    pub fn contents(what: impl Into<String>) -> Self {
        Self::Contents(what.into())
    }
}

//! How a fetch can fail as a whole.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::Failure;
use super::reason::Seconds;

/// Why a fetch did not get its files. What had passed its checks before stays in the folder.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// No source delivered the file, because the network is not there, swallows packets, breaks
    /// off or refuses. [`Options::decide_within`](super::Options::decide_within) ends in this too.
    #[error(
        "could not fetch {file}: no source delivered it in {}{}; check the network, or give a \
         folder that has the files{}",
        Seconds(*.waited), Kept(*.kept), Lines(.failures)
    )]
    Unreachable {
        /// The file.
        file: String,
        /// How long it was tried.
        waited: Duration,
        /// Bytes of the file that are kept for the next fetch to go on from.
        kept: u64,
        /// Every source and its reason.
        failures: Vec<Failure>,
    },
    /// No source delivered the file, and at least one that could be reached has something else,
    /// or nothing, in its place.
    #[error("could not fetch {file}: no source has a right copy of it{}", Lines(.failures))]
    NoRightCopy {
        /// The file.
        file: String,
        /// Every source and its reason.
        failures: Vec<Failure>,
    },
    /// Bytes were coming, but the time for the whole fetch was up.
    #[error(
        "could not fetch {file}: the time for the whole fetch, {}, is up{}{}",
        Seconds(*.limit), Kept(*.kept), Lines(.failures)
    )]
    TimeUp {
        /// The file.
        file: String,
        /// The time there was.
        limit: Duration,
        /// Bytes of the file that are kept for the next fetch to go on from.
        kept: u64,
        /// Every source and its reason.
        failures: Vec<Failure>,
    },
    /// The folder could not be read or written.
    #[error("could not {action} {}", .path.display())]
    Filesystem {
        /// What was being done, such as `write to`.
        action: &'static str,
        /// To what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The options cannot work.
    #[error("cannot fetch with '{given}': {problem}")]
    Usage {
        /// What was given.
        given: String,
        /// What is wrong with it.
        problem: String,
    },
}

/// The kinds of [`FetchError`], for an exit code or a way round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// No network, or one that does not let the files through: later, or elsewhere, it may work.
    Unreachable,
    /// A source has something else, or nothing, under a file's name.
    NoRightCopy,
    /// The disk: permissions, space, a folder where a file belongs.
    Filesystem,
    /// The options.
    Usage,
}

impl FetchError {
    /// Which kind of error this is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Unreachable { .. } | Self::TimeUp { .. } => ErrorKind::Unreachable,
            Self::NoRightCopy { .. } => ErrorKind::NoRightCopy,
            Self::Filesystem { .. } => ErrorKind::Filesystem,
            Self::Usage { .. } => ErrorKind::Usage,
        }
    }

    /// Every source and why it failed; empty where no source was the trouble.
    #[must_use]
    pub fn failures(&self) -> &[Failure] {
        match self {
            Self::Unreachable { failures, .. }
            | Self::NoRightCopy { failures, .. }
            | Self::TimeUp { failures, .. } => failures,
            Self::Filesystem { .. } | Self::Usage { .. } => &[],
        }
    }
}

/// For `map_err`: a system error with what was being done to what.
pub(super) fn disk<'a>(
    action: &'static str,
    path: &'a Path,
) -> impl FnOnce(io::Error) -> FetchError + 'a {
    move |source| FetchError::Filesystem {
        action,
        path: path.to_owned(),
        source,
    }
}

struct Lines<'a>(&'a [Failure]);

impl fmt::Display for Lines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|failure| write!(f, "\n  {failure}"))
    }
}

struct Kept(u64);

impl fmt::Display for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => Ok(()),
            bytes => write!(
                f,
                " ({bytes} bytes are kept, and the next fetch goes on from there)"
            ),
        }
    }
}

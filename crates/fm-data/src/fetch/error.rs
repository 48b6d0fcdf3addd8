//! Why a download failed, as a whole and for each source.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::{Content, Wrong};

/// Why a download did not complete. Files that were complete before it are kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// No source delivered the file.
    #[error(
        "{file} could not be downloaded{}{}",
        if *.kept == 0 { String::new() } else { format!(" ({kept} bytes are kept)") },
        Lines(.failures)
    )]
    Failed {
        /// The file.
        file: String,
        /// Bytes of it that are kept; the next download continues from there.
        kept: u64,
        /// Every source and its reason.
        failures: Vec<Failure>,
    },
    /// Another process downloaded into the folder the whole time.
    #[error("{}: another process downloads into this folder, and did not end in {}", folder.display(), Seconds(*.waited))]
    Locked {
        /// The folder.
        folder: PathBuf,
        /// How long it was waited for.
        waited: Duration,
    },
    /// The folder could not be read or written.
    #[error("cannot {action} {}: {source}", path.display())]
    Filesystem {
        /// What was being done, such as `write`.
        action: &'static str,
        /// To what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Options that are not valid.
    #[error("cannot download from {given:?}: {problem}")]
    Usage {
        /// What was given.
        given: String,
        /// What is wrong with it.
        problem: String,
    },
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

/// A source and why it did not deliver the file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Failure {
    /// The source, without a password.
    pub source: String,
    /// Why its last try failed.
    pub reason: Reason,
}

/// Why a source did not deliver the file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// No connection: the name, the route, the proxy or the encryption failed.
    NoConnection(String),
    /// A wait was over.
    TimedOut {
        /// What was waited for.
        during: &'static str,
        /// How long.
        after: Duration,
    },
    /// The server answered with this HTTP status.
    Status(u16),
    /// An `https` source led to this `http` address.
    Downgrade(String),
    /// The answer was not proper HTTP.
    Protocol(String),
    /// The answer ended early.
    CutShort {
        /// Bytes that came.
        at: u64,
        /// Bytes of the whole file, where they are known.
        of: Option<u64>,
    },
    /// Something else came instead of the file.
    Wrong(Wrong),
    /// The folder does not have the file.
    NotThere,
    /// The folder's file cannot be used.
    Unusable(String),
    /// Time was up before this source was asked.
    NotAsked,
}

impl Reason {
    /// Whether asking again could help.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        match self {
            Self::NoConnection(_)
            | Self::TimedOut { .. }
            | Self::Protocol(_)
            | Self::CutShort { .. }
            | Self::Wrong(Wrong::Content(Content::Empty))
            | Self::NotAsked => true,
            // Request timeout, too early, too many requests, and errors of the server.
            Self::Status(code) => matches!(code, 408 | 425 | 429 | 500..=599),
            _ => false,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoConnection(why) => write!(f, "no connection: {why}"),
            Self::TimedOut { during, after } => {
                write!(f, "no answer in {} while {during}", Seconds(*after))
            }
            Self::Status(code) => {
                write!(f, "HTTP status {code}")?;
                let status = ureq::http::StatusCode::from_u16(*code).ok();
                let words = status.and_then(|status| status.canonical_reason());
                words.map_or(Ok(()), |words| write!(f, " ({words})"))
            }
            Self::Downgrade(to) => write!(f, "redirected to {to}, which is not encrypted"),
            Self::Protocol(why) => write!(f, "not a proper answer: {why}"),
            Self::CutShort { at, of: Some(of) } => write!(f, "cut short at byte {at} of {of}"),
            Self::CutShort { at, of: None } => write!(f, "cut short at byte {at}"),
            Self::Wrong(wrong) => write!(f, "not the published file: {wrong}"),
            Self::NotThere => f.write_str("the file is not there"),
            Self::Unusable(why) => f.write_str(why),
            Self::NotAsked => f.write_str("not asked: the time was up"),
        }
    }
}

/// A duration for messages: `20 s`, `0.3 s`.
struct Seconds(Duration);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs_f64();
        let decimals = usize::from(seconds < 10.0 && seconds.fract() > 0.0);
        write!(f, "{seconds:.decimals$} s")
    }
}

/// A single source on the same line, several on a line each.
struct Lines<'a>(&'a [Failure]);

impl fmt::Display for Lines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let [failure] = self.0 {
            return write!(f, " from {}: {}", failure.source, failure.reason);
        }
        let mut failures = self.0.iter();
        failures
            .try_for_each(|failure| write!(f, "\n  from {}: {}", failure.source, failure.reason))
    }
}

//! What a fetch did.

use std::fmt;
use std::path::PathBuf;

use super::{Reason, Source};

/// What came of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// A right copy was there; nothing was fetched.
    AlreadyThere,
    /// It came from a source.
    Fetched {
        /// Which one finished it; `None` where an earlier fetch had left every byte of it.
        source: Option<Source>,
        /// Bytes that came in this fetch, from whatever source.
        bytes: u64,
        /// Bytes that an earlier fetch had left.
        resumed_from: u64,
        /// The wrong file that had its name, if there was one.
        replaced: Option<Replaced>,
    },
}

/// A wrong file that a right one has taken the place of.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Replaced {
    /// What was wrong with it.
    pub reason: Reason,
    /// Where it is now, if it was a whole file of another dataset. Anything else is gone.
    pub set_aside: Option<PathBuf>,
}

/// One file of a [`FetchReport`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FetchedFile {
    /// Its name without `.gz`.
    pub name: &'static str,
    /// Where it is.
    pub path: PathBuf,
    /// How it came there.
    pub outcome: Outcome,
}

/// What a fetch did, file by file. Every file in it is there and has passed its checks.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FetchReport {
    /// The folder.
    pub folder: PathBuf,
    /// The files, in the order asked for.
    pub files: Vec<FetchedFile>,
}

impl FetchReport {
    /// Bytes that came in this fetch.
    #[must_use]
    pub fn bytes_fetched(&self) -> u64 {
        self.files
            .iter()
            .map(|file| match file.outcome {
                Outcome::AlreadyThere => 0,
                Outcome::Fetched { bytes, .. } => bytes,
            })
            .sum()
    }
}

impl fmt::Display for FetchReport {
    /// One line for each file, and one more for each that was replaced.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, file) in self.files.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            let path = file.path.display();
            match &file.outcome {
                Outcome::AlreadyThere => write!(f, "there    {path}")?,
                Outcome::Fetched {
                    source,
                    bytes,
                    resumed_from,
                    replaced,
                } => {
                    write!(f, "fetched  {path} (")?;
                    match (source, resumed_from) {
                        (Some(source), 0) => write!(f, "{bytes} bytes from {source})")?,
                        (Some(source), there) => {
                            write!(f, "{bytes} bytes from {source}, {there} were there)")?;
                        }
                        (None, there) => write!(f, "all {there} bytes were there)")?,
                    }
                    if let Some(replaced) = replaced {
                        write!(
                            f,
                            "\n         in place of a wrong file: {}",
                            replaced.reason
                        )?;
                        if let Some(aside) = &replaced.set_aside {
                            write!(f, " (now {})", aside.display())?;
                        }
                    }
                }
            }
        }
        Ok(())
    }
}

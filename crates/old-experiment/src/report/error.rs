//! What can go wrong in making a report.

use std::io;
use std::path::PathBuf;

use crate::error::ExperimentError;
use crate::protocol::ProtocolError;
use crate::stats::StatsError;

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReportError {
    /// Not the folder of an experiment.
    #[error(
        "{} has no plan.json, so it is no results folder; give the folder that `fm experiment` \
         named at its end",
        path.display()
    )]
    NotResults {
        /// The folder.
        path: PathBuf,
    },
    /// A folder of another version.
    #[error(
        "{} has format {found}, this version reads format {expected}; use the version that wrote it",
        path.display()
    )]
    Format {
        /// The folder's plan.
        path: PathBuf,
        /// The format this version reads.
        expected: u32,
        /// The format there.
        found: u32,
    },
    /// A plan whose seeds are not as they are written.
    #[error(
        "{} names seed {second} after seed {first}, expected each once and ascending; mend the list",
        path.display()
    )]
    Seeds {
        /// The folder's plan.
        path: PathBuf,
        /// A seed.
        first: u64,
        /// The next one in the list, not above it.
        second: u64,
    },
    /// The plan's protocol is none.
    #[error("{} holds a protocol that cannot be", path.display())]
    Protocol {
        /// The folder's plan.
        path: PathBuf,
        /// What is wrong with it.
        source: Box<ProtocolError>,
    },
    /// A record that the plan's protocol cannot have left.
    #[error(
        "{} does not fit the plan: {reason}; remove it and start the experiment again: what is \
         missing is made anew",
        path.display()
    )]
    Record {
        /// The record.
        path: PathBuf,
        /// Expected and found.
        reason: String,
    },
    /// No run has ended yet.
    #[error("{} has no finished run yet; a report needs one", path.display())]
    NoRecords {
        /// The folder.
        path: PathBuf,
    },
    /// A part of the report cannot be written.
    #[error("cannot write {}", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the file system said.
        source: io::Error,
    },
    /// The folder cannot be opened or read.
    #[error(transparent)]
    Folder(#[from] ExperimentError),
    /// Numbers that no statistics can be made of.
    #[error("no statistics can be made")]
    Stats(#[from] StatsError),
}

//! What can go wrong in an experiment.

use std::io;
use std::path::PathBuf;

use fm_data::DataError;
use fm_train::TrainError;

use crate::stats::StatsError;

/// Why an experiment cannot go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExperimentError {
    /// A training of a run failed.
    #[error("seed {seed}, training of {training}")]
    Train {
        /// The seed.
        seed: u64,
        /// `source`, or the name of an arm.
        training: String,
        /// What happened.
        source: TrainError,
    },
    /// It was asked to end.
    #[error("cancelled; start it again to go on")]
    Cancelled,
    /// A file or folder of the results cannot be read or written.
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
    #[error("{} is a file and no folder; choose another --out", path.display())]
    NotFolder {
        /// The file.
        path: PathBuf,
    },
    /// The folder holds something else.
    #[error(
        "{} is not empty and has no plan.json, so it is no results folder; choose another --out",
        path.display()
    )]
    NotResults {
        /// The folder.
        path: PathBuf,
    },
    /// The folder holds the results of another plan.
    #[error(
        "{} holds another plan: {key} is {there} there, and {here} here; {}choose another --out, or \
         remove the folder",
        path.display(),
        flag(key, there)
    )]
    OtherPlan {
        /// The folder.
        path: PathBuf,
        /// The first key that differs, such as `protocol.source.epochs`.
        key: String,
        /// Its value in the folder.
        there: String,
        /// Its value now.
        here: String,
    },
    /// Another process works in the folder.
    #[error("{} is in use by another process; wait for it, or choose another --out", path.display())]
    InUse {
        /// The folder.
        path: PathBuf,
    },
    /// A file of the results is not what was written.
    #[error("{} is damaged; remove it and start again: what is missing is made anew", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What the parser said.
        source: serde_json::Error,
    },
    /// A binary file of the results is not what was written.
    #[error(
        "{} is damaged: {reason}; remove it and start again: what is missing is made anew",
        path.display()
    )]
    DamagedFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The data has not what a curve needs.
    #[error("the data does not fit the curve of {curve}")]
    CurveData {
        /// The curve.
        curve: &'static str,
        /// What is missing.
        source: DataError,
    },
    /// A curve over target rows that begins beyond the data.
    #[error(
        "the curve of samples has no point: curves.samples.rows of protocol {protocol} begins at \
         {fewest} rows, and the target task has {available}"
    )]
    NoPoint {
        /// Name of the protocol.
        protocol: String,
        /// Rows of the first point.
        fewest: usize,
        /// Rows of the target task.
        available: usize,
    },
    /// A curve that the protocol says nothing of.
    #[error(
        "protocol {protocol} has no table [curves.{curve}], which says how the curve is trained"
    )]
    NoCurve {
        /// Name of the protocol.
        protocol: String,
        /// The curve.
        curve: &'static str,
    },
    /// A source model that is gone, and comes out otherwise when it is trained again.
    #[error(
        "the source model of seed {seed} is not in {}, and trained again here it is another one \
         than the arms had; finish the curve where the folder was begun, or begin a new folder",
        path.display()
    )]
    OtherSource {
        /// Where it should be.
        path: PathBuf,
        /// The seed.
        seed: u64,
    },
    /// Numbers that no statistics can be made of.
    #[error("no statistics can be made")]
    Stats(#[from] StatsError),
}

/// What goes on with the plan that is there, where one option does.
fn flag(key: &str, there: &str) -> String {
    match key {
        "backend" => format!("give --backend {}, ", there.trim_matches('"')),
        _ => String::new(),
    }
}

//! Protocols, paired runs over seeds, statistics and reports: does one way of training beat
//! another, and how sure is that?
//!
//! A [`Protocol`] is the whole recipe, and a [`Run`] carries it out for one seed. The arms of a
//! seed share what they can, head and order of rows, so that their differences are paired:
//!
//! ```
//! use fm_experiment::{Protocol, Run, Tasks};
//! use fm_nn::Engine;
//!
//! // The course's shorter recipe, made much shorter, on the embedded sample.
//! let mut protocol = Protocol::built_in("quick").expect("it is compiled in");
//! protocol.data.train_rows = Some(600);
//! protocol.data.validation_rows = 100;
//! protocol.data.test_rows = Some(200);
//! protocol.task.target_rows = 50;
//! protocol.network.hidden = vec![16];
//! let data = fm_data::open(&fm_data::Source::Sample)?;
//! let tasks = Tasks::split(&protocol, &data.train, &data.test)?;
//!
//! let run = Run { protocol: &protocol, tasks: &tasks, engine: Engine::portable() };
//! let (source, history) = run.source(42, &())?;
//! let record = run.arms(42, &source, history, &())?.record;
//! assert_eq!(record.arms[1].name, "transfer");
//! // The trunk that was frozen in the first phase is the source's, to the bit.
//! assert_eq!(record.arms[1].trunk_sha256[1], source.trunk_digest());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`Runner`] does that for many seeds, side by side, into a [`ResultsFolder`] that can be finished
//! later; [`Summary`] compares the arms, and [`report::write`] makes a page of it. One seed shows
//! nothing:
//!
//! ```
//! use fm_experiment::stats::{Settings, paired_differences, sign_flip};
//!
//! // Test errors of two arms over six seeds, in pairs.
//! let scratch = [0.020, 0.024, 0.018, 0.022, 0.021, 0.019];
//! let transfer = [0.012, 0.015, 0.013, 0.011, 0.014, 0.012];
//! let differences = paired_differences(&transfer, &scratch)?;
//! let better = sign_flip(&differences, &Settings::default())?;
//! // All signs equal, in two of 64 ways to set six of them: the least that six pairs can show.
//! assert_eq!(better.p, 2.0 / 64.0);
//! # Ok::<(), fm_experiment::stats::StatsError>(())
//! ```

mod checkpoints;
pub mod curves;
mod error;
mod folder;
mod other_sources;
mod plan;
mod predictions;
pub mod protocol;
pub mod report;
mod run;
mod runner;
mod seeds;
mod side_by_side;
pub mod single;
mod source;
pub mod stats;
mod streams;
mod summary;
mod sweep;
mod tasks;
mod tensors;
mod test_rows;
mod watch;

pub use error::ExperimentError;
pub use folder::ResultsFolder;
pub use plan::{DatasetIdentity, FORMAT, Identity, MadeWith, Plan};
pub use predictions::{RunPredictions, TestImages, TestRows};
pub use protocol::Protocol;
pub use run::{
    ArmRecord, FinishedRun, Progress, Run, RunRecord, ShuffledSourceRecord, SourceRecord,
};
pub use runner::{PlanObserver, Runner};
pub use seeds::{SeedList, SeedListError};
pub use source::{KeepCheckpoints, SourceTraining};
pub use summary::{ArmSummary, Measure, SourceSummary, Summary};
pub use tasks::{Task, Tasks};
pub use test_rows::{ArmRows, ComparisonRows, ModelRows, TestRowsSummary};

/// The README's example is run as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

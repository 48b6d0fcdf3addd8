//! Protocols, paired runs over seeds, statistics and reports.

mod error;
mod folder;
mod plan;
mod predictions;
pub mod protocol;
pub mod report;
mod run;
mod runner;
mod seeds;
pub mod stats;
mod summary;
mod tasks;
mod tensors;
mod test_rows;

pub use error::ExperimentError;
pub use folder::ResultsFolder;
pub use plan::{DatasetIdentity, FORMAT, Identity, MadeWith, Plan};
pub use predictions::{RunPredictions, TestImages, TestRows};
pub use protocol::Protocol;
pub use run::{ArmRecord, FinishedRun, Progress, Run, RunRecord, SourceRecord};
pub use runner::{PlanObserver, Runner};
pub use seeds::{SeedList, SeedListError};
pub use summary::{ArmSummary, Measure, SourceSummary, Summary};
pub use tasks::{Task, Tasks};
pub use test_rows::{ArmRows, ComparisonRows, ModelRows, TestRowsSummary};

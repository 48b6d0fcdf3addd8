//! Protocols, paired runs over seeds, statistics and reports.

mod error;
mod folder;
mod plan;
pub mod protocol;
pub mod report;
mod run;
mod runner;
mod seeds;
pub mod stats;
mod summary;
mod tasks;

pub use error::ExperimentError;
pub use folder::ResultsFolder;
pub use plan::{DatasetIdentity, FORMAT, Identity, MadeWith, Plan};
pub use protocol::Protocol;
pub use run::{ArmRecord, Progress, Run, RunRecord, SourceRecord};
pub use runner::{PlanObserver, Runner};
pub use seeds::{SeedList, SeedListError};
pub use summary::{ArmSummary, Measure, SourceSummary, Summary};
pub use tasks::{Task, Tasks};

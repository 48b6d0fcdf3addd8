//! Protocols, cells, a store of records, executors and comparisons.
//!
//! The journey of a question, each step a function: a [`Protocol`] with overrides makes a
//! [`Request`]; [`Plan::new`] enumerates its cells; [`jobs`] groups those that are missing in a
//! [`Store`] by source network; an [`Executor`] trains them; [`Results`] reads their records as one
//! long table. [`Experiment`] is all of it in one call.
#![doc = ""]
#![doc = include_str!("../README.md")]

mod arm_inputs;
mod arrays;
mod comparison;
mod correct;
mod data;
mod error;
mod executor;
mod experiment;
mod fit;
mod job;
mod json;
mod key;
mod names;
mod parallel;
mod plan;
mod point;
mod progress;
pub mod protocol;
mod recipe;
mod record;
mod request;
mod results;
mod seeds;
pub mod single;
mod store;
mod tasks;
mod test_rows;
mod training;
mod trainings;
mod tuning;
mod watch;
mod worker;

pub use arm_inputs::ArmInputs;
pub use comparison::{Compared, Paired};
pub use correct::Correct;
pub use data::{Data, Labels};
pub use error::ExperimentError;
pub use executor::Executor;
pub use experiment::{Experiment, default_backend};
pub use fit::fit_to_data;
pub use fm_data::DatasetIdentity;
pub use job::{Cell, Job, Slice, jobs};
pub use key::Key;
pub use names::{did_you_mean, nearest};
pub use plan::{Place, Plan, Series};
pub use point::Point;
pub use progress::{Counts, Progress};
pub use protocol::Protocol;
pub use recipe::{ArmRecipe, Recipe, RowsUsed, SourceRecipe, TrunkRecipe, Tuning};
pub use record::{Failure, Outcome, Predictions, Record, Tuned};
pub use request::{NamedSweep, Request};
pub use results::{CellResult, Results};
pub use seeds::SeedList;
pub use store::{Asked, MadeWith, Process, ProcessState, Store};
pub use test_rows::TestRows;
pub use training::initial_source_trunk;
pub use watch::Observer;

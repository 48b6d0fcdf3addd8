//! The documents of results: which numbers go into which sentence, table and plot.

mod analysis;
mod effects;
mod events;
mod folders;
mod influence;
mod learning;
mod main_table;
mod names;
mod pairs;
mod planning;
mod plots;
mod predictions;
mod reproduce;
mod sentences;
mod source;
mod spread;
mod summary;
mod sweeps;
mod tables;
mod tuning;
mod warnings;
mod weights;
mod write;

pub use events::write_events;
pub use folders::compare_folders;
pub use planning::{Pilot, Planned, PlannedDifference, Planning};
pub use reproduce::{command_line, experiment_command};
pub use sentences::{Scope, sentence};
pub use warnings::Warning;
pub use write::Report;

//! Reports: [`Report::of`] makes a [`Document`] of sentences, tables, plots and images from the
//! results of an experiment, once; four renderers write it: [`html`], one file that opens offline;
//! [`markdown`]; [`terminal`], what is not folded, in a given width; [`csv`], exact numbers, a file for
//! each table and each plot.
//!
//! A caller never formats a number: a [`Column`] and an [`Axis`] know their [`Unit`].
//!
//! ```
//! use fm_report::{Column, Document, Table, Unit, Value, csv, terminal};
//!
//! let columns = [
//!     Column::text("model", "model"),
//!     Column::new("test_error", "test error", Unit::Fraction).mean_sd(),
//! ];
//! let mut table = Table::new("scores", "Scores on test rows, mean ± standard deviation", columns);
//! table.push(["scratch".into(), Value::MeanSd(0.0198, Some(0.0055))]);
//! let document = Document::new("Does a reused trunk help?").with(table);
//!
//! assert!(terminal(&document, 80, false).contains("1.98 ± 0.55"));
//! assert_eq!(
//!     csv(&document)[0].1,
//!     "model,test_error_mean,test_error_sd\nscratch,0.0198,0.0055\n"
//! );
//! ```

mod build;
mod document;
mod error;
mod escape;
mod images;
mod number;
mod plot;
mod render;
mod table;
mod tensorboard;

pub use build::{
    Pilot, Planned, PlannedDifference, Planning, Report, Scope, Warning, command_line,
    compare_folders, experiment_command, sentence, write_events,
};
pub use document::{Block, Document, Section, Shown, Text, Tone};
pub use error::ReportError;
pub use images::{Image, Images};
pub use number::{Percents, Unit, counted, ranges};
pub use plot::{Axis, Datum, Mark, Plot, Shape};
pub use render::{csv, html, markdown, terminal};
pub use table::{Column, Rows, Table, Value};

/// The README's example is compiled as a test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

//! `fm plan`

use anyhow::{Result, bail};
use fm_experiment::Results;
use fm_report::{Pilot, Planning};

use crate::args::Format;
use crate::args::plan::PlanArgs;
use crate::print;

/// Tells how many seeds it takes to show a difference.
pub(crate) fn run(args: &PlanArgs) -> Result<()> {
    let pilots = match &args.folder {
        Some(folder) => Pilot::of(&Results::read(folder)?)?,
        None => vec![Pilot {
            between: "two arms".to_owned(),
            seeds: None,
            test_rows: None,
            sd: args.sd.unwrap_or_default(),
            rows_error: args.rows_error,
            family: args.comparisons.get(),
        }],
    };
    if let (Some(folder), []) = (&args.folder, pilots.as_slice()) {
        bail!(
            "{}: no two arms of the main table have two seeds in common, expected two to measure the \
             spread; train more seeds, or assume a spread with --sd",
            folder.display()
        );
    }
    let planning = Planning::of(&pilots, &args.differences, args.power)?;
    match args.format {
        Format::Json => print::json(&planning)?,
        Format::Text => print::document(&planning.document()),
    }
    Ok(())
}

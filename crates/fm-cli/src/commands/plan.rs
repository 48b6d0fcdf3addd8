//! `fm plan`

use anyhow::{Result, bail};
use fm_experiment::Results;
use fm_report::{Pilot, Planning};

use crate::args::Format;
use crate::args::plan::PlanArgs;
use crate::print;

/// Tells how many seeds it takes to show a difference.
pub(crate) fn run(args: &PlanArgs) -> Result<()> {
    let pilots = match (&args.folder, args.sd) {
        (Some(folder), _) => Pilot::of(&Results::read(folder)?)?,
        (None, Some(sd)) => vec![Pilot {
            between: "two arms".to_owned(),
            seeds: None,
            test_rows: None,
            sd,
            rows_error: args.rows_error,
            family: args.comparisons.get(),
        }],
        (None, None) => bail!(
            "give a results folder to measure the spread on, as in `fm plan results/fair`, or assume a \
             spread in points, as in `fm plan --sd 0.7`"
        ),
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

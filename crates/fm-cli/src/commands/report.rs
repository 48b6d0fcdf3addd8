//! `fm report`

use anyhow::Result;
use fm_experiment::report::{self, Report};

use crate::args::ReportArgs;

/// Makes the reports of a results folder anew.
pub(crate) fn run(args: &ReportArgs) -> Result<()> {
    let report = report::rebuild(&args.folder)?;
    for verdict in &report.summary.verdicts {
        println!("{verdict}.");
    }
    say(&report);
    Ok(())
}

/// Prints a report's warnings and where it is.
pub(crate) fn say(report: &Report) {
    for warning in &report.warnings {
        eprintln!("Warning: {} {}", warning.says(), warning.advice());
    }
    println!("Report: {}", report.html.display());
}

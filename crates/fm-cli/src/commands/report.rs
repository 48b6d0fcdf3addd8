//! `fm report`

use std::path::Path;

use anyhow::{Result, bail};
use fm_experiment::report::{self, Report};

use crate::args::ReportArgs;
use crate::table;

/// Makes the reports of a results folder anew, or compares several.
pub(crate) fn run(args: &ReportArgs) -> Result<()> {
    let [folder] = args.folders.as_slice() else {
        return compare(args);
    };
    if args.out.is_some() {
        bail!("--out is for the comparison of several folders; one folder's report goes into it");
    }
    let report = report::rebuild(folder)?;
    for verdict in &report.summary.verdicts {
        println!("{}", table::paragraph(&format!("{verdict}.")));
    }
    say(&report);
    if args.tensorboard {
        tensorboard(folder)?;
    }
    Ok(())
}

fn compare(args: &ReportArgs) -> Result<()> {
    let found = report::compare_folders(&args.folders)?;
    for refused in &found.refused {
        table::note(&format!("Warning: {}", refused.says()));
    }
    println!("{}", table::folders(&found));
    if let Some(out) = &args.out {
        println!("Comparison: {}", found.write(out)?.display());
    }
    if args.tensorboard {
        for folder in &args.folders {
            tensorboard(folder)?;
        }
    }
    Ok(())
}

/// Prints a report's warnings and where it is.
pub(crate) fn say(report: &Report) {
    for warning in &report.warnings {
        table::note(&format!("Warning: {} {}", warning.says(), warning.advice()));
    }
    println!("Report: {}", report.html.display());
}

/// Writes the event files of a closed results folder.
pub(crate) fn tensorboard(folder: &Path) -> Result<()> {
    let logs = report::write_tensorboard(folder)?;
    println!("TensorBoard: tensorboard --logdir {}", logs.display());
    Ok(())
}

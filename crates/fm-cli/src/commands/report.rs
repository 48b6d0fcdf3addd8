//! `fm report`, and how an experiment ends.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use fm_experiment::Results;
use fm_report::{Report, compare_folders, csv, html, write_events};

use crate::args::Format;
use crate::args::experiment::ReportArgs;
use crate::print::{self, note, outln};

/// Writes the report of a results folder again, or compares several.
pub(crate) fn run(args: &ReportArgs) -> Result<()> {
    let [folder] = args.folders.as_slice() else {
        return compare(args);
    };
    let results = Results::read(folder)?;
    let out = args.out.as_deref().unwrap_or(folder);
    finish(results, out, args.format, args.tensorboard)
}

/// Writes a report to the folder `out` and prints the results.
pub(crate) fn finish(
    mut results: Results,
    out: &Path,
    format: Format,
    tensorboard: bool,
) -> Result<()> {
    let (report, page) = loop {
        let report = Report::of(&results)?;
        let page = report.write(out)?;
        // Another process may have trained the last missing cell meanwhile and written its report
        // before this one.
        let keys = results.store().keys()?;
        let missing: Vec<_> = results.missing().map(|cell| cell.key).collect();
        if missing.is_empty() || !missing.iter().all(|key| keys.contains(key)) {
            break (report, page);
        }
        let (request, made_with) = (results.request.clone(), results.made_with.clone());
        results = Results::exactly(results.store().clone(), request, made_with)?;
    };
    print::result(format, &report.document, &report.summary)?;
    if format == Format::Text {
        outln!("\nReport: {}", page.display());
    }
    if tensorboard {
        let logs = write_events(&results, out)?;
        note(&format!(
            "TensorBoard: tensorboard --logdir {}",
            logs.display()
        ));
    }
    Ok(())
}

fn compare(args: &ReportArgs) -> Result<()> {
    let comparison = compare_folders(&args.folders)?;
    let tables: BTreeMap<String, String> = csv(&comparison).into_iter().collect();
    print::result(args.format, &comparison, &tables)?;
    if let Some(out) = &args.out {
        std::fs::create_dir_all(out).with_context(|| format!("cannot create {}", out.display()))?;
        let (page, html) = (out.join("comparison.html"), html(&comparison, None));
        let files = tables.iter().map(|(name, text)| (out.join(name), text));
        for (path, text) in files.chain([(page.clone(), &html)]) {
            fm_data::save(&path, text.as_bytes())
                .with_context(|| format!("cannot write {}", path.display()))?;
        }
        note(&format!("Comparison: {}", page.display()));
    }
    if args.tensorboard {
        for folder in &args.folders {
            write_events(&Results::read(folder)?, folder)?;
        }
    }
    Ok(())
}

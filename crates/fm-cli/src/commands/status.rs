//! `fm status`

use anyhow::Result;
use fm_experiment::{CellResult, Outcome, Results};
use fm_report::{Document, Unit, counted};
use serde::Serialize;

use crate::args::Format;
use crate::args::experiment::StatusArgs;
use crate::print;

/// Cells of a series by how they ended.
#[derive(Default, Serialize)]
struct Counts {
    /// Name of the sweep; of the main table `main`.
    series: String,
    done: usize,
    failed: usize,
    missing: usize,
}

#[derive(Serialize)]
struct Status {
    protocol: String,
    dataset: String,
    backend: String,
    seeds: usize,
    series: Vec<Counts>,
    /// Jobs with missing cells.
    jobs_left: usize,
    /// Wall time until they are trained, as fast as before; `None` if nothing was timed yet.
    secs_left: Option<f64>,
}

/// Counts the cells of a results folder, without training.
pub(crate) fn run(args: &StatusArgs) -> Result<()> {
    let results = Results::read(&args.folder)?;
    let remaining = results.remaining()?;
    let threads = remaining.threads.clamp(1, remaining.jobs.max(1));
    let status = Status {
        protocol: results.protocol().name.clone(),
        dataset: results.store().dataset().name.clone(),
        backend: results.request.backend.to_string(),
        seeds: results.request.seeds.len(),
        series: counts(&results),
        jobs_left: remaining.jobs,
        secs_left: remaining.thread_secs.map(|secs| secs / threads as f64),
    };
    if args.format == Format::Json {
        print::json(&status)?;
        return Ok(());
    }
    let mut document = Document::new(format!(
        "{}: {} on {}, backend {}, {}",
        args.folder.display(),
        status.protocol,
        status.dataset,
        status.backend,
        counted(status.seeds, "seed")
    ));
    let count = Some(Unit::Count);
    let columns = [
        ("series", None),
        ("done", count),
        ("diverged", count),
        ("missing", count),
    ];
    let mut table = print::table("Cells", &columns);
    for counts in &status.series {
        table.push([
            counts.series.as_str().into(),
            counts.done.into(),
            counts.failed.into(),
            counts.missing.into(),
        ]);
    }
    document.push(table);
    print::document(&document);
    match (status.jobs_left, status.secs_left) {
        (0, _) => println!("\nNothing is missing."),
        (jobs, None) => println!("\n{} left.", counted(jobs, "job")),
        (jobs, Some(secs)) => println!(
            "\n{} left, about {} with {threads} at the same time.",
            counted(jobs, "job"),
            duration(secs)
        ),
    }
    Ok(())
}

fn counts(results: &Results) -> Vec<Counts> {
    let mut all: Vec<Counts> = results
        .plan
        .series
        .iter()
        .map(|series| Counts {
            series: series.name().unwrap_or("main").to_owned(),
            ..Counts::default()
        })
        .collect();
    for CellResult { place, outcome, .. } in results.cells() {
        let counts = &mut all[place.series];
        match outcome {
            None => counts.missing += 1,
            Some(Outcome::Scored(_)) => counts.done += 1,
            Some(Outcome::Failed(_)) => counts.failed += 1,
        }
    }
    all
}

/// "45 s", "12 min", "3.5 h".
fn duration(secs: f64) -> String {
    match secs {
        ..100.0 => format!("{secs:.0} s"),
        ..6000.0 => format!("{:.0} min", secs / 60.0),
        _ => format!("{:.1} h", secs / 3600.0),
    }
}

//! `fm status`

use std::path::Path;

use anyhow::Result;
use fm_experiment::{Outcome, Process, ProcessState, Progress, Store};
use fm_report::{Document, Table, Unit, counted};
use serde::Serialize;

use crate::args::Format;
use crate::args::experiment::StatusArgs;
use crate::print;
use crate::slurm::{self, Queue};

/// More are counted and not listed.
const MOST_LISTED: usize = 10;

/// Cells of a series by how they ended.
#[derive(Serialize)]
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
    /// The first trainings that diverged, in words.
    diverged: Vec<String>,
    /// Missing cells, each once, though several series may ask for it.
    cells_left: usize,
    /// Jobs with missing cells.
    jobs_left: usize,
    /// Wall time until they are trained, as fast as before; `None` if nothing was timed yet.
    secs_left: Option<f64>,
    /// Processes that train missing cells, and those that could not.
    processes: Vec<ProcessStatus>,
    /// Jobs of Slurm; `None` where it does not answer.
    slurm: Option<Vec<String>>,
}

#[derive(Serialize)]
struct ProcessStatus {
    state: ProcessState,
    #[serde(flatten)]
    process: Process,
}

/// Counts the cells of a results folder, without training.
pub(crate) fn run(args: &StatusArgs) -> Result<()> {
    let store = Store::read(&args.folder)?;
    let progress = Progress::read(&args.folder)?;
    let threads = progress.threads.clamp(1, progress.jobs.len().max(1));
    let status = Status {
        protocol: progress.request.protocol.name.clone(),
        dataset: store.dataset().name.clone(),
        backend: progress.request.backend.to_string(),
        seeds: progress.request.seeds.len(),
        series: counts(&progress),
        diverged: diverged(&progress, &store)?,
        cells_left: progress.missing,
        jobs_left: progress.jobs.len(),
        secs_left: progress.thread_secs().map(|secs| secs / threads as f64),
        processes: processes(&progress, &store)?,
        slurm: in_queue(&args.folder),
    };
    if args.format == Format::Json {
        return print::json(&status);
    }
    let mut document = Document::new(format!(
        "{}: {} on {}, backend {}, {}",
        args.folder.display(),
        status.protocol,
        status.dataset,
        status.backend,
        counted(status.seeds, "seed")
    ));
    document.push(table(&status.series));
    print::document(&document);
    list("diverged", &status.diverged, progress.diverged.len());
    for state in [
        ProcessState::Running,
        ProcessState::Lost,
        ProcessState::Failed,
    ] {
        let of_state = status.processes.iter().filter(|p| p.state == state);
        let lines: Vec<String> = of_state.map(|p| in_words(&p.process)).collect();
        let word = match state {
            ProcessState::Running => "running",
            ProcessState::Lost => "lost",
            ProcessState::Failed => "failed",
        };
        list(word, &lines, lines.len());
    }
    let slurm = status.slurm.unwrap_or_default();
    list("in Slurm's queue", &slurm, slurm.len());
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

fn table(series: &[Counts]) -> Table {
    let count = Some(Unit::Count);
    let columns = [
        ("series", None),
        ("done", count),
        ("diverged", count),
        ("missing", count),
    ];
    let mut table = print::table("Cells", &columns);
    for counts in series {
        table.push([
            counts.series.as_str().into(),
            counts.done.into(),
            counts.failed.into(),
            counts.missing.into(),
        ]);
    }
    table
}

/// A word, a number, and a line for each of the first.
fn list(word: &str, lines: &[String], of: usize) {
    if of == 0 {
        return;
    }
    println!("\n{of} {word}:");
    for line in lines.iter().take(MOST_LISTED) {
        print::lines(&format!("  {line}"));
    }
    if of > MOST_LISTED {
        println!("  and {} more", of - MOST_LISTED);
    }
}

fn counts(progress: &Progress) -> Vec<Counts> {
    let series = progress.plan.series.iter().zip(&progress.series);
    let counts = series.map(|(series, counts)| Counts {
        series: series.name().unwrap_or("main").to_owned(),
        done: counts.done,
        failed: counts.diverged,
        missing: counts.missing,
    });
    counts.collect()
}

/// The first trainings that diverged: which, where and why.
fn diverged(progress: &Progress, store: &Store) -> Result<Vec<String>> {
    let mut lines = Vec::new();
    for (place, key) in progress.diverged.iter().take(MOST_LISTED) {
        let record = store.record(key)?;
        let Some(Outcome::Failed(failure)) = record.map(|record| record.outcome) else {
            continue;
        };
        let series = &progress.plan.series[place.series];
        let values = series.axes.iter().zip(&series.points[place.point].values);
        let values: String = values
            .map(|(key, value)| format!(", {key}={value}"))
            .collect();
        let (model, seed, why) = (progress.plan.model(*place), place.seed, failure.reason);
        lines.push(format!("{model}, seed {seed}{values}: {why}"));
    }
    Ok(lines)
}

/// The processes that have something to do; a share that is finished no longer needs those that
/// failed or were lost.
fn processes(progress: &Progress, store: &Store) -> Result<Vec<ProcessStatus>> {
    let processes = store.processes()?.into_iter();
    let open = processes.filter(|process| progress.is_open(process.slice));
    let status = open.map(|process| ProcessStatus {
        state: process.state(),
        process,
    });
    Ok(status.collect())
}

/// `share 3/8 on n3, task 12_3: the data folder /data is not on this node; log: …`
fn in_words(process: &Process) -> String {
    let share = process
        .slice
        .map_or("all jobs".to_owned(), |slice| format!("share {slice}"));
    let mut text = format!("{share} on {}", process.host);
    match &process.task {
        Some(task) => text += &format!(", task {task}"),
        None => text += &format!(", process {}", process.pid),
    }
    match (&process.failed, process.state()) {
        (Some(why), _) => text += &format!(": {why}"),
        (None, ProcessState::Lost) => {
            text += &format!(", silent for {}", duration(process.silent_secs() as f64));
        }
        (None, _) => {}
    }
    if let (Some(log), true) = (&process.log, process.state() != ProcessState::Running) {
        text += &format!("; log: {}", log.display());
    }
    text
}

/// What Slurm's queue has of this folder; `None` where Slurm does not answer.
fn in_queue(folder: &Path) -> Option<Vec<String>> {
    // A store that was never submitted from is not looked for.
    if !folder.join("slurm").exists() {
        return None;
    }
    let name = slurm::job_name(&std::path::absolute(folder).ok()?);
    Some(Queue::of(&name).ok()?.lines())
}

/// "45 s", "12 min", "3.5 h".
fn duration(secs: f64) -> String {
    match secs {
        ..100.0 => format!("{secs:.0} s"),
        ..6000.0 => format!("{:.0} min", secs / 60.0),
        _ => format!("{:.1} h", secs / 3600.0),
    }
}

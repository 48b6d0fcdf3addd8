//! `fm status`

use std::path::Path;

use anyhow::Result;
use fm_experiment::{Outcome, Process, ProcessState, Progress, Store};
use fm_report::{Column, Document, Table, counted};
use serde_json::json;

use crate::args::Format;
use crate::print::{self, outln};
use crate::slurm;

/// More are counted and not listed.
const MOST_LISTED: usize = 10;

/// Prints how far the results in a folder are, without training.
pub(crate) fn show(folder: &Path, format: Format) -> Result<()> {
    let store = Store::read(folder)?;
    let progress = Progress::read(folder)?;
    let request = &progress.request;
    let (protocol, dataset) = (&request.protocol.name, &store.dataset().name);
    let (seeds, jobs) = (request.seeds.len(), progress.jobs.len());
    let backend = request.backend.to_string();
    let threads = progress.threads.clamp(1, jobs.max(1));
    let secs = progress.thread_secs.map(|secs| secs / threads as f64);
    let diverged = diverged(&progress, &store)?;
    // A share that is finished no longer needs those that failed or were lost.
    let mut processes = store.processes()?;
    processes.retain(|process| progress.is_open(process.slice));
    // A store that was never submitted from is not looked for; `None` where Slurm does not answer.
    let slurm = folder
        .join("slurm")
        .exists()
        .then(|| slurm::queued(folder).ok());
    let slurm = slurm.flatten();
    let names = progress.plan.series.iter();
    let names = names.map(|series| series.name().unwrap_or("main"));
    let series: Vec<_> = names.zip(&progress.series).collect();
    if format == Format::Json {
        let series = series.iter().map(|(name, counts)| {
            let (done, failed, missing) = (counts.done, counts.diverged, counts.missing);
            json!({ "series": name, "done": done, "failed": failed, "missing": missing })
        });
        let processes = processes.iter().map(|process| {
            let mut value = json!(process);
            value["state"] = json!(process.state());
            value
        });
        return print::json(&json!({
            "protocol": protocol,
            "dataset": dataset,
            "backend": backend,
            "kind": "results",
            "seeds": seeds,
            "series": series.collect::<Vec<_>>(),
            "diverged": diverged,
            "cells_left": progress.missing,
            "jobs_left": jobs,
            "secs_left": secs,
            "processes": processes.collect::<Vec<_>>(),
            "slurm": slurm,
        }));
    }
    let table = Table::of("", "Cells", &series)
        .column(Column::text("", "series"), |(name, _)| *name)
        .column(Column::count("done"), |(_, counts)| counts.done)
        .column(Column::count("diverged"), |(_, counts)| counts.diverged)
        .column(Column::count("missing"), |(_, counts)| counts.missing);
    let seeds = counted(seeds, "seed");
    let title = format!(
        "{}: {protocol} on {dataset}, backend {backend}, {seeds}",
        folder.display()
    );
    print::document(&Document::new(title).with(table.table()));
    list("diverged", &diverged, progress.diverged.len());
    for (word, state) in [
        ("running", ProcessState::Running),
        ("lost", ProcessState::Lost),
        ("failed", ProcessState::Failed),
    ] {
        let of_state = processes.iter().filter(|process| process.state() == state);
        let lines: Vec<String> = of_state.map(in_words).collect();
        list(word, &lines, lines.len());
    }
    let slurm = slurm.unwrap_or_default();
    list("in Slurm's queue", &slurm, slurm.len());
    let left = counted(jobs, "job");
    match (jobs, secs.map(duration)) {
        (0, _) => outln!("\nNothing is missing."),
        (_, None) => outln!("\n{left} left."),
        (_, Some(time)) => outln!("\n{left} left, about {time} with {threads} at the same time."),
    }
    Ok(())
}

/// A word, a number, and a line for each of the first.
fn list(word: &str, lines: &[String], of: usize) {
    if of == 0 {
        return;
    }
    outln!("\n{of} {word}:");
    for line in lines.iter().take(MOST_LISTED) {
        print::lines(&format!("  {line}"));
    }
    if of > MOST_LISTED {
        outln!("  and {} more", of - MOST_LISTED);
    }
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

/// `share 3/8 on n3, task 12_3: the data folder /data is not on this node; log: …`
fn in_words(process: &Process) -> String {
    let share = process.slice.map(|slice| format!("share {slice}"));
    let share = share.unwrap_or_else(|| "all jobs".to_owned());
    let mut text = format!("{share} on {}", process.host);
    match &process.task {
        Some(task) => text += &format!(", task {task}"),
        None => text += &format!(", process {}", process.pid),
    }
    let state = process.state();
    if let Some(why) = &process.failed {
        text += &format!(": {why}");
    } else if state == ProcessState::Lost {
        text += &format!(", silent for {}", duration(process.silent_secs() as f64));
    }
    if let Some(log) = process
        .log
        .as_ref()
        .filter(|_| state != ProcessState::Running)
    {
        text += &format!("; log: {}", log.display());
    }
    text
}

/// "45 s", "12 min", "3.5 h".
fn duration(secs: f64) -> String {
    match secs {
        ..100.0 => format!("{secs:.0} s"),
        ..6000.0 => format!("{:.0} min", secs / 60.0),
        _ => format!("{:.1} h", secs / 3600.0),
    }
}

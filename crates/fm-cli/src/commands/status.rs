//! `fm status`

use std::path::Path;

use anyhow::Result;
use fm_experiment::{Counts, Outcome, Process, ProcessState, Progress, Store};
use fm_report::{Document, Unit, counted};
use serde_json::json;

use crate::args::Format;
use crate::args::experiment::StatusArgs;
use crate::print::{self, outln};
use crate::slurm::{self, Queue};

/// More are counted and not listed.
const MOST_LISTED: usize = 10;

/// Counts the cells of a results folder, without training.
pub(crate) fn run(args: &StatusArgs) -> Result<()> {
    show(&args.folder, args.format)
}

/// How far the results in a folder are.
pub(crate) fn show(folder: &Path, format: Format) -> Result<()> {
    let store = Store::read(folder)?;
    let progress = Progress::read(folder)?;
    let request = &progress.request;
    let (protocol, dataset) = (&request.protocol.name, &store.dataset().name);
    let (seeds, jobs) = (request.seeds.len(), progress.jobs.len());
    let backend = request.backend.to_string();
    let threads = progress.threads.clamp(1, jobs.max(1));
    let secs = progress.thread_secs().map(|secs| secs / threads as f64);
    let diverged = diverged(&progress, &store)?;
    // A share that is finished no longer needs those that failed or were lost.
    let processes = store.processes()?.into_iter();
    let processes = processes.filter(|process| progress.is_open(process.slice));
    let processes: Vec<Process> = processes.collect();
    let slurm = in_queue(folder);
    let names = progress.plan.series.iter();
    let names = names.map(|series| series.name().unwrap_or("main"));
    let series = names.zip(&progress.series);
    if format == Format::Json {
        let series = series.map(|(name, counts)| {
            let Counts {
                done,
                diverged,
                missing,
            } = counts;
            json!({ "series": name, "done": done, "failed": diverged, "missing": missing })
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
    let count = Some(Unit::Count);
    let columns = [
        ("series", None),
        ("done", count),
        ("diverged", count),
        ("missing", count),
    ];
    let mut table = print::table("Cells", &columns);
    for (name, counts) in series {
        table.push([
            name.into(),
            counts.done.into(),
            counts.diverged.into(),
            counts.missing.into(),
        ]);
    }
    let seeds = counted(seeds, "seed");
    let title = format!(
        "{}: {protocol} on {dataset}, backend {backend}, {seeds}",
        folder.display()
    );
    print::document(&Document::new(title).with(table));
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
    match (jobs, secs) {
        (0, _) => outln!("\nNothing is missing."),
        (jobs, None) => outln!("\n{} left.", counted(jobs, "job")),
        (jobs, Some(secs)) => outln!(
            "\n{} left, about {} with {threads} at the same time.",
            counted(jobs, "job"),
            duration(secs)
        ),
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

//! Experiments as job arrays of Slurm: an array whose tasks each train a share of the missing jobs
//! in a shared results folder, and a job after it that writes the report.
//!
//! No part of this runs longer than the command. The store says what is done, so tasks may be
//! killed, requeued, started twice, or submitted again.

mod queue;
mod script;
mod wait;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, absolute};

use anyhow::{Context, Result};
use fm_data::Origin;
use fm_experiment::{Experiment, Process, Progress, Slice};
use fm_report::{counted, experiment_command};

use crate::args::experiment::ExperimentArgs;
use crate::args::slurm::Settings;
use crate::print::{note, outln};
use script::Scripts;

pub(crate) use queue::queued;
pub(crate) use wait::wait;

/// Where the scripts and logs of a store are.
const FOLDER: &str = "slurm";
/// The size of an array that Slurm refuses, if it does not say another.
const MAX_ARRAY_SIZE: u64 = 1001;
/// Seconds of a job where none was timed yet.
const UNTIMED_JOB_SECS: f64 = 10.0;

/// Submits what is missing in the results folder `out`, or prints what would be. Returns whether
/// anything was submitted.
pub(crate) fn submit(
    args: &ExperimentArgs,
    settings: &Settings,
    experiment: &Experiment,
    origin: &Origin,
    out: &Path,
) -> Result<bool> {
    let progress = experiment.progress(out)?;
    let shown = out.display();
    if progress.missing == 0 {
        note(&format!(
            "Nothing is missing in {shown}: nothing to submit."
        ));
        return Ok(false);
    }
    let (slices, shares) = cut(&progress, settings);
    let results = absolute(out)?;
    let slurm = results.join(FOLDER);
    let is_taken = |number: &u32| slurm.join(format!("{number}.sh")).exists();
    let number = (1..).find(|number| !is_taken(number)).unwrap_or(1);
    let file = |end: &str| plain(&slurm.join(format!("{number}{end}")));
    let (tasks, report, protocol) = (file(".sh")?, file("-report.sh")?, file(".toml")?);
    let data = match origin {
        Origin::Folder(dir) => Some(plain(&absolute(dir)?)?),
        _ => None,
    };
    let options = args.data.options(data.as_deref().unwrap_or("sample"));
    let (command, own_protocol) = experiment_command(&experiment.request, &protocol, &options);
    let program = std::env::current_exe().context("cannot find this program's file")?;
    let folder = std::env::current_dir().context("cannot find the working folder")?;
    let scripts = Scripts {
        settings,
        name: queue::job_name(&results),
        program: plain(&program)?,
        folder: plain(&folder)?,
        logs: plain(&slurm.join("logs"))?,
        results: plain(&results)?,
        data,
        slices,
        shares: &shares,
    };
    // Without the name of the program.
    let tasks_text = scripts.tasks(&tasks, &command[1..]);
    let report_text = scripts.report(&report);
    note(&cost(&progress, shares.len()));
    if args.slurm.dry_run {
        outln!("{tasks_text}\n{report_text}");
        return Ok(false);
    }

    let (store, _) = experiment.open(out)?;
    experiment.ask(&store)?;
    store.forget_ended()?;
    // Slurm writes no log, and says nothing, if the folder is missing.
    fs::create_dir_all(&scripts.logs).with_context(|| format!("cannot create {}", scripts.logs))?;
    if own_protocol {
        write(&protocol, &experiment.request.protocol.to_toml())?;
    }
    write(&tasks, &tasks_text)?;
    write(&report, &report_text)?;
    let job = queue::submit(&[&tasks])?;
    // After all tasks have ended, however they end.
    let after = format!("--dependency=afterany:{job}");
    let last = queue::submit(&[&after, "--kill-on-invalid-dep=yes", &report])?;
    outln!("Submitted job array {job}; job {last} writes the report after it.");
    outln!("  fm status {shown}    what is done, running, failed and missing");
    outln!("  scancel {job} {last}    ends them; finished trainings are kept");
    outln!("Scripts and logs: {}", out.join(FOLDER).display());
    Ok(true)
}

/// Seconds that the missing jobs take on a core.
fn core_secs(progress: &Progress) -> f64 {
    let timed = progress.thread_secs;
    timed.unwrap_or(UNTIMED_JOB_SECS * progress.jobs.len() as f64)
}

/// Into how many shares the jobs are cut so that a task takes the minutes asked for, or longer where
/// these are more than an array can have; and those that have missing jobs, ascending.
fn cut(progress: &Progress, settings: &Settings) -> (u64, Vec<u64>) {
    let cores = settings.cpus_per_task.map_or(1, u64::from);
    let task_secs = (60 * cores * settings.task_minutes.map_or(10, u64::from)) as f64;
    let size = settings.max_array_size.map(u64::from);
    let size = size.or_else(queue::max_array_size);
    // Tasks are counted from 1.
    let most = size.unwrap_or(MAX_ARRAY_SIZE).saturating_sub(1);
    let most = most.min(progress.jobs.len() as u64).max(1);
    let slices = ((core_secs(progress) / task_secs).ceil() as u64).clamp(1, most);
    let shares = progress.jobs.keys();
    let shares: BTreeSet<u64> = shares.map(|job| Slice::of(job, slices).index).collect();
    (slices, shares.into_iter().collect())
}

/// What will be computed, and what it costs.
fn cost(progress: &Progress, tasks: usize) -> String {
    let basis = match progress.timed {
        0 => "if a job takes 10 s; none was timed here yet".to_owned(),
        timed => format!("as fast as the {} timed here", counted(timed, "job")),
    };
    format!(
        "{} in {}, cut into {}: about {:.2} core hours, {basis}.",
        counted(progress.missing, "missing cell"),
        counted(progress.jobs.len(), "job"),
        counted(tasks, "task"),
        core_secs(progress) / 3600.0
    )
}

/// The task of Slurm that this process is part of, and its log.
pub(crate) fn this_process(slice: Option<Slice>) -> Process {
    let mut process = Process::this(slice);
    let var = |name| std::env::var(name).ok();
    let (array, task) = (var("SLURM_ARRAY_JOB_ID"), var("SLURM_ARRAY_TASK_ID"));
    if let Some((array, task)) = array.zip(task) {
        process.log = Some(format!("{FOLDER}/logs/{array}_{task}.log").into());
        process.task = Some(format!("{array}_{task}"));
        // Where several nodes are one machine, as in a test, its name does not tell them apart.
        process.host = var("SLURMD_NODENAME").unwrap_or(process.host);
    }
    process
}

/// A path as a script can have it.
fn plain(path: &Path) -> Result<String> {
    let text = path
        .to_str()
        .filter(|text| !text.contains(char::is_control));
    let text = text.with_context(|| {
        format!("{path:?} cannot be written to a script; choose a path of plain characters")
    })?;
    Ok(text.to_owned())
}

fn write(path: &str, text: &str) -> Result<()> {
    fm_data::save(Path::new(path), text.as_bytes()).with_context(|| format!("cannot write {path}"))
}

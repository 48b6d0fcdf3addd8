//! What Slurm's programs are asked, and what they answer.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

/// Runs a program of Slurm; what it printed.
fn ask(program: &str, args: &[&str]) -> Result<String> {
    let output = match Command::new(program).args(args).output() {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            bail!("{program} is not installed here; run this on a login node of the cluster")
        }
        output => output.with_context(|| format!("cannot run {program}"))?,
    };
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("{program}: {}", said.trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Submits a job with these words after `sbatch`; its number.
pub(super) fn submit(words: &[&str]) -> Result<u64> {
    let printed = ask("sbatch", &[&["--parsable"], words].concat())?;
    // `12` or, of a federation, `12;cluster`.
    let number = printed.split(';').next().unwrap_or_default().trim();
    let number = number.parse();
    number.with_context(|| format!("sbatch printed {printed:?} and no job number"))
}

/// The size of an array that Slurm refuses, if it says one.
pub(super) fn max_array_size() -> Option<u64> {
    let config = ask("scontrol", &["show", "config"]).ok()?;
    let mut values = config.lines().filter_map(|line| line.split_once('='));
    let (_, size) = values.find(|(name, _)| name.trim() == "MaxArraySize")?;
    size.trim().parse().ok()
}

/// The jobs of the store at `results` in the queue, a line for each: `12: 3 running, 5 pending
/// (Priority)`.
///
/// # Errors
/// If squeue is not there or does not answer.
pub(crate) fn queued(results: &Path) -> Result<Vec<String>> {
    let name = format!("--name={}", job_name(&std::path::absolute(results)?));
    let printed = ask(
        "squeue",
        &["--noheader", "--array", &name, "--format=%F|%T|%r"],
    )?;
    let mut jobs: BTreeMap<u64, BTreeMap<String, usize>> = BTreeMap::new();
    for line in printed.lines() {
        let fields: Vec<&str> = line.trim().splitn(3, '|').collect();
        let [job, state, reason] = fields[..] else {
            continue;
        };
        let Ok(job) = job.parse() else { continue };
        let state = match state {
            "PENDING" => format!("pending ({reason})"),
            state => state.to_lowercase(),
        };
        *jobs.entry(job).or_default().entry(state).or_default() += 1;
    }
    let lines = jobs.into_iter().map(|(job, states)| {
        let states = states
            .iter()
            .map(|(state, tasks)| format!("{tasks} {state}"));
        format!("{job}: {}", states.collect::<Vec<_>>().join(", "))
    });
    Ok(lines.collect())
}

/// The name of a store's jobs, by which they are found in the queue. It has no character that
/// squeue splits at.
pub(super) fn job_name(results: &Path) -> String {
    let folder = results.file_name().unwrap_or_default().display();
    let parent = results.parent().unwrap_or(results).display();
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./@".contains(c);
    format!("{folder}@{parent}").replace(|c| !plain(c), "_")
}

//! What Slurm's programs are asked, and what they answer.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::ErrorKind;
use std::process::Command;

use anyhow::{Context, Result, bail};

/// The size of an array that Slurm refuses, if it does not say another.
pub(super) const MAX_ARRAY_SIZE: u64 = 1001;

/// Runs a program of Slurm; what it printed.
fn ask(program: &str, args: &[impl AsRef<OsStr>]) -> Result<String> {
    let output = Command::new(program).args(args).output();
    let output = match output {
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
pub(super) fn submit(words: &[String]) -> Result<u64> {
    let words: Vec<&str> = ["--parsable"]
        .into_iter()
        .chain(words.iter().map(String::as_str))
        .collect();
    let printed = ask("sbatch", &words)?;
    job_number(&printed).with_context(|| format!("sbatch printed {printed:?} and no job number"))
}

/// `12` or, of a federation, `12;cluster`.
fn job_number(printed: &str) -> Option<u64> {
    printed.trim().split(';').next()?.parse().ok()
}

/// The size of an array that Slurm refuses.
pub(super) fn max_array_size() -> Result<u64> {
    let config = ask("scontrol", &["show", "config"])?;
    Ok(array_size(&config).unwrap_or(MAX_ARRAY_SIZE))
}

fn array_size(config: &str) -> Option<u64> {
    let lines = config.lines();
    let mut values = lines.filter_map(|line| line.split_once('='));
    let (_, size) = values.find(|(name, _)| name.trim() == "MaxArraySize")?;
    size.trim().parse().ok()
}

/// Jobs in Slurm's queue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Queue {
    /// By job number, tasks by state with the reason why they are pending.
    pub(crate) jobs: BTreeMap<u64, BTreeMap<String, usize>>,
}

impl Queue {
    /// The jobs of this name.
    ///
    /// # Errors
    /// If squeue is not there or does not answer.
    pub(crate) fn of(name: &str) -> Result<Self> {
        let name = format!("--name={name}");
        let format = "--format=%F|%T|%r";
        let printed = ask("squeue", &["--noheader", "--array", &name, format])?;
        Ok(Self::parse(&printed))
    }

    fn parse(printed: &str) -> Self {
        let mut queue = Self::default();
        for line in printed.lines() {
            let mut fields = line.trim().splitn(3, '|');
            let (Some(job), Some(state), reason) = (fields.next(), fields.next(), fields.next())
            else {
                continue;
            };
            let Ok(job) = job.parse() else { continue };
            let mut state = state.to_lowercase();
            if let Some(reason) = reason.filter(|_| state == "pending") {
                state += &format!(" ({reason})");
            }
            *queue.jobs.entry(job).or_default().entry(state).or_default() += 1;
        }
        queue
    }

    /// One line for each job: `12: 3 running, 5 pending (Priority)`.
    pub(crate) fn lines(&self) -> Vec<String> {
        let jobs = self.jobs.iter().map(|(job, states)| {
            let states = states
                .iter()
                .map(|(state, tasks)| format!("{tasks} {state}"));
            format!("{job}: {}", states.collect::<Vec<_>>().join(", "))
        });
        jobs.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_of_slurm() {
        assert_eq!(job_number("12\n"), Some(12));
        assert_eq!(job_number("12;cluster\n"), Some(12));
        assert_eq!(job_number("sbatch: error\n"), None);
        let config = "MaxArraySize            = 1001\nMaxBatchRequeue         = 5\n";
        assert_eq!(array_size(config), Some(1001));
        let queue = Queue::parse(
            "7|RUNNING|None\n7|PENDING|Resources\n7|PENDING|Resources\n8|PENDING|Dependency\n",
        );
        let expected = [
            "7: 2 pending (Resources), 1 running",
            "8: 1 pending (Dependency)",
        ];
        assert_eq!(queue.lines(), expected);
    }
}

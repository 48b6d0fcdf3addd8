//! Experiments as job arrays of Slurm: an array whose tasks each train a share of the missing jobs
//! in a shared results folder, and a job after it that writes the report.
//!
//! No part of this runs longer than the command. The store says what is done, so tasks may be
//! killed, requeued, started twice, or submitted again.

mod grouping;
mod queue;
mod script;
mod settings;
mod wait;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf, absolute};

use anyhow::{Context, Result, bail};
use clap::{Args as _, Command};
use fm_data::Origin;
use fm_experiment::{Experiment, Process, Slice};
use fm_report::counted;

use crate::args::experiment::ExperimentArgs;
use crate::args::slurm::SlurmArgs;
use crate::print::{note, outln};
use grouping::Grouping;
use script::{Array, Scripts, arrays};

pub(crate) use queue::Queue;
pub(crate) use settings::Settings;
pub(crate) use wait::wait;

/// Where the scripts and logs of a store are.
const FOLDER: &str = "slurm";

/// An experiment that is to be submitted.
pub(crate) struct Submission<'a> {
    pub(crate) args: &'a ExperimentArgs,
    pub(crate) settings: &'a Settings,
    pub(crate) experiment: &'a Experiment,
    pub(crate) origin: &'a Origin,
    /// The results folder.
    pub(crate) out: &'a Path,
}

impl Submission<'_> {
    /// Submits what is missing, or prints what would be. Returns whether anything was submitted.
    pub(crate) fn run(&self) -> Result<bool> {
        let progress = self.experiment.progress(self.out)?;
        if progress.missing == 0 {
            let out = self.out.display();
            note(&format!("Nothing is missing in {out}: nothing to submit."));
            return Ok(false);
        }
        let cores = self.settings.cpus_per_task.get();
        let grouping = Grouping::of(&progress, self.settings.task_minutes.get(), cores);
        let results = absolute(self.out)?;
        let name = job_name(&results);
        let program = std::env::current_exe().context("cannot find this program's file")?;
        let folder = std::env::current_dir().context("cannot find the working folder")?;
        let data = match self.origin {
            Origin::Folder(dir) => Some(absolute(dir)?),
            _ => None,
        };
        for path in [Some(&results), Some(&folder), Some(&program), data.as_ref()] {
            let text = path.map(|path| path.to_str().map(str::to_owned));
            if text.is_some_and(|text| text.is_none_or(|text| text.contains(char::is_control))) {
                bail!("{path:?} cannot be written to a script; choose a path of plain characters");
            }
        }
        let scripts = Scripts {
            settings: self.settings,
            name: &name,
            program: &program,
            folder: &folder,
            results: &results,
            data: data.as_deref(),
            slices: grouping.slices,
        };
        let arrays = arrays(&grouping.shares, self.max_array_size()?);
        let number = first_free(&scripts.slurm());
        let file = |end: &str| scripts.slurm().join(format!("{number}{end}"));
        let (tasks, report, protocol) = (file(".sh"), file("-report.sh"), file(".toml"));
        let own_protocol = Path::new(&self.args.protocol).is_file();
        let args = self.task_args(std::env::args_os(), own_protocol.then_some(&protocol))?;
        let tasks_text = scripts.tasks(&args, &tasks, &arrays);
        let report_text = scripts.report(&report);
        note(&grouping.says);
        if self.args.slurm.dry_run {
            outln!("{tasks_text}\n{report_text}");
            return Ok(false);
        }

        let (store, _) = self.experiment.open(self.out)?;
        self.experiment.ask(&store)?;
        store.forget_ended()?;
        let logs = scripts.slurm().join("logs");
        // Slurm writes no log, and says nothing, if the folder is missing.
        fs::create_dir_all(&logs).with_context(|| format!("cannot create {}", logs.display()))?;
        if own_protocol {
            fs::copy(&self.args.protocol, &protocol)
                .with_context(|| format!("cannot write {}", protocol.display()))?;
        }
        write(&tasks, &tasks_text)?;
        write(&report, &report_text)?;
        self.submit(&arrays, &tasks, &report)?;
        Ok(true)
    }

    /// Submits the arrays and the job of the report.
    fn submit(&self, arrays: &[Array], tasks: &Path, report: &Path) -> Result<()> {
        let mut jobs: Vec<String> = Vec::new();
        let mut refused = None;
        for array in arrays {
            match queue::submit(&array.command(self.settings, tasks)) {
                Ok(job) => jobs.push(job.to_string()),
                Err(error) => {
                    refused = Some(error);
                    break;
                }
            }
        }
        if jobs.is_empty()
            && let Some(error) = refused
        {
            return Err(error);
        }
        // After all tasks have ended, however they end.
        let after = format!("--dependency=afterany:{}", jobs.join(":"));
        let report = report.display().to_string();
        let last = queue::submit(&[after, "--kill-on-invalid-dep=yes".to_owned(), report])?;
        let out = self.out.display();
        outln!(
            "Submitted job array {}; job {last} writes the report after it.",
            jobs.join(", ")
        );
        outln!("  fm status {out}    what is done, running, failed and missing");
        outln!(
            "  scancel {} {last}    ends them; finished trainings are kept",
            jobs.join(" ")
        );
        outln!("Scripts and logs: {}", self.out.join(FOLDER).display());
        match refused {
            None => Ok(()),
            Some(error) => {
                let arrays = format!("{} of {}", jobs.len(), counted(arrays.len(), "array"));
                Err(error.context(format!(
                    "only {arrays} were accepted; when they have ended, run the same command again: \
                     it submits what is missing"
                )))
            }
        }
    }

    fn max_array_size(&self) -> Result<u64> {
        match self.settings.max_array_size {
            Some(size) => Ok(size.get()),
            None => match queue::max_array_size() {
                Err(error) if !self.args.slurm.dry_run => Err(error),
                size => Ok(size.unwrap_or(queue::MAX_ARRAY_SIZE)),
            },
        }
    }

    /// This command's arguments for a task: without what is about the submission, and with what it
    /// chose.
    fn task_args(
        &self,
        words: impl IntoIterator<Item = OsString>,
        protocol: Option<&PathBuf>,
    ) -> Result<Vec<String>> {
        let words: Option<Vec<String>> = words
            .into_iter()
            .skip(1)
            .map(|word| word.into_string().ok())
            .collect();
        let words = words.context("an argument of the command is not UTF-8")?;
        let mut args = without_own_options(&words);
        let protocol = protocol.map(|path| path.display().to_string());
        let data = match self.origin {
            Origin::Folder(dir) => absolute(dir)?.display().to_string(),
            _ => "sample".to_owned(),
        };
        for (option, value) in [
            (
                "--protocol",
                protocol.unwrap_or_else(|| self.args.protocol.clone()),
            ),
            ("--data", data),
            ("--backend", self.experiment.request.backend.to_string()),
        ] {
            args.extend([option.to_owned(), value]);
        }
        Ok(args)
    }
}

/// The words without the options that only concern the submission, or that it gives itself.
fn without_own_options(words: &[String]) -> Vec<String> {
    let own = SlurmArgs::augment_args(Command::new("fm"));
    let own: BTreeSet<&str> = own
        .get_arguments()
        .filter_map(|arg| arg.get_long())
        .collect();
    let given = [
        "protocol",
        "data",
        "backend",
        "out",
        "format",
        "tensorboard",
    ];
    let all = ExperimentArgs::augment_args(Command::new("fm"));
    let mut kept = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let option = word.strip_prefix("--").unwrap_or_default();
        let (name, value) = match option.split_once('=') {
            Some((name, _)) => (name, true),
            None => (option, false),
        };
        if !own.contains(name) && !given.contains(&name) {
            kept.push(word.clone());
            continue;
        }
        let arg = all.get_arguments().find(|arg| arg.get_long() == Some(name));
        if !value && arg.is_some_and(|arg| arg.get_action().takes_values()) {
            words.next();
        }
    }
    kept
}

/// The name of a store's jobs, by which they are found in the queue.
pub(crate) fn job_name(results: &Path) -> String {
    let part = |name: Option<&str>| name.unwrap_or_default().to_owned();
    let folder = part(results.file_name().and_then(|name| name.to_str()));
    let parent = part(results.parent().and_then(Path::to_str));
    let plain = |c: char| match c.is_ascii_alphanumeric() || "-_./@".contains(c) {
        true => c,
        false => '_',
    };
    format!("{folder}@{parent}").chars().map(plain).collect()
}

/// The task of Slurm that this process is part of, and its log.
pub(crate) fn this_process(slice: Option<Slice>) -> Process {
    let mut process = Process::this(slice);
    let var = |name| std::env::var(name).ok();
    let (array, task) = (var("SLURM_ARRAY_JOB_ID"), var("SLURM_ARRAY_TASK_ID"));
    if let Some((array, task)) = array.zip(task) {
        process.log = Some(format!("{FOLDER}/logs/{array}_{task}.log").into());
        process.task = Some(format!("{array}_{task}"));
    }
    // Where several nodes are one machine, as in a test, its name does not tell them apart.
    if let Some(node) = var("SLURMD_NODENAME").filter(|_| process.task.is_some()) {
        process.host = node;
    }
    process
}

/// The first number that no script has.
fn first_free(folder: &Path) -> u32 {
    let taken = |number: &u32| folder.join(format!("{number}.sh")).exists();
    (1..).find(|number| !taken(number)).unwrap_or(1)
}

fn write(path: &Path, text: &str) -> Result<()> {
    fm_data::save(path, text.as_bytes()).with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_gets_the_question_and_not_the_submission() {
        let line = "experiment --slurm --seeds 1..9 --partition short --time=30 --set *.lr=0.1 \
                    --sbatch --qos=low --wait --sweep samples --protocol=a.toml --data d --out o";
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        let kept = without_own_options(&words).join(" ");
        assert_eq!(
            kept,
            "experiment --seeds 1..9 --set *.lr=0.1 --sweep samples"
        );
    }

    #[test]
    fn a_name_has_no_character_that_squeue_splits_at() {
        let name = job_name(Path::new("/shared/a b/notebook-2e-5,6"));
        assert_eq!(name, "notebook-2e-5_6@/shared/a_b");
    }
}

//! The options of `fm experiment` for a cluster, and the settings of a site under them:
//! `fm-slurm.toml`.

use std::env;
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::Args;
use serde::Deserialize;

use super::count;

/// The file's name, in the working folder or in `fm-transfer` in the user's configuration folder.
const FILE: &str = "fm-slurm.toml";

#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "On a Slurm cluster")]
pub(crate) struct SlurmArgs {
    /// Submit what is missing as a job array, and a job that writes the report; then return. The
    /// results folder must be on a file system that the nodes share
    #[arg(long, conflicts_with_all = ["slice", "jobs"])]
    pub(crate) slurm: bool,

    #[command(flatten)]
    pub(crate) settings: Settings,

    /// Print the scripts, and neither write nor submit anything
    #[arg(long, requires = "slurm")]
    pub(crate) dry_run: bool,

    /// Wait until the tasks have ended, under a progress bar, and print the results
    #[arg(long, requires = "slurm", conflicts_with = "dry_run")]
    pub(crate) wait: bool,

    /// Of a share: do not write the report when nothing is missing
    #[arg(long, requires = "slice")]
    pub(crate) no_report: bool,
}

/// What is asked of jobs: by the file, of which some is on the command line too.
#[derive(Clone, Debug, Default, Args, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Settings {
    /// Partition of the tasks
    #[arg(long, value_name = "NAME", requires = "slurm")]
    partition: Option<String>,

    /// Account that is charged
    #[arg(long, value_name = "NAME", requires = "slurm")]
    account: Option<String>,

    /// Time limit of a task, as sbatch takes it: 30 (minutes), 2:00:00. A task that is cut off is
    /// requeued and goes on
    #[arg(long, value_name = "TIME", requires = "slurm")]
    time: Option<String>,

    /// Memory of a task: 2G
    #[arg(long, value_name = "SIZE", requires = "slurm")]
    mem: Option<String>,

    /// Tasks at the same time [default: as many as Slurm gives]
    #[arg(long, value_name = "N", requires = "slurm", value_parser = count::<NonZeroU64>)]
    pub(crate) array_max: Option<NonZeroU64>,

    /// Another option of sbatch, such as --sbatch=--qos=low; may be given several times
    #[arg(long, value_name = "OPTION", requires = "slurm")]
    #[arg(allow_hyphen_values = true)]
    sbatch: Vec<String>,

    /// Cores of a task, each of which trains a job; 1 by default.
    #[arg(skip)]
    pub(crate) cpus_per_task: Option<NonZeroU64>,
    /// Minutes that a task should take; 10 by default.
    #[arg(skip)]
    pub(crate) task_minutes: Option<NonZeroU64>,
    /// The array size that Slurm refuses; by default what `scontrol show config` says.
    #[arg(skip)]
    pub(crate) max_array_size: Option<NonZeroU64>,
    /// Times that a task may be cut off and requeued; 20 by default.
    #[arg(skip)]
    pub(crate) max_requeues: Option<u64>,
    /// Lines of the shell before the program, such as `module load openblas`.
    #[arg(skip)]
    pub(crate) setup: Vec<String>,
}

impl Settings {
    /// Those of the first file that exists, with what the command line sets. Its options of sbatch
    /// come after the file's.
    pub(crate) fn over_file(self) -> Result<Self> {
        let file = match candidates().find(|path| path.exists()) {
            None => Self::default(),
            Some(path) => {
                let text = std::fs::read_to_string(&path);
                let text = text.with_context(|| format!("cannot read {}", path.display()))?;
                toml::from_str(&text).with_context(|| format!("{} is invalid", path.display()))?
            }
        };
        let settings = Self {
            partition: self.partition.or(file.partition),
            account: self.account.or(file.account),
            time: self.time.or(file.time),
            mem: self.mem.or(file.mem),
            array_max: self.array_max.or(file.array_max),
            sbatch: [file.sbatch, self.sbatch].concat(),
            ..file
        };
        // Each becomes a line of a script.
        for option in settings.options() {
            if option.contains(char::is_control) {
                bail!("the sbatch option {option:?} contains a control character");
            }
        }
        Ok(settings)
    }

    /// The options of sbatch for every job.
    pub(crate) fn options(&self) -> Vec<String> {
        let named = [
            ("partition", &self.partition),
            ("account", &self.account),
            ("time", &self.time),
            ("mem", &self.mem),
        ];
        let named = named.into_iter().filter_map(|(name, value)| {
            let value = value.as_ref()?;
            Some(format!("--{name}={value}"))
        });
        named.chain(self.sbatch.iter().cloned()).collect()
    }
}

/// Where the file may be, the first one first.
fn candidates() -> impl Iterator<Item = PathBuf> {
    let var = |name| env::var_os(name).filter(|value| !value.is_empty());
    let config = var("XDG_CONFIG_HOME").map(PathBuf::from);
    let config = config.or_else(|| Some(Path::new(&var("HOME")?).join(".config")));
    let user = config.map(|folder| folder.join("fm-transfer").join(FILE));
    [PathBuf::from(FILE)].into_iter().chain(user)
}

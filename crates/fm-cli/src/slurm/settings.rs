//! The settings of a site: `fm-slurm.toml`, and the command line over it.

use std::env;
use std::num::NonZeroU64;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use crate::args::slurm::SlurmArgs;

/// The file's name, in the working folder or in `fm-transfer` in the user's configuration folder.
const FILE: &str = "fm-slurm.toml";

/// What a site asks of its jobs.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Settings {
    pub(super) partition: Option<String>,
    pub(super) account: Option<String>,
    pub(super) time: Option<String>,
    pub(super) mem: Option<String>,
    /// Tasks at the same time.
    pub(super) array_max: Option<NonZeroU64>,
    /// Cores of a task, each of which trains a job.
    pub(super) cpus_per_task: NonZeroU64,
    /// Minutes that a task should take.
    pub(super) task_minutes: NonZeroU64,
    /// The array size that Slurm refuses; by default what `scontrol show config` says.
    pub(super) max_array_size: Option<NonZeroU64>,
    /// Times that a task may be cut off and requeued.
    pub(super) max_requeues: u64,
    /// More options of sbatch.
    pub(super) sbatch: Vec<String>,
    /// Lines of the shell before the program, such as `module load openblas`.
    pub(super) setup: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            partition: None,
            account: None,
            time: None,
            mem: None,
            array_max: None,
            cpus_per_task: NonZeroU64::MIN,
            task_minutes: NonZeroU64::MIN.saturating_add(9),
            max_array_size: None,
            max_requeues: 20,
            sbatch: Vec::new(),
            setup: Vec::new(),
        }
    }
}

impl Settings {
    /// Those of the first file that exists, with what the command line sets.
    pub(crate) fn read(args: &SlurmArgs) -> Result<Self> {
        let file = candidates().into_iter().find(|path| path.exists());
        let settings = match file {
            None => Self::default(),
            Some(path) => {
                let text = std::fs::read_to_string(&path);
                let text = text.with_context(|| format!("cannot read {}", path.display()))?;
                Self::parse(&text).with_context(|| format!("{} is invalid", path.display()))?
            }
        };
        settings.with(args)
    }

    fn parse(text: &str) -> Result<Self> {
        Ok(toml::from_str(text)?)
    }

    /// With what the command line sets; its other options come after the file's.
    fn with(mut self, args: &SlurmArgs) -> Result<Self> {
        let over = |setting: &mut Option<String>, arg: &Option<String>| {
            if arg.is_some() {
                setting.clone_from(arg);
            }
        };
        over(&mut self.partition, &args.partition);
        over(&mut self.account, &args.account);
        over(&mut self.time, &args.time);
        over(&mut self.mem, &args.mem);
        self.array_max = args.array_max.or(self.array_max);
        self.sbatch.extend(args.sbatch.iter().cloned());
        // Each becomes a line of a script.
        for option in self.options() {
            if option.contains(char::is_control) {
                bail!("the sbatch option {option:?} contains a control character");
            }
        }
        Ok(self)
    }

    /// The options of sbatch for every job, one for each line.
    pub(super) fn options(&self) -> Vec<String> {
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
fn candidates() -> Vec<PathBuf> {
    let var = |name| env::var_os(name).filter(|value| !value.is_empty());
    let config = var("XDG_CONFIG_HOME").map(PathBuf::from);
    let config = config.or_else(|| Some(Path::new(&var("HOME")?).join(".config")));
    let user = config.map(|folder| folder.join("fm-transfer").join(FILE));
    [PathBuf::from(FILE)].into_iter().chain(user).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_goes_over_the_file() {
        let file = "
            partition = 'short'
            account = 'physics'
            array_max = 100
            sbatch = ['--qos=low']
        ";
        let args = SlurmArgs {
            partition: Some("long".to_owned()),
            time: Some("2:00:00".to_owned()),
            sbatch: vec!["--nice=10".to_owned()],
            ..SlurmArgs::default()
        };
        let settings = Settings::parse(file).unwrap().with(&args).unwrap();
        let expected = [
            "--partition=long",
            "--account=physics",
            "--time=2:00:00",
            "--qos=low",
            "--nice=10",
        ];
        assert_eq!(settings.options(), expected);
        assert_eq!(settings.array_max, NonZeroU64::new(100));
        assert_eq!(settings.task_minutes.get(), 10);
    }

    #[test]
    fn an_unknown_key_and_a_second_line_are_refused() {
        let error = Settings::parse("partitoin = 'short'").unwrap_err();
        assert!(error.to_string().contains("partitoin"), "{error}");
        let two_lines = Settings::parse("sbatch = [\"--qos=a\\nrm -r /\"]").unwrap();
        let error = two_lines.with(&SlurmArgs::default()).unwrap_err();
        assert!(error.to_string().contains("control character"), "{error}");
    }
}

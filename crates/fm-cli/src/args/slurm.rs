//! The options of `fm experiment` for a cluster.

use std::num::NonZeroU64;

use clap::Args;

use super::count;

#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "On a Slurm cluster")]
pub(crate) struct SlurmArgs {
    /// Submit what is missing as a job array, and a job that writes the report; then return. The
    /// results folder must be on a file system that the nodes share
    #[arg(long, conflicts_with_all = ["slice", "jobs"])]
    pub(crate) slurm: bool,

    /// Partition of the tasks
    #[arg(long, value_name = "NAME", requires = "slurm")]
    pub(crate) partition: Option<String>,

    /// Account that is charged
    #[arg(long, value_name = "NAME", requires = "slurm")]
    pub(crate) account: Option<String>,

    /// Time limit of a task, as sbatch takes it: 30 (minutes), 2:00:00. A task that is cut off is
    /// requeued and goes on
    #[arg(long, value_name = "TIME", requires = "slurm")]
    pub(crate) time: Option<String>,

    /// Memory of a task: 2G
    #[arg(long, value_name = "SIZE", requires = "slurm")]
    pub(crate) mem: Option<String>,

    /// Tasks at the same time [default: as many as Slurm gives]
    #[arg(long, value_name = "N", requires = "slurm", value_parser = count::<NonZeroU64>)]
    pub(crate) array_max: Option<NonZeroU64>,

    /// Another option of sbatch, such as --sbatch=--qos=low; may be given several times
    #[arg(
        long,
        value_name = "OPTION",
        requires = "slurm",
        allow_hyphen_values = true
    )]
    pub(crate) sbatch: Vec<String>,

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

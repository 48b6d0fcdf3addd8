//! The command lines of experiments and their results.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;
use fm_experiment::protocol::Values;
use fm_experiment::{SeedList, Slice};
use fm_nn::Backend;
use serde_json::Value;

use super::slurm::SlurmArgs;
use super::{DataChoice, Format, backend, count};

/// `fm experiment`
#[derive(Debug, Args)]
#[command(after_help = "\
KEY names a setting of the protocol as `fm protocol` prints it: source.epochs, network.hidden,
arms.transfer.phases[0].epochs. `arms.*` is every arm; `*.lr` is every key of every arm that ends in `.lr`.

Examples:
  fm experiment                                   the notebook's protocol, seeds 1 to 30
  fm experiment --protocol quick --seed 42        one run of the shorter protocol
  fm experiment --protocol mine.toml --seeds 10   a protocol of your own (see `fm protocol`)
  fm experiment --set task.target_rows=500        with one setting changed
  fm experiment --sweep samples --sweep depth     and over target rows and layers reused
  fm experiment --sweep pairs=0-2,sandal-shirt    over two pairs of classes
  fm experiment --sweep '*.lr=1e-3,1e-2'          and over two learning rates
  fm experiment --slice 1/8                       an eighth of the jobs; 1/8 to 8/8 are all
  fm experiment --slurm --partition short         all of it on a Slurm cluster, as a job array

Run it again after an interruption: it trains what is still missing. Any number of processes may
work in one folder at the same time.")]
pub(crate) struct ExperimentArgs {
    /// A built-in protocol, or the path of a TOML file [default: notebook-2e]
    #[arg(long, value_name = "NAME|FILE")]
    #[arg(default_value = "notebook-2e", hide_default_value = true)]
    pub(crate) protocol: String,

    /// How many seeds (30), a list (1,2,7) or a range with both ends (101..110) [default: 1..30]
    #[arg(long, value_name = "SEEDS", conflicts_with = "seed")]
    #[arg(default_value = "30", hide_default_value = true)]
    pub(crate) seeds: SeedList,

    /// One seed
    #[arg(long, value_name = "SEED")]
    pub(crate) seed: Option<u64>,

    #[command(flatten)]
    pub(crate) data: DataChoice,

    /// Change a setting of the protocol; may be given several times
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = setting)]
    pub(crate) set: Vec<(String, Value)>,

    /// Target classes by name or number, such as cat,dog; the first becomes label 0
    #[arg(long, value_name = "CLASS,…", value_delimiter = ',')]
    pub(crate) target: Vec<String>,

    /// Turn on an optional arm of the protocol, such as shuffled-source
    #[arg(long = "with-arm", value_name = "NAME", value_delimiter = ',')]
    pub(crate) with_arms: Vec<String>,

    /// Also train a sweep: one that the protocol names (samples, depth, pairs, vary), all of it or
    /// some values (pairs=0-2,sandal-shirt, vary=init,order), or the values of a key. Several keys
    /// form one grid
    #[arg(
        long = "sweep",
        alias = "curve",
        value_name = "NAME|NAME=V1,V2|KEY=V1,V2"
    )]
    #[arg(value_parser = sweep)]
    pub(crate) sweeps: Vec<(String, Option<Values>)>,

    /// Jobs at the same time. A job trains one source network and the arms of one seed [default: one per
    /// core]
    #[arg(long, value_name = "N", value_parser = count::<NonZeroUsize>)]
    pub(crate) jobs: Option<NonZeroUsize>,

    /// Train only share I of N of the jobs; jobs that are done are skipped
    #[arg(long, value_name = "I/N", value_parser = |text: &str| Slice::try_from(text.to_owned()))]
    pub(crate) slice: Option<Slice>,

    /// Backend for the matrix products: our own kernels, which give the same bits on every machine,
    /// or OpenBLAS [default: what the results folder was last used with, else portable]
    #[arg(long, value_parser = backend())]
    pub(crate) backend: Option<Backend>,

    /// Results folder [default: results/ and the name of the protocol and of what was chosen]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,

    /// Also write TensorBoard event files, to `tensorboard` in the results folder
    #[arg(long)]
    pub(crate) tensorboard: bool,

    /// How to print the results; json is the content of summary.json
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,

    #[command(flatten)]
    pub(crate) slurm: SlurmArgs,
}

fn setting(text: &str) -> Result<(String, Value), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.trim().is_empty() => Ok((
            key.trim().to_owned(),
            fm_experiment::protocol::parse_value(value),
        )),
        _ => Err("expected KEY=VALUE".to_owned()),
    }
}

fn sweep(text: &str) -> Result<(String, Option<Values>), String> {
    match text.split_once('=') {
        None => Ok((text.to_owned(), None)),
        Some((name, values)) => Ok((name.trim().to_owned(), Some(values.parse()?))),
    }
}

/// `fm status`
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  fm status results/notebook-2e    cells that are done, diverged or missing, and the time left

It reads names of files and no record, and needs no write access. Processes write a sign of life every
half minute; one that was silent for three minutes is shown as lost.")]
pub(crate) struct StatusArgs {
    /// The results folder of an experiment, which may be in use
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,

    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

/// `fm report`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  fm report results/notebook-2e    report.html, report.md, summary.json and CSV files
  fm report results/a results/b    the arms of both in one table, paired by seed")]
pub(crate) struct ReportArgs {
    /// The results folder of an experiment; several are compared with the first
    #[arg(value_name = "DIR", required = true)]
    pub(crate) folders: Vec<PathBuf>,

    /// Also write TensorBoard event files, to DIR/tensorboard
    #[arg(long)]
    pub(crate) tensorboard: bool,

    /// Folder for the files; of several folders comparison.html and comparison.csv [default: the
    /// results folder; of several folders none]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,

    /// How to print the results; json is the content of summary.json
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

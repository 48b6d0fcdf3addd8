//! The command line.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use fm_data::published::CLASS_NAMES;
use fm_experiment::SeedList;
use fm_experiment::curves::Curve;
use fm_experiment::protocol::Varied;
use fm_experiment::single::{nearest, perhaps};
use fm_nn::Backend;

use crate::data_args::DataArgs;
use crate::model_args::{
    CompletionsArgs, ConvertArgs, EvaluateArgs, InspectArgs, PredictArgs, TrainArgs, TransferArgs,
};

/// Does reusing a trained network beat training from scratch, and how sure are we?
#[derive(Debug, Parser)]
#[command(name = "fm", version, propagate_version = true)]
#[command(after_help = "\
Exit codes: 0 done, 2 refused or failed (the message on standard error says what, where and what to do), \
130 stopped by Ctrl-C, 143 by SIGTERM, 129 by SIGHUP (`fm experiment` goes on where it was). Results go to \
standard output, everything else to standard error; NO_COLOR is respected.

From nothing to a model that knows one's own picture:
  fm train --data sample --except sandal,shirt
  fm transfer model.fmnn --data sample --classes sandal,shirt
  fm predict transfer.fmnn photo.png")]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Train from scratch and by transfer over many seeds, and compare
    Experiment(ExperimentArgs),
    /// Train one model from scratch
    Train(TrainArgs),
    /// Train a copy of a model's trunk on other classes, frozen and thawed phase by phase
    Transfer(TransferArgs),
    /// Score a model on labelled images
    Evaluate(EvaluateArgs),
    /// Say what pictures show: PNG or JPEG files, or rows of an IDX file
    Predict(PredictArgs),
    /// Say what is in a model, a checkpoint, a safetensors or IDX file, or a results folder
    Inspect(InspectArgs),
    /// Convert a model between the native format and safetensors
    Convert(ConvertArgs),
    /// Make the reports of a results folder anew, without training
    Report(ReportArgs),
    /// Download, verify, show, pack and unpack datasets
    Data(DataArgs),
    /// List the protocols, or print one
    Protocol(ProtocolArgs),
    /// Say what this machine and its OpenBLAS can do, and what to mend
    Doctor(DoctorArgs),
    /// Print completions for a shell
    Completions(CompletionsArgs),
}

/// `fm experiment`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  fm experiment                                   the notebook's protocol, seeds 1 to 30
  fm experiment --protocol quick --seed 42        one run of the course's shorter protocol
  fm experiment --protocol mine.toml --seeds 10   a protocol of one's own (see `fm protocol`)
  fm experiment --curve samples --curve depth     and how it goes with more rows, fewer layers
  fm experiment --pairs 5-6,0-2                   and with other classes
  fm experiment --vary init,order,subset,all      and where the spread over seeds comes from

Started again after an interruption, it goes on where it was.")]
pub(crate) struct ExperimentArgs {
    /// A protocol that is built in, or the path of a TOML file [default: notebook-2e]
    #[arg(
        long,
        value_name = "NAME|FILE",
        default_value = "notebook-2e",
        hide_default_value = true
    )]
    pub(crate) protocol: String,

    /// How many seeds (30), a list (1,2,7) or a range with both ends (101..110) [default: 1..30]
    #[arg(long, value_name = "SEEDS", conflicts_with = "seed")]
    pub(crate) seeds: Option<SeedList>,

    /// One seed
    #[arg(long, value_name = "SEED")]
    pub(crate) seed: Option<u64>,

    /// Seeds trained side by side [default: one per core]
    #[arg(long, value_name = "N")]
    pub(crate) jobs: Option<NonZeroUsize>,

    /// Threads that share one seed's products (portable backend); worth trying for a single seed on
    /// idle cores that share a cache [default: 1]
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<NonZeroUsize>,

    /// What computes the matrix products [default: what the results folder was begun
    /// with, else portable]
    #[arg(long, value_enum)]
    pub(crate) backend: Option<BackendArg>,

    /// Folder of the four files; `auto` downloads them where they are missing, and uses the
    /// embedded sample where that fails; `sample` uses it in any case
    #[arg(long, value_name = "auto|sample|DIR", default_value = "auto")]
    pub(crate) data: String,

    /// Train a curve too: over target rows, over layers reused, over pairs of classes (of those the
    /// protocol may take fewer seeds, `curves.pairs.seeds`: 12 in notebook-2e); may be added to a
    /// finished folder
    #[arg(long = "curve", value_enum, value_name = "samples|depth|pairs")]
    pub(crate) curves: Vec<CurveArg>,

    /// The pairs of classes to train, such as 5-6,sandal-shirt [default: all 45, with
    /// --curve pairs]
    #[arg(long, value_name = "PAIRS", value_delimiter = ',', value_parser = pair)]
    pub(crate) pairs: Vec<[u8; 2]>,

    /// Tell where the spread over seeds comes from: a seed moves this alone, or all of it; may be
    /// added to a finished folder
    #[arg(
        long,
        value_enum,
        value_name = "init|order|subset|all",
        value_delimiter = ','
    )]
    pub(crate) vary: Vec<VaryArg>,

    /// Turn on an optional arm of the protocol, such as shuffled-source
    #[arg(long = "with-arm", value_name = "NAME", value_delimiter = ',')]
    pub(crate) with_arms: Vec<String>,

    /// Write TensorBoard event files too, to `tensorboard` in the results folder
    #[arg(long)]
    pub(crate) tensorboard: bool,

    /// Results folder [default: results/ and the name of the protocol and what was chosen]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CurveArg {
    /// Test error over the number of target rows
    Samples,
    /// Test error over the number of layers reused: AnB, AnB+, BnB, BnB+
    Depth,
    /// Test errors of other target tasks, each with its own source training
    Pairs,
}

impl From<CurveArg> for Curve {
    fn from(arg: CurveArg) -> Self {
        match arg {
            CurveArg::Samples => Self::Samples,
            CurveArg::Depth => Self::Depth,
            CurveArg::Pairs => Self::Pairs,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum VaryArg {
    /// First weights
    Init,
    /// Order of rows
    Order,
    /// Choice of target rows
    Subset,
    /// All three
    All,
}

impl From<VaryArg> for Varied {
    fn from(arg: VaryArg) -> Self {
        match arg {
            VaryArg::Init => Self::Init,
            VaryArg::Order => Self::Order,
            VaryArg::Subset => Self::Subset,
            VaryArg::All => Self::All,
        }
    }
}

/// Two classes by their numbers or names: `5-6`, `sandal-shirt`.
fn pair(text: &str) -> Result<[u8; 2], String> {
    let expected = "expected two different classes, 0 to 9 or by name, such as 5-6 or sandal-shirt";
    // A name may have a hyphen of its own: T-shirt/top.
    let halves = || {
        text.match_indices('-')
            .map(|(at, _)| (&text[..at], &text[at + 1..]))
    };
    let classes = halves().find_map(|(a, b)| Some([class(a)?, class(b)?]));
    match classes {
        Some([a, b]) if a != b => Ok([a.min(b), a.max(b)]),
        _ => {
            let wrong = halves().find_map(|(a, b)| match (class(a), class(b)) {
                (Some(_), None) => Some(b),
                (None, Some(_)) => Some(a),
                _ => None,
            });
            let near = wrong.and_then(|name| nearest(name, CLASS_NAMES));
            Err(format!("{expected}{}", perhaps("; ", near.as_deref())))
        }
    }
}

/// A class by its number, or by its name in any case.
fn class(text: &str) -> Option<u8> {
    let text = text.trim();
    let named = CLASS_NAMES
        .iter()
        .position(|name| name.eq_ignore_ascii_case(text));
    let number = named.or_else(|| text.parse().ok())?;
    u8::try_from(number)
        .ok()
        .filter(|_| number < CLASS_NAMES.len())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum BackendArg {
    /// OpenBLAS
    Blas,
    /// Our own kernels: the same bits on every machine
    Portable,
}

impl From<BackendArg> for Backend {
    fn from(arg: BackendArg) -> Self {
        match arg {
            BackendArg::Blas => Self::Blas,
            BackendArg::Portable => Self::Portable,
        }
    }
}

/// `fm report`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  fm report results/notebook-2e    report.html, report.md, and the numbers as CSV
  fm report results/a results/b    the arms of both in one table, paired by seed")]
pub(crate) struct ReportArgs {
    /// The results folder of an experiment; several are compared with the first
    #[arg(value_name = "DIR", required = true)]
    pub(crate) folders: Vec<PathBuf>,

    /// Write TensorBoard event files too, to DIR/tensorboard
    #[arg(long)]
    pub(crate) tensorboard: bool,

    /// Folder for comparison.html and comparison.csv, where several folders are compared
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}

/// For people or for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

/// `fm protocol`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  fm protocol                            list the protocols that are built in
  fm protocol notebook-2e > mine.toml    a copy to change; run it with --protocol mine.toml")]
pub(crate) struct ProtocolArgs {
    /// Print this protocol's TOML text
    #[arg(value_name = "NAME")]
    pub(crate) name: Option<String>,
}

/// `fm doctor`
#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    /// Seconds of each measurement
    #[arg(long, value_name = "SECONDS", default_value_t = 0.5)]
    pub(crate) seconds: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_of_a_pair_are_numbers_or_names() {
        for (text, classes) in [
            ("5-6", [5, 6]),
            ("6-5", [5, 6]),
            ("sandal-Shirt", [5, 6]),
            ("t-shirt/top-ankle boot", [0, 9]),
            ("9-t-shirt/top", [0, 9]),
        ] {
            assert_eq!(pair(text), Ok(classes), "{text}");
        }
        for text in ["", "5", "5-5", "5-10", "5-sandal", "-", "5-6-7"] {
            assert!(pair(text).is_err(), "{text}");
        }
    }
}

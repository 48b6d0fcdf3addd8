//! The command line.

pub(crate) mod data;
pub(crate) mod experiment;
pub(crate) mod model;
pub(crate) mod plan;
pub(crate) mod slurm;

use std::str::FromStr;

use clap::builder::{NonEmptyStringValueParser, PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use fm_nn::Backend;

use data::DataCommand;
use experiment::{ExperimentArgs, ReportArgs, StatusArgs};
use model::{ConvertArgs, EvaluateArgs, InspectArgs, PredictArgs, TrainArgs, TransferArgs};
use plan::PlanArgs;

/// Does reusing a trained network beat training from scratch, and how sure are we?
#[derive(Debug, Parser)]
#[command(name = "fm", version, propagate_version = true)]
#[command(after_help = "\
Results go to standard output, everything else to standard error. NO_COLOR is respected.

Exit codes:
  0    done
  2    refused or failed; the message says what, where and what to do
  130  stopped by Ctrl-C, 143 by SIGTERM, 129 by SIGHUP; run `fm experiment` again to continue

From nothing to a model that classifies a picture of your own:
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
    /// Show how many trainings of a results folder are done
    Status(StatusArgs),
    /// Write the reports of a results folder again, or compare several folders
    Report(ReportArgs),
    /// Tell how many seeds it takes to show a difference
    Plan(PlanArgs),
    /// Train one model from scratch
    Train(TrainArgs),
    /// Train a copy of a model's trunk on other classes, phase by phase
    Transfer(TransferArgs),
    /// Score a model on labelled images
    Evaluate(EvaluateArgs),
    /// Classify pictures: PNG or JPEG files, or rows of an IDX file
    Predict(PredictArgs),
    /// Show what is in a model, a checkpoint, a safetensors or IDX file, or a results folder
    Inspect(InspectArgs),
    /// Convert a model between the native format and safetensors
    Convert(ConvertArgs),
    /// Download, verify, show, pack and unpack datasets
    #[command(subcommand)]
    Data(DataCommand),
    /// List the built-in protocols, or print one
    Protocol(ProtocolArgs),
    /// Show what this machine and its OpenBLAS can do
    Doctor(DoctorArgs),
    /// Print completions for a shell
    Completions(CompletionsArgs),
}

/// Which dataset.
#[derive(Clone, Debug, Args)]
pub(crate) struct DataChoice {
    /// A folder of four IDX files; `auto` downloads published files that are missing, and uses the
    /// embedded sample of Fashion-MNIST if that fails; `sample` uses the sample
    #[arg(long, value_name = "auto|sample|DIR", default_value = "auto")]
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub(crate) data: String,

    /// A published dataset, such as kmnist [default: what the folder's dataset.toml says, else
    /// fashion-mnist]
    #[arg(long, value_name = "NAME")]
    pub(crate) dataset: Option<String>,
}

impl DataChoice {
    /// The options that open the same data again, in this folder.
    pub(crate) fn options(&self, data: &str) -> Vec<String> {
        let dataset = self.dataset.iter().flat_map(|name| ["--dataset", name]);
        let options = ["--data", data].into_iter().chain(dataset);
        options.map(str::to_owned).collect()
    }
}

fn backend() -> impl TypedValueParser<Value = Backend> {
    PossibleValuesParser::new(["portable", "blas"]).map(|name| match name.as_str() {
        "blas" => Backend::Blas,
        _ => Backend::Portable,
    })
}

/// A number of 1 or more, of a type that has no 0.
fn count<T: FromStr>(text: &str) -> Result<T, String> {
    let number = text.trim().parse();
    number.map_err(|_| "expected a whole number from 1 on".to_owned())
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
  fm protocol                            list the built-in protocols
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

/// `fm completions`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  fm completions bash > ~/.local/share/bash-completion/completions/fm
  fm completions zsh > ~/.zfunc/_fm")]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_name = "SHELL", value_enum)]
    pub(crate) shell: clap_complete::Shell,
}

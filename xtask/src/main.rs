//! Chores of the workspace: `cargo xtask help` lists them.
//!
//! This program builds in seconds: it depends on nothing that it runs, and asks cargo for it.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "what a person reads is its output"
)]

mod cargo;
mod openblas;
mod sample;
mod tidy;

use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use openblas::Choice;

const HELP: &str = "\
Usage: cargo xtask [--openblas | --no-openblas] <command> [arguments]

Commands:
  experiment   build the program with optimisations and run `fm experiment`
  fetch-data   the same, `fm data fetch`
  doctor       the same, `fm doctor`: what the machine and its OpenBLAS can do
  test         run every test of the workspace (`cargo test`)
  bench        run the benchmarks (`cargo bench`); the summary is in target/bench.json
  make-sample  write the embedded sample's files from the four published ones
  tidy         check the rules of the workspace that no compiler knows
  help         print this

Arguments are passed on: `cargo xtask experiment --help` lists those of the experiment.

OpenBLAS is built in where the system has it. --openblas insists on it, --no-openblas
leaves it out; FM_OPENBLAS=1 and FM_OPENBLAS=0 do the same from the environment.
";

fn main() -> ExitCode {
    run().unwrap_or_else(|error| {
        eprintln!("xtask: {error:#}");
        ExitCode::from(2)
    })
}

fn run() -> Result<ExitCode> {
    let mut args: Vec<String> = std::env::args_os()
        .skip(1)
        .map(|arg| {
            arg.into_string()
                .ok()
                .context("an argument is not valid Unicode")
        })
        .collect::<Result<_>>()?;
    let choice = match args.first().map(String::as_str) {
        Some("--openblas") => Some(Choice::With),
        Some("--no-openblas") => Some(Choice::Without),
        _ => None,
    };
    if choice.is_some() {
        args.remove(0);
    }
    let choice = choice.map_or_else(Choice::from_environment, Ok)?;
    let Some((command, args)) = args.split_first() else {
        eprint!("{HELP}");
        return Ok(ExitCode::from(2));
    };
    match command.as_str() {
        "experiment" => cargo::run_fm(choice, &["experiment"], args),
        "fetch-data" => cargo::run_fm(choice, &["data", "fetch"], args),
        "doctor" => cargo::run_fm(choice, &["doctor"], args),
        "test" => cargo::run(choice, &["test", "--workspace"], args),
        "bench" => cargo::run(choice, &["bench", "--package", "fm-benches"], args),
        "make-sample" => sample::run(args),
        "tidy" => tidy::run(),
        "help" | "--help" | "-h" => {
            print!("{HELP}");
            Ok(ExitCode::SUCCESS)
        }
        other => bail!("no command `{other}`; `cargo xtask help` lists those that there are"),
    }
}

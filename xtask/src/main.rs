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

const HELP: &str = "\
Usage: cargo xtask <command> [arguments]

Commands:
  experiment   build the program with optimisations and run `fm experiment`
  fetch-data   the same, `fm data fetch`
  doctor       the same, `fm doctor`: what the machine and its OpenBLAS can do
  test         run every test of the workspace (`cargo test`)
  bench        measure speed (`cargo bench`) and write target/bench.json;
               `bench -- --compare OLD.json` compares with an earlier one
  make-sample  write the embedded sample's files from the four published ones
  tidy         check the rules of the workspace that no compiler knows
  help         print this

Arguments are passed on: `cargo xtask experiment --help` lists those of the experiment.

OpenBLAS is built in where pkg-config finds it. The environment variable FM_OPENBLAS=1
insists on it, FM_OPENBLAS=0 leaves it out.
";

fn main() -> ExitCode {
    run().unwrap_or_else(|error| {
        eprintln!("xtask: {error:#}");
        ExitCode::from(2)
    })
}

fn run() -> Result<ExitCode> {
    let args = std::env::args_os().skip(1).map(|arg| {
        let arg = arg.into_string().ok();
        arg.context("an argument is not valid Unicode")
    });
    let args: Vec<String> = args.collect::<Result<_>>()?;
    let Some((command, args)) = args.split_first() else {
        eprint!("{HELP}");
        return Ok(ExitCode::from(2));
    };
    match command.as_str() {
        "experiment" => cargo::run_fm(&["experiment"], args),
        "fetch-data" => cargo::run_fm(&["data", "fetch"], args),
        "doctor" => cargo::run_fm(&["doctor"], args),
        "test" => cargo::run(&["test", "--workspace"], args),
        "bench" => cargo::run(
            &["bench", "--package", "fm-benches", "--bench", "yardstick"],
            &with_whole_paths(args),
        ),
        "make-sample" => sample::run(args),
        "tidy" => tidy::run(),
        "help" | "--help" | "-h" => {
            print!("{HELP}");
            Ok(ExitCode::SUCCESS)
        }
        other => bail!("no command `{other}`; `cargo xtask help` lists those that there are"),
    }
}

/// The arguments, files by their whole paths: cargo runs a benchmark in its package's folder.
fn with_whole_paths(args: &[String]) -> Vec<String> {
    let whole = |arg: &String| match std::fs::canonicalize(arg) {
        Ok(path) => path.to_string_lossy().into_owned(),
        Err(_) => arg.clone(),
    };
    args.iter().map(whole).collect()
}

//! The `fm` program: scratch against transfer from one command.
//!
//! Parses, calls the libraries, prints. Results go to standard output, everything else to standard
//! error.

mod args;
mod commands;
mod data;
mod interrupt;
mod openblas;
mod print;
mod progress;
mod slurm;

use std::process::ExitCode;

use clap::Parser;
use fm_nn::{LEVEL, Level};

use args::{Cli, Command};
use print::note;

fn main() -> ExitCode {
    let command = Cli::parse().command;
    if let Err(error) = Level::limit() {
        note(&format!("fm: the environment variable {LEVEL}: {error}"));
        return ExitCode::from(2);
    }
    let result = match command {
        Command::Experiment(args) => commands::experiment::run(&args),
        Command::Status(args) => commands::status::show(&args.folder, args.format),
        Command::Report(args) => commands::report::run(&args),
        Command::Plan(args) => commands::plan::run(&args),
        Command::Train(args) => commands::train::run(&args),
        Command::Transfer(args) => commands::train::transfer(&args),
        Command::Evaluate(args) => commands::evaluate::run(&args),
        Command::Predict(args) => commands::predict::run(&args),
        Command::Inspect(args) => commands::inspect::run(&args),
        Command::Convert(args) => commands::convert::run(&args),
        Command::Data(args) => commands::data::run(&args),
        Command::Protocol(args) => commands::protocol::run(&args),
        Command::Doctor(args) => commands::doctor::run(&args),
        Command::Completions(args) => commands::completions::run(&args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            note(&format!("fm: {error:#}"));
            ExitCode::from(interrupt::exit_code())
        }
    }
}

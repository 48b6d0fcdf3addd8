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
mod signals;
mod slurm;

use std::process::ExitCode;

use clap::Parser;
use fm_nn::{LEVEL, Level};

use args::{Cli, Command};
use interrupt::Stopped;
use print::{errln, note, safe};

fn main() -> ExitCode {
    signals::end_with_the_reader();
    let command = Cli::parse().command;
    if let Err(error) = Level::limit() {
        note(&format!("fm: the environment variable {LEVEL}: {error}"));
        return ExitCode::from(2);
    }
    let result = match command {
        Command::Experiment(args) => commands::experiment::run(&args),
        Command::Status(args) => commands::status::run(&args),
        Command::Report(args) => commands::report::run(&args),
        Command::Plan(args) => commands::plan::run(&args),
        Command::Train(args) => commands::train::run(&args),
        Command::Transfer(args) => commands::transfer::run(&args),
        Command::Evaluate(args) => commands::evaluate::run(&args),
        Command::Predict(args) => commands::predict::run(&args),
        Command::Inspect(args) => commands::inspect::run(&args),
        Command::Convert(args) => commands::convert::run(&args),
        Command::Data(args) => commands::data::run(&args),
        Command::Protocol(args) => commands::protocol::run(&args),
        Command::Doctor(args) => commands::doctor::run(&args),
        Command::Completions(args) => commands::completions::run(&args),
    };
    let Err(error) = result else {
        return ExitCode::SUCCESS;
    };
    match error.downcast_ref::<Stopped>() {
        // It ends with a command to copy, which must not be broken into lines.
        Some(stopped) => {
            errln!("{}", safe(&format!("fm: {stopped}")));
            ExitCode::from(stopped.exit_code())
        }
        None => {
            note(&format!("fm: {error:#}"));
            ExitCode::from(2)
        }
    }
}

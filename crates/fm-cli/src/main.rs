//! The `fm` program: scratch against transfer from one command.
//!
//! Parses, calls the libraries, prints. Results go to standard output, everything else to
//! standard error.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "what a person reads is this program's output"
)]

mod args;
mod commands;
mod curves;
mod data;
mod data_args;
mod interrupt;
mod model_args;
mod openblas;
mod progress;
mod rows;
mod signals;
mod table;

use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command};
use interrupt::Stopped;

fn main() -> ExitCode {
    signals::end_with_the_reader();
    let result = match Cli::parse().command {
        Command::Experiment(args) => commands::experiment::run(&args),
        Command::Train(args) => commands::train::run(&args),
        Command::Transfer(args) => commands::transfer::run(&args),
        Command::Evaluate(args) => commands::evaluate::run(&args),
        Command::Predict(args) => commands::predict::run(&args),
        Command::Inspect(args) => commands::inspect::run(&args),
        Command::Convert(args) => commands::convert::run(&args),
        Command::Completions(args) => commands::completions::run(&args),
        Command::Report(args) => commands::report::run(&args),
        Command::Data(args) => commands::data::run(&args),
        Command::Protocol(args) => commands::protocol::run(&args),
        Command::Doctor(args) => commands::doctor::run(&args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let stopped = error.downcast_ref::<Stopped>();
            match stopped {
                // It ends with a command to copy, which no break may cut.
                Some(_) => eprintln!("fm: {error:#}"),
                None => table::note(&format!("fm: {error:#}")),
            }
            ExitCode::from(stopped.map_or(2, Stopped::exit_code))
        }
    }
}

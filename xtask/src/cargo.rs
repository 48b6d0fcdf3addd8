//! Calls of cargo, which replace this process: signals and exit codes are those of the command.

use std::process::{Command, ExitCode};

use anyhow::{Context, Result};

use crate::openblas;

/// Builds `fm` with optimisations and goes on as `fm <subcommand> <args>`.
pub(crate) fn run_fm(subcommand: &[&str], args: &[String]) -> Result<ExitCode> {
    let mut cargo = cargo(&["run", "--release", "--package", "fm-cli"])?;
    cargo.arg("--").args(subcommand).args(args);
    become_command(cargo)
}

/// Goes on as `cargo <subcommand> <args>`.
pub(crate) fn run(subcommand: &[&str], args: &[String]) -> Result<ExitCode> {
    let mut cargo = cargo(subcommand)?;
    cargo.args(args);
    become_command(cargo)
}

/// The cargo that runs this, with the features that fit this machine.
fn cargo(subcommand: &[&str]) -> Result<Command> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(subcommand).args(openblas::features()?);
    Ok(cargo)
}

#[cfg(unix)]
fn become_command(mut command: Command) -> Result<ExitCode> {
    let error = std::os::unix::process::CommandExt::exec(&mut command);
    Err(error).with_context(|| format!("cannot run {}", command.get_program().display()))
}

/// Runs the command and passes its exit code on.
#[cfg(not(unix))]
fn become_command(mut command: Command) -> Result<ExitCode> {
    let status = command
        .status()
        .with_context(|| format!("cannot run {}", command.get_program().display()))?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(code.map_or(ExitCode::FAILURE, ExitCode::from))
}

//! Calls of cargo, and of the program that it builds.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result, bail};

use crate::openblas;

/// Builds `fm` and goes on as `fm <subcommand> <args>`.
pub(crate) fn run_fm(subcommand: &[&str], args: &[String]) -> Result<ExitCode> {
    let program = build_fm()?;
    let mut fm = Command::new(program);
    fm.args(subcommand).args(args);
    become_command(fm)
}

/// Goes on as `cargo <subcommand> <args>` with the features that fit this machine.
pub(crate) fn run(subcommand: &[&str], args: &[String]) -> Result<ExitCode> {
    let mut cargo = cargo();
    cargo
        .args(subcommand)
        .args(openblas::features()?)
        .args(args);
    become_command(cargo)
}

/// Builds `fm` with optimisations; where it is.
fn build_fm() -> Result<PathBuf> {
    let mut build = cargo();
    build
        .args(["build", "--release", "--package", "fm-cli"])
        .args(openblas::features()?)
        // Cargo's progress goes to the terminal; where the program ends up, to us.
        .arg("--message-format=json-render-diagnostics")
        .stdout(Stdio::piped());
    let output = build
        .spawn()
        .and_then(std::process::Child::wait_with_output)
        .with_context(|| format!("cannot run {}", build.get_program().display()))?;
    if !output.status.success() {
        bail!("the program could not be built");
    }
    String::from_utf8(output.stdout)
        .context("cargo's messages are not UTF-8")?
        .lines()
        .find_map(executable)
        .context("cargo did not say where it put the program")
}

/// The path in a message of cargo that announces an executable.
fn executable(message: &str) -> Option<PathBuf> {
    let (_, rest) = message.split_once(r#","executable":""#)?;
    let mut path = String::new();
    let mut chars = rest.chars();
    loop {
        match chars.next()? {
            '"' => return Some(path.into()),
            // Paths have no control characters, so what is escaped stands for itself.
            '\\' => path.push(chars.next()?),
            other => path.push(other),
        }
    }
}

/// The cargo that runs this.
fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")))
}

/// Replaces this process, so that signals and the exit code are the command's own.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_executable_in_a_message() {
        let library = r#"{"reason":"compiler-artifact","filenames":["a"],"executable":null}"#;
        assert_eq!(executable(library), None);
        let program = r#"{"reason":"compiler-artifact","executable":"a b/fm","fresh":true}"#;
        assert_eq!(executable(program), Some("a b/fm".into()));
        let windows = r#"{"filenames":[],"executable":"C:\\a \"b\"\\fm.exe","fresh":true}"#;
        assert_eq!(executable(windows), Some(r#"C:\a "b"\fm.exe"#.into()));
        assert_eq!(executable(r#"{"reason":"x","executable":"cut"#), None);
    }
}

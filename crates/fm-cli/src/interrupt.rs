//! Ctrl-C: the first ends the work at its next step, so that all that is done is kept; the second
//! ends the program at once, which loses no more than the epoch under way. SIGTERM and SIGHUP count
//! as Ctrl-C.

use std::fmt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use anyhow::{Context, Result};
use fm_experiment::ExperimentError;
use fm_experiment::report::ReportError;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use crate::signals;

static ASKED: AtomicBool = AtomicBool::new(false);
/// The signal that asked.
static SIGNAL: AtomicUsize = AtomicUsize::new(0);

/// From now on Ctrl-C, SIGTERM and SIGHUP only set what [`asked`] says; under `nohup` SIGHUP stays
/// ignored.
pub(crate) fn watch() -> Result<()> {
    for signal in [SIGINT, SIGTERM].into_iter().chain(signals::hangup()) {
        let watch = || {
            // In this order, so that the first signal finds nothing asked yet.
            flag::register_conditional_shutdown(signal, exit_code_of(signal), &ASKED)?;
            flag::register_usize(signal, &SIGNAL, signal.unsigned_abs() as usize)?;
            flag::register(signal, &ASKED)
        };
        watch().context("cannot watch for Ctrl-C")?;
    }
    Ok(())
}

/// Whether to end.
pub(crate) fn asked() -> bool {
    ASKED.load(Ordering::Relaxed)
}

/// As shells count: 130 for Ctrl-C, 143 for SIGTERM, 129 for SIGHUP.
fn exit_code_of(signal: i32) -> i32 {
    128 + signal
}

/// An experiment that ended before its end: why, how far it has come, and what goes on with it.
#[derive(Debug)]
pub(crate) struct Stopped {
    /// None where it was asked to.
    why: Option<String>,
    text: String,
}

impl Stopped {
    /// What is `done` ("1 of 2 seeds is") is in the folder `out`.
    pub(crate) fn new(why_it_stopped: &anyhow::Error, done: &str, out: &Path) -> Self {
        let asked = matches!(
            why_it_stopped.downcast_ref(),
            Some(ExperimentError::Cancelled)
        );
        let why = (!asked).then(|| format!("{why_it_stopped:#}"));
        let first = why.as_deref().unwrap_or("stopped");
        let mut text = format!(
            "{first}\n{done} finished, and what is done is kept in {}",
            out.display()
        );
        if starts_again(why_it_stopped) {
            let command: Vec<String> = std::env::args().map(|word| quoted(&word)).collect();
            text.push_str(&format!("; to go on:\n  {}", command.join(" ")));
        }
        Self { why, text }
    }

    /// What the program ends with.
    pub(crate) fn exit_code(&self) -> u8 {
        let signal = i32::try_from(SIGNAL.load(Ordering::Relaxed)).unwrap_or(SIGINT);
        let asked = u8::try_from(exit_code_of(signal)).unwrap_or(2);
        self.why.as_ref().map_or(asked, |_| 2)
    }
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Stopped {}

/// Whether the same command can get further: after a loss that became NaN it ends as before.
fn starts_again(why: &anyhow::Error) -> bool {
    let of_experiment = |error: &ExperimentError| {
        matches!(
            error,
            ExperimentError::Cancelled | ExperimentError::Io { .. }
        )
    };
    match why.downcast_ref::<ReportError>() {
        Some(ReportError::Write { .. }) => true,
        Some(ReportError::Folder(error)) => of_experiment(error),
        Some(_) => false,
        None => why.downcast_ref().is_some_and(of_experiment),
    }
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./=:,+%@".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_command_is_offered_only_where_it_can_get_further() {
        let says = |error: anyhow::Error| {
            Stopped::new(&error, "0 of 2 seeds are", Path::new("out")).to_string()
        };
        let full = ExperimentError::Io {
            doing: "write",
            path: "out/timings.json".into(),
            source: std::io::Error::other("full"),
        };
        assert!(says(ExperimentError::Cancelled.into()).contains("to go on"));
        assert!(says(full.into()).contains("to go on"));
        let nan = ExperimentError::Stats(fm_experiment::stats::StatsError::Empty {
            what: "losses".to_owned(),
        });
        assert!(!says(nan.into()).contains("to go on"));
    }

    #[test]
    fn a_command_can_be_given_to_a_shell_as_it_is_printed() {
        assert_eq!(quoted("--seeds"), "--seeds");
        assert_eq!(quoted("a b"), "'a b'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted(""), "''");
    }
}

//! Ctrl-C: the first ends the work at its next step, and finished cells are kept; the second ends
//! the program at once, which loses the trainings under way. SIGTERM and SIGHUP count as Ctrl-C.

use std::fmt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use anyhow::{Context, Result};
use fm_experiment::ExperimentError;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use crate::args::words_given;
use crate::print::quoted;
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

/// An experiment that ended early: why, how much is done, and how to continue.
#[derive(Debug)]
pub(crate) struct Stopped {
    /// Whether a signal asked for it.
    asked: bool,
    text: String,
}

impl Stopped {
    /// `done` ("3 of 12 missing cells") are kept in the folder `out`.
    pub(crate) fn new(error: ExperimentError, done: &str, out: &Path) -> Self {
        let asked = matches!(error, ExperimentError::Cancelled);
        // After other errors the same command would end as before.
        let continues = asked || matches!(error, ExperimentError::Io { .. });
        let why = match asked {
            true => "stopped".to_owned(),
            false => format!("{:#}", anyhow::Error::from(error)),
        };
        let mut text = format!(
            "{why}\n{done} were trained and are kept in {}",
            out.display()
        );
        if continues {
            let command: Vec<String> = words_given().iter().map(|word| quoted(word)).collect();
            text += &format!("; to continue:\n  {}", command.join(" "));
        }
        Self { asked, text }
    }

    /// Whether a signal asked for it.
    pub(crate) fn was_asked(&self) -> bool {
        self.asked
    }

    /// What the program ends with.
    pub(crate) fn exit_code(&self) -> u8 {
        let signal = i32::try_from(SIGNAL.load(Ordering::Relaxed)).unwrap_or(SIGINT);
        match self.asked {
            true => u8::try_from(exit_code_of(signal)).unwrap_or(2),
            false => 2,
        }
    }
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Stopped {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_is_offered_only_if_it_can_continue() {
        let says = |error| Stopped::new(error, "0 of 2 cells", Path::new("out")).to_string();
        let full = ExperimentError::Io {
            doing: "write",
            path: "out/cells".into(),
            source: std::io::Error::other("full"),
        };
        assert!(says(ExperimentError::Cancelled).contains("to continue"));
        assert!(says(full).contains("to continue"));
        let other = ExperimentError::OtherSource { seed: 1 };
        assert!(!says(other).contains("to continue"));
    }
}

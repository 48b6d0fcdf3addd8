//! Ctrl-C: the first ends the work at its next step, and finished cells are kept; the second ends
//! the program at once, which loses the trainings under way. SIGTERM and SIGHUP count as Ctrl-C.
#![cfg_attr(
    unix,
    allow(unsafe_code, reason = "no safe call tells how a signal is taken")
)]

use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use anyhow::{Context, Error, Result, anyhow};
use fm_experiment::ExperimentError;
use fm_report::command_line;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

static ASKED: AtomicBool = AtomicBool::new(false);
/// The signal that asked.
static SIGNAL: AtomicUsize = AtomicUsize::new(0);

/// From now on Ctrl-C, SIGTERM and SIGHUP only set what [`asked`] says; under `nohup` SIGHUP stays
/// ignored.
pub(crate) fn watch() -> Result<()> {
    for signal in [SIGINT, SIGTERM].into_iter().chain(hangup()) {
        let watch = || {
            // In this order, so that the first signal finds nothing asked yet. As shells count: 130
            // for Ctrl-C, 143 for SIGTERM, 129 for SIGHUP.
            flag::register_conditional_shutdown(signal, 128 + signal, &ASKED)?;
            flag::register_usize(signal, &SIGNAL, signal.unsigned_abs() as usize)?;
            flag::register(signal, &ASKED)
        };
        watch().context("cannot watch for Ctrl-C")?;
    }
    Ok(())
}

/// SIGHUP, unless the program was started to ignore it.
fn hangup() -> Option<i32> {
    #[cfg(not(unix))]
    return None;
    #[cfg(unix)]
    {
        let mut now = std::mem::MaybeUninit::<libc::sigaction>::zeroed();
        // SAFETY: without a new action the call only writes to `now`, which is a valid value of its
        // type when zeroed, so that it is one whether or not the call succeeds.
        let now = unsafe {
            libc::sigaction(libc::SIGHUP, std::ptr::null(), now.as_mut_ptr());
            now.assume_init()
        };
        (now.sa_sigaction != libc::SIG_IGN).then_some(libc::SIGHUP)
    }
}

/// Whether to end.
pub(crate) fn asked() -> bool {
    ASKED.load(Ordering::Relaxed)
}

/// What the program ends with after an error.
pub(crate) fn exit_code() -> u8 {
    match asked() {
        true => 128 + SIGNAL.load(Ordering::Relaxed) as u8,
        false => 2,
    }
}

/// Why an experiment ended early, what is kept ("3 of 12 missing cells") in the folder `out`, and how
/// to continue.
pub(crate) fn stopped(error: ExperimentError, done: &str, out: &Path) -> Error {
    // After other errors the same command would end as before.
    let continues = match error {
        ExperimentError::Cancelled | ExperimentError::Io { .. } => {
            let words = std::env::args_os().map(|word| word.display().to_string());
            let command = command_line(&words.collect::<Vec<_>>());
            format!("; to continue:\n  {command}")
        }
        _ => String::new(),
    };
    let why = match error {
        ExperimentError::Cancelled => "stopped".to_owned(),
        error => format!("{:#}", Error::from(error)),
    };
    anyhow!(
        "{why}\n{done} were trained and are kept in {}{continues}",
        out.display()
    )
}

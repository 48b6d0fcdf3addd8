//! Progress of a download, reported to the caller.

use std::path::Path;
use std::time::Duration;

use super::{Mirror, Reason};
use crate::DataError;

/// One thing that happened. `file` is the name that the file gets in the folder.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// Another process downloads into the same folder; this one waits for it.
    OtherFetch {
        /// The folder.
        folder: &'a Path,
    },
    /// The file is there and right.
    AlreadyThere {
        /// Where it is.
        path: &'a Path,
    },
    /// Bytes begin to come.
    Started {
        /// The file.
        file: &'a str,
        /// Where they come from.
        source: &'a Mirror,
        /// Bytes kept from an earlier try.
        resumed_from: u64,
        /// Bytes of the whole file, where they are known.
        total: Option<u64>,
    },
    /// More bytes have come.
    Bytes {
        /// Bytes here so far.
        done: u64,
    },
    /// A source failed.
    Failed {
        /// The file.
        file: &'a str,
        /// The source.
        source: &'a Mirror,
        /// Why it failed.
        reason: &'a Reason,
    },
    /// Every source has been asked; a wait before the next round.
    Waiting {
        /// How long.
        wait: Duration,
    },
    /// A wrong file had the name, and has another one now.
    SetAside {
        /// What was wrong with it.
        wrong: &'a DataError,
        /// Its new name.
        to: &'a Path,
    },
    /// The file has passed its checks and has its name.
    Done {
        /// Where it is.
        path: &'a Path,
        /// Where its last bytes came from.
        source: &'a Mirror,
    },
}

/// Is told every [`Event`] of a download, in order, on the thread that called it. Any
/// `FnMut(Event<'_>)` is one.
pub trait Progress {
    /// Takes note of `event`. The download continues when it returns.
    fn event(&mut self, event: Event<'_>);
}

impl<F: FnMut(Event<'_>)> Progress for F {
    fn event(&mut self, event: Event<'_>) {
        self(event);
    }
}

/// Ignores every event.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn event(&mut self, _: Event<'_>) {}
}

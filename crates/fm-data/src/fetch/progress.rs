//! What happens during a fetch, told to whoever wants to show it.

use std::path::Path;
use std::time::Duration;

use super::{Reason, Source};

/// One thing that happened. `file` is the name the file gets in the folder.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Event<'a> {
    /// Another fetch works in the same folder; this one waits for it.
    OtherFetch {
        /// The folder.
        folder: &'a Path,
    },
    /// The file is there and right; nothing is fetched for it.
    AlreadyThere {
        /// Where it is.
        path: &'a Path,
    },
    /// A wrong file has the name. It is replaced once a right one is there, not before.
    WrongFile {
        /// Where it is.
        path: &'a Path,
        /// What is wrong with it.
        reason: &'a Reason,
    },
    /// Bytes begin to come.
    Started {
        /// The file.
        file: &'a str,
        /// Where they come from.
        source: &'a Source,
        /// Bytes kept from an earlier try; 0 where it starts from the beginning.
        resumed_from: u64,
        /// Bytes of the whole file.
        total: u64,
    },
    /// More bytes have come.
    Bytes {
        /// The file.
        file: &'a str,
        /// Bytes here so far.
        done: u64,
        /// Bytes of the whole file.
        total: u64,
    },
    /// A source failed and will be asked again if no other has the file.
    Retry {
        /// The file.
        file: &'a str,
        /// The source.
        source: &'a Source,
        /// Why it failed.
        reason: &'a Reason,
    },
    /// A source failed in a way that asking again would not mend.
    GaveUp {
        /// The file.
        file: &'a str,
        /// The source.
        source: &'a Source,
        /// Why it failed.
        reason: &'a Reason,
    },
    /// Every source has been asked; a wait before the next round.
    Waiting {
        /// The file.
        file: &'a str,
        /// How long.
        wait: Duration,
    },
    /// The file has passed its checks and has its name.
    Done {
        /// Where it is.
        path: &'a Path,
        /// Where its last bytes came from; `None` where an earlier fetch had left them all.
        source: Option<&'a Source>,
    },
}

/// Is told every [`Event`] of a fetch, in order, on the thread that called it. Any
/// `FnMut(Event<'_>)` is one.
pub trait Progress {
    /// Takes note of `event`. The fetch goes on when it returns.
    fn event(&mut self, event: Event<'_>);
}

impl<F: FnMut(Event<'_>)> Progress for F {
    fn event(&mut self, event: Event<'_>) {
        self(event);
    }
}

/// Takes no note of anything.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn event(&mut self, _: Event<'_>) {}
}

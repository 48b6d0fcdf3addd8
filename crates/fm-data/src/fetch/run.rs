//! One fetch: rounds over the sources for each file, until it is there or nobody has it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::check::{self, FileState};
use super::error::disk;
use super::http::Client;
use super::part::PartFile;
use super::report::{FetchedFile, Outcome, Replaced};
use super::workplace::Workplace;
use super::{Event, Failure, FetchError, Options, Progress, Reason};
use crate::published::PublishedFile;

/// A round that brings one such part of a file, or more, is not counted as a retry.
const GAIN: u32 = 16;

/// As long as nothing has come from anywhere and there is no way to any source that is left, so
/// many rounds are enough: an offline machine should learn of it soon.
const OFFLINE_ROUNDS: u32 = 2;

/// Why one source did not give the file, or why the whole fetch must end.
pub(super) enum Setback {
    /// This source, this time.
    Source(Reason),
    /// The time for the whole fetch is up.
    TimeUp,
    /// Something that no source can mend.
    Stop(FetchError),
}

impl From<Reason> for Setback {
    fn from(reason: Reason) -> Self {
        Self::Source(reason)
    }
}

impl From<FetchError> for Setback {
    fn from(error: FetchError) -> Self {
        Self::Stop(error)
    }
}

/// A file that has passed its checks and waits for its name.
pub(super) enum Landed {
    /// It is in the unfinished `.gz` file.
    Zipped,
    /// It came unzipped, in an unfinished file of its own.
    Unzipped(PartFile),
}

/// A fetch under way.
pub(super) struct Run<'a> {
    pub(super) options: &'a Options,
    pub(super) progress: &'a mut dyn Progress,
    pub(super) place: &'a Workplace,
    pub(super) started: Instant,
    /// Whether a first valid byte has come from anywhere.
    pub(super) delivered: bool,
    /// Bytes that have come for the file under way.
    pub(super) moved: u64,
    /// One for each source that is an address.
    pub(super) clients: Vec<Option<Client>>,
    /// The source to ask first: the one that had the last file.
    preferred: usize,
}

impl<'a> Run<'a> {
    pub(super) fn new(
        options: &'a Options,
        progress: &'a mut dyn Progress,
        place: &'a Workplace,
        clients: Vec<Option<Client>>,
        started: Instant,
    ) -> Self {
        let (delivered, moved, preferred) = (false, 0, 0);
        Self {
            options,
            progress,
            place,
            started,
            delivered,
            moved,
            clients,
            preferred,
        }
    }

    /// Fetches one file, which is not there or is wrong, as `before` says.
    pub(super) fn file(
        &mut self,
        file: &PublishedFile,
        before: &FileState,
    ) -> Result<FetchedFile, FetchError> {
        let options = self.options;
        let name = check::zipped(file);
        let mut part = PartFile::open(self.part_path(&name), self.place.is_locked())?;
        let is_left_whole = part.length() == file.gz_bytes && self.fault(&part, file)?.is_none();
        if part.length() >= file.gz_bytes && !is_left_whole {
            part.clear()?;
        }
        let resumed_from = part.length();
        self.moved = 0;

        let (source, landed) = if is_left_whole {
            (None, Landed::Zipped)
        } else {
            let (index, landed) = self.rounds(file, &name, &mut part)?;
            self.preferred = index;
            (Some(&options.sources[index]), landed)
        };
        let (target, replaced) = match landed {
            Landed::Zipped => {
                let target = options.into.join(&name);
                let replaced = make_way(&target, before)?;
                part.finish(&target)?;
                (target, replaced)
            }
            Landed::Unzipped(unzipped) => {
                let target = options.into.join(file.name);
                let replaced = make_way(&target, before)?;
                unzipped.finish(&target)?;
                part.discard();
                (target, replaced)
            }
        };
        self.progress.event(Event::Done {
            path: &target,
            source,
        });
        let (source, bytes) = (source.cloned(), self.moved);
        let outcome = Outcome::Fetched {
            source,
            bytes,
            resumed_from,
            replaced,
        };
        Ok(FetchedFile {
            name: file.name,
            path: target,
            outcome,
        })
    }

    /// Asks every source in turn, round after round; which one had the file, and where it is.
    fn rounds(
        &mut self,
        file: &PublishedFile,
        name: &str,
        part: &mut PartFile,
    ) -> Result<(usize, Landed), FetchError> {
        let options = self.options;
        let mut failures: Vec<Failure> = options
            .sources
            .iter()
            .map(|source| Failure::not_asked(source.to_string()))
            .collect();
        let mut order: Vec<usize> = (0..options.sources.len()).collect();
        order[..=self.preferred].rotate_right(1);
        let retries = options.retries.rounds;
        let mut counted = 0;

        for round in 0..=retries.saturating_add(GAIN) {
            let before = part.length();
            for (position, &index) in order.iter().enumerate() {
                let Some(limit) = self.limit(order.len() - position) else {
                    return Err(self.time_is_up(name, part, failures));
                };
                match self.ask(index, file, part, limit) {
                    Ok(landed) => return Ok((index, landed)),
                    Err(Setback::Stop(error)) => return Err(error),
                    Err(Setback::TimeUp) => return Err(self.time_is_up(name, part, failures)),
                    Err(Setback::Source(reason)) => {
                        self.tell(name, index, &reason);
                        failures[index].note(reason);
                    }
                }
            }
            order.retain(|&index| failures[index].reason.may_pass());
            let gained = part.length().saturating_sub(before);
            if gained == 0 || gained < file.gz_bytes / u64::from(GAIN) {
                counted += 1;
            }
            let offline = !self.delivered
                && order
                    .iter()
                    .all(|&index| failures[index].reason.is_offline());
            let is_last = counted > retries || (offline && counted >= OFFLINE_ROUNDS);
            if order.is_empty() || is_last {
                break;
            }
            self.wait(name, options.retries.wait(round));
        }
        Err(self.nobody_has_it(name, part, failures))
    }

    /// How long the next source may take until its first bytes, with `left` sources to ask in
    /// this round; `None` when time is up.
    pub(super) fn limit(&self, left: usize) -> Option<Duration> {
        let left = u32::try_from(left.max(1)).unwrap_or(u32::MAX);
        let limit = self.remaining() / if self.delivered { 1 } else { left };
        let limit = limit.min(self.options.timeouts.answer);
        (limit > Duration::ZERO).then_some(limit)
    }

    /// What is left of the time: for a first byte, and once that has come, for the whole fetch.
    fn remaining(&self) -> Duration {
        let overall = self.options.timeouts.overall;
        let end = if self.delivered {
            overall
        } else {
            overall.min(self.options.decide_within)
        };
        end.saturating_sub(self.started.elapsed())
    }

    fn wait(&mut self, file: &str, wait: Duration) {
        let wait = wait.min(self.remaining());
        if wait.is_zero() {
            return;
        }
        self.progress.event(Event::Waiting { file, wait });
        thread::sleep(wait);
    }

    fn tell(&mut self, file: &str, index: usize, reason: &Reason) {
        let source = &self.options.sources[index];
        self.progress.event(if reason.may_pass() {
            Event::Retry {
                file,
                source,
                reason,
            }
        } else {
            Event::GaveUp {
                file,
                source,
                reason,
            }
        });
    }

    fn time_is_up(&self, name: &str, part: &PartFile, failures: Vec<Failure>) -> FetchError {
        let (file, kept) = (name.to_owned(), self.kept(part));
        let (waited, limit) = (self.started.elapsed(), self.options.timeouts.overall);
        if waited >= limit {
            FetchError::TimeUp {
                file,
                limit,
                kept,
                failures,
            }
        } else {
            FetchError::Unreachable {
                file,
                waited,
                kept,
                failures,
            }
        }
    }

    fn nobody_has_it(&self, name: &str, part: &PartFile, failures: Vec<Failure>) -> FetchError {
        let (file, waited, kept) = (name.to_owned(), self.started.elapsed(), self.kept(part));
        if failures
            .iter()
            .any(|failure| failure.reason.is_no_right_copy())
        {
            FetchError::NoRightCopy { file, failures }
        } else {
            FetchError::Unreachable {
                file,
                waited,
                kept,
                failures,
            }
        }
    }

    fn kept(&self, part: &PartFile) -> u64 {
        if self.place.is_locked() {
            part.length()
        } else {
            0
        }
    }

    /// Where the bytes of the file `name` gather. Without the lock another fetch may be writing
    /// to the usual place, so this one takes a place that no other has.
    pub(super) fn part_path(&self, name: &str) -> PathBuf {
        static COUNTER: AtomicU32 = AtomicU32::new(0);
        let name = if self.place.is_locked() {
            check::part_name(name)
        } else {
            let number = COUNTER.fetch_add(1, Ordering::Relaxed);
            check::part_name(&format!("{name}.{}-{number}", process::id()))
        };
        self.options.into.join(name)
    }
}

/// Prepares for the wrong file at `target`, if there is one, to be replaced. A whole file of
/// another dataset is worth something to someone, so it gets another name.
fn make_way(target: &Path, before: &FileState) -> Result<Option<Replaced>, FetchError> {
    let FileState::Wrong { path, reason } = before else {
        return Ok(None);
    };
    if path != target {
        return Ok(None);
    }
    let reason = reason.clone();
    let Some(dataset) = reason.dataset() else {
        return Ok(Some(Replaced {
            reason,
            set_aside: None,
        }));
    };
    let mut aside = target.as_os_str().to_owned();
    aside.push(format!(
        ".{}",
        dataset.to_ascii_lowercase().replace(' ', "-")
    ));
    let aside = PathBuf::from(aside);
    fs::rename(target, &aside).map_err(disk("set aside", target))?;
    Ok(Some(Replaced {
        reason,
        set_aside: Some(aside),
    }))
}

//! One file from whichever mirror delivers it.

use std::fs::File;
use std::io::ErrorKind::AlreadyExists;
use std::io::{self, Cursor, Read};
use std::thread;
use std::time::{Duration, Instant};

use md5::Md5;
use sha2::Sha256;
use tempfile::TempPath;
use ureq::Agent;

use super::http::{self, Answer, Reason, cut_short, without_password};
use super::partial::{Partial, Partials};
use super::{Event, FetchedFile, Options};
use crate::checksum::digest;
use crate::content::LOOK;
use crate::published::FileSpec;
use crate::{Content, DataError, file, folder};

/// Bytes read and written at a time.
const BLOCK: usize = 64 * 1024;

/// A download in progress.
pub(super) struct Download<'a> {
    options: &'a Options,
    pub(super) progress: &'a mut dyn FnMut(Event<'_>),
    agent: Agent,
    /// Each ends in `/`. The one that had the last file is first.
    mirrors: Vec<String>,
    started: Instant,
    /// Whether a first byte has come from anywhere.
    delivered: bool,
}

impl<'a> Download<'a> {
    pub(super) fn new(
        options: &'a Options,
        progress: &'a mut dyn FnMut(Event<'_>),
    ) -> Result<Self, DataError> {
        if options.mirrors.is_empty() {
            let reason = match options.dataset.home.as_str() {
                "" => "it has no address to download from".to_owned(),
                home => format!("get its files from {home} and open their folder"),
            };
            return Err(DataError::invalid(options.dataset.title(), reason));
        }
        let mirrors = options.mirrors.iter().map(|mirror| http::address(mirror));
        Ok(Self {
            options,
            progress,
            agent: http::agent(options)?,
            mirrors: mirrors.collect::<Result<_, _>>()?,
            started: Instant::now(),
            delivered: false,
        })
    }

    /// Downloads and verifies a file: asks every mirror in turn, round after round.
    pub(super) fn file(
        &mut self,
        spec: &FileSpec,
        partials: &Partials<'_>,
    ) -> Result<FetchedFile, DataError> {
        let name = format!("{}.gz", spec.name);
        let checksum = spec.gz.sha256.as_ref().or(spec.gz.md5.as_ref());
        let checksum = checksum.map_or("unpinned", |hex| &hex[..hex.len().min(16)]);
        let write_error = DataError::io("write an unfinished file", &self.options.into);
        let partial = partials.open(&format!("{name}.{checksum}"));
        let mut partial = partial.map_err(write_error)?;
        let not_asked = Reason::passing("not asked: the time was up");
        let mut reasons = vec![not_asked; self.mirrors.len()];
        let mut rounds = 0;
        loop {
            let before = partial.length;
            for index in 0..reasons.len() {
                let limit = self.limit(reasons.len() - index);
                if limit.is_zero() || !reasons[index].may_pass {
                    continue;
                }
                let mirror = without_password(&self.mirrors[index]);
                match self.ask(index, spec, &mut partial, limit) {
                    Ok(()) => {
                        self.mirrors[..=index].rotate_right(1);
                        self.place(spec, partial.finished().map_err(write_error)?)?;
                        let path = self.options.into.join(name);
                        let mirror = Some(mirror);
                        return Ok(FetchedFile { path, mirror });
                    }
                    Err(reason) => {
                        self.note(format!("{name} from {mirror}: {}", reason.text));
                        reasons[index] = reason;
                    }
                }
            }
            rounds += u32::from(partial.length <= before);
            let remaining = self.remaining();
            let may_pass = reasons.iter().any(|reason| reason.may_pass);
            if rounds > self.options.retries || remaining.is_zero() || !may_pass {
                break;
            }
            let factor = 2u32.saturating_pow(rounds.saturating_sub(1));
            let wait = self.options.first_wait.saturating_mul(factor);
            let wait = wait.min(remaining);
            self.note(format!("trying again in {wait:.1?}"));
            thread::sleep(wait);
        }
        let failures = self.mirrors.iter().zip(reasons);
        let failures = failures
            .map(|(mirror, reason)| format!("from {}: {}", without_password(mirror), reason.text));
        Err(DataError::Download {
            file: name,
            kept: partial.keep(),
            failures: failures.collect(),
        })
    }

    fn note(&mut self, text: String) {
        (self.progress)(Event::Note(text));
    }

    /// How long the next mirror may take to its first bytes, with `left` mirrors to ask in this
    /// round.
    fn limit(&self, left: usize) -> Duration {
        let share = if self.delivered { 1 } else { left as u32 };
        self.options.stall.min(self.remaining() / share)
    }

    /// The time left: for a first byte, and once that has come, for the whole download.
    fn remaining(&self) -> Duration {
        let end = match self.delivered {
            true => self.options.overall,
            false => self.options.overall.min(self.options.first_byte),
        };
        end.saturating_sub(self.started.elapsed())
    }

    fn ask(
        &mut self,
        index: usize,
        spec: &FileSpec,
        partial: &mut Partial,
        limit: Duration,
    ) -> Result<(), Reason> {
        let mirror = &self.mirrors[index];
        let https_only = mirror.to_ascii_lowercase().starts_with("https:");
        let url = format!("{mirror}{}.gz", spec.name);
        // First for what is missing; where that does not lead to the file, once more for all of it.
        for from in [partial.length, 0] {
            let answer = http::ask(&self.agent, &url, https_only, from, limit)?;
            let resumed = answer.as_ref().is_none_or(|answer| answer.from > 0);
            if let Some(answer) = answer {
                self.receive(spec, partial, answer)?;
            }
            let Some(wrong) = wrong(partial, spec)? else {
                return Ok(());
            };
            partial.truncate(0)?;
            if !resumed {
                return Err(not_published(wrong));
            }
        }
        let text = "not a proper answer: no such range, though none was asked for";
        Err(Reason::passing(text))
    }

    /// Appends the bytes of `answer`, up to the published size.
    fn receive(
        &mut self,
        spec: &FileSpec,
        partial: &mut Partial,
        mut answer: Answer,
    ) -> Result<(), Reason> {
        let stall = self.options.stall;
        let total = spec.gz.bytes;
        // A beginning is looked at before it is kept.
        let mut head = Vec::new();
        let mut looked = answer.body.by_ref().take(LOOK as u64);
        let read = looked.read_to_end(&mut head);
        match (Content::of(&head), read) {
            (_, Err(error)) if head.is_empty() => {
                return Err(cut_short(error, stall, answer.from, total));
            }
            (content, _) if answer.from == 0 && content != Content::Gzip => {
                let may_pass = head.is_empty();
                let reason = not_published(format!("it is {content}"));
                return Err(Reason { may_pass, ..reason });
            }
            _ => {}
        }
        if let (Some(expected), Some(found)) = (total, answer.total)
            && expected != found
        {
            let wrong = format!("it has {found} bytes, expected {expected}");
            return Err(not_published(wrong));
        }
        self.delivered = true;
        partial.truncate(answer.from)?;
        let announced = total.or(answer.total);
        (self.progress)(Event::Started {
            file: &spec.name,
            from: answer.from,
            total: announced,
        });
        // Gzip adds little to data that does not compress.
        let most = total.or(spec.plain.bytes.map(|bytes| bytes + (bytes >> 4) + 1024));
        let room = most.map_or(u64::MAX, |most| most.saturating_sub(answer.from));
        let mut body = Cursor::new(head).chain(answer.body).take(room);
        let mut block = vec![0; BLOCK];
        loop {
            match body.read(&mut block) {
                Ok(n) if n > 0 && !self.remaining().is_zero() => {
                    partial.append(&block[..n])?;
                    (self.progress)(Event::Bytes(partial.length));
                }
                // All that there is room for, or all that was announced.
                Ok(0) if body.limit() == 0 || announced.is_none_or(|of| partial.length == of) => {
                    return Ok(());
                }
                Ok(_) => {
                    let ended = io::ErrorKind::UnexpectedEof.into();
                    return Err(cut_short(ended, stall, partial.length, announced));
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(cut_short(error, stall, partial.length, announced)),
            }
        }
    }

    /// Gives a file that has passed its checks its name. A file that has the name by now is kept:
    /// used if it is right, set aside if it is not.
    fn place(&mut self, spec: &FileSpec, mut unfinished: TempPath) -> Result<(), DataError> {
        let target = &self.options.into.join(format!("{}.gz", spec.name));
        while let Err(refused) = unfinished.persist_noclobber(target) {
            unfinished = refused.path;
            if refused.error.kind() != AlreadyExists {
                return Err(DataError::io("write", target)(refused.error));
            }
            let Err(error) = folder::load_one(&self.options.dataset, spec, target) else {
                break;
            };
            let aside = file::set_aside(target).map_err(DataError::io("rename", target))?;
            self.note(format!("{error}; it is now {}", aside.display()));
        }
        file::sync_folder(target);
        Ok(())
    }
}

fn not_published(wrong: String) -> Reason {
    Reason::lasting(format!("not the published file: {wrong}"))
}

/// What is wrong with the unfinished file, read from the disk; `None` if it is the published one.
fn wrong(partial: &Partial, spec: &FileSpec) -> io::Result<Option<String>> {
    let file = &File::open(partial.path())?;
    let (kind, found, expected) = match (&spec.gz.sha256, &spec.gz.md5) {
        (Some(expected), _) => ("SHA-256", digest::<Sha256>(file)?, expected),
        (None, Some(expected)) => ("MD5", digest::<Md5>(file)?, expected),
        (None, None) => return Ok(Some("no checksum of it is published".to_owned())),
    };
    let wrong = || format!("its {kind} is {found}, expected {expected}");
    Ok((found != *expected).then(wrong))
}

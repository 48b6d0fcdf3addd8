//! One file from whichever mirror delivers it.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::thread;
use std::time::{Duration, Instant};

use md5::Md5;
use sha2::Sha256;
use tempfile::TempPath;
use ureq::Agent;

use super::http::{self, Answer, Reason, cut_short};
use super::partial::{Partial, Partials};
use super::{Event, Options};
use crate::checksum::digest;
use crate::content::LOOK;
use crate::error::Failure;
use crate::published::FileSpec;
use crate::{Content, DataError};

/// Bytes read and written at a time.
const BLOCK: usize = 64 * 1024;

/// A download in progress.
pub(super) struct Download<'a> {
    options: &'a Options,
    agent: Agent,
    /// Each ends in `/`. The one that had the last file is first.
    mirrors: Vec<String>,
    started: Instant,
    /// Whether a first byte has come from anywhere.
    delivered: bool,
}

impl<'a> Download<'a> {
    pub(super) fn new(options: &'a Options, started: Instant) -> Result<Self, DataError> {
        if options.mirrors.is_empty() {
            let reason = match options.dataset.home.as_str() {
                "" => "it has no address to download from".to_owned(),
                home => format!("get its files from {home} and open their folder"),
            };
            return Err(DataError::invalid(options.dataset.title(), reason));
        }
        let mirrors = options.mirrors.iter();
        let mirrors: Result<_, _> = mirrors.map(|mirror| http::address(mirror)).collect();
        Ok(Self {
            options,
            agent: http::agent(options)?,
            mirrors: mirrors?,
            started,
            delivered: false,
        })
    }

    /// Asks every mirror in turn, round after round: the file, verified, and the mirror's name.
    pub(super) fn file(
        &mut self,
        spec: &FileSpec,
        partials: &Partials<'_>,
        progress: &mut dyn FnMut(Event<'_>),
    ) -> Result<(TempPath, String), DataError> {
        let name = format!("{}.gz", spec.name);
        let checksum = spec.gz.sha256.as_ref().or(spec.gz.md5.as_ref());
        let checksum = checksum.map_or("unpinned", |hex| &hex[..hex.len().min(16)]);
        let write_error = DataError::io("write an unfinished file", &self.options.into);
        let partial = partials.open(&format!("{name}.{checksum}"));
        let mut partial = partial.map_err(write_error)?;
        let names = self.mirrors.iter();
        let names: Vec<String> = names.map(|url| http::without_password(url)).collect();
        let not_asked = |_: &String| Reason::passing("not asked: the time was up");
        let mut reasons: Vec<Reason> = names.iter().map(not_asked).collect();
        let mut round = 0;
        'rounds: loop {
            let before = partial.length;
            for index in 0..names.len() {
                if !reasons[index].may_pass {
                    continue;
                }
                let Some(limit) = self.limit(names.len() - index) else {
                    break 'rounds;
                };
                match self.ask(index, spec, &mut partial, limit, progress) {
                    Ok(()) => {
                        self.mirrors[..=index].rotate_right(1);
                        let finished = partial.finished().map_err(write_error)?;
                        return Ok((finished, names[index].clone()));
                    }
                    Err(reason) => {
                        let from = &names[index];
                        progress(Event::Note(format!("{name} from {from}: {}", reason.text)));
                        reasons[index] = reason;
                    }
                }
            }
            if partial.length <= before {
                round += 1;
            }
            if round > self.options.retries || !reasons.iter().any(|reason| reason.may_pass) {
                break;
            }
            let factor = 2u32.saturating_pow(round.saturating_sub(1));
            let wait = self
                .options
                .first_wait
                .saturating_mul(factor)
                .min(self.remaining());
            progress(Event::Note(format!("trying again in {wait:.1?}")));
            thread::sleep(wait);
        }
        let failures = names.into_iter().zip(reasons);
        let failures =
            failures.map(|(mirror, Reason { text: reason, .. })| Failure { mirror, reason });
        Err(DataError::Download {
            file: name,
            kept: partial.keep(),
            failures: failures.collect(),
        })
    }

    /// How long the next mirror may take to its first bytes, with `left` mirrors to ask in this
    /// round; `None` when the time is up.
    fn limit(&self, left: usize) -> Option<Duration> {
        let share = if self.delivered { 1 } else { left };
        let limit = self.remaining() / u32::try_from(share).unwrap_or(u32::MAX);
        let limit = limit.min(self.options.stall);
        (limit > Duration::ZERO).then_some(limit)
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
        progress: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), Reason> {
        let mirror = &self.mirrors[index];
        let https_only = mirror.to_ascii_lowercase().starts_with("https:");
        let url = format!("{mirror}{}.gz", spec.name);
        // First for what is missing; where that does not lead to the file, once more for all of it.
        for from in [partial.length, 0] {
            let resumed = match http::ask(&self.agent, &url, https_only, from, limit)? {
                None => true,
                Some(answer) => {
                    let resumed = answer.from > 0;
                    self.receive(spec, partial, answer, progress)?;
                    resumed
                }
            };
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
        progress: &mut dyn FnMut(Event<'_>),
    ) -> Result<(), Reason> {
        let stall = self.options.stall;
        let total = spec.gz.bytes;
        // A beginning is looked at before it is kept.
        let mut head = Vec::new();
        let read = answer
            .body
            .by_ref()
            .take(LOOK as u64)
            .read_to_end(&mut head);
        match (Content::of(&head), read) {
            (Content::Empty, Err(error)) => {
                return Err(cut_short(error, stall, answer.from, total));
            }
            (content, _) if answer.from == 0 && content != Content::Gzip => {
                let may_pass = content == Content::Empty;
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
        progress(Event::Started {
            file: &spec.name,
            from: answer.from,
            total: announced,
        });
        // Gzip adds little to data that does not compress.
        let most = total.or(spec.plain.bytes.map(|bytes| bytes + (bytes >> 4) + 1024));
        let mut body = Cursor::new(head).chain(answer.body);
        let mut block = vec![0; BLOCK];
        loop {
            let room = most.map_or(u64::MAX, |most| most.saturating_sub(partial.length));
            let room = usize::try_from(room).unwrap_or(BLOCK).min(BLOCK);
            match body.read(&mut block[..room]) {
                Ok(n) if n > 0 && !self.remaining().is_zero() => {
                    partial.append(&block[..n])?;
                    progress(Event::Bytes(partial.length));
                }
                // All that was announced, or all that there is room for.
                Ok(0) if room == 0 || announced.is_none_or(|of| partial.length == of) => {
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
}

fn not_published(wrong: String) -> Reason {
    Reason::lasting(format!("not the published file: {wrong}"))
}

/// What is wrong with the unfinished file, read from the disk; `None` if it is the published one.
fn wrong(partial: &Partial, spec: &FileSpec) -> io::Result<Option<String>> {
    let file = File::open(partial.path())?;
    let (kind, found, expected) = match (&spec.gz.sha256, &spec.gz.md5) {
        (Some(expected), _) => ("SHA-256", digest::<Sha256>(file)?, expected),
        (None, Some(expected)) => ("MD5", digest::<Md5>(file)?, expected),
        (None, None) => return Ok(Some("no checksum of it is published".to_owned())),
    };
    let wrong = || format!("its {kind} is {found}, expected {expected}");
    Ok((found != *expected).then(wrong))
}

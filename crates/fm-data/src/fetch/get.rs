//! One file from whichever mirror delivers it.

use std::fs::File;
use std::io::{self, Read};
use std::thread;
use std::time::{Duration, Instant};

use md5::Md5;
use sha2::Sha256;
use tempfile::TempPath;

use super::http::{Answer, Client, Reason, cut_short};
use super::partial::{Partial, Partials};
use super::{Event, Options};
use crate::checksum::digest;
use crate::content::LOOK;
use crate::error::Failure;
use crate::published::{self, FileSpec};
use crate::{Content, DataError};

/// Bytes read and written at a time.
const BLOCK: usize = 64 * 1024;

/// The longest wait between two rounds.
const LONGEST_WAIT: Duration = Duration::from_secs(8);

/// A download in progress.
pub(super) struct Download<'a> {
    options: &'a Options,
    /// One for each mirror.
    clients: Vec<Client>,
    started: Instant,
    /// Whether a first byte has come from anywhere.
    delivered: bool,
    /// The mirror to ask first: the one that had the last file.
    preferred: usize,
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
        let clients: Result<_, _> = mirrors.map(|mirror| Client::new(options, mirror)).collect();
        Ok(Self {
            options,
            clients: clients?,
            started,
            delivered: false,
            preferred: 0,
        })
    }

    /// Asks every mirror in turn, round after round: the file, verified, and the mirror's name.
    pub(super) fn file(
        &mut self,
        spec: &FileSpec,
        partials: &Partials,
        progress: &mut dyn FnMut(Event<'_>),
    ) -> Result<(TempPath, String), DataError> {
        let name = format!("{}.gz", spec.name);
        let checksum = spec.gz.sha256.as_ref().or(spec.gz.md5.as_ref());
        let checksum = checksum.map_or("unpinned", |hex| &hex[..hex.len().min(16)]);
        let write_error = DataError::io("write an unfinished file", &self.options.into);
        let mut partial = partials
            .open(&format!("{name}.{checksum}"))
            .map_err(write_error)?;
        let not_asked = || Reason::passing("not asked: the time was up");
        let mut reasons: Vec<Reason> = self.clients.iter().map(|_| not_asked()).collect();
        let mut order: Vec<usize> = (0..reasons.len()).collect();
        order[..=self.preferred].rotate_right(1);
        let mut round = 0;
        'rounds: loop {
            let before = partial.length;
            for (position, &index) in order.iter().enumerate() {
                let Some(limit) = self.limit(order.len() - position) else {
                    break 'rounds;
                };
                match self.ask(index, spec, &mut partial, limit, progress) {
                    Ok(()) => {
                        self.preferred = index;
                        let finished = partial.finished().map_err(write_error)?;
                        return Ok((finished, self.clients[index].name()));
                    }
                    Err(reason) => {
                        let from = self.clients[index].name();
                        progress(Event::Note(format!("{name} from {from}: {}", reason.text)));
                        reasons[index] = reason;
                    }
                }
            }
            order.retain(|&index| reasons[index].may_pass);
            if partial.length <= before {
                round += 1;
            }
            if order.is_empty() || round > self.options.retries {
                break;
            }
            let factor = 2u32.saturating_pow(round.saturating_sub(1));
            let wait = self.options.first_wait.saturating_mul(factor);
            let wait = wait.min(LONGEST_WAIT).min(self.remaining());
            progress(Event::Note(format!("trying again in {wait:.1?}")));
            thread::sleep(wait);
        }
        let failures = self.clients.iter().zip(reasons);
        Err(DataError::Download {
            file: name,
            kept: partial.keep(),
            failures: failures
                .map(|(client, reason)| Failure {
                    mirror: client.name(),
                    reason: reason.text,
                })
                .collect(),
        })
    }

    /// How long the next mirror may take to its first bytes, with `left` mirrors to ask in this
    /// round; `None` when the time is up.
    fn limit(&self, left: usize) -> Option<Duration> {
        let share = if self.delivered { 1 } else { left.max(1) };
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
        let name = format!("{}.gz", spec.name);
        // First for what is missing; where that does not lead to the file, once more for all of it.
        for from in [partial.length, 0] {
            let resumed = match self.clients[index].open(&name, from, limit)? {
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
        // Gzip adds little to data that does not compress.
        let most = total.or(spec.plain.bytes.map(|bytes| bytes + (bytes >> 4) + 1024));
        let most = most.unwrap_or(u64::MAX);
        let mut block = vec![0; BLOCK];
        let mut filled = 0;
        // A beginning is looked at before it is kept.
        while filled < LOOK && !(answer.from > 0 && filled > 0) {
            match answer.body.read(&mut block[filled..]) {
                Ok(0) => break,
                Ok(n) => filled += n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) if filled > 0 => break,
                Err(error) => return Err(cut_short(error, stall, answer.from, total)),
            }
        }
        let content = Content::of(&block[..filled]);
        if answer.from == 0 && content != Content::Gzip {
            let may_pass = content == Content::Empty;
            let reason = not_published(format!("it is {content}"));
            return Err(Reason { may_pass, ..reason });
        }
        if let (Some(expected), Some(found)) = (total, answer.total)
            && expected != found
        {
            let wrong = format!("it has {found} bytes, expected {expected}");
            return Err(not_published(wrong));
        }
        self.delivered = true;
        partial.truncate(answer.from)?;
        progress(Event::Started {
            file: &spec.name,
            from: answer.from,
            total: total.or(answer.total),
        });
        loop {
            let room = usize::try_from(most - partial.length).unwrap_or(usize::MAX);
            partial.append(&block[..filled.min(room)])?;
            progress(Event::Bytes(partial.length));
            if partial.length >= most {
                return Ok(());
            }
            let ended = || {
                cut_short(
                    io::ErrorKind::UnexpectedEof.into(),
                    stall,
                    partial.length,
                    total,
                )
            };
            if self.remaining().is_zero() {
                return Err(ended());
            }
            filled = match answer.body.read(&mut block) {
                Ok(0) if total.or(answer.total).is_none_or(|of| partial.length == of) => {
                    return Ok(());
                }
                Ok(0) => return Err(ended()),
                Ok(n) => n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => 0,
                Err(error) => return Err(cut_short(error, stall, partial.length, total)),
            };
        }
    }
}

fn not_published(wrong: String) -> Reason {
    Reason::lasting(format!("not the published file: {wrong}"))
}

/// What is wrong with the unfinished file, read from the disk; `None` if it is the published one.
fn wrong(partial: &Partial, spec: &FileSpec) -> io::Result<Option<String>> {
    let open = || File::open(partial.path());
    let sha256 = digest::<Sha256>(open()?)?;
    let (kind, found, expected) = match (&spec.gz.sha256, &spec.gz.md5) {
        (Some(expected), _) => ("SHA-256", sha256.clone(), expected),
        (None, Some(expected)) => ("MD5", digest::<Md5>(open()?)?, expected),
        (None, None) => return Ok(Some("no checksum of it is published".to_owned())),
    };
    if found == *expected {
        return Ok(None);
    }
    let other = published::known(&sha256);
    Ok(Some(other.unwrap_or_else(|| {
        format!("its {kind} is {found}, expected {expected}")
    })))
}

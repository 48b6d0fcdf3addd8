//! One file from whichever source delivers it.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use super::error::disk;
use super::http::{Answer, Client};
use super::partial::{Partial, Partials};
use super::{Event, Failure, FetchError, Mirror, Options, Progress, Reason};
use crate::checksum::{Hashing, md5};
use crate::content::LOOK;
use crate::published::{self, FileSpec};
use crate::{Content, DataError, Wrong, folder};

/// Bytes read and written at a time.
const BLOCK: usize = 64 * 1024;

/// The longest wait between two rounds.
const LONGEST_WAIT: Duration = Duration::from_secs(8);

/// A file that has passed its checks, without its final name.
pub(super) struct Got {
    /// The final name.
    pub(super) name: String,
    pub(super) partial: Partial,
    pub(super) source: Mirror,
}

/// A download in progress.
pub(super) struct Download<'a> {
    options: &'a Options,
    /// One for each source that is an address.
    clients: Vec<Option<Client>>,
    started: Instant,
    /// Whether a first byte has come from anywhere.
    delivered: bool,
    /// The source to ask first: the one that had the last file.
    preferred: usize,
}

/// Why a source did not deliver, or why the whole download ends.
enum Setback {
    Source(Reason),
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

impl<'a> Download<'a> {
    pub(super) fn new(options: &'a Options, started: Instant) -> Result<Self, FetchError> {
        if options.sources.is_empty() {
            return Err(FetchError::Usage {
                given: options.dataset.title().to_owned(),
                problem: match options.dataset.home.as_str() {
                    "" => "it has no address".to_owned(),
                    home => format!("get its files from {home} and open their folder"),
                },
            });
        }
        let client = |source: &Mirror| match source {
            Mirror::Http(url) => Client::new(options, url).map(Some),
            Mirror::Folder(_) => Ok(None),
        };
        Ok(Self {
            options,
            clients: options
                .sources
                .iter()
                .map(client)
                .collect::<Result<_, _>>()?,
            started,
            delivered: false,
            preferred: 0,
        })
    }

    /// Asks every source in turn, round after round.
    pub(super) fn file(
        &mut self,
        spec: &FileSpec,
        partials: &Partials,
        progress: &mut dyn Progress,
    ) -> Result<Got, FetchError> {
        let options = self.options;
        let name = format!("{}.gz", spec.name);
        let checksum = spec.gz.sha256.as_ref().or(spec.gz.md5.as_ref());
        let checksum = checksum.map_or("unpinned", |hex| &hex[..hex.len().min(16)]);
        let mut partial = partials.open(&format!("{name}.{checksum}"))?;
        let not_asked = |source: &Mirror| Failure {
            source: source.to_string(),
            reason: Reason::NotAsked,
        };
        let mut failures: Vec<Failure> = options.sources.iter().map(not_asked).collect();
        let mut order: Vec<usize> = (0..failures.len()).collect();
        order[..=self.preferred].rotate_right(1);
        let mut round = 0;
        'rounds: loop {
            let before = partial.length;
            for (position, &index) in order.iter().enumerate() {
                let Some(limit) = self.limit(order.len() - position) else {
                    break 'rounds;
                };
                let source = &options.sources[index];
                let got = match source {
                    Mirror::Http(url) => self
                        .over_http(index, url, spec, &mut partial, limit, progress)
                        .map(|()| name.clone()),
                    Mirror::Folder(dir) => {
                        self.copy_from_folder(dir, source, spec, &mut partial, progress)
                    }
                };
                match got {
                    Ok(name) => {
                        self.preferred = index;
                        return Ok(Got {
                            name,
                            partial,
                            source: source.clone(),
                        });
                    }
                    Err(Setback::Stop(error)) => return Err(error),
                    Err(Setback::Source(reason)) => {
                        progress.event(Event::Failed {
                            file: &name,
                            source,
                            reason: &reason,
                        });
                        failures[index].reason = reason;
                    }
                }
            }
            order.retain(|&index| failures[index].reason.may_pass());
            if partial.length <= before {
                round += 1;
            }
            if order.is_empty() || round > options.retries {
                break;
            }
            let factor = 2u32.saturating_pow(round.saturating_sub(1));
            let wait = options.first_wait.saturating_mul(factor).min(LONGEST_WAIT);
            let wait = wait.min(self.remaining());
            progress.event(Event::Waiting { wait });
            thread::sleep(wait);
        }
        Err(FetchError::Failed {
            file: name,
            kept: partial.kept(),
            failures,
        })
    }

    /// How long the next source may take to its first bytes, with `left` sources to ask in this
    /// round; `None` when the time is up.
    fn limit(&self, left: usize) -> Option<Duration> {
        let share = if self.delivered { 1 } else { left.max(1) };
        let limit = self.remaining() / u32::try_from(share).unwrap_or(u32::MAX);
        let limit = limit.min(self.options.timeouts.stall);
        (limit > Duration::ZERO).then_some(limit)
    }

    /// The time left: for a first byte, and once that has come, for the whole download.
    fn remaining(&self) -> Duration {
        let timeouts = &self.options.timeouts;
        let end = match self.delivered {
            true => timeouts.overall,
            false => timeouts.overall.min(timeouts.first_byte),
        };
        end.saturating_sub(self.started.elapsed())
    }

    fn over_http(
        &mut self,
        index: usize,
        url: &str,
        spec: &FileSpec,
        partial: &mut Partial,
        limit: Duration,
        progress: &mut dyn Progress,
    ) -> Result<(), Setback> {
        let url = format!("{url}{}.gz", spec.name);
        // First for what is missing; where that does not lead to the file, once more for all of it.
        for from in [partial.length, 0] {
            let Some(client) = &mut self.clients[index] else {
                break;
            };
            let resumed = match client.open(&url, from, limit)? {
                None => true,
                Some(answer) => {
                    let resumed = answer.from > 0;
                    self.receive(index, spec, partial, answer, progress)?;
                    resumed
                }
            };
            match wrong(partial, spec)? {
                None => return Ok(()),
                Some(wrong) => {
                    partial.truncate(0)?;
                    if !resumed {
                        return Err(Reason::Wrong(wrong).into());
                    }
                }
            }
        }
        Err(Reason::Protocol("no such range, though none was asked for".to_owned()).into())
    }

    /// Appends the bytes of `answer`, up to the published size.
    fn receive(
        &mut self,
        index: usize,
        spec: &FileSpec,
        partial: &mut Partial,
        mut answer: Answer,
        progress: &mut dyn Progress,
    ) -> Result<(), Setback> {
        let stall = self.options.timeouts.stall;
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
                Err(error) => return Err(cut_short(error, stall, answer.from, total).into()),
            }
        }
        let content = Content::of(&block[..filled]);
        if answer.from == 0 && content != Content::Gzip {
            return Err(Reason::Wrong(Wrong::Content(content)).into());
        }
        if let (Some(expected), Some(found)) = (total, answer.total)
            && expected != found
        {
            return Err(Reason::Wrong(Wrong::Size { found, expected }).into());
        }
        self.delivered = true;
        partial.truncate(answer.from)?;
        progress.event(Event::Started {
            file: &spec.name,
            source: &self.options.sources[index],
            resumed_from: answer.from,
            total: total.or(answer.total),
        });
        loop {
            let room = usize::try_from(most - partial.length).unwrap_or(usize::MAX);
            partial.append(&block[..filled.min(room)])?;
            progress.event(Event::Bytes {
                done: partial.length,
            });
            if partial.length >= most {
                return Ok(());
            }
            if self.remaining().is_zero() {
                return Err(Reason::CutShort {
                    at: partial.length,
                    of: total,
                }
                .into());
            }
            filled = match answer.body.read(&mut block) {
                Ok(0) if total.or(answer.total).is_none_or(|of| partial.length == of) => {
                    return Ok(());
                }
                Ok(0) => {
                    let error = io::ErrorKind::UnexpectedEof.into();
                    return Err(cut_short(error, stall, partial.length, total).into());
                }
                Ok(n) => n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => 0,
                Err(error) => return Err(cut_short(error, stall, partial.length, total).into()),
            };
        }
    }

    /// Copies a right file of another folder; its name there is its name here.
    fn copy_from_folder(
        &mut self,
        dir: &Path,
        source: &Mirror,
        spec: &FileSpec,
        partial: &mut Partial,
        progress: &mut dyn Progress,
    ) -> Result<String, Setback> {
        let paths = folder::find(dir, spec);
        if paths.is_empty() {
            return Err(Reason::NotThere.into());
        }
        let loaded = folder::load(&paths, &self.options.dataset, spec, false);
        let path = match loaded {
            Ok(loaded) => loaded.path,
            Err(DataError::WrongFile { wrong, .. }) => return Err(Reason::Wrong(*wrong).into()),
            Err(error) => return Err(Reason::Unusable(error.to_string()).into()),
        };
        self.delivered = true;
        let unusable = |error: io::Error| Reason::Unusable(error.to_string());
        let mut input = File::open(&path).map_err(unusable)?;
        let total = input.metadata().map_err(unusable)?.len();
        progress.event(Event::Started {
            file: &spec.name,
            source,
            resumed_from: 0,
            total: Some(total),
        });
        partial.truncate(0)?;
        let mut block = vec![0; BLOCK];
        loop {
            match input.read(&mut block).map_err(unusable)? {
                0 => break,
                n => partial.append(&block[..n])?,
            }
        }
        let name = path.file_name().unwrap_or_default();
        Ok(name.to_string_lossy().into_owned())
    }
}

/// What is wrong with the unfinished file, read from the disk; `None` if it is the published one.
fn wrong(partial: &Partial, spec: &FileSpec) -> Result<Option<Wrong>, FetchError> {
    let path = partial.path();
    let open = || File::open(path).map_err(disk("read", path));
    let mut hashing = Hashing::new(open()?);
    io::copy(&mut hashing, &mut io::sink()).map_err(disk("read", path))?;
    let sha256 = hashing.finish();
    let (kind, found, expected) = match (&spec.gz.sha256, &spec.gz.md5) {
        (Some(expected), _) => ("SHA-256", sha256.clone(), expected),
        (None, Some(expected)) => {
            let found = md5(open()?).map_err(disk("read", path))?;
            ("MD5", found, expected)
        }
        (None, None) => {
            let reason = "no checksum of the file is published".to_owned();
            return Ok(Some(Wrong::Damaged(reason)));
        }
    };
    if found == *expected {
        return Ok(None);
    }
    Ok(Some(match published::known(&sha256) {
        Some((dataset, file)) => Wrong::Other {
            dataset: dataset.title().to_owned(),
            name: file.name.clone(),
        },
        None => Wrong::Checksum {
            kind,
            found,
            expected: expected.clone(),
        },
    }))
}

/// The reason behind an error in the middle of an answer.
fn cut_short(error: io::Error, stall: Duration, at: u64, of: Option<u64>) -> Reason {
    match ureq::Error::from(error) {
        ureq::Error::Timeout(_) => Reason::TimedOut {
            during: "receiving the file",
            after: stall,
        },
        ureq::Error::Io(_) => Reason::CutShort { at, of },
        other => Reason::Protocol(other.to_string()),
    }
}

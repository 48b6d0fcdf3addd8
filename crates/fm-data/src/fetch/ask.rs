//! Getting one file from one source: over HTTP, going on where an earlier try ended, or from a
//! folder.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::time::{Duration, Instant};

use super::check::{self, FileState};
use super::http::{Answer, Opened};
use super::inspect::inspect;
use super::part::PartFile;
use super::run::{Landed, Run, Setback};
use super::{Content, Event, FetchError, Form, Reason, Source, impostor};
use crate::published::PublishedFile;

/// Bytes read and written at a time.
const BLOCK: usize = 64 * 1024;

impl Run<'_> {
    /// Gets `file` from the source number `index`. Whatever happens, `part` holds only bytes
    /// that may belong to the file.
    pub(super) fn ask(
        &mut self,
        index: usize,
        file: &PublishedFile,
        part: &mut PartFile,
        limit: Duration,
    ) -> Result<Landed, Setback> {
        let source = &self.options.sources[index];
        match source {
            Source::Http(url) => self.over_http(index, url, file, part, limit),
            Source::Folder(folder) => self.out_of_folder(source, folder, file, part),
        }
    }

    fn over_http(
        &mut self,
        index: usize,
        url: &str,
        file: &PublishedFile,
        part: &mut PartFile,
        limit: Duration,
    ) -> Result<Landed, Setback> {
        let url = format!("{url}{}", check::zipped(file));
        let mut until = Instant::now() + limit;
        // First for what is missing. Where the server has no such range, or the pieces do not
        // make the file, once more for the whole.
        for from in [part.length(), 0] {
            let Some(client) = &mut self.clients[index] else {
                break;
            };
            let limit = until.saturating_duration_since(Instant::now());
            match client.open(&url, from, limit)? {
                Opened::NoSuchRange => continue,
                Opened::Bytes(answer) => {
                    let resumed = answer.from > 0;
                    self.take(index, file, part, answer)?;
                    match self.fault(part, file)? {
                        None => return Ok(Landed::Zipped),
                        Some(reason) => {
                            part.clear()?;
                            if !resumed {
                                return Err(reason.into());
                            }
                        }
                    }
                    until = Instant::now() + self.options.timeouts.answer;
                }
            }
        }
        Err(Reason::Protocol("no such range, though none was asked for".to_owned()).into())
    }

    /// Adds the bytes of `answer` to `part`, up to the published size. Bytes that cannot be the
    /// file's do not get there.
    fn take(
        &mut self,
        index: usize,
        file: &PublishedFile,
        part: &mut PartFile,
        mut answer: Answer,
    ) -> Result<(), Setback> {
        let size = file.gz_bytes;
        let is_whole = answer.total == Some(size);
        if answer.first.is_empty() && is_whole {
            return Err(Reason::CutShort {
                at: answer.from,
                of: size,
            }
            .into());
        }
        if answer.from == 0 {
            let content = Content::of(&answer.first);
            if content != Content::Gzip {
                return Err(Reason::Instead(content).into());
            }
        }
        if let Some(found) = answer.total
            && !is_whole
        {
            let dataset = impostor::of_size(&self.options.impostors, file.name, found);
            return Err(Reason::Size {
                expected: size,
                found,
                dataset,
            }
            .into());
        }

        self.delivered = true;
        part.go_to(answer.from)?;
        let name = check::zipped(file);
        self.progress.event(Event::Started {
            file: &name,
            source: &self.options.sources[index],
            resumed_from: answer.from,
            total: size,
        });
        let first = std::mem::take(&mut answer.first);
        self.copy(&name, size, part, &mut first.chain(&mut answer.rest))?;
        if is_whole {
            // Meeting the end of the answer frees the connection for the next file. The file
            // is whole, so nothing that happens here matters.
            let _ = answer.rest.read(&mut [0]);
        }
        Ok(())
    }

    /// Reads from `bytes` until `part` has `size` bytes, watching the pace.
    fn copy(
        &mut self,
        file: &str,
        size: u64,
        part: &mut PartFile,
        bytes: &mut impl Read,
    ) -> Result<(), Setback> {
        let timeouts = &self.options.timeouts;
        let mut block = vec![0; BLOCK];
        let (mut window, mut in_window) = (Instant::now(), 0u64);
        while part.position() < size {
            let room =
                usize::try_from(size - part.position()).map_or(BLOCK, |room| room.min(BLOCK));
            let at = part.position();
            let count = match bytes.read(&mut block[..room]) {
                Ok(0) => return Err(Reason::CutShort { at, of: size }.into()),
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(broken_off(error, timeouts.stall, at, size).into()),
            };
            part.write(&block[..count])?;
            self.moved += count as u64;
            self.progress.event(Event::Bytes {
                file,
                done: part.position(),
                total: size,
            });

            if self.started.elapsed() >= timeouts.overall && part.position() < size {
                return Err(Setback::TimeUp);
            }
            in_window += count as u64;
            if window.elapsed() >= timeouts.slow_window {
                if in_window < timeouts.slow_bytes && part.position() < size {
                    let over = window.elapsed();
                    return Err(Reason::TooSlow {
                        bytes: in_window,
                        over,
                    }
                    .into());
                }
                (window, in_window) = (Instant::now(), 0);
            }
        }
        Ok(())
    }

    /// What is wrong with the unfinished file, read from the disk; `None` if it is right.
    pub(super) fn fault(
        &self,
        part: &PartFile,
        file: &PublishedFile,
    ) -> Result<Option<Reason>, FetchError> {
        let found = inspect(part.path(), file, &self.options.impostors)
            .map_err(super::error::disk("read", part.path()))?;
        Ok(found.err())
    }

    fn out_of_folder(
        &mut self,
        source: &Source,
        folder: &Path,
        file: &PublishedFile,
        part: &mut PartFile,
    ) -> Result<Landed, Setback> {
        let (path, form) = match check::state_of(folder, file, &self.options.impostors) {
            Ok(FileState::Right { path, form }) => (path, form),
            Ok(FileState::Wrong { reason, .. }) => {
                return Err(Reason::WrongCopy(Box::new(reason)).into());
            }
            Ok(FileState::Missing { .. }) => return Err(Reason::NotThere.into()),
            Err(FetchError::Filesystem { source, .. }) => {
                return Err(Reason::Unreadable(source.to_string()).into());
            }
            Err(error) => return Err(error.into()),
        };
        self.delivered = true;
        let unreadable = |error: io::Error| Reason::Unreadable(error.to_string());
        let mut bytes = File::open(path).map_err(unreadable)?;
        let size = bytes.metadata().map_err(unreadable)?.len();
        if form == Form::Unzipped {
            let mut unzipped = PartFile::open(self.part_path(file.name), false)?;
            self.copy_local(source, file.name, size, &mut unzipped, &mut bytes)?;
            self.fault(&unzipped, file)?
                .map_or(Ok(Landed::Unzipped(unzipped)), |r| Err(r.into()))
        } else {
            self.copy_local(source, &check::zipped(file), size, part, &mut bytes)?;
            match self.fault(part, file)? {
                None => Ok(Landed::Zipped),
                Some(reason) => {
                    part.clear()?;
                    Err(reason.into())
                }
            }
        }
    }

    fn copy_local(
        &mut self,
        source: &Source,
        file: &str,
        size: u64,
        part: &mut PartFile,
        bytes: &mut File,
    ) -> Result<(), Setback> {
        part.clear()?;
        self.progress.event(Event::Started {
            file,
            source,
            resumed_from: 0,
            total: size,
        });
        self.copy(file, size, part, bytes)
    }
}

/// The reason behind an error in the middle of a file.
fn broken_off(error: io::Error, stall: Duration, at: u64, of: u64) -> Reason {
    match ureq::Error::from(error) {
        ureq::Error::Timeout(_) => Reason::Stalled {
            after: stall,
            at,
            of,
        },
        ureq::Error::Io(_) => Reason::CutShort { at, of },
        other => Reason::Protocol(other.to_string()),
    }
}

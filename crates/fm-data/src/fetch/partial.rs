//! Unfinished files, kept between downloads, and the lock on their folder.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::Path;
use std::thread;
use std::time::Duration;

use tempfile::{NamedTempFile, TempPath};

use super::{Event, Options};
use crate::DataError;
use crate::file::{TEMPORARY, create_beside};

/// How often a waiting process tries to lock.
const POLL: Duration = Duration::from_millis(100);

/// The folder for the files, and the lock that this process holds.
pub(super) struct Partials<'a> {
    folder: &'a Path,
    /// The folder, open and locked; none where the file system has no locks.
    lock: Option<File>,
    /// Folders that were made for this download, the innermost first.
    made: Vec<&'a Path>,
}

impl<'a> Partials<'a> {
    /// Makes the folder and waits until no other process downloads into it.
    pub(super) fn enter(
        options: &'a Options,
        progress: &mut dyn FnMut(Event<'_>),
    ) -> Result<Self, DataError> {
        let folder = &*options.into;
        let absent = folder.ancestors().take_while(|path| {
            !path.as_os_str().is_empty() && matches!(path.try_exists(), Ok(false))
        });
        let mut partials = Self {
            folder,
            lock: None,
            made: absent.collect(),
        };
        fs::create_dir_all(folder).map_err(DataError::io("create the folder", folder))?;
        let Ok(file) = File::open(folder) else {
            return Ok(partials);
        };
        let mut waited = Duration::ZERO;
        loop {
            match file.try_lock() {
                Ok(()) => partials.lock = Some(file),
                Err(TryLockError::WouldBlock) if waited >= options.overall => {
                    let reason = "another process downloads into this folder, and did not end in";
                    let reason = format!("{reason} {} s", waited.as_secs());
                    return Err(DataError::invalid(folder.display(), reason));
                }
                Err(TryLockError::WouldBlock) => {
                    if waited.is_zero() {
                        let into = folder.display();
                        let note =
                            format!("waiting for another process that downloads into {into}");
                        progress(Event::Note(note));
                    }
                    thread::sleep(POLL);
                    waited += POLL;
                    continue;
                }
                Err(TryLockError::Error(_)) => {}
            }
            return Ok(partials);
        }
    }

    /// The unfinished file of this name, which no two different files have.
    pub(super) fn open(&self, name: &str) -> io::Result<Partial> {
        let path = self.folder.join(format!("{TEMPORARY}{name}"));
        let own = open_own(&path).filter(|_| self.lock.is_some());
        let keep = own.is_some();
        let file = match own {
            Some(file) => NamedTempFile::from_parts(file, TempPath::try_from_path(path)?),
            // Another process may be writing to it, or it is not ours.
            None => create_beside(&path)?,
        };
        let length = file.as_file().metadata()?.len();
        let mut partial = Partial { file, length, keep };
        partial.truncate(length)?;
        Ok(partial)
    }
}

impl Drop for Partials<'_> {
    fn drop(&mut self) {
        for folder in &self.made {
            // Fails where a file is left, as it should.
            let _ = fs::remove_dir(folder);
        }
    }
}

/// Opens or creates the file, unless it is a link, has another name too, or is not a regular file.
fn open_own(path: &Path) -> Option<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
        options.custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK);
        let file = options.open(path).ok()?;
        let meta = file.metadata().ok()?;
        (meta.is_file() && meta.nlink() == 1).then_some(file)
    }
    #[cfg(not(unix))]
    {
        let is_file = fs::symlink_metadata(path).map_or(true, |meta| meta.is_file());
        options.open(path).ok().filter(|_| is_file)
    }
}

/// An unfinished file, removed when it is dropped unless [`keep`](Self::keep) is called.
pub(super) struct Partial {
    file: NamedTempFile,
    /// Bytes that are there.
    pub(super) length: u64,
    /// Whether the next download can find it.
    keep: bool,
}

impl Partial {
    pub(super) fn path(&self) -> &Path {
        self.file.path()
    }

    /// Drops all but the first `length` bytes.
    pub(super) fn truncate(&mut self, length: u64) -> io::Result<()> {
        self.file.as_file().set_len(length)?;
        self.length = self.file.seek(SeekFrom::Start(length))?;
        Ok(())
    }

    pub(super) fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.length += bytes.len() as u64;
        Ok(())
    }

    /// Leaves the file for the next download where that can find it; the bytes that are left.
    pub(super) fn keep(mut self) -> u64 {
        let keep = self.keep && self.length > 0;
        self.file.disable_cleanup(keep);
        if keep { self.length } else { 0 }
    }

    /// The file, flushed to the disk.
    pub(super) fn finished(self) -> io::Result<TempPath> {
        self.file.as_file().sync_all()?;
        Ok(self.file.into_temp_path())
    }
}

//! Unfinished files: kept between downloads, in a folder of their own.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::error::disk;
use super::{Event, FetchError, Options, Progress};
use crate::file::sync_folder;

/// The folder of unfinished files, inside the folder for the files.
const FOLDER: &str = ".fm-partial";

/// How often a waiting process tries to lock.
const POLL: Duration = Duration::from_millis(100);

/// The folder of unfinished files, and the lock that this process holds.
#[derive(Debug)]
pub(super) struct Partials {
    folder: PathBuf,
    /// The folder for the files, open and locked; none where the file system has no locks.
    lock: Option<File>,
    /// Folders that were made for this download, the innermost first.
    made: Vec<PathBuf>,
}

impl Partials {
    /// Makes the folders and waits until no other process downloads into them.
    pub(super) fn enter(
        options: &Options,
        started: Instant,
        progress: &mut dyn Progress,
    ) -> Result<Self, FetchError> {
        let into = &options.into;
        let absent = into.ancestors().take_while(|path| {
            !path.as_os_str().is_empty() && matches!(path.try_exists(), Ok(false))
        });
        let made = absent.map(Path::to_owned).collect();
        fs::create_dir_all(into).map_err(disk("create", into))?;
        let folder = into.join(FOLDER);
        let mut partials = Self {
            folder,
            lock: None,
            made,
        };
        partials.lock = lock(options, started, progress)?;
        let folder = &partials.folder;
        match fs::create_dir(folder) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                Err(disk("create", folder)(error))
            }
            // A link could lead to anyone's files.
            _ if fs::symlink_metadata(folder).is_ok_and(|meta| meta.is_dir()) => Ok(partials),
            _ => {
                let error = io::Error::other("it is not a folder; move it away");
                Err(disk("use", folder)(error))
            }
        }
    }

    /// The unfinished file of this name, which no two different files have.
    pub(super) fn open(&self, name: &str) -> Result<Partial, FetchError> {
        let unique = || {
            let file = tempfile::NamedTempFile::new_in(&self.folder);
            file.and_then(|file| file.keep().map_err(|error| error.error))
        };
        let path = self.folder.join(name);
        let failed = disk("create a file in", &self.folder);
        let (file, path, keep) = match open_own(&path) {
            Some(file) if self.lock.is_some() => (file, path, true),
            // Another process may be writing to it, or it is not ours.
            _ => {
                let (file, path) = unique().map_err(failed)?;
                (file, path, false)
            }
        };
        let mut partial = Partial {
            path,
            file,
            length: 0,
            keep,
        };
        let end = partial.file.seek(SeekFrom::End(0));
        partial.length = end.map_err(disk("read", &partial.path))?;
        Ok(partial)
    }
}

impl Drop for Partials {
    fn drop(&mut self) {
        // Fails where a file is left, as it should.
        let _ = fs::remove_dir(&self.folder);
        for folder in &self.made {
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

/// Locks the folder for the files; `None` where the file system has no locks.
fn lock(
    options: &Options,
    started: Instant,
    progress: &mut dyn Progress,
) -> Result<Option<File>, FetchError> {
    let Ok(folder) = File::open(&options.into) else {
        return Ok(None);
    };
    let mut told = false;
    loop {
        match folder.try_lock() {
            Ok(()) => return Ok(Some(folder)),
            Err(TryLockError::Error(_)) => return Ok(None),
            Err(TryLockError::WouldBlock) => {}
        }
        if !std::mem::replace(&mut told, true) {
            progress.event(Event::OtherFetch {
                folder: &options.into,
            });
        }
        let waited = started.elapsed();
        if waited >= options.timeouts.overall {
            return Err(FetchError::Locked {
                folder: options.into.clone(),
                waited,
            });
        }
        thread::sleep(POLL);
    }
}

/// An unfinished file. Dropped, it is kept for the next download, unless it is empty or no other
/// download could find it.
#[derive(Debug)]
pub(super) struct Partial {
    path: PathBuf,
    file: File,
    /// Bytes that are there.
    pub(super) length: u64,
    keep: bool,
}

impl Partial {
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Bytes that the next download will continue from.
    pub(super) fn kept(&self) -> u64 {
        if self.keep { self.length } else { 0 }
    }

    /// Keeps the first `length` bytes.
    pub(super) fn truncate(&mut self, length: u64) -> Result<(), FetchError> {
        let cut = self.file.set_len(length);
        cut.map_err(disk("write", &self.path))?;
        self.length = length;
        Ok(())
    }

    /// Appends `bytes`.
    pub(super) fn append(&mut self, bytes: &[u8]) -> Result<(), FetchError> {
        let end = self.file.seek(SeekFrom::Start(self.length));
        end.and_then(|_| self.file.write_all(bytes))
            .map_err(disk("write", &self.path))?;
        self.length += bytes.len() as u64;
        Ok(())
    }

    /// Flushes the bytes to the disk.
    pub(super) fn sync(&self) -> Result<(), FetchError> {
        self.file.sync_all().map_err(disk("write", &self.path))?;
        sync_folder(&self.path);
        Ok(())
    }

    /// Removes the file.
    pub(super) fn discard(mut self) {
        self.keep = false;
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if self.length == 0 || !self.keep {
            // It is not there any more if it got its final name.
            let _ = fs::remove_file(&self.path);
        }
    }
}

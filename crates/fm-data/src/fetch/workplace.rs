//! The folder a fetch works in, and its lock: one fetch at a time.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use super::FetchError;
use super::error::disk;

/// The lock file. The system frees the lock when its holder ends, however it ends.
const LOCK: &str = ".fetch.lock";

/// How often a waiting fetch looks again.
const POLL: Duration = Duration::from_millis(50);

/// How often a lock file may vanish between opening and locking before the fetch goes on
/// without it. Each time means that another fetch ended in just that moment.
const REOPENS: usize = 100;

/// A folder made ready for a fetch. Dropped, it is as before but for the files that came.
#[derive(Debug)]
pub(super) struct Workplace {
    lock: Option<FolderLock>,
    /// Folders that were made for this fetch, the innermost first.
    made: Vec<PathBuf>,
}

/// What came of an attempt to lock.
enum Turn {
    Ours(FolderLock),
    Busy,
    /// This file system has no locks.
    NoLocks,
}

impl Workplace {
    /// Makes `folder` where it is missing and waits until no other fetch works in it.
    ///
    /// `waiting` is called once where there is another. When nothing in the folder changes for
    /// `patience`, the other one is stuck, and this fetch goes on without the lock.
    pub(super) fn enter(
        folder: &Path,
        patience: Duration,
        mut waiting: impl FnMut(),
    ) -> Result<Self, FetchError> {
        let absent = folder.ancestors().take_while(|path| {
            !path.as_os_str().is_empty() && matches!(path.try_exists(), Ok(false))
        });
        let made = absent.map(Path::to_owned).collect();
        let mut place = Self { lock: None, made };
        let mut told = false;
        let mut seen = traces(folder);
        let mut quiet_since = Instant::now();
        loop {
            match try_lock(folder)? {
                Turn::Ours(lock) => {
                    place.lock = Some(lock);
                    return Ok(place);
                }
                Turn::NoLocks => return Ok(place),
                Turn::Busy => {}
            }
            if !std::mem::replace(&mut told, true) {
                waiting();
            }
            let now = traces(folder);
            if now != seen {
                seen = now;
                quiet_since = Instant::now();
            } else if quiet_since.elapsed() >= patience {
                return Ok(place);
            }
            thread::sleep(POLL.min(patience / 4));
        }
    }

    /// Whether no other fetch can be at work here.
    pub(super) fn is_locked(&self) -> bool {
        self.lock.is_some()
    }
}

impl Drop for Workplace {
    fn drop(&mut self) {
        drop(self.lock.take());
        for folder in &self.made {
            // Fails where something has come into it, which is what was wanted.
            let _ = fs::remove_dir(folder);
        }
    }
}

/// Names and sizes of all files in `folder`: they change while a fetch gets on.
fn traces(folder: &Path) -> Vec<(PathBuf, u64)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut traces: Vec<_> = entries
        .map(|entry| (entry.path(), entry.metadata().map_or(0, |meta| meta.len())))
        .collect();
    traces.sort();
    traces
}

#[derive(Debug)]
struct FolderLock {
    /// Open as long as the lock is held.
    _file: File,
    path: PathBuf,
}

impl Drop for FolderLock {
    fn drop(&mut self) {
        // Only where `is_still_named` can see that a name has gone: elsewhere two fetches
        // could hold locks on an old and a new file, so the file stays.
        if cfg!(unix) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn try_lock(folder: &Path) -> Result<Turn, FetchError> {
    let path = folder.join(LOCK);
    for _ in 0..REOPENS {
        fs::create_dir_all(folder).map_err(disk("make the folder", folder))?;
        let opened = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path);
        let file = match opened {
            Ok(file) => file,
            // Another fetch ended without files and took the folder away.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(disk("write to the folder", folder)(error)),
        };
        match file.try_lock() {
            Ok(()) if is_still_named(&file, &path) => {
                return Ok(Turn::Ours(FolderLock { _file: file, path }));
            }
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(Turn::Busy),
            Err(TryLockError::Error(_)) => return Ok(Turn::NoLocks),
        }
    }
    Ok(Turn::NoLocks)
}

/// Whether `path` still names the open `file`: its last holder may have removed it.
#[cfg(unix)]
fn is_still_named(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (file.metadata(), fs::metadata(path)) {
        (Ok(open), Ok(named)) => (open.dev(), open.ino()) == (named.dev(), named.ino()),
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_still_named(_: &File, _: &Path) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: Duration = Duration::from_millis(80);

    #[test]
    fn one_at_a_time_and_nothing_is_left() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("a/b");
        let first = Workplace::enter(&folder, SHORT, || panic!("nobody is there")).unwrap();
        assert!(first.is_locked());

        let mut waited = 0;
        let stuck = Workplace::enter(&folder, SHORT, || waited += 1).unwrap();
        assert!(!stuck.is_locked());
        assert_eq!(waited, 1);
        drop(stuck);
        assert!(folder.join(LOCK).exists(), "the lock is the first one's");

        drop(first);
        let second = Workplace::enter(&folder, SHORT, || panic!("nobody is there")).unwrap();
        assert!(second.is_locked());
        drop(second);
        if cfg!(unix) {
            assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 0);
        }
    }

    #[test]
    fn a_folder_with_files_stays() {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("a");
        let place = Workplace::enter(&folder, SHORT, || ()).unwrap();
        fs::write(folder.join("file"), "x").unwrap();
        drop(place);
        assert!(folder.join("file").exists());
    }
}

//! Files read and written whole, and errors that name them.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::error::FileError;

/// Writes `bytes` to `path`: to a temporary file beside it first, flushed to the disk, then
/// renamed, so that the file is whole, or as it was before, at whatever moment the process ends.
///
/// The temporary file is named `NAME.PROCESS-NUMBER.part`. It is always a new file: one of
/// another process is not overwritten, and a symbolic link is not followed. A symbolic link at
/// `path` itself is replaced.
///
/// # Errors
/// What the file system says; the temporary file is removed.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let (part, mut file) = create_part(path)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    drop(file);
    written
        .and_then(|()| fs::rename(&part, path))
        .inspect_err(|_| {
            // The first error is the one to report.
            let _ = fs::remove_file(&part);
        })
}

/// Creates a new temporary file beside `path`.
fn create_part(path: &Path) -> io::Result<(PathBuf, File)> {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let name = path.file_name().ok_or(ErrorKind::IsADirectory)?;
    loop {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let mut part = name.to_owned();
        part.push(format!(".{}-{number}.part", process::id()));
        let part = path.with_file_name(part);
        match File::create_new(&part) {
            Ok(file) => return Ok((part, file)),
            // Of a process of the same number on another machine, or one that was killed.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
}

/// Reads a file, all of it.
///
/// # Errors
/// [`FileError::Read`], which names it.
pub fn read_whole(path: &Path) -> Result<Vec<u8>, FileError> {
    let error = |path, source| FileError::Read { path, source };
    fs::read(path).map_err(naming(path, error))
}

/// For `map_err`: puts a path and what the file system said of it into an error.
pub(crate) fn naming<E>(
    path: &Path,
    error: impl FnOnce(PathBuf, Arc<io::Error>) -> E,
) -> impl FnOnce(io::Error) -> E {
    move |source| error(path.to_owned(), Arc::new(source))
}

//! Files read and written whole, and errors that name them.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::error::FileError;

/// Writes `bytes` to `path`: to `path.part` first, flushed to the disk, then renamed, so that the
/// file is whole, or as it was before, at whatever moment the process ends.
///
/// # Errors
/// What the file system says; the partial file is removed.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = path.with_file_name(name);
    let written = File::create(&part).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written
        .and_then(|()| fs::rename(&part, path))
        .inspect_err(|_| {
            // The first error is the one to report.
            let _ = fs::remove_file(&part);
        })
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

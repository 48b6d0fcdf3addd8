//! Reading and writing the files of a store.
//!
//! Files are written by fm-data under a unique temporary name, flushed, and then given their own
//! name, so that they are whole at whatever moment a process ends.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::error::{ExperimentError, io_error};

/// The paths in a folder; none if it is missing.
pub(super) fn entries(folder: &Path) -> Result<Vec<PathBuf>, ExperimentError> {
    let path = |entry: io::Result<fs::DirEntry>| Ok(entry?.path());
    let paths = fs::read_dir(folder).and_then(|entries| entries.map(path).collect());
    Ok(existing(folder, paths)?.unwrap_or_default())
}

/// `None` for what is missing.
fn existing<T>(path: &Path, read: io::Result<T>) -> Result<Option<T>, ExperimentError> {
    match read {
        Ok(read) => Ok(Some(read)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(io_error("read", path)(error)),
    }
}

/// The paths in a folder that end in `.json`, and no temporary files.
pub(super) fn json_files(folder: &Path) -> Result<Vec<PathBuf>, ExperimentError> {
    let mut paths = entries(folder)?;
    paths.retain(|path| path.extension().is_some_and(|end| end == "json"));
    Ok(paths)
}

pub(super) fn read_bytes(path: &Path) -> Result<Option<Vec<u8>>, ExperimentError> {
    existing(path, fs::read(path))
}

/// What the bytes of a file are, where `of` says what is wrong with them; `None` if it is missing.
pub(super) fn read_as<T, E: ToString>(
    path: &Path,
    of: impl FnOnce(&[u8]) -> Result<T, E>,
) -> Result<Option<T>, ExperimentError> {
    let value = read_bytes(path)?.map(|bytes| of(&bytes)).transpose();
    value.map_err(|error| damaged(path, error))
}

/// A file that is not the one that was written.
pub(super) fn damaged(path: &Path, reason: impl ToString) -> ExperimentError {
    ExperimentError::Damaged {
        path: path.to_owned(),
        reason: reason.to_string(),
    }
}

pub(super) fn make_parent(path: &Path) -> Result<(), ExperimentError> {
    let parent = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(io_error("create", parent))
}

/// Writes a file that is then never changed, unless it is there.
pub(super) fn create_new(path: &Path, bytes: &[u8]) -> Result<(), ExperimentError> {
    if path.exists() {
        return Ok(());
    }
    make_parent(path)?;
    match fm_data::save_new(path, bytes) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        saved => saved.map_err(io_error("write", path)),
    }
}

/// Writes a file in place of what is there.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), ExperimentError> {
    make_parent(path)?;
    fm_data::save(path, bytes).map_err(io_error("write", path))
}

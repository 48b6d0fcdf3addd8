//! Files read and written whole, and errors that name them.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use crate::error::FileError;

/// Writes `bytes` to `path`: to a new file of a random name beside it first, flushed to the disk,
/// then renamed, so that the file is whole, or as it was before, at whatever moment the process
/// ends. A symbolic link at `path` is replaced, not followed.
///
/// # Errors
/// [`FileError::Write`], which names it; the temporary file is removed.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let write = || -> io::Result<()> {
        let mut builder = tempfile::Builder::new();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // What the user's umask leaves of it, as for any new file.
            builder.permissions(fs::Permissions::from_mode(0o666));
        }
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        let mut file = builder.tempfile_in(folder.unwrap_or(Path::new(".")))?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        Ok(())
    };
    write().map_err(|source| FileError::Write {
        path: path.to_owned(),
        source: Arc::new(source),
    })
}

/// Reads a file, all of it.
///
/// # Errors
/// [`FileError::Read`], which names it.
pub fn read_whole(path: &Path) -> Result<Vec<u8>, FileError> {
    fs::read(path).map_err(|source| FileError::Read {
        path: path.to_owned(),
        source: Arc::new(source),
    })
}

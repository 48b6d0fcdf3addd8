//! Files written whole or not at all, and names that no file has.

use std::fs::{self, File};
use std::io::ErrorKind::{AlreadyExists, NotFound};
use std::io::{self, Write};
use std::path::Path;

use tempfile::NamedTempFile;

/// Writes a file whole or not at all: a new file of a random name in the same folder is filled,
/// flushed to the disk and renamed to `path`. A regular file that is there is replaced and its
/// permissions are kept.
///
/// # Errors
///
/// Those of the file system. A link, a folder, a device or a pipe under that name is not replaced.
pub fn save(path: impl AsRef<Path>, bytes: &[u8]) -> io::Result<()> {
    let path = path.as_ref();
    let mode = match fs::symlink_metadata(path) {
        Ok(meta) if meta.is_file() => Some(meta.permissions()),
        Ok(_) => return Err(io::Error::new(AlreadyExists, "it is not a regular file")),
        Err(error) if error.kind() == NotFound => None,
        Err(error) => return Err(error),
    };
    let file = filled(path, bytes)?;
    if let Some(mode) = mode {
        file.as_file().set_permissions(mode)?;
    }
    file.persist(path)?;
    sync_folder(path);
    Ok(())
}

/// Writes a new file whole or not at all, as [`save`], under a name that no file has.
///
/// # Errors
///
/// [`AlreadyExists`] where something has that name, which is left as it is; what the file system
/// says.
pub fn save_new(path: impl AsRef<Path>, bytes: &[u8]) -> io::Result<()> {
    let path = path.as_ref();
    filled(path, bytes)?.persist_noclobber(path)?;
    sync_folder(path);
    Ok(())
}

/// What the names of temporary files begin with.
pub const TEMPORARY: &str = ".fm-";

/// A temporary file of `bytes`, flushed to the disk.
fn filled(path: &Path, bytes: &[u8]) -> io::Result<NamedTempFile> {
    let mut file = create_beside(path)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// A new file of a random name in the folder of `path`, removed when it is dropped.
pub(crate) fn create_beside(path: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(TEMPORARY).suffix(".tmp");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // What the user's umask leaves of it, as for any new file.
        builder.permissions(fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder_of(path))
}

/// Renames the file at `path` to a name that no file has, `NAME.1`, `NAME.2`, …, and returns it.
#[cfg(feature = "fetch")]
pub(crate) fn set_aside(path: &Path) -> io::Result<std::path::PathBuf> {
    let mut file = tempfile::TempPath::try_from_path(path)?;
    // Someone's file: never removed.
    file.disable_cleanup(true);
    let mut number = 0u32;
    loop {
        number += 1;
        let mut free = path.as_os_str().to_owned();
        free.push(format!(".{number}"));
        match file.persist_noclobber(&free) {
            Err(taken) if taken.error.kind() == AlreadyExists => file = taken.path,
            Err(failed) => return Err(failed.error),
            Ok(()) => return Ok(free.into()),
        }
    }
}

/// Asks the system to write the folder's entry for `path` to the disk. Not every system can; the
/// file is whole either way.
pub(crate) fn sync_folder(path: &Path) {
    if cfg!(unix)
        && let Ok(folder) = File::open(folder_of(path))
    {
        let _ = folder.sync_all();
    }
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

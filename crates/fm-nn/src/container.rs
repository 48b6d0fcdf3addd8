//! The files of this program: a checked header, a description, and floats or other bulk; and
//! files read and written whole.
//!
//! ```text
//! offset  bytes  what
//!      0      8  magic, which says what kind of file it is
//!      8      4  version, little-endian like all numbers here
//!     12      4  bytes of the description
//!     16      8  bytes of the payload
//!     24     32  SHA-256 of description and payload
//!     56         description, then payload
//! ```
//!
//! A [`Kind`] names one kind of file and its version. What the description and the payload mean is
//! up to the owner of the kind; [`read`] checks that they are the bytes that were written.

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::error::FileError;

/// Bytes of the header.
pub(crate) const HEADER: usize = 56;

/// What kind of file it is, and what a reader takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// The first eight bytes.
    pub magic: [u8; 8],
    /// In words, with its article, for errors: `a saved network`.
    pub what: &'static str,
    /// The version that is written, and the only one that is read.
    pub version: u32,
    /// The most bytes that a description may have.
    pub max_description: u32,
}

impl Kind {
    /// Whether bytes begin as a file of this kind does; [`read`] says whether they are one.
    pub fn is_of(&self, bytes: &[u8]) -> bool {
        bytes.starts_with(&self.magic)
    }
}

/// A file of a description and of what `payload` appends.
///
/// # Panics
/// If the kind's descriptions must be shorter.
pub fn write(kind: &Kind, description: &[u8], payload: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
    let length = u32::try_from(description.len()).unwrap_or(u32::MAX);
    assert!(length <= kind.max_description, "a description of {length}");
    let mut bytes = vec![0; HEADER];
    bytes.extend_from_slice(description);
    payload(&mut bytes);
    let payload_bytes = (bytes.len() - HEADER - description.len()) as u64;
    let checksum = Sha256::digest(&bytes[HEADER..]);
    bytes[..8].copy_from_slice(&kind.magic);
    bytes[8..12].copy_from_slice(&kind.version.to_le_bytes());
    bytes[12..16].copy_from_slice(&length.to_le_bytes());
    bytes[16..24].copy_from_slice(&payload_bytes.to_le_bytes());
    bytes[24..56].copy_from_slice(&checksum);
    bytes
}

/// The description and the payload behind the header. Nothing is allocated or copied.
///
/// # Errors
/// [`FileError::Contents`] for another kind of file, another version, and damage.
pub fn read<'a>(kind: &Kind, bytes: &'a [u8]) -> Result<(&'a [u8], &'a [u8]), FileError> {
    let length = bytes.len() as u64;
    let header = bytes.first_chunk::<HEADER>();
    let header = header.ok_or_else(|| length_error(HEADER as u64, length))?;
    if header[..8] != kind.magic {
        return Err(FileError::Contents(format!(
            "not {}: it begins with \"{}\", expected \"{}\"",
            kind.what,
            header[..8].escape_ascii(),
            kind.magic.escape_ascii()
        )));
    }
    let version = u32::from_le_bytes(field(header, 8));
    if version != kind.version {
        return Err(FileError::Contents(format!(
            "format version {version} is unknown, this program reads version {}",
            kind.version
        )));
    }
    let description_bytes = u32::from_le_bytes(field(header, 12));
    let payload_bytes = u64::from_le_bytes(field(header, 16));
    let expected = payload_bytes
        .saturating_add(u64::from(description_bytes))
        .saturating_add(HEADER as u64);
    if expected != length {
        return Err(length_error(expected, length));
    }
    if description_bytes > kind.max_description {
        let (most, found) = (kind.max_description, description_bytes);
        return Err(FileError::Contents(format!(
            "the description has {found} bytes, at most {most} are allowed"
        )));
    }
    if Sha256::digest(&bytes[HEADER..])[..] != header[24..56] {
        let damaged = "the SHA-256 does not match: the file is damaged".to_owned();
        return Err(FileError::Contents(damaged));
    }
    Ok(bytes[HEADER..].split_at(description_bytes as usize))
}

/// A file that is not as long as it says.
pub(crate) fn length_error(expected: u64, found: u64) -> FileError {
    FileError::Contents(format!(
        "the header asks for {expected} bytes, found {found}: the file is damaged"
    ))
}

fn field<const N: usize>(header: &[u8], offset: usize) -> [u8; N] {
    std::array::from_fn(|i| header[offset + i])
}

/// Writes `bytes` to `path`: to a new file of a random name beside it first, flushed to the disk,
/// then renamed, so that the file is whole, or as it was before, at whatever moment the process
/// ends. A symbolic link at `path` is replaced, not followed.
///
/// # Errors
/// [`FileError::Io`], which names it; the temporary file is removed.
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
    write().map_err(|source| FileError::Io {
        verb: "write",
        path: path.to_owned(),
        source: Arc::new(source),
    })
}

/// Reads a file, all of it.
///
/// # Errors
/// [`FileError::Io`], which names it.
pub fn read_whole(path: &Path) -> Result<Vec<u8>, FileError> {
    fs::read(path).map_err(|source| FileError::Io {
        verb: "read",
        path: path.to_owned(),
        source: Arc::new(source),
    })
}

//! The files of this program: a checked header, a description, and floats or other bulk.
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
//!
//! ```
//! use fm_nn::container::{Kind, read, write};
//!
//! const NOTES: Kind = Kind {
//!     magic: *b"EXAMPLE1",
//!     what: "a file of notes",
//!     newest: 2,
//!     max_description: 100,
//! };
//! let bytes = write(&NOTES, b"four bytes", |payload| payload.extend([1, 2, 3, 4]));
//! let contents = read(&NOTES, &bytes)?;
//! assert_eq!(contents.description, b"four bytes");
//! assert_eq!(contents.payload, [1, 2, 3, 4]);
//!
//! let error = read(&NOTES, &bytes[..60]).unwrap_err();
//! assert_eq!(error.to_string(), "the header asks for 70 bytes, found 60: the file is damaged");
//! # Ok::<(), fm_nn::FileError>(())
//! ```

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
    pub newest: u32,
    /// The most bytes that a description may have.
    pub max_description: u32,
}

impl Kind {
    /// Whether bytes begin as a file of this kind does; [`read`] says whether they are one.
    pub fn is_of(&self, bytes: &[u8]) -> bool {
        bytes.starts_with(&self.magic)
    }
}

/// What is behind a header that fits and a checksum that matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contents<'a> {
    /// What the owner of the kind says of the payload.
    pub description: &'a [u8],
    /// Floats or other bulk.
    pub payload: &'a [u8],
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
    bytes[8..12].copy_from_slice(&kind.newest.to_le_bytes());
    bytes[12..16].copy_from_slice(&length.to_le_bytes());
    bytes[16..24].copy_from_slice(&payload_bytes.to_le_bytes());
    bytes[24..56].copy_from_slice(&checksum);
    bytes
}

/// Takes description and payload from behind the header. Nothing is allocated or copied.
///
/// # Errors
/// [`FileError::Contents`] for another kind of file, another version, and damage.
pub fn read<'a>(kind: &Kind, bytes: &'a [u8]) -> Result<Contents<'a>, FileError> {
    let wrong_length = |expected: u64| length_error(expected, bytes.len() as u64);
    let header = bytes
        .get(..HEADER)
        .ok_or_else(|| wrong_length(HEADER as u64))?;
    if header[..8] != kind.magic {
        return Err(FileError::Contents(format!(
            "not {}: it begins with \"{}\", expected \"{}\"",
            kind.what,
            header[..8].escape_ascii(),
            kind.magic.escape_ascii()
        )));
    }
    let (version, newest) = (u32::from_le_bytes(field(header, 8)), kind.newest);
    if version != newest {
        return Err(FileError::Contents(format!(
            "format version {version} is unknown, this program reads version {newest}"
        )));
    }
    let description_bytes = u32::from_le_bytes(field(header, 12));
    let payload_bytes = u64::from_le_bytes(field(header, 16));
    let expected = payload_bytes
        .saturating_add(u64::from(description_bytes))
        .saturating_add(HEADER as u64);
    if expected != bytes.len() as u64 {
        return Err(wrong_length(expected));
    }
    if description_bytes > kind.max_description {
        let (most, found) = (kind.max_description, description_bytes);
        return Err(FileError::Contents(format!(
            "the description has {found} bytes, at most {most} are allowed"
        )));
    }
    if Sha256::digest(&bytes[HEADER..])[..] != header[24..56] {
        let damaged = "the SHA-256 does not match: the file is damaged";
        return Err(FileError::contents(damaged));
    }
    let (description, payload) = bytes[HEADER..].split_at(description_bytes as usize);
    Ok(Contents {
        description,
        payload,
    })
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

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
//! A [`Kind`] says which magic and which versions a reader takes. What the description and the
//! payload mean is the business of whoever owns the kind; behind [`open`] they are known to be the
//! bytes that were written, as far as a checksum can say.
//!
//! ```
//! use fm_nn::container::{Kind, open, seal};
//!
//! const NOTES: Kind = Kind {
//!     magic: *b"EXAMPLE1",
//!     what: "a file of notes",
//!     newest: 2,
//!     max_description: 100,
//! };
//! let bytes = seal(&NOTES, 2, b"two floats", [&[0.5f32, 1.0][..]]);
//! let contents = open(&NOTES, &bytes)?;
//! assert_eq!((contents.version, contents.description), (2, &b"two floats"[..]));
//! assert_eq!(contents.payload, [0, 0, 0, 0x3f, 0, 0, 0x80, 0x3f]);
//!
//! let error = open(&NOTES, &bytes[..60]).unwrap_err();
//! assert_eq!(error.to_string(), "the header asks for 74 bytes, found 60: the file is damaged");
//! # Ok::<(), fm_nn::FileError>(())
//! ```
//!
//! `bincode`, for the descriptions of saved networks, is called here and nowhere else: changing it
//! later touches this file.

use bincode::{Decode, Encode};
use sha2::{Digest, Sha256};

use crate::error::FileError;

const HEADER: usize = 56;
/// What decoding a description may allocate: those that `bincode` writes are a few hundred bytes.
const DECODE_LIMIT: usize = 64 * 1024;

/// What kind of file it is, and what a reader takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// The first eight bytes.
    pub magic: [u8; 8],
    /// In words, with its article, for errors: `a saved network`.
    pub what: &'static str,
    /// The newest version that this program reads and writes; the first is 1.
    pub newest: u32,
    /// The most bytes that a description may have.
    pub max_description: u32,
}

impl Kind {
    /// Whether bytes begin as a file of this kind does; [`open`] says whether they are one.
    pub fn is_of(&self, bytes: &[u8]) -> bool {
        bytes.starts_with(&self.magic)
    }
}

/// What is behind a header that fits and a checksum that matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contents<'a> {
    /// From 1 to the kind's newest.
    pub version: u32,
    /// What the owner of the kind says of the payload.
    pub description: &'a [u8],
    /// Floats or other bulk.
    pub payload: &'a [u8],
}

/// Puts a description and floats behind a header, in version `version` of `kind`.
///
/// # Panics
/// If the kind has no such version, or its descriptions must be shorter.
pub fn seal<'a>(
    kind: &Kind,
    version: u32,
    description: &[u8],
    floats: impl IntoIterator<Item = &'a [f32]>,
) -> Vec<u8> {
    seal_with(kind, version, description, |bytes| {
        for slice in floats {
            bytes.extend(slice.iter().flat_map(|x| x.to_le_bytes()));
        }
    })
}

/// As [`seal`], but `payload` appends whatever it likes to the bytes that it is given.
///
/// # Panics
/// As [`seal`].
pub fn seal_with(
    kind: &Kind,
    version: u32,
    description: &[u8],
    payload: impl FnOnce(&mut Vec<u8>),
) -> Vec<u8> {
    let versions = 1..=kind.newest;
    assert!(versions.contains(&version), "{} in {version}", kind.what);
    let length = u32::try_from(description.len()).unwrap_or(u32::MAX);
    assert!(length <= kind.max_description, "a description of {length}");
    let mut bytes = vec![0; HEADER];
    bytes.extend_from_slice(description);
    payload(&mut bytes);
    let payload_bytes = (bytes.len() - HEADER - description.len()) as u64;
    let checksum = Sha256::digest(&bytes[HEADER..]);
    bytes[..8].copy_from_slice(&kind.magic);
    bytes[8..12].copy_from_slice(&version.to_le_bytes());
    bytes[12..16].copy_from_slice(&length.to_le_bytes());
    bytes[16..24].copy_from_slice(&payload_bytes.to_le_bytes());
    bytes[24..56].copy_from_slice(&checksum);
    bytes
}

/// Takes description and payload from behind the header. Nothing is allocated or copied.
///
/// # Errors
/// [`FileError::Magic`] for another kind of file, [`FileError::Version`] for a version that the
/// kind does not have, [`FileError::Length`] and [`FileError::Checksum`] for damage.
pub fn open<'a>(kind: &Kind, bytes: &'a [u8]) -> Result<Contents<'a>, FileError> {
    let truncated = |expected: u64| FileError::Length {
        expected,
        found: bytes.len() as u64,
    };
    let header = bytes
        .get(..HEADER)
        .ok_or_else(|| truncated(HEADER as u64))?;
    if header[..8] != kind.magic {
        return Err(FileError::Magic {
            what: kind.what,
            expected: kind.magic.escape_ascii().to_string(),
            found: header[..8].escape_ascii().to_string(),
        });
    }
    let version = u32::from_le_bytes(field(header, 8));
    if !(1..=kind.newest).contains(&version) {
        return Err(FileError::Version {
            newest: kind.newest,
            found: version,
        });
    }
    let description_bytes = u32::from_le_bytes(field(header, 12));
    let payload_bytes = u64::from_le_bytes(field(header, 16));
    let expected = payload_bytes
        .saturating_add(u64::from(description_bytes))
        .saturating_add(HEADER as u64);
    if expected != bytes.len() as u64 {
        return Err(truncated(expected));
    }
    if description_bytes > kind.max_description {
        let (expected, found) = (kind.max_description.into(), description_bytes.into());
        return Err(FileError::Length { expected, found });
    }
    if Sha256::digest(&bytes[HEADER..])[..] != header[24..56] {
        return Err(FileError::Checksum);
    }
    let (description, payload) = bytes[HEADER..].split_at(description_bytes as usize);
    Ok(Contents {
        version,
        description,
        payload,
    })
}

/// A description as `bincode` writes it.
pub(crate) fn encode_description(description: &impl Encode) -> Vec<u8> {
    let config = bincode::config::standard();
    bincode::encode_to_vec(description, config).expect("encoding to memory cannot fail")
}

/// Reads what [`encode_description`] wrote, to its last byte. Allocates little, whatever lengths
/// the description speaks of.
pub(crate) fn decode_description<T: Decode<()>>(description: &[u8]) -> Result<T, FileError> {
    let config = bincode::config::standard().with_limit::<DECODE_LIMIT>();
    let (value, used) = bincode::decode_from_slice(description, config).map_err(|source| {
        FileError::Description {
            offset: HEADER,
            source: source.into(),
        }
    })?;
    if used != description.len() {
        let (expected, found) = ((HEADER + used) as u64, (HEADER + description.len()) as u64);
        return Err(FileError::Length { expected, found });
    }
    Ok(value)
}

fn field<const N: usize>(header: &[u8], offset: usize) -> [u8; N] {
    std::array::from_fn(|i| header[offset + i])
}

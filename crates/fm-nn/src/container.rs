//! The file format of saved weights: a checked header, a small description, raw floats.
//!
//! ```text
//! offset  bytes  what
//!      0      8  magic "FMNNFILE"
//!      8      4  version, little-endian like all numbers here
//!     12      4  bytes of the description
//!     16      8  bytes of the floats
//!     24     32  SHA-256 of description and floats
//!     56         description (bincode), then floats (f32)
//! ```
//!
//! `bincode` is used here and nowhere else: changing it later touches this file.

use bincode::{Decode, Encode};
use sha2::{Digest, Sha256};

use crate::error::FileError;

const MAGIC: [u8; 8] = *b"FMNNFILE";
const VERSION: u32 = 1;
const HEADER: usize = 56;
/// Descriptions are a few hundred bytes; a larger one is refused before it is decoded.
const MAX_DESCRIPTION: usize = 64 * 1024;

/// Puts a description and floats behind a header.
pub(crate) fn encode<'a>(
    description: &impl Encode,
    floats: impl IntoIterator<Item = &'a [f32]>,
) -> Vec<u8> {
    let config = bincode::config::standard();
    let description =
        bincode::encode_to_vec(description, config).expect("encoding to memory cannot fail");
    let mut bytes = vec![0; HEADER];
    bytes.extend_from_slice(&description);
    for slice in floats {
        bytes.extend(slice.iter().flat_map(|x| x.to_le_bytes()));
    }
    let float_bytes = (bytes.len() - HEADER - description.len()) as u64;
    let checksum = Sha256::digest(&bytes[HEADER..]);
    bytes[..8].copy_from_slice(&MAGIC);
    bytes[8..12].copy_from_slice(&VERSION.to_le_bytes());
    bytes[12..16].copy_from_slice(&(description.len() as u32).to_le_bytes());
    bytes[16..24].copy_from_slice(&float_bytes.to_le_bytes());
    bytes[24..56].copy_from_slice(&checksum);
    bytes
}

/// Takes description and floats (as bytes, a multiple of four) from behind the header.
///
/// Nothing is allocated but the description, and that only after the checksum has passed.
pub(crate) fn decode<T: Decode<()>>(bytes: &[u8]) -> Result<(T, &[u8]), FileError> {
    let truncated = |expected: u64| FileError::Length {
        expected,
        found: bytes.len() as u64,
    };
    let header = bytes
        .get(..HEADER)
        .ok_or_else(|| truncated(HEADER as u64))?;
    if header[..8] != MAGIC {
        return Err(FileError::Magic {
            found: header[..8].escape_ascii().to_string(),
        });
    }
    let version = u32::from_le_bytes(field(header, 8));
    if version != VERSION {
        return Err(FileError::Version {
            newest: VERSION,
            found: version,
        });
    }
    let description_bytes = u32::from_le_bytes(field(header, 12)) as usize;
    let float_bytes = u64::from_le_bytes(field(header, 16));
    let expected = float_bytes.saturating_add((HEADER + description_bytes) as u64);
    if expected != bytes.len() as u64 || float_bytes % 4 != 0 {
        return Err(truncated(expected));
    }
    if Sha256::digest(&bytes[HEADER..])[..] != header[24..56] {
        return Err(FileError::Checksum);
    }
    let (description, floats) = bytes[HEADER..].split_at(description_bytes);
    let config = bincode::config::standard().with_limit::<MAX_DESCRIPTION>();
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
    Ok((value, floats))
}

fn field<const N: usize>(header: &[u8], offset: usize) -> [u8; N] {
    std::array::from_fn(|i| header[offset + i])
}

//! Is this file the published one, and if not, what is it?

use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::Path;

use flate2::read::MultiGzDecoder;

use super::content::LOOK;
use super::impostor::{self, Impostor};
use super::{Content, Reason};
use crate::hash::Hashing;
use crate::published::PublishedFile;

/// How a right file is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Byte for byte as published.
    Gz,
    /// Unzipped.
    Unzipped,
    /// Zipped anew by someone; unzipped it is byte for byte the published file.
    Rezipped,
}

/// Looks at the whole file at `path`: right, and in which form, or what is wrong with it.
///
/// Time and memory are bounded by the size of the published file, whatever the file claims:
/// unzipping stops one byte after the published length.
pub(super) fn inspect(
    path: &Path,
    file: &PublishedFile,
    known: &[Impostor],
) -> io::Result<Result<Form, Reason>> {
    let mut open = File::open(path)?;
    let meta = open.metadata()?;
    if meta.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    let bytes = meta.len();
    let mut first = Vec::with_capacity(LOOK);
    open.by_ref().take(LOOK as u64).read_to_end(&mut first)?;
    open.rewind()?;
    let size = |expected| Reason::Size {
        expected,
        found: bytes,
        dataset: None,
    };
    let checksum = |expected: &str, found: String| Reason::Checksum {
        expected: expected.to_owned(),
        dataset: impostor::of_checksum(known, &found),
        found,
    };

    Ok(match Content::of(&first) {
        Content::Gzip if bytes == file.gz_bytes => {
            let found = sha256(&mut open, bytes)?.1;
            if found == file.gz_sha256 {
                Ok(Form::Gz)
            } else {
                Err(checksum(file.gz_sha256, found))
            }
        }
        Content::Gzip => {
            if impostor::of_size(known, file.name, bytes).is_some() {
                let found = sha256(&mut open, bytes)?.1;
                if impostor::of_checksum(known, &found).is_some() {
                    return Ok(Err(checksum(file.gz_sha256, found)));
                }
                open.rewind()?;
            }
            // One byte more than there should be is enough to know.
            match sha256(
                MultiGzDecoder::new(io::BufReader::new(open)),
                file.bytes + 1,
            ) {
                Ok((length, found)) if length == file.bytes && found == file.sha256 => {
                    Ok(Form::Rezipped)
                }
                Ok((length, found)) if length == file.bytes => Err(checksum(file.sha256, found)),
                Err(error)
                    if error.kind() == io::ErrorKind::UnexpectedEof && bytes < file.gz_bytes =>
                {
                    Err(Reason::CutShort {
                        at: bytes,
                        of: file.gz_bytes,
                    })
                }
                // Longer, shorter, or broken inside.
                _ => Err(size(file.gz_bytes)),
            }
        }
        Content::Idx if bytes == file.bytes => {
            let found = sha256(&mut open, bytes)?.1;
            if found == file.sha256 {
                Ok(Form::Unzipped)
            } else {
                Err(checksum(file.sha256, found))
            }
        }
        Content::Idx if bytes < file.bytes => Err(Reason::CutShort {
            at: bytes,
            of: file.bytes,
        }),
        Content::Idx => Err(size(file.bytes)),
        other => Err(Reason::Instead(other)),
    })
}

/// The length of what `reader` gives, at most `limit`, and its SHA-256 in lower-case hex.
fn sha256(reader: impl Read, limit: u64) -> io::Result<(u64, String)> {
    let mut hashing = Hashing::new(reader.take(limit));
    io::copy(&mut hashing, &mut io::sink())?;
    let (hex, length) = hashing.finish();
    Ok((length, hex))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sha256_of_the_standards_example() {
        // FIPS 180-2, B.1.
        let (length, hex) = sha256(&b"abcdef"[..], 3).unwrap();
        assert_eq!(length, 3);
        assert_eq!(
            hex,
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}

//! What a file is that could not be read as the published one it should be.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::impostors::known_file;
use crate::DataError;
use crate::hash::Hashing;
use crate::idx::{IdxError, IdxErrorKind};
use crate::published::PublishedFile;
use crate::sniff;

/// The error to report for `path`, which should be `file` and failed to read with `kind`.
pub(crate) fn diagnose(path: &Path, file: &PublishedFile, kind: IdxErrorKind) -> DataError {
    let path_buf = || path.to_owned();
    let (head, sha256, bytes) = match survey(path) {
        Ok(survey) => survey,
        Err(source) => {
            return DataError::Read {
                path: path_buf(),
                source,
            };
        }
    };
    if bytes == 0 {
        return DataError::EmptyFile { path: path_buf() };
    }
    let gzip = head.starts_with(&sniff::GZIP);
    if !gzip && let Some(found) = sniff::looks_like(&head) {
        return DataError::NotData {
            path: path_buf(),
            found,
        };
    }
    if let IdxErrorKind::NotIdx {
        looks_like: Some(found),
        ..
    } = kind
    {
        return DataError::NotData {
            path: path_buf(),
            found,
        };
    }
    if let Some(found) = known_file(&sha256) {
        return DataError::Impostor {
            path: path_buf(),
            expected: file.name,
            found,
        };
    }
    let expected = if gzip { file.gz_bytes } else { file.bytes };
    let cut = matches!(
        kind,
        IdxErrorKind::GzipCutShort { .. }
            | IdxErrorKind::HeaderCutShort { .. }
            | IdxErrorKind::TooShort { .. }
    );
    if cut && bytes < expected {
        return DataError::Truncated {
            path: path_buf(),
            found: bytes,
            expected,
        };
    }
    DataError::Idx(IdxError::in_file(kind, path))
}

/// The first bytes of a file, the SHA-256 of all, and their number.
fn survey(path: &Path) -> io::Result<(Vec<u8>, String, u64)> {
    let mut hashing = Hashing::new(File::open(path)?);
    let mut head = Vec::new();
    (&mut hashing).take(512).read_to_end(&mut head)?;
    io::copy(&mut hashing, &mut io::sink())?;
    let (sha256, bytes) = hashing.finish();
    Ok((head, sha256, bytes))
}

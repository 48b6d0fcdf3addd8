//! What a file is that could not be read as the published one it should be.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::DataError;
use crate::hash::Hashing;
use crate::idx::{IdxError, IdxErrorKind, Unread};
use crate::impostor::known_file;
use crate::published::PublishedFile;
use crate::sniff;

/// The error to report for `path`, which should be `file` and was not read.
pub(crate) fn diagnose(path: &Path, file: &PublishedFile, unread: Unread) -> DataError {
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
    if let Some(found) = known_file(&sha256) {
        return DataError::Impostor {
            path: path_buf(),
            expected: file.name,
            found,
        };
    }
    let kind = match unread {
        Unread::Idx(kind) => kind,
        Unread::OtherSize(header) => {
            let found = header.to_string();
            return DataError::OtherShape {
                path: path_buf(),
                name: file.name,
                found,
            };
        }
    };
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

/// Files longer than this are not hashed: every known file is shorter.
const MOST_HASHED: u64 = 64 << 20;

/// The first bytes of a file, the SHA-256 of all (empty for a long file), and their number.
fn survey(path: &Path) -> io::Result<(Vec<u8>, String, u64)> {
    let file = File::open(path)?;
    let bytes = file.metadata()?.len();
    let mut hashing = Hashing::new(file);
    let mut head = Vec::new();
    (&mut hashing).take(512).read_to_end(&mut head)?;
    if bytes > MOST_HASHED {
        return Ok((head, String::new(), bytes));
    }
    io::copy(&mut hashing, &mut io::sink())?;
    let (sha256, bytes) = hashing.finish();
    Ok((head, sha256, bytes))
}

//! One published file: found under any of its names, read once, verified while it is read.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::thread;

use ndarray::ArrayD;

use super::diagnose::diagnose;
use super::impostors::known_file;
use crate::DataError;
use crate::hash::{Hashing, HashingAhead, hex};
use crate::idx::{self, Header, IdxErrorKind};
use crate::published::PublishedFile;

/// The paths under which `file` is in `folder`: gzip before plain, dashed before dotted names.
pub(crate) fn find(folder: &Path, file: &PublishedFile) -> Vec<PathBuf> {
    // `train-images-idx3-ubyte` is also met as `train-images.idx3-ubyte`.
    let dotted = file.name.replacen("-idx", ".idx", 1);
    [
        format!("{}.gz", file.name),
        file.name.to_owned(),
        format!("{dotted}.gz"),
        dotted,
    ]
    .into_iter()
    .map(|name| folder.join(name))
    .filter(|path| path.is_file())
    .collect()
}

/// Reads and verifies `file` from the first of `paths` that passes; if none does, the error is
/// that of the first. With `ahead`, the file is read and hashed on a thread of its own.
pub(crate) fn load(
    paths: &[PathBuf],
    file: &PublishedFile,
    ahead: bool,
) -> Result<ArrayD<u8>, DataError> {
    let mut first_error = None;
    for path in paths {
        match load_one(path, file, ahead) {
            Ok(array) => return Ok(array),
            Err(error) => first_error = first_error.or(Some(error)),
        }
    }
    Err(first_error.unwrap_or_else(|| DataError::Missing {
        folder: PathBuf::new(),
        missing: vec![file.name],
        instead: None,
    }))
}

/// What reading gave, and the SHA-256 of the file's bytes.
type Hashed = (Result<ArrayD<u8>, IdxErrorKind>, String);

fn read_hashed(opened: File, len: Option<u64>, ahead: bool) -> Hashed {
    let here = |opened| {
        let mut hashing = Hashing::new(opened);
        let input = BufReader::with_capacity(idx::READ_BYTES, &mut hashing);
        let array = idx::read_hashed(input, len);
        (array, hashing.finish().0)
    };
    if !ahead {
        return here(&opened);
    }
    thread::scope(|scope| match HashingAhead::spawn(scope, &opened) {
        Some((input, thread)) => {
            let array = idx::read_hashed(input, len);
            // A hash that is not there is one that matches nothing.
            (
                array,
                thread.join().map(|(sha256, _)| sha256).unwrap_or_default(),
            )
        }
        None => here(&opened),
    })
}

fn load_one(path: &Path, file: &PublishedFile, ahead: bool) -> Result<ArrayD<u8>, DataError> {
    let at = |source| DataError::Read {
        path: path.to_owned(),
        source,
    };
    let (opened, len) = idx::open_file(path).map_err(at)?;
    let (array, found) = read_hashed(opened, len, ahead);
    let array = array.map_err(|kind| diagnose(path, file, kind))?;
    if found == file.gz_sha256 || found == file.sha256 {
        return Ok(array);
    }
    // Not the published bytes. Packed anew they may still hold the published data; if not, they
    // may be a known file of another data set.
    let inflated = data_sha256(&array);
    if inflated == file.sha256 {
        return Ok(array);
    }
    if let Some(known) = known_file(&found).or_else(|| known_file(&inflated)) {
        return Err(DataError::Impostor {
            path: path.to_owned(),
            expected: file.name,
            found: known,
        });
    }
    Err(DataError::Checksum {
        path: path.to_owned(),
        name: file.name,
        expected: if path.extension().is_some_and(|gz| gz == "gz") {
            file.gz_sha256
        } else {
            file.sha256
        },
        found,
    })
}

/// SHA-256 of the plain IDX file that holds `array`.
fn data_sha256(array: &ArrayD<u8>) -> String {
    use sha2::{Digest, Sha256};
    let mut hasher = Sha256::new();
    if let Ok(header) = Header::new(idx::ElementType::U8, array.shape()) {
        hasher.update(header.to_bytes());
    }
    hasher.update(array.as_slice().unwrap_or_default());
    hex(&hasher.finalize())
}

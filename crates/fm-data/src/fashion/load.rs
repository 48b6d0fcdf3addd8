//! One published file: found under any of its names, read once, verified while it is read.

use std::path::{Path, PathBuf};

use ndarray::ArrayD;

use super::diagnose::diagnose;
use super::impostors::known_file;
use crate::DataError;
use crate::hash::{Hashing, hex};
use crate::idx::{self, Header, Reader};
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
/// that of the first.
pub(crate) fn load(paths: &[PathBuf], file: &PublishedFile) -> Result<ArrayD<u8>, DataError> {
    let mut first_error = None;
    for path in paths {
        match load_one(path, file) {
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

fn load_one(path: &Path, file: &PublishedFile) -> Result<ArrayD<u8>, DataError> {
    let at = |source| DataError::Read {
        path: path.to_owned(),
        source,
    };
    let (opened, len) = idx::open_file(path).map_err(at)?;
    let mut hashing = Hashing::new(opened);
    let array = match Reader::default().read_known::<u8>(&mut hashing, len) {
        Ok(array) => array,
        Err(kind) => return Err(diagnose(path, file, kind)),
    };
    let (found, _) = hashing.finish();
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

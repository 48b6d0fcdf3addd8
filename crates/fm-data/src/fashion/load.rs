//! One published file: found under any of its names, read once, verified while it is read.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::thread;

use ndarray::ArrayD;

use super::diagnose::diagnose;
use crate::DataError;
use crate::hash::{Hashing, HashingAhead, hex};
use crate::idx::{self, Header, Unread};
use crate::impostor::known_file;
use crate::published::PublishedFile;

/// A published file as it is in a folder, perhaps more than once under different names.
pub(crate) struct Found {
    first: PathBuf,
    others: Vec<PathBuf>,
}

/// Looks for `file` in `folder`: gzip before plain, dashed before dotted names.
pub(crate) fn find(folder: &Path, file: &PublishedFile) -> Option<Found> {
    // `train-images-idx3-ubyte` is also met as `train-images.idx3-ubyte`.
    let dotted = file.name.replacen("-idx", ".idx", 1);
    let dashed = file.name.to_owned();
    let mut paths = [
        format!("{dashed}.gz"),
        dashed,
        format!("{dotted}.gz"),
        dotted,
    ]
    .into_iter()
    .map(|name| folder.join(name))
    .filter(|path| path.is_file());
    let first = paths.next()?;
    Some(Found {
        first,
        others: paths.collect(),
    })
}

/// Reads and verifies `file` from the first of its paths that passes; if none does, the error is
/// that of the first. With `ahead`, the file is read and hashed on a thread of its own.
pub(crate) fn load(
    found: &Found,
    file: &PublishedFile,
    ahead: bool,
) -> Result<ArrayD<u8>, DataError> {
    let load = |path| load_one(path, file, ahead);
    load(&found.first).or_else(|error| {
        let mut others = found.others.iter();
        others.find_map(|path| load(path).ok()).ok_or(error)
    })
}

/// What reading gave, and the SHA-256 of the file's bytes.
type Hashed = (Result<ArrayD<u8>, Unread>, String);

fn read_hashed(opened: File, len: Option<u64>, file: &PublishedFile, ahead: bool) -> Hashed {
    let here = |opened| {
        let mut hashing = Hashing::new(opened);
        let input = BufReader::with_capacity(idx::READ_BYTES, &mut hashing);
        let array = idx::read_hashed(input, len, file.bytes);
        (array, hashing.finish().0)
    };
    if !ahead {
        return here(&opened);
    }
    thread::scope(|scope| match HashingAhead::spawn(scope, &opened) {
        Some((input, thread)) => {
            let array = idx::read_hashed(input, len, file.bytes);
            // A hash that is not there is one that matches nothing.
            let sha256 = thread
                .join()
                .map_or_else(|_| String::new(), |(sha256, _)| sha256);
            (array, sha256)
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
    let (array, found) = read_hashed(opened, len, file, ahead);
    let array = array.map_err(|unread| diagnose(path, file, unread))?;
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

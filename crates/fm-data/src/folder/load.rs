//! One file of a dataset: found under any of its names, read once, verified while it is read.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::DataError;
use crate::checksum::{hashed, hex};
use crate::idx::{self, IdxArray, IdxErrorKind};
use crate::published::{self, Description, FileSpec, Pin};

/// Where `file` is in `folder`, under each of its names that exists: gzip before plain,
/// `train-images-idx3-ubyte` before `train-images.idx3-ubyte`, as some tools unpack it.
pub(crate) fn find(folder: &Path, file: &FileSpec) -> Vec<PathBuf> {
    let dotted = file.name.replacen("-idx", ".idx", 1);
    let names = [&file.name, &dotted];
    let names = names.map(|name| [folder.join(format!("{name}.gz")), folder.join(name)]);
    let mut paths = names.concat();
    paths.dedup();
    paths.retain(|path| path.symlink_metadata().is_ok());
    paths
}

/// A file that was read.
pub(crate) struct Loaded {
    pub(crate) path: PathBuf,
    pub(crate) array: IdxArray,
    /// SHA-256 of the unzipped file, in lower-case hex.
    pub(crate) sha256: String,
}

/// Reads and verifies `file` from the first of its names in `folder` that passes; if none does, the
/// error is that of the first.
pub(crate) fn load(
    dataset: &Description,
    file: &FileSpec,
    folder: &Path,
) -> Result<Loaded, DataError> {
    let mut first = None;
    for path in find(folder, file) {
        match load_one(dataset, file, &path) {
            Ok(loaded) => return Ok(loaded),
            Err(error) => {
                first.get_or_insert(error);
            }
        }
    }
    Err(first.unwrap_or_else(|| super::missing(dataset, folder, vec![file.name.clone()])))
}

/// Reads and verifies `file` at `path`.
pub(crate) fn load_one(
    dataset: &Description,
    file: &FileSpec,
    path: &Path,
) -> Result<Loaded, DataError> {
    let wrong = |wrong: String| DataError::WrongFile {
        path: path.to_owned(),
        expected: format!("{} of {}", file.name, dataset.title()),
        wrong,
    };
    let unreadable = DataError::io("read the file", path);
    // Before it is opened: opening a pipe waits for a writer.
    let meta = fs::metadata(path).map_err(unreadable)?;
    if !meta.is_file() {
        return Err(wrong("it is not a regular file".to_owned()));
    }
    let opened = File::open(path).map_err(unreadable)?;
    let (array, raw) = hashed::<Sha256, _>(&opened, |input| idx::any_of_len(input, meta.len()));
    let array = array.map_err(|kind| match kind {
        IdxErrorKind::Io { reason, .. } => unreadable(reason),
        kind => wrong(diagnose(&kind, file, meta.len())),
    })?;
    let is = |pin: &Pin, found: &str| pin.sha256.as_deref() == Some(found);
    let mut is_published = is(&file.gz, &raw) || is(&file.plain, &raw);
    let sha256 = match &file.plain.sha256 {
        // The usual case, in which nothing is hashed a second time.
        Some(plain) if is_published => plain.clone(),
        _ => data_sha256(&array),
    };
    is_published |= is(&file.plain, &sha256);
    let known = published::known(&raw).or_else(|| published::known(&sha256));
    let found = array.header.total_bytes();
    let reason = known.or_else(|| match (file.plain.bytes, &file.plain.sha256) {
        (Some(bytes), _) if bytes != found => Some(format!(
            "it is {}, expected an IDX file of {bytes} bytes",
            array.header
        )),
        (_, Some(expected)) => Some(format!("its SHA-256 is {sha256}, expected {expected}")),
        // Repacked data whose unzipped checksum is not published is right as far as anyone can tell.
        (_, None) => None,
    });
    match reason {
        Some(reason) if !is_published => Err(wrong(reason)),
        _ => Ok(Loaded {
            path: path.to_owned(),
            array,
            sha256,
        }),
    }
}

/// SHA-256 of the plain IDX file that contains `array`.
fn data_sha256(array: &IdxArray) -> String {
    let hasher = Sha256::new_with_prefix(array.header.to_bytes());
    hex(&hasher.chain_update(&array.bytes).finalize())
}

/// What the file of `len` bytes is that could not be read.
fn diagnose(kind: &IdxErrorKind, file: &FileSpec, len: u64) -> String {
    let expected = match kind {
        _ if len == 0 => return "it is an empty file".to_owned(),
        IdxErrorKind::NotIdx { content } => return format!("it is {content}"),
        IdxErrorKind::GzipCutShort { .. } => file.gz.bytes,
        // Of gzip data it counts what is inflated.
        IdxErrorKind::TooShort { found, .. } if *found == len => file.plain.bytes,
        _ => None,
    };
    match expected {
        Some(expected) if len < expected => format!("it is cut short at byte {len} of {expected}"),
        _ => kind.to_string(),
    }
}

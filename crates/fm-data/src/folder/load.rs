//! One file of a dataset: found under any of its names, read once, verified while it is read.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use md5::Md5;
use sha2::{Digest, Sha256};

use crate::DataError;
use crate::checksum::{digest, hashed, hex};
use crate::idx::{self, Encoding, Header, IdxArray, IdxErrorKind};
use crate::published::{self, Description, FileSpec, Pin};

/// The names that a file may have in a folder: gzip before plain, `train-images-idx3-ubyte` before
/// `train-images.idx3-ubyte`, as some tools unpack it.
fn names(file: &FileSpec) -> [String; 4] {
    let dotted = file.name.replacen("-idx", ".idx", 1);
    let dashed = &file.name;
    [
        format!("{dashed}.gz"),
        dashed.clone(),
        format!("{dotted}.gz"),
        dotted,
    ]
}

/// Where `file` is in `folder`, under each of its names that exists.
pub(crate) fn find(folder: &Path, file: &FileSpec) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = names(file).iter().map(|name| folder.join(name)).collect();
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
    /// Whether a published checksum was compared.
    pub(crate) pinned: bool,
}

/// Reads and verifies `file` from the first of `paths` that passes; if none does, the error is
/// that of the first.
pub(crate) fn load(
    paths: &[PathBuf],
    dataset: &Description,
    file: &FileSpec,
) -> Result<Loaded, DataError> {
    let mut first = None;
    for path in paths {
        match load_one(path, dataset, file) {
            Ok(loaded) => return Ok(loaded),
            Err(error) => {
                first.get_or_insert(error);
            }
        }
    }
    Err(first.unwrap_or_else(|| DataError::invalid(&file.name, "no file of this name")))
}

fn load_one(path: &Path, dataset: &Description, file: &FileSpec) -> Result<Loaded, DataError> {
    let wrong = |wrong: String| DataError::WrongFile {
        path: path.to_owned(),
        expected: format!("{} of {}", file.name, dataset.title()),
        wrong,
    };
    let unreadable = DataError::io("read the file", path);
    // Before it is opened: opening a pipe waits for a writer.
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(wrong("it is not a regular file".to_owned()));
    }
    let (opened, len) = idx::open_file(path).map_err(unreadable)?;
    // A SHA-256 of the unzipped data is compared in any case.
    let check = file.plain.sha256.is_none();
    let (read, raw) = hashed::<Sha256, _>(opened, |input| idx::any_of_len(input, len, check));
    let array = match read {
        Ok(array) => array,
        Err(IdxErrorKind::Read { source, .. }) => return Err(unreadable(source)),
        Err(kind) => return Err(wrong(diagnose(&kind, file, len.unwrap_or_default()))),
    };
    let loaded = |array, sha256, pinned| Loaded {
        path: path.to_owned(),
        array,
        sha256,
        pinned,
    };
    let is = |pin: &Pin, found: &str| pin.sha256.as_deref() == Some(found);
    let is_published = is(&file.gz, &raw) || is(&file.plain, &raw);
    let unzipped = match &file.plain.sha256 {
        // The usual case, in which nothing is hashed a second time.
        Some(plain) if is_published => plain.clone(),
        _ => data_sha256(&array),
    };
    if is_published || is(&file.plain, &unzipped) {
        return Ok(loaded(array, unzipped, true));
    }
    if let Some(known) = published::known(&raw).or_else(|| published::known(&unzipped)) {
        return Err(wrong(known));
    }
    if let Some(bytes) = file.plain.bytes
        && let Ok(header) = Header::new(array.element(), array.dims())
        && header.total_bytes() != bytes
    {
        let reason = format!("it is an array of {header}, expected an IDX file of {bytes} bytes");
        return Err(wrong(reason));
    }
    if let Some(expected) = &file.plain.sha256 {
        let reason = format!("its SHA-256 is {unzipped}, expected {expected}");
        return Err(wrong(reason));
    }
    let by_md5 = match &file.gz.md5 {
        Some(expected) if file.gz.sha256.is_none() => {
            let found = File::open(path).and_then(digest::<Md5>);
            found.map_err(unreadable)? == *expected
        }
        _ => false,
    };
    // Repacked data whose unzipped checksum is not published is right as far as anyone can tell.
    Ok(loaded(array, unzipped, by_md5))
}

/// SHA-256 of the plain IDX file that contains `array`.
pub(crate) fn data_sha256(array: &IdxArray) -> String {
    if let IdxArray::U8(bytes) = array
        && let Some(slice) = bytes.as_slice()
        && let Ok(header) = Header::new(idx::ElementType::U8, bytes.shape())
    {
        let mut hasher = Sha256::new();
        hasher.update(header.to_bytes());
        hasher.update(slice);
        return hex(&hasher.finalize());
    }
    let mut bytes = Vec::new();
    // Writing to memory what was read cannot fail.
    let _ = idx::write_any(array, &mut bytes, Encoding::Plain);
    crate::sha256(&bytes)
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

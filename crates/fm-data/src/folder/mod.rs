//! The four files of a dataset in a folder, verified.

mod load;
mod pair;

use std::fs;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::thread;

use crate::DataError;
use crate::loaded::{DatasetIdentity, FileChecksum, LoadedData, Origin};
use crate::published::{Description, FileSpec, Files};

#[cfg(feature = "picture")]
pub(crate) use load::data_sha256;
pub(crate) use load::{Loaded, find, load};

/// The file that describes the dataset in a folder of one's own.
pub const DESCRIPTION: &str = "dataset.toml";

/// The description in a folder, where there is one.
pub(crate) fn description(folder: &Path) -> Result<Option<Description>, DataError> {
    /// More than a description of 256 classes takes.
    const MOST_BYTES: u64 = 1 << 20;
    let path = folder.join(DESCRIPTION);
    let invalid = |reason: String| {
        let reason = format!("not a description of a dataset: {reason}");
        DataError::invalid(path.display(), reason)
    };
    match fs::metadata(&path) {
        Ok(meta) if meta.is_file() && meta.len() <= MOST_BYTES => {}
        Ok(_) => {
            return Err(invalid(
                "it is not a regular file of at most 1 MiB".to_owned(),
            ));
        }
        Err(_) => return Ok(None),
    }
    let text = fs::read_to_string(&path).map_err(DataError::io("read the file", &path))?;
    Description::parse(&text).map(Some).map_err(invalid)
}

/// Opens the four files of `dataset` in `folder`, gzip or unzipped, with dashed or dotted names.
pub(crate) fn open(dataset: &Description, folder: &Path) -> Result<LoadedData, DataError> {
    let paths = find_all(dataset, folder)?;
    let files = dataset.files.each();
    let loaded = thread::scope(|scope| {
        [0, 1, 2, 3]
            .map(|at| (&paths[at], files[at]))
            .map(|(paths, file)| scope.spawn(move || load(paths, dataset, file)))
            .map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)))
    });
    let [train_images, train_labels, test_images, test_labels] = loaded;
    let files = [train_images?, train_labels?, test_images?, test_labels?];
    assemble(dataset, files, Origin::Folder(folder.to_owned()))
}

/// Two datasets of the four files read.
pub(crate) fn assemble(
    dataset: &Description,
    files: [Loaded; 4],
    origin: Origin,
) -> Result<LoadedData, DataError> {
    let checksum = |(file, loaded): (&FileSpec, &Loaded)| FileChecksum {
        name: file.name.clone(),
        sha256: loaded.sha256.clone(),
    };
    let specs = dataset.files.each().into_iter();
    let identity = DatasetIdentity {
        name: dataset.name.clone(),
        files: specs.zip(&files).map(checksum).collect(),
    };
    let unpinned = files.iter().filter(|file| !file.pinned);
    let unverified = unpinned.map(|file| file.path.clone()).collect();
    let [train_images, train_labels, test_images, test_labels] = files;
    Ok(LoadedData {
        train: pair::dataset(dataset, "train", train_images, train_labels)?,
        test: pair::dataset(dataset, "test", test_images, test_labels)?,
        identity,
        description: dataset.clone(),
        origin,
        unverified,
    })
}

/// Where each file is, or which are missing.
fn find_all(dataset: &Description, folder: &Path) -> Result<[Vec<PathBuf>; 4], DataError> {
    fs::read_dir(folder).map_err(DataError::io("open the data folder", folder))?;
    let found = dataset.files.each().map(|file| find(folder, file));
    let each = dataset.files.each().into_iter().zip(&found);
    let absent = each.filter(|(_, paths)| paths.is_empty());
    let names: Vec<String> = absent.map(|(file, _)| file.name.clone()).collect();
    match names.is_empty() {
        true => Ok(found),
        false => Err(missing(dataset, folder, names)),
    }
}

/// The error of files that are not in the folder, with where they are instead.
pub(crate) fn missing(dataset: &Description, folder: &Path, missing: Vec<String>) -> DataError {
    DataError::Missing {
        folder: folder.to_owned(),
        dataset: dataset.title().to_owned(),
        missing,
        instead: further_in(folder, &dataset.files),
    }
}

/// Whether a folder has all four files.
pub(crate) fn has_all(folder: &Path, files: &Files) -> bool {
    let mut files = files.each().into_iter();
    files.all(|file| !find(folder, file).is_empty())
}

/// A folder inside `folder` that has all four files, as torchvision's `FashionMNIST/raw`.
fn further_in(folder: &Path, files: &Files) -> Option<PathBuf> {
    let entries = fs::read_dir(folder).ok()?;
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut inside: Vec<PathBuf> = paths.filter(|path| path.is_dir()).collect();
    inside.sort();
    let deeper = |path: PathBuf| [path.join("raw"), path.join("gzip"), path];
    let mut candidates = inside.into_iter().flat_map(deeper);
    candidates.find(|path| has_all(path, files))
}

//! The four files of a dataset in a folder, verified.

mod load;
mod pair;

use std::fs;
use std::path::{Path, PathBuf};

use crate::DataError;
use crate::checksum::both;
use crate::loaded::{DatasetIdentity, FileChecksum, LoadedData, Origin};
use crate::published::{Description, FileSpec, Files};

#[cfg(feature = "fetch")]
pub(crate) use load::load_one;
pub(crate) use load::{Loaded, load};

/// The file that describes the dataset in a folder of one's own.
pub const DESCRIPTION: &str = "dataset.toml";

/// The description in a folder, where there is one.
pub(crate) fn description(folder: &Path) -> Result<Option<Description>, DataError> {
    /// More than a description of 256 classes takes.
    const MOST_BYTES: u64 = 1 << 20;
    let path = folder.join(DESCRIPTION);
    let text = match fs::metadata(&path) {
        Err(_) => return Ok(None),
        Ok(meta) if meta.is_file() && meta.len() <= MOST_BYTES => fs::read_to_string(&path),
        Ok(_) => Err(std::io::Error::other(
            "it is not a regular file of at most 1 MiB",
        )),
    };
    let description = Description::parse(&text.map_err(DataError::io("read the file", &path))?);
    description.map(Some).map_err(|reason| {
        let reason = format!("not a description of a dataset: {reason}");
        DataError::invalid(path.display(), reason)
    })
}

impl Description {
    /// Opens the four files of the dataset in `folder`, gzip or unzipped, with dashed or dotted
    /// names.
    ///
    /// # Errors
    ///
    /// Files that are missing, unreadable or not what they should be.
    pub fn open(&self, folder: impl AsRef<Path>) -> Result<LoadedData, DataError> {
        let folder = folder.as_ref();
        fs::read_dir(folder).map_err(DataError::io("open the data folder", folder))?;
        let files = self.files.each().into_iter();
        let absent = files.filter(|file| load::find(folder, file).is_empty());
        let absent: Vec<String> = absent.map(|file| file.name.clone()).collect();
        if !absent.is_empty() {
            return Err(missing(self, folder, absent));
        }
        let origin = Origin::Folder(folder.to_owned());
        assemble(self, origin, |file, _| load(self, file, folder))
    }
}

/// Two datasets of what `load` gives for each of the four files and its place among them.
pub(crate) fn assemble(
    dataset: &Description,
    origin: Origin,
    load: impl Fn(&FileSpec, usize) -> Result<Loaded, DataError> + Sync,
) -> Result<LoadedData, DataError> {
    let load = |at: usize| load(dataset.files.each()[at], at);
    let pair = |at: usize| both(|| load(at), || load(at + 1));
    let ((train_images, train_labels), (test_images, test_labels)) = both(|| pair(0), || pair(2));
    let files = [train_images?, train_labels?, test_images?, test_labels?];
    let checksum = |(file, loaded): (&FileSpec, &Loaded)| FileChecksum {
        name: file.name.clone(),
        sha256: loaded.sha256.clone(),
    };
    let specs = dataset.files.each().into_iter();
    let identity = DatasetIdentity {
        name: dataset.name.clone(),
        files: specs.zip(&files).map(checksum).collect(),
    };
    let [train_images, train_labels, test_images, test_labels] = files;
    Ok(LoadedData {
        train: pair::dataset(dataset, "train", train_images, &train_labels)?,
        test: pair::dataset(dataset, "test", test_images, &test_labels)?,
        identity,
        origin,
    })
}

/// The error of files that are not in the folder, with where they are instead.
fn missing(dataset: &Description, folder: &Path, missing: Vec<String>) -> DataError {
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
    files.all(|file| !load::find(folder, file).is_empty())
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

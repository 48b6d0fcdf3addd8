//! The four files of a dataset in a folder, verified.

mod load;

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use ndarray::{ArrayD, Axis, Ix2};
use serde::{Deserialize, Serialize};

use crate::dataset::image_rows;
use crate::idx::{self, IdxArray};
use crate::published::{Description, Files};
use crate::{DataError, Dataset};

#[cfg(feature = "picture")]
pub(crate) use load::data_sha256;
pub(crate) use load::{Loaded, find, load};

/// The file that describes the dataset in a folder of one's own.
pub const DESCRIPTION: &str = "dataset.toml";

/// A dataset's name and files, for records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatasetIdentity {
    /// Short name: `fashion-mnist`.
    pub name: String,
    /// The four files: the same for every folder that has the same data, however it is packed.
    pub files: Vec<FileChecksum>,
}

/// A file and the SHA-256 of its unzipped bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileChecksum {
    /// Name without `.gz`.
    pub name: String,
    /// SHA-256 of the unzipped file, in lower-case hex.
    pub sha256: String,
}

/// The files of a folder, read.
pub(crate) struct Opened {
    pub(crate) train: Dataset,
    pub(crate) test: Dataset,
    pub(crate) identity: DatasetIdentity,
    /// Files that no published checksum was found for.
    pub(crate) unverified: Vec<PathBuf>,
}

/// The description in a folder, where there is one.
pub(crate) fn description(folder: &Path) -> Result<Option<Description>, DataError> {
    /// More than a description of 256 classes takes.
    const MOST_BYTES: u64 = 1 << 20;
    let path = folder.join(DESCRIPTION);
    match fs::metadata(&path) {
        Ok(meta) if meta.is_file() && meta.len() <= MOST_BYTES => {}
        Ok(_) => {
            let reason = "it is not a regular file of at most 1 MiB".to_owned();
            return Err(DataError::Description { path, reason });
        }
        Err(_) => return Ok(None),
    }
    match fs::read_to_string(&path) {
        Ok(text) => match Description::parse(&text) {
            Ok(description) => Ok(Some(description)),
            Err(reason) => Err(DataError::Description { path, reason }),
        },
        Err(source) => Err(DataError::Read { path, source }),
    }
}

/// Opens the four files of `dataset` in `folder`, gzip or unzipped, with dashed or dotted names.
pub(crate) fn open(dataset: &Description, folder: &Path) -> Result<Opened, DataError> {
    let paths = find_all(dataset, folder)?;
    let files = dataset.files.each();
    // Inflating the training images takes most of the time. With a second core, everything else
    // happens there: reading and hashing those images, and the other three files.
    let rest = || {
        Ok([
            load(&paths[1], dataset, files[1], false)?,
            load(&paths[2], dataset, files[2], false)?,
            load(&paths[3], dataset, files[3], false)?,
        ])
    };
    let two_cores = thread::available_parallelism().is_ok_and(|cores| cores.get() > 1);
    let (train_images, rest) = thread::scope(|scope| {
        let spawned = two_cores
            .then(|| thread::Builder::new().spawn_scoped(scope, rest).ok())
            .flatten();
        let train_images = load(&paths[0], dataset, files[0], two_cores);
        let rest: Result<_, DataError> = match spawned.map(thread::ScopedJoinHandle::join) {
            Some(Ok(rest)) => rest,
            // No thread could be started: the work is still to be done here.
            _ => rest(),
        };
        (train_images, rest)
    });
    let train_images = train_images?;
    let [train_labels, test_images, test_labels] = rest?;
    assemble(
        dataset,
        [train_images, train_labels, test_images, test_labels],
    )
}

/// Two datasets of the four files read.
pub(crate) fn assemble(dataset: &Description, files: [Loaded; 4]) -> Result<Opened, DataError> {
    let checksum = |(file, loaded): (&crate::published::FileSpec, &Loaded)| FileChecksum {
        name: file.name.clone(),
        sha256: loaded.sha256.clone(),
    };
    let identity = DatasetIdentity {
        name: dataset.name.clone(),
        files: dataset
            .files
            .each()
            .into_iter()
            .zip(&files)
            .map(checksum)
            .collect(),
    };
    let unpinned = files.iter().filter(|file| !file.pinned);
    let unverified = unpinned.map(|file| file.path.clone()).collect();
    let [train_images, train_labels, test_images, test_labels] = files;
    let part = |part: &str, images, labels| {
        let name = format!("{} {part}", dataset.title());
        pair(dataset, &name, images, labels)
    };
    Ok(Opened {
        train: part("train", train_images, train_labels)?,
        test: part("test", test_images, test_labels)?,
        identity,
        unverified,
    })
}

/// Where each file is, or which are missing.
fn find_all(dataset: &Description, folder: &Path) -> Result<[Vec<PathBuf>; 4], DataError> {
    if let Err(source) = fs::read_dir(folder) {
        return Err(DataError::Folder {
            path: folder.to_owned(),
            source,
        });
    }
    let found = dataset.files.each().map(|file| find(folder, file));
    let each = dataset.files.each().into_iter().zip(&found);
    let missing: Vec<String> = each
        .filter(|(_, paths)| paths.is_empty())
        .map(|(file, _)| file.name.clone())
        .collect();
    if missing.is_empty() {
        return Ok(found);
    }
    Err(DataError::Missing {
        folder: folder.to_owned(),
        dataset: dataset.title().to_owned(),
        missing,
        instead: further_in(folder, &dataset.files),
    })
}

/// Whether a folder has all four files.
pub(crate) fn has_all(folder: &Path, files: &Files) -> bool {
    let mut files = files.each().into_iter();
    files.all(|file| !find(folder, file).is_empty())
}

/// A folder inside `folder` that has all four files, as torchvision's `FashionMNIST/raw`.
fn further_in(folder: &Path, files: &Files) -> Option<PathBuf> {
    let mut inside: Vec<PathBuf> = fs::read_dir(folder)
        .ok()?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.is_dir())
        .collect();
    inside.sort();
    let deeper = |path: PathBuf| [path.join("raw"), path.join("gzip"), path];
    let mut candidates = inside.into_iter().flat_map(deeper);
    candidates.find(|path| has_all(path, files))
}

/// A dataset of an images file and a labels file.
fn pair(
    dataset: &Description,
    name: &str,
    images: Loaded,
    labels: Loaded,
) -> Result<Dataset, DataError> {
    let origin = |path: &Path| path.display().to_string();
    let labels_path = labels.path;
    let IdxArray::U8(pixels) = images.array else {
        let found = images.array.element();
        let kind = idx::IdxErrorKind::WrongType {
            expected: idx::ElementType::U8,
            found,
        };
        return Err(idx::IdxError::in_file(kind, &images.path).into());
    };
    let (mut pixels, mut size) = image_rows(pixels, || origin(&images.path))?;
    if dataset.transposed {
        transpose(&mut pixels, size);
        size = (size.1, size.0);
    }
    if size != dataset.image_size {
        let ((h, w), (height, width)) = (size, dataset.image_size);
        let reason = format!("the images have {h}×{w} pixels, expected {height}×{width}");
        return Err(DataError::dataset(origin(&images.path), reason));
    }
    let labels = class_labels(labels.array, dataset.first_label, &labels_path)?;
    Dataset::new(name, pixels, labels, &dataset.class_names, size)
}

/// Exchanges rows and columns of each image of (height, width).
fn transpose(pixels: &mut ndarray::Array2<u8>, (height, width): (usize, usize)) {
    let mut image = vec![0; height * width];
    for mut row in pixels.axis_iter_mut(Axis(0)) {
        for y in 0..height {
            for x in 0..width {
                image[x * height + y] = row[y * width + x];
            }
        }
        row.assign(&ndarray::ArrayView1::from(&image));
    }
}

/// The labels less `first`: of u8 and rank 1, or of i32 in the first column of rank 2.
fn class_labels(array: IdxArray, first: u8, path: &Path) -> Result<Vec<u8>, DataError> {
    let origin = || path.display().to_string();
    let out_of_range = |row: usize, label: i64| {
        let reason = format!("label of row {row} is {label}, expected at least {first}");
        DataError::dataset(origin(), reason)
    };
    let shift = |(row, label): (usize, i64)| {
        let shifted = label.checked_sub(i64::from(first));
        shifted
            .and_then(|label| u8::try_from(label).ok())
            .ok_or_else(|| out_of_range(row, label))
    };
    let rank = |found: &[usize]| {
        let reason = format!("labels need 1 dimension, found {found:?}");
        DataError::dataset(origin(), reason)
    };
    match array {
        IdxArray::U8(labels) if labels.ndim() == 1 && first == 0 => {
            Ok(labels.into_raw_vec_and_offset().0)
        }
        IdxArray::U8(labels) if labels.ndim() == 1 => {
            let labels = labels.iter().map(|&label| i64::from(label));
            labels.enumerate().map(shift).collect()
        }
        IdxArray::I32(labels) if labels.ndim() == 2 => first_column(labels)
            .into_iter()
            .enumerate()
            .map(shift)
            .collect(),
        IdxArray::U8(_) | IdxArray::I32(_) => Err(rank(array.dims())),
        other => {
            let kind = idx::IdxErrorKind::WrongType {
                expected: idx::ElementType::U8,
                found: other.element(),
            };
            Err(idx::IdxError::in_file(kind, path).into())
        }
    }
}

fn first_column(labels: ArrayD<i32>) -> Vec<i64> {
    let labels = labels.into_dimensionality::<Ix2>().unwrap_or_default();
    let rows = labels.rows().into_iter();
    rows.map(|row| i64::from(row[0])).collect()
}

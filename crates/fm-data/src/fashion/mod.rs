//! Fashion-MNIST from a folder, verified.

mod diagnose;
mod load;

use std::path::{Path, PathBuf};
use std::thread;

use ndarray::ArrayD;
use serde::{Deserialize, Serialize};

use crate::dataset::{image_rows, label_row};
use crate::published::{CLASS_NAMES, FILES};
use crate::{DataError, Dataset};

/// The training and the test set, as published.
#[derive(Debug, Clone)]
pub struct FashionMnist {
    /// 60,000 rows.
    pub train: Dataset,
    /// 10,000 rows.
    pub test: Dataset,
}

/// A published file and the SHA-256 that its unzipped bytes have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileChecksum {
    /// Name without `.gz`.
    pub name: String,
    /// SHA-256 of the unzipped file, in lower-case hex.
    pub sha256: String,
}

impl FashionMnist {
    /// Opens the four files in `folder`, gzip or unzipped, with dashed or dotted names
    /// (`train-images-idx3-ubyte.gz`, `train-images.idx3-ubyte`, …), each verified by SHA-256
    /// while it is read. A file packed anew is accepted if its unzipped bytes are as published.
    ///
    /// # Errors
    ///
    /// A missing folder or files, or a file that is not as published; the error says what it is
    /// instead where that is known.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self, DataError> {
        let folder = folder.as_ref();
        let [train_images, train_labels, test_images, test_labels] = find_all(folder)?;
        // Inflating the training images takes most of the time. With a second core, everything
        // else goes there: reading and hashing those images, and the other three files.
        let rest = || {
            Ok((
                load::load(&train_labels, &FILES[1], false)?,
                load::load(&test_images, &FILES[2], false)?,
                load::load(&test_labels, &FILES[3], false)?,
            ))
        };
        let two_cores = thread::available_parallelism().is_ok_and(|cores| cores.get() > 1);
        let (train_images, rest) = thread::scope(|scope| {
            let spawned = two_cores
                .then(|| thread::Builder::new().spawn_scoped(scope, rest).ok())
                .flatten();
            let train_images = load::load(&train_images, &FILES[0], two_cores);
            let rest: Result<_, DataError> = match spawned.map(thread::ScopedJoinHandle::join) {
                Some(Ok(rest)) => rest,
                // No thread was to be had: the work is still to be done here.
                _ => rest(),
            };
            (train_images, rest)
        });
        let train_images = train_images?;
        let (train_labels, test_images, test_labels) = rest?;
        Ok(Self {
            train: pair("Fashion-MNIST train", train_images, train_labels)?,
            test: pair("Fashion-MNIST test", test_images, test_labels)?,
        })
    }

    /// Name and SHA-256 of each file's unzipped bytes: the same for every folder that opens,
    /// however its files are packed. For records.
    #[must_use]
    pub fn checksums() -> Vec<FileChecksum> {
        FILES
            .iter()
            .map(|file| FileChecksum {
                name: file.name.to_owned(),
                sha256: file.sha256.to_owned(),
            })
            .collect()
    }

    /// A few lines for people about both sets.
    #[must_use]
    pub fn describe(&self) -> String {
        format!("{}{}", self.train.describe(), self.test.describe())
    }
}

/// Where each published file is, or which are missing.
fn find_all(folder: &Path) -> Result<[load::Found; 4], DataError> {
    if let Err(source) = std::fs::read_dir(folder) {
        return Err(DataError::Folder {
            path: folder.to_owned(),
            source,
        });
    }
    let found = FILES.each_ref().map(|file| load::find(folder, file));
    let missing: Vec<&'static str> = FILES
        .iter()
        .zip(&found)
        .filter(|(_, found)| found.is_none())
        .map(|(file, _)| file.name)
        .collect();
    match found {
        [Some(a), Some(b), Some(c), Some(d)] => Ok([a, b, c, d]),
        _ => {
            let has_all =
                |inner: &PathBuf| FILES.iter().all(|file| load::find(inner, file).is_some());
            let inner =
                ["FashionMNIST/raw", "fashion-mnist", "raw"].map(|inner| folder.join(inner));
            let instead = inner.into_iter().find(has_all);
            Err(DataError::Missing {
                folder: folder.to_owned(),
                missing,
                instead,
            })
        }
    }
}

fn pair(name: &str, images: ArrayD<u8>, labels: ArrayD<u8>) -> Result<Dataset, DataError> {
    let (pixels, image_size) = image_rows(images, || name.to_owned())?;
    let labels = label_row(labels, || name.to_owned())?;
    Dataset::new(name, pixels, labels, &CLASS_NAMES, image_size)
}

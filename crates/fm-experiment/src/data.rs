//! [`Data`]: a training and a test set, and which they are.

use fm_data::{Dataset, FileChecksum, LoadedData};
use serde::{Deserialize, Serialize};

use crate::key::Key;
use crate::recipe::RowsUsed;

/// A training and a test set, and which they are.
#[derive(Clone, Debug)]
pub struct Data {
    /// The training file.
    pub train: Dataset,
    /// The test file.
    pub test: Dataset,
    /// Which data it is.
    pub identity: DatasetIdentity,
}

impl Data {
    /// What it takes to enumerate cells: everything but the images.
    pub fn labels(&self) -> Labels {
        Labels {
            identity: self.identity.clone(),
            class_names: self.train.class_names().to_vec(),
            train: self.train.labels().to_vec(),
        }
    }
}

impl From<LoadedData> for Data {
    fn from(data: LoadedData) -> Self {
        Self {
            train: data.train,
            test: data.test,
            identity: DatasetIdentity {
                name: data.identity.name,
                checksums: data.identity.files,
            },
        }
    }
}

/// Which data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatasetIdentity {
    /// Name, such as `fashion-mnist`.
    pub name: String,
    /// SHA-256 of its files.
    pub checksums: Vec<FileChecksum>,
}

impl DatasetIdentity {
    /// SHA-256 over the checksums of the files, whatever the files are called.
    pub fn digest(&self) -> String {
        let sums = self.checksums.iter().map(|file| file.sha256.as_str());
        Key::of(sums.collect::<Vec<_>>().join("\n").as_bytes()).to_string()
    }
}

/// A dataset without its images: what it takes to enumerate cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Labels {
    /// Which data it is.
    pub identity: DatasetIdentity,
    /// Names of the classes.
    pub class_names: Vec<String>,
    /// Class of each row of the training file.
    pub train: Vec<u8>,
}

impl Labels {
    /// Rows of each class that remain for training.
    pub(crate) fn class_rows(&self, rows: &RowsUsed) -> Vec<usize> {
        rows.per_class(&self.train, self.class_names.len())
    }
}

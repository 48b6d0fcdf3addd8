//! [`Data`]: a training and a test set, and which they are.

use fm_data::{Dataset, DatasetIdentity, LoadedData};

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
            identity: data.identity,
        }
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

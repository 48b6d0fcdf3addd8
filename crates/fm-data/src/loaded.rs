//! A dataset that was opened: its parts, and where they were found.

use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::Dataset;
use crate::checksum::sha256;

/// A dataset that was opened.
#[derive(Debug, Clone)]
pub struct LoadedData {
    /// The training rows.
    pub train: Dataset,
    /// The test rows.
    pub test: Dataset,
    /// Name and checksums: equal for equal data, however it is packed.
    pub identity: DatasetIdentity,
    /// Where the data was found.
    pub origin: Origin,
}

/// A dataset's name and files, for records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatasetIdentity {
    /// Short name: `fashion-mnist`.
    pub name: String,
    /// The four files: the same for every folder that has the same data, however it is packed.
    pub files: Vec<FileChecksum>,
}

impl DatasetIdentity {
    /// SHA-256 over the checksums of the files, whatever the files are called.
    pub fn digest(&self) -> String {
        let sums: Vec<&str> = self.files.iter().map(|file| file.sha256.as_str()).collect();
        sha256(sums.join("\n").as_bytes())
    }
}

/// A file and the SHA-256 of its unzipped bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileChecksum {
    /// Name without `.gz`.
    pub name: String,
    /// SHA-256 of the unzipped file, in lower-case hex.
    pub sha256: String,
}

/// Where a dataset was found. `Display` gives one line for people.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// In this folder.
    Folder(PathBuf),
    /// The embedded sample, as asked for.
    Sample,
    /// The embedded sample, because the full data could not be opened or downloaded.
    SampleInstead {
        /// The folder that does not have the full data.
        dir: PathBuf,
        /// Why it could not be downloaded, on one line.
        reason: String,
    },
}

impl Origin {
    /// Whether the data is the embedded sample.
    #[must_use]
    pub fn is_sample(&self) -> bool {
        matches!(self, Self::Sample | Self::SampleInstead { .. })
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sample = "the embedded sample: the first 10,000 training rows and all test rows";
        match self {
            Self::Folder(dir) => write!(f, "read from {}", dir.display()),
            Self::Sample => f.write_str(sample),
            Self::SampleInstead { dir, reason } => write!(
                f,
                "Fashion-MNIST is not in {} and could not be downloaded ({reason}); \
                 this uses {sample}",
                dir.display()
            ),
        }
    }
}

//! What a file is instead of the one that its name says.

use crate::Content;

/// What a file is that has the name of one of a dataset's files and is not that file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Wrong {
    /// Not IDX data, plain or gzip.
    #[error("it is {0}")]
    Content(Content),

    /// A folder, a pipe or a device.
    #[error("it is not a regular file")]
    NotRegular,

    /// A known file of another dataset, or another file of the same one.
    #[error("it is {name} of {dataset}")]
    Other {
        /// The dataset's name in texts.
        dataset: String,
        /// The file's name.
        name: String,
    },

    /// The file ends early.
    #[error("it is cut short at byte {found} of {expected}")]
    CutShort {
        /// Bytes there are.
        found: u64,
        /// Bytes of the published file.
        expected: u64,
    },

    /// Too many or too few bytes.
    #[error("it has {found} bytes, expected {expected}")]
    Size {
        /// Bytes there are.
        found: u64,
        /// Bytes of the published file.
        expected: u64,
    },

    /// An IDX array of another size, type or rank.
    #[error("it is an array of {found}, expected {expected}")]
    Shape {
        /// Shape and element type.
        found: String,
        /// What was expected.
        expected: String,
    },

    /// Well-formed data with another checksum.
    #[error("its {kind} is {found}, expected {expected}")]
    Checksum {
        /// `SHA-256` or `MD5`.
        kind: &'static str,
        /// The checksum of the file or of its unzipped bytes, in lower-case hex.
        found: String,
        /// The published one.
        expected: String,
    },

    /// Damaged data.
    #[error("{0}")]
    Damaged(String),
}

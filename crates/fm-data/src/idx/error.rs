//! What can be wrong with an IDX file.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::{ElementType, MAX_RANK};
use crate::Content;

/// Why reading or writing IDX data failed, and in which file where there is one.
#[derive(Debug)]
pub struct IdxError {
    path: Option<PathBuf>,
    kind: IdxErrorKind,
}

impl IdxError {
    /// The reason.
    #[must_use]
    pub fn kind(&self) -> &IdxErrorKind {
        &self.kind
    }

    /// The file, when the data came from or went to a file.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// The reason alone.
    #[must_use]
    pub fn into_kind(self) -> IdxErrorKind {
        self.kind
    }

    pub(crate) fn in_file(kind: IdxErrorKind, path: &Path) -> Self {
        Self {
            path: Some(path.to_owned()),
            kind,
        }
    }
}

impl From<IdxErrorKind> for IdxError {
    fn from(kind: IdxErrorKind) -> Self {
        Self { path: None, kind }
    }
}

impl fmt::Display for IdxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(path) = &self.path {
            write!(f, "{}: ", path.display())?;
        }
        self.kind.fmt(f)
    }
}

impl std::error::Error for IdxError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        std::error::Error::source(&self.kind)
    }
}

/// The reasons. Offsets and lengths are in bytes; those of gzip data say whether they count
/// compressed or inflated bytes.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IdxErrorKind {
    /// The file could not be opened.
    #[error("cannot open the file")]
    Open(#[source] io::Error),

    /// The file could not be created or written.
    #[error("cannot write")]
    Write(#[source] io::Error),

    /// Reading failed for a reason outside the data.
    #[error("cannot read past byte {offset}")]
    Read {
        /// Bytes of the input read before.
        offset: u64,
        /// The system's reason.
        source: io::Error,
    },

    /// The data ends inside the header.
    #[error("the header needs {expected} bytes, but the data ends at byte {found}")]
    HeaderCutShort {
        /// Bytes of the header as far as it could be read.
        expected: u64,
        /// Bytes there are.
        found: u64,
    },

    /// The data does not begin with two zero bytes.
    #[error("not IDX data: bytes 0 and 1 must be 00 00; this is {content}")]
    NotIdx {
        /// What data that begins so usually is.
        content: Content,
    },

    /// The third byte is none of the six type codes.
    #[error("unknown element type at byte 2: expected 08, 09, 0b, 0c, 0d or 0e, found {code:02x}")]
    UnknownType {
        /// The code found.
        code: u8,
    },

    /// The header announces no dimensions.
    #[error("rank at byte 3: expected 1 to {}, found 0", MAX_RANK)]
    RankZero,

    /// The header announces more dimensions than are supported.
    #[error("rank at byte 3: expected 1 to {}, found {rank}", MAX_RANK)]
    RankTooLarge {
        /// The rank found.
        rank: usize,
    },

    /// A dimension is zero.
    #[error("dimension {axis} at byte {offset}: expected at least 1, found 0")]
    ZeroDimension {
        /// Which dimension, from 0.
        axis: usize,
        /// Where it stands in the header.
        offset: u64,
    },

    /// A dimension of an array to write does not fit the header.
    #[error("dimension {axis}: an IDX header holds at most 4294967295, found {found}")]
    DimensionTooLarge {
        /// Which dimension, from 0.
        axis: usize,
        /// Its length.
        found: usize,
    },

    /// The product of the dimensions does not fit this machine's memory addresses.
    #[error("{} elements of type {element} are more than this machine can address", shape_text(.dims))]
    TooLarge {
        /// The dimensions.
        dims: Vec<usize>,
        /// The element type.
        element: ElementType,
    },

    /// The elements are of another type than the caller asked for.
    #[error("element type at byte 2: expected {expected}, found {found}")]
    WrongType {
        /// The type asked for.
        expected: ElementType,
        /// The type of the file.
        found: ElementType,
    },

    /// The data (inflated, if it is gzip) ends before what the header announces.
    #[error(
        "too short: the header announces {expected} bytes in all, the data ends at byte {found}"
    )]
    TooShort {
        /// Bytes of header and data together.
        expected: u64,
        /// Bytes there are.
        found: u64,
    },

    /// The data (inflated, if it is gzip) goes on after what the header announces.
    #[error(
        "too long: the header announces {expected} bytes in all, {}",
        .found.map_or_else(
            || "the data goes on after them".to_owned(),
            |found| format!("the data has {found}"),
        )
    )]
    TooLong {
        /// Bytes of header and data together.
        expected: u64,
        /// Bytes there are, where that is known without reading them all.
        found: Option<u64>,
    },

    /// Gzip data stops in the middle of its stream: a download that was cut short.
    #[error(
        "gzip data cut short: it ends at compressed byte {offset} with {inflated} bytes inflated{}",
        .expected.map(|n| format!(" of {n}")).unwrap_or_default()
    )]
    GzipCutShort {
        /// Compressed bytes there are.
        offset: u64,
        /// Bytes inflated from them.
        inflated: u64,
        /// Bytes of header and data together, where the header could be read.
        expected: Option<u64>,
    },

    /// Gzip data that does not inflate, or whose own checksum is wrong.
    #[error("damaged gzip data at or before compressed byte {offset}: {reason}")]
    GzipDamaged {
        /// Compressed bytes consumed.
        offset: u64,
        /// What is wrong with it.
        reason: &'static str,
    },

    /// Gzip data that inflates beyond the ratio of the [limit](super::GzipLimit): a gzip bomb, or
    /// data so empty that a `Reader` with a higher limit is needed.
    #[error(
        "gzip bomb refused: the first {compressed} compressed bytes inflate to {inflated}, \
         above {ratio} to 1"
    )]
    GzipBomb {
        /// Compressed bytes consumed.
        compressed: u64,
        /// Bytes inflated from them.
        inflated: u64,
        /// The ratio of the limit.
        ratio: u64,
    },

    /// Gzip data that inflates beyond the size of the [limit](super::GzipLimit).
    #[error("the gzip data inflates to more than {most} bytes, the reader's limit")]
    GzipTooLarge {
        /// The limit.
        most: u64,
    },

    /// Bytes follow the gzip data.
    #[error(
        "bytes after the gzip data, from compressed byte {offset}: expected the end of the file"
    )]
    GzipTrailing {
        /// Where they begin.
        offset: u64,
    },

    /// The machine refused the memory for the data.
    #[error("no memory for {bytes} bytes of data")]
    OutOfMemory {
        /// Bytes asked for.
        bytes: u64,
    },
}

/// Dimensions for messages: `60000×28×28`.
pub(crate) fn shape_text(dims: &[usize]) -> String {
    dims.iter()
        .map(usize::to_string)
        .collect::<Vec<_>>()
        .join("×")
}

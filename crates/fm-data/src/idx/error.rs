//! What can be wrong with an IDX file.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::{ElementType, MAX_RANK};
use crate::Content;

/// Why reading or writing IDX data failed, and in which file where there is one.
#[derive(Debug)]
#[non_exhaustive]
pub struct IdxError {
    /// The file, when the data came from or went to a file.
    pub path: Option<PathBuf>,
    /// The reason.
    pub kind: IdxErrorKind,
}

impl IdxError {
    pub(crate) fn in_file(kind: IdxErrorKind, path: &Path) -> Self {
        let path = Some(path.to_owned());
        Self { path, kind }
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

/// The reasons. Offsets and lengths are in bytes.
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

    /// No dimensions, or more than are supported.
    #[error("rank at byte 3: expected 1 to {MAX_RANK}, found {rank}")]
    Rank {
        /// The rank found.
        rank: usize,
    },

    /// A dimension is zero, or does not fit the header.
    #[error("dimension {axis} at byte {}: expected 1 to 4294967295, found {found}", 4 + 4 * axis)]
    Dimension {
        /// Which dimension, from 0.
        axis: usize,
        /// Its length.
        found: usize,
    },

    /// The product of the dimensions does not fit this machine's memory addresses.
    #[error("{array} are more elements than this machine can address")]
    TooLarge {
        /// Dimensions and element type.
        array: String,
    },

    /// The elements are of another type than the caller asked for.
    #[error("element type at byte 2: expected {expected}, found {found}")]
    WrongType {
        /// The type asked for.
        expected: ElementType,
        /// The type of the file.
        found: ElementType,
    },

    /// The data (inflated, if it is gzip) ends inside the header or before what it announces.
    #[error("too short: the header announces {expected} bytes, the data ends at byte {found}")]
    TooShort {
        /// Bytes of the header, or once it is known of header and data together.
        expected: u64,
        /// Bytes there are.
        found: u64,
    },

    /// The data (inflated, if it is gzip) goes on after what the header announces.
    #[error("too long: the header announces {expected} bytes, the data goes on after them")]
    TooLong {
        /// Bytes of header and data together.
        expected: u64,
    },

    /// Gzip data stops in the middle of its stream: a download that was cut short.
    #[error(
        "gzip data cut short: it ends at compressed byte {offset}, with {inflated} bytes inflated"
    )]
    GzipCutShort {
        /// Compressed bytes there are.
        offset: u64,
        /// Bytes inflated from them.
        inflated: u64,
    },

    /// Gzip data that does not inflate, whose own checksum is wrong, or that something follows.
    #[error("damaged gzip data at or before compressed byte {offset}: {reason}")]
    GzipDamaged {
        /// Compressed bytes consumed.
        offset: u64,
        /// What is wrong with it.
        reason: String,
    },

    /// Gzip data that inflates beyond the limits.
    #[error(
        "gzip bomb refused: the first {compressed} compressed bytes inflate to {inflated}; \
         the limits are 1 GiB at any ratio, 200 to 1 beyond that, and 16 GiB in all"
    )]
    GzipBomb {
        /// Compressed bytes consumed.
        compressed: u64,
        /// Bytes inflated from them.
        inflated: u64,
    },

    /// The machine refused the memory for the data.
    #[error("no memory for {bytes} bytes of data")]
    OutOfMemory {
        /// Bytes asked for.
        bytes: u64,
    },
}

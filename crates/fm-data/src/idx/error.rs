//! What can be wrong with an IDX file.

use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::Content;

/// Why reading or writing IDX data failed, and in which file where there is one.
#[derive(Debug, thiserror::Error)]
#[error("{}{kind}", .path.as_ref().map(|path| format!("{}: ", path.display())).unwrap_or_default())]
#[non_exhaustive]
pub struct IdxError {
    /// The file, when the data came from or went to a file.
    pub path: Option<PathBuf>,
    /// The reason.
    pub kind: IdxErrorKind,
}

impl From<IdxErrorKind> for IdxError {
    fn from(kind: IdxErrorKind) -> Self {
        Self { path: None, kind }
    }
}

/// The reasons. Offsets and lengths are in bytes.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IdxErrorKind {
    /// The system refused to open, read or write.
    #[error("cannot {action}: {reason}")]
    Io {
        /// What was being done, and after how many bytes.
        action: String,
        /// The system's reason.
        reason: io::Error,
    },

    /// The data does not begin with two zero bytes.
    #[error("not IDX data: bytes 0 and 1 must be 00 00; this is {content}")]
    NotIdx {
        /// What data that begins so usually is.
        content: Content,
    },

    /// A field of the header that is not valid, or not what the caller asked for: what, at which
    /// byte, expected and found.
    #[error("{0}")]
    Header(String),

    /// More than this machine can address, has memory for, or that gzip data may inflate to.
    #[error("{0}")]
    TooLarge(String),

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
        reason: io::Error,
    },
}

impl IdxErrorKind {
    pub(super) fn io(action: impl fmt::Display, reason: io::Error) -> Self {
        let action = action.to_string();
        Self::Io { action, reason }
    }
}

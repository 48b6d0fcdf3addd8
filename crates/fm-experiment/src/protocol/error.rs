//! [`ProtocolError`], and what is wrong at which key.

use std::fmt::Display;

/// Why a text is not a valid protocol, or an override of one is not.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum ProtocolError {
    /// The file cannot be read.
    #[error("cannot read the protocol {path}")]
    Read {
        /// Path of the file.
        path: String,
        /// What the file system said.
        source: std::sync::Arc<std::io::Error>,
    },
    /// Not TOML, an unknown or missing key, a value that is not allowed.
    #[error("protocol {place}: {reason}")]
    Invalid {
        /// Name of the protocol or path of its file, with the line where that is known.
        place: String,
        /// The key, what it must be and what it is.
        reason: String,
    },
    /// An override that cannot be applied.
    #[error("cannot set {key} to {value}: {reason}")]
    Override {
        /// The key as given.
        key: String,
        /// The value as given.
        value: String,
        /// Why not.
        reason: String,
    },
    /// An arm or a sweep that the protocol does not have.
    #[error("protocol {protocol} has no {what}{hint}")]
    Unknown {
        /// Name of the protocol.
        protocol: String,
        /// What was asked for, with its name.
        what: String,
        /// The nearest name, or those that exist.
        hint: String,
    },
}

/// The first thing that is wrong.
#[derive(Debug, thiserror::Error)]
#[error("{key} must be {expected}, found {found}")]
pub(crate) struct Problem {
    /// The key, such as `arms[1].phases[0].epochs`.
    pub(crate) key: String,
    pub(crate) expected: String,
    pub(crate) found: String,
}

impl Problem {
    /// In the protocol `name`, whose text is not known.
    pub(crate) fn of(self, name: &str) -> ProtocolError {
        ProtocolError::Invalid {
            place: name.to_owned(),
            reason: self.to_string(),
        }
    }
}

pub(super) fn problem(
    key: impl Into<String>,
    expected: impl Display,
    found: impl Display,
) -> Result<(), Problem> {
    Err(Problem {
        key: key.into(),
        expected: expected.to_string(),
        found: found.to_string(),
    })
}

/// A problem unless it is `valid`.
pub(crate) fn require(
    valid: bool,
    key: impl Into<String>,
    expected: impl Display,
    found: impl Display,
) -> Result<(), Problem> {
    match valid {
        true => Ok(()),
        false => problem(key, expected, found),
    }
}

pub(super) fn at_least_one(key: impl Into<String>, value: usize) -> Result<(), Problem> {
    require(value > 0, key, "1 or more", value)
}

/// A key of a table as a part of a longer key: in quotes where it has dots itself.
pub(super) fn part(key: &str) -> String {
    match key.contains(['.', '[']) {
        true => format!("{key:?}"),
        false => key.to_owned(),
    }
}

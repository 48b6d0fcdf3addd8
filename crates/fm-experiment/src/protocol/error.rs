//! [`ProtocolError`], and what is wrong at which key.

use std::fmt::Display;

/// Why a text is not a valid protocol, or an override of one is not: where, what is expected and what
/// is found.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub struct ProtocolError(pub(crate) String);

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
    /// In the protocol of this name or file, with the line where that is known.
    pub(crate) fn of(self, place: impl Display) -> ProtocolError {
        ProtocolError(format!("protocol {place}: {self}"))
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

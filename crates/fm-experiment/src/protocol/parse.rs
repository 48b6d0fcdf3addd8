//! Reading a protocol from TOML, with the line of whatever is wrong with it.

use std::path::Path;

use super::Protocol;
use super::check::{Part, Problem};

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
    /// Not TOML, an unknown or missing key, a value of another type.
    #[error("protocol {name}, line {line}: {reason}")]
    Syntax {
        /// Name of the protocol or path of its file.
        name: String,
        /// Line, counted from 1.
        line: usize,
        /// What is wrong and what is expected.
        reason: String,
    },
    /// An invalid value.
    #[error("protocol {name}, line {line}: {key} must be {expected}, found {found}")]
    Value {
        /// Name of the protocol or path of its file.
        name: String,
        /// Line, counted from 1.
        line: usize,
        /// The key, such as `arms[1].phases[0].epochs`.
        key: String,
        /// What it must be.
        expected: String,
        /// What it is.
        found: String,
    },
    /// An invalid value whose line is not known.
    #[error("protocol {name}: {key} must be {expected}, found {found}")]
    Key {
        /// Name of the protocol.
        name: String,
        /// The key, such as `task.target_classes[1]`.
        key: String,
        /// What it must be.
        expected: String,
        /// What it is.
        found: String,
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
    /// No optional arm of this name.
    #[error(
        "protocol {protocol} has no optional arm {name:?}{near}; it has: {}",
        if known.is_empty() { "none" } else { known }
    )]
    Arm {
        /// Name of the protocol.
        protocol: String,
        /// The name asked for.
        name: String,
        /// The names that exist.
        known: String,
        /// A hint.
        near: String,
    },
    /// No sweep of this name.
    #[error("protocol {protocol} has no sweep {name:?}{near}; add a table [sweeps.{name}]")]
    Sweep {
        /// Name of the protocol.
        protocol: String,
        /// The name asked for.
        name: String,
        /// A hint.
        near: String,
    },
}

impl ProtocolError {
    pub(super) fn of_key(name: &str, problem: &Problem) -> Self {
        Self::Key {
            name: name.to_owned(),
            key: key_text(&problem.key),
            expected: problem.expected.clone(),
            found: problem.found.clone(),
        }
    }
}

impl Protocol {
    /// Reads a protocol's TOML text; `name` says in errors whose text it is.
    ///
    /// # Errors
    /// [`ProtocolError`] with the line of the first thing that is wrong.
    pub fn parse(text: &str, name: &str) -> Result<Self, ProtocolError> {
        let protocol: Self = toml::from_str(text).map_err(|error| ProtocolError::Syntax {
            name: name.to_owned(),
            line: error.span().map_or(1, |span| line_at(text, span.start)),
            reason: format!("{}{}", error.message(), likely(error.message())),
        })?;
        match protocol.problem() {
            None => Ok(protocol),
            Some(problem) => Err(ProtocolError::Value {
                name: name.to_owned(),
                line: line_of(text, &problem.key),
                key: key_text(&problem.key),
                expected: problem.expected,
                found: problem.found,
            }),
        }
    }

    /// Reads a protocol's file.
    ///
    /// # Errors
    /// As [`parse`](Self::parse), and [`ProtocolError::Read`].
    pub fn read(path: &Path) -> Result<Self, ProtocolError> {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|source| ProtocolError::Read {
            path: name.clone(),
            source: source.into(),
        })?;
        Self::parse(&text, &name)
    }

    /// The protocol as TOML text, which [`parse`](Self::parse) reads back.
    pub fn to_toml(&self) -> String {
        toml::to_string_pretty(self).expect("a protocol is valid TOML")
    }
}

/// A hint at the name that is most likely meant, of those that a message about an unknown one lists
/// in backticks after it.
pub(super) fn likely(message: &str) -> String {
    if !message.starts_with("unknown ") {
        return String::new();
    }
    let mut names = message.split('`').skip(1).step_by(2);
    let unknown = names.next();
    unknown.map_or_else(String::new, |unknown| {
        crate::names::did_you_mean(unknown, names)
    })
}

fn line_at(text: &str, offset: usize) -> usize {
    let before = text.bytes().take(offset);
    1 + before.filter(|byte| *byte == b'\n').count()
}

/// The line of a key, or of the innermost part of it that the text has.
fn line_of(text: &str, key: &[Part]) -> usize {
    use toml::de::{DeTable, DeValue};
    let Ok(table) = DeTable::parse(text) else {
        return 1;
    };
    let mut start = table.span().start;
    let root = DeValue::Table(table.into_inner());
    let mut here = &root;
    for part in key {
        let next = match (here, part) {
            (DeValue::Table(table), Part::Key(key)) => table.get(key.as_str()),
            (DeValue::Array(array), Part::Index(index)) => array.get(*index),
            _ => None,
        };
        let Some(next) = next else { break };
        start = next.span().start;
        here = next.get_ref();
    }
    line_at(text, start)
}

pub(super) fn key_text(key: &[Part]) -> String {
    let mut text = String::new();
    for part in key {
        match part {
            Part::Key(key) if key.contains('.') => text.push_str(&format!(".{key:?}")),
            Part::Key(key) => text.push_str(&format!(".{key}")),
            Part::Index(index) => text.push_str(&format!("[{index}]")),
        }
    }
    text.trim_start_matches('.').to_owned()
}

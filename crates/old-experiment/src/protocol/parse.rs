//! Reading a protocol from TOML, with the line of whatever is wrong with it.

use std::path::Path;

use super::Protocol;
use super::check::{Part, Problem};

/// Why a text is not a protocol.
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
    /// Not TOML, a key too many or too few, a value of another type.
    #[error("protocol {name}, line {line}: {reason}")]
    Syntax {
        /// Name of the protocol or path of its file.
        name: String,
        /// Line, counted from 1.
        line: usize,
        /// What is wrong and what is expected.
        reason: String,
    },
    /// A value that cannot be.
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
            Some(Problem {
                key,
                expected,
                found,
            }) => Err(ProtocolError::Value {
                name: name.to_owned(),
                line: line_of(text, &key),
                key: key_text(&key),
                expected,
                found,
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
}

/// The name that is most likely meant, of those that a message about an unknown one lists in
/// backticks after it.
fn likely(message: &str) -> String {
    if !message.starts_with("unknown ") {
        return String::new();
    }
    let mut names = message.split('`').skip(1).step_by(2);
    let near = names
        .next()
        .and_then(|unknown| crate::single::nearest(unknown, names));
    near.map_or_else(String::new, |near| format!("; perhaps `{near}`"))
}

fn line_at(text: &str, offset: usize) -> usize {
    1 + text
        .bytes()
        .take(offset)
        .filter(|byte| *byte == b'\n')
        .count()
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
            (DeValue::Table(table), Part::Key(key)) => table.get(*key),
            (DeValue::Array(array), Part::Index(index)) => array.get(*index),
            _ => None,
        };
        let Some(next) = next else { break };
        start = next.span().start;
        here = next.get_ref();
    }
    line_at(text, start)
}

fn key_text(key: &[Part]) -> String {
    let mut text = String::new();
    for part in key {
        match part {
            Part::Key(key) if text.is_empty() => text.push_str(key),
            Part::Key(key) => text.push_str(&format!(".{key}")),
            Part::Index(index) => text.push_str(&format!("[{index}]")),
        }
    }
    text
}

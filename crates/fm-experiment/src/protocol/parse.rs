//! Reading a protocol from TOML, with the line of whatever is wrong with it.

use std::path::Path;

use super::Protocol;
use super::error::{Part, ProtocolError, key_text};

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

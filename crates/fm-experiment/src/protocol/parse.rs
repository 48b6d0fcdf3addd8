//! Reading a protocol from TOML, with the line of whatever is wrong with it.

use std::path::Path;

use super::Protocol;
use super::error::ProtocolError;
use super::path::{Step, steps};
use crate::names::explained;

impl Protocol {
    /// Reads a protocol's TOML text; `name` says in errors whose text it is.
    ///
    /// # Errors
    /// [`ProtocolError`] with the line of the first thing that is wrong.
    pub fn parse(text: &str, name: &str) -> Result<Self, ProtocolError> {
        let protocol: Self = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| line_at(text, span.start));
            let reason = explained(error.message());
            ProtocolError(format!("protocol {name}, line {line}: {reason}"))
        })?;
        match protocol.check() {
            Ok(()) => Ok(protocol),
            Err(problem) => {
                let line = line_of(text, &problem.key);
                Err(problem.of(format_args!("{name}, line {line}")))
            }
        }
    }

    /// Reads a protocol's file.
    ///
    /// # Errors
    /// As [`parse`](Self::parse), and what the file system says.
    pub fn read(path: &Path) -> Result<Self, ProtocolError> {
        let name = path.display().to_string();
        let unread = |error| ProtocolError(format!("cannot read the protocol {name}: {error}"));
        Self::parse(&std::fs::read_to_string(path).map_err(unread)?, &name)
    }

    /// The protocol as TOML text, which [`parse`](Self::parse) reads back.
    pub fn to_toml(&self) -> String {
        toml::to_string_pretty(self).expect("a protocol is valid TOML")
    }
}

fn line_at(text: &str, offset: usize) -> usize {
    let before = text.bytes().take(offset);
    1 + before.filter(|byte| *byte == b'\n').count()
}

/// The line of a key, or of the innermost part of it that the text has.
fn line_of(text: &str, key: &str) -> usize {
    use toml::de::{DeTable, DeValue};
    let Ok(table) = DeTable::parse(text) else {
        return 1;
    };
    let mut start = table.span().start;
    let root = DeValue::Table(table.into_inner());
    let mut here = &root;
    for step in steps(key).unwrap_or_default() {
        let next = match (here, step) {
            (DeValue::Table(table), Step::Key(key)) => table.get(key),
            (DeValue::Array(array), Step::Index(index)) => array.get(index),
            _ => None,
        };
        let Some(next) = next else { break };
        start = next.span().start;
        here = next.get_ref();
    }
    line_at(text, start)
}

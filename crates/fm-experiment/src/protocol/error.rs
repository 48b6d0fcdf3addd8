//! [`ProtocolError`], and what is wrong at which key.

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
    /// The sweep of this name is over other keys.
    #[error("the sweep {name} of protocol {protocol} is not over {key}; add {key:?} to its `over`")]
    Axis {
        /// Name of the protocol.
        protocol: String,
        /// Name of the sweep.
        name: String,
        /// The key asked for.
        key: String,
    },
    /// No sweep of this name.
    #[error(
        "protocol {protocol} has no sweep {name:?}, which would be a table [sweeps.{name}]{near}"
    )]
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

/// A step on the way to a value.
#[derive(Clone, Debug)]
pub(super) enum Part {
    Key(String),
    Index(usize),
}

/// A key of a table.
pub(super) fn key(name: &str) -> Part {
    Part::Key(name.to_owned())
}

/// The first thing that is wrong.
pub(super) struct Problem {
    pub(super) key: Vec<Part>,
    pub(super) expected: String,
    pub(super) found: String,
}

pub(super) fn problem(
    key: &[Part],
    expected: impl ToString,
    found: impl ToString,
) -> Result<(), Problem> {
    Err(Problem {
        key: key.to_vec(),
        expected: expected.to_string(),
        found: found.to_string(),
    })
}

pub(super) fn at_least_one(key: &[Part], value: usize) -> Result<(), Problem> {
    match value {
        0 => problem(key, "1 or more", value),
        _ => Ok(()),
    }
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

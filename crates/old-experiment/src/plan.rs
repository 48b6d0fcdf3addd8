//! [`Plan`]: what a results folder is the result of.

use fm_data::FileChecksum;
use fm_nn::Backend;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::protocol::Protocol;

/// Everything that decides the results, and on what machine they were begun.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Decides every byte of the results: two folders with equal ones hold equal results.
    #[serde(flatten)]
    pub identity: Identity,
    /// Where and with what the folder was begun; for people, never compared.
    pub made_with: MadeWith,
}

/// What decides the results.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Identity {
    /// Format of the folder.
    pub format: u32,
    /// The whole recipe.
    pub protocol: Protocol,
    /// The data.
    pub dataset: DatasetIdentity,
    /// The backend. The numbers of `blas` agree between machines to rounding only.
    pub backend: Backend,
    /// The seeds, ascending.
    pub seeds: Vec<u64>,
}

/// Which data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatasetIdentity {
    /// `fashion-mnist`, or `fashion-mnist-sample`.
    pub name: String,
    /// SHA-256 of its files.
    pub checksums: Vec<FileChecksum>,
}

/// Where and with what a folder was begun.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MadeWith {
    /// Version of this program.
    pub version: String,
    /// The processor's name.
    pub cpu: String,
    /// The kernel of the backend.
    pub kernel: String,
    /// The command line.
    pub command: Vec<String>,
}

/// Format of the folders that this version writes.
pub const FORMAT: u32 = 1;

/// Keys whose text is for people: it decides nothing.
const DESCRIPTIVE: [&str; 2] = ["about", "says"];

/// The first key at which two plans decide differently, and what stands there.
pub(crate) fn first_difference(there: &Value, here: &Value) -> Option<(String, String, String)> {
    match (there, here) {
        (Value::Object(a), Value::Object(b)) => {
            let only_here = b.keys().filter(|key| !a.contains_key(*key));
            let deciding = a.keys().chain(only_here);
            let mut deciding = deciding.filter(|key| !DESCRIPTIVE.contains(&key.as_str()));
            deciding.find_map(|key| {
                let nothing = Value::Null;
                let (a, b) = (
                    a.get(key).unwrap_or(&nothing),
                    b.get(key).unwrap_or(&nothing),
                );
                first_difference(a, b).map(|(rest, a, b)| (join(key, &rest), a, b))
            })
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() && !a.is_empty() => {
            let mut pairs = a.iter().zip(b).enumerate();
            pairs.find_map(|(i, (a, b))| {
                first_difference(a, b).map(|(rest, a, b)| (join(&format!("[{i}]"), &rest), a, b))
            })
        }
        _ if there == here => None,
        _ => Some((String::new(), short(there), short(here))),
    }
}

fn join(key: &str, rest: &str) -> String {
    let dot = if rest.is_empty() || rest.starts_with('[') {
        ""
    } else {
        "."
    };
    format!("{key}{dot}{rest}")
}

/// A value in one line that fits into a message.
fn short(value: &Value) -> String {
    const MOST: usize = 60;
    let cut = |text: &str| {
        let end = text.char_indices().nth(MOST)?.0;
        Some(format!("{}…", &text[..end]))
    };
    // A text is cut within its quotes.
    let cut = match value {
        Value::String(text) => cut(text).map(|text| Value::String(text).to_string()),
        other => cut(&other.to_string()),
    };
    cut.unwrap_or_else(|| value.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_decides_is_a_difference() {
        let plan = |about: &str, epochs: u32| json!({"protocol": {"about": about, "arms": [{"says": about, "epochs": epochs}]}});
        assert_eq!(first_difference(&plan("a", 1), &plan("b", 1)), None);
        let expected = ["protocol.arms[0].epochs", "1", "2"].map(str::to_owned);
        let found = first_difference(&plan("a", 1), &plan("b", 2)).unwrap();
        assert_eq!([found.0, found.1, found.2], expected);

        let long = |start: &str| json!({ "sha256": format!("{start}{}", "0".repeat(63)) });
        let (_, there, here) = first_difference(&long("a"), &long("b")).unwrap();
        let cut = |start: &str| format!("\"{start}{}…\"", "0".repeat(59));
        assert_eq!([there, here], [cut("a"), cut("b")]);
    }
}

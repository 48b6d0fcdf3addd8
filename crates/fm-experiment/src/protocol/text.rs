//! Values on a command line: TOML in which bare words need no quotes.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::names::explained;

/// A value as a command line has it: TOML in which bare words need no quotes.
///
/// ```
/// use fm_experiment::protocol::parse_value;
/// use serde_json::json;
///
/// assert_eq!(parse_value("1e-3"), json!(0.001));
/// assert_eq!(parse_value("[sandal, 6]"), json!(["sandal", 6]));
/// assert_eq!(parse_value("{sgd={lr=0.1}}"), json!({"sgd": {"lr": 0.1}}));
/// assert_eq!(parse_value("he_normal"), json!("he_normal"));
/// ```
pub fn parse_value(text: &str) -> Value {
    parse_toml(&format!("value = {}", quoted(text)))
        .unwrap_or_else(|| Value::String(text.to_owned()))
}

/// The values of `text`, with commas between them: `20,50,all`, `[5,6],[sandal,shirt]`.
pub(crate) fn parse_list(text: &str) -> Option<Vec<Value>> {
    let list = parse_toml(&format!("value = [{}]", quoted(text)))?;
    list.as_array().cloned()
}

fn parse_toml(line: &str) -> Option<Value> {
    let mut table: Map<String, Value> = toml::from_str(line).ok()?;
    table.remove("value").filter(|_| table.is_empty())
}

/// Reads the inside of a TOML inline table in which bare words need no quotes:
/// `epochs=4,freeze=trunk`. An error names the key.
pub(crate) fn parse_table<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    let line = format!("{{{}}}", quoted(text));
    let parsed = toml::de::ValueDeserializer::parse(&line).and_then(T::deserialize);
    parsed.map_err(|error| {
        let message = explained(error.message());
        let start = error.span().map_or(0, |span| span.start);
        // Up to a value's start, this is its key; up to a key's or a table's, nothing.
        let before = line.get(..start).unwrap_or_default();
        let key = before.rsplit([',', '{']).next().unwrap_or_default();
        match key.split_once('=') {
            Some((key, _)) => format!("{}: {message}", key.trim()),
            None => message,
        }
    })
}

const DELIMITERS: [char; 6] = [',', '=', '{', '}', '[', ']'];

/// The text with quotes around the values that are not valid TOML without.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = match first {
            '\'' | '"' => rest[1..].find(first).map(|end| end + 2),
            first if DELIMITERS.contains(&first) => Some(1),
            _ => rest.find(DELIMITERS),
        };
        let (word, after) = rest.split_at(end.unwrap_or(rest.len()));
        let is_key = after.starts_with('=');
        match is_key || word.starts_with(['\'', '"']) || word.starts_with(DELIMITERS) {
            true => out.push_str(word),
            false => out.push_str(&quoted_word(word)),
        }
        rest = after;
    }
    out
}

/// A word that is a number or a boolean as it is, any other in quotes; so are NaN and infinity, which a
/// [`Value`] cannot be and which are read as null.
fn quoted_word(word: &str) -> String {
    let trimmed = word.trim();
    let value = parse_toml(&format!("value = {trimmed}"));
    match trimmed.is_empty() || value.is_some_and(|value| !value.is_null()) {
        true => word.to_owned(),
        false => toml::Value::String(trimmed.to_owned()).to_string(),
    }
}

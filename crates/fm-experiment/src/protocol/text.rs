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
    parse_toml(&format!("value = {}", quoted(text, false)))
        .unwrap_or_else(|| Value::String(text.to_owned()))
}

/// The values of `text`, with commas between them: `20,50,all`, `[5,6],[sandal,shirt]`.
pub(crate) fn parse_list(text: &str) -> Option<Vec<Value>> {
    match parse_toml(&format!("value = [{}]", quoted(text, false)))? {
        Value::Array(values) => Some(values),
        _ => None,
    }
}

fn parse_toml(line: &str) -> Option<Value> {
    let mut table: Map<String, Value> = toml::from_str(line).ok()?;
    match table.len() {
        1 => table.remove("value").filter(|value| !has_nan(value)),
        _ => None,
    }
}

/// NaN and infinity, which a [`Value`] cannot be, are read as null.
fn has_nan(value: &Value) -> bool {
    match value {
        Value::Array(values) => values.iter().any(has_nan),
        Value::Object(table) => table.values().any(has_nan),
        other => other.is_null(),
    }
}

/// Reads the inside of a TOML inline table in which bare words need no quotes:
/// `epochs=4,freeze=trunk`. An error names the key.
pub(crate) fn parse_table<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    // One key and then the table, so that offsets of errors are those of `line`.
    let line = format!("{{{}}}", quoted(text, true));
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

/// The text with quotes around the words that are not valid TOML without. `in_table` says whether
/// it begins with a key.
fn quoted(text: &str, in_table: bool) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    // Whether each bracket that is open is a table's.
    let mut open = vec![in_table];
    let mut is_key = in_table;
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        match first {
            '{' | '[' => open.push(first == '{'),
            '}' | ']' if open.len() > 1 => {
                open.pop();
            }
            '\'' | '"' => {
                let end = rest[1..].find(first).map_or(rest.len(), |end| end + 2);
                out.push_str(&rest[..end]);
                rest = &rest[end..];
                continue;
            }
            _ => {}
        }
        let in_table = open.last() == Some(&true);
        match first {
            '{' | '[' | ',' => is_key = in_table,
            '=' => is_key = false,
            '}' | ']' => {}
            _ => {
                let end = match is_key {
                    true => rest.find(['=', ',', '{', '}', '[', ']']),
                    // A value may contain an equals sign only inside quotes.
                    false => rest.find([',', '{', '}', '[', ']']),
                };
                let (word, after) = rest.split_at(end.unwrap_or(rest.len()));
                match is_key {
                    true => out.push_str(word),
                    false => out.push_str(&quoted_word(word)),
                }
                rest = after;
                continue;
            }
        }
        out.push(first);
        rest = &rest[first.len_utf8()..];
    }
    out
}

/// A word that is a number or a boolean as it is, any other in quotes.
fn quoted_word(word: &str) -> String {
    let trimmed = word.trim();
    let valid = trimmed.is_empty() || parse_toml(&format!("value = {trimmed}")).is_some();
    match valid {
        true => word.to_owned(),
        false => toml::Value::String(trimmed.to_owned()).to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn words_are_strings_and_the_rest_is_toml() {
        for (text, value) in [
            ("", json!("")),
            ("true", json!(true)),
            ("layers.0+layers.1.bias", json!("layers.0+layers.1.bias")),
            (
                "[[init],[order, init]]",
                json!([["init"], ["order", "init"]]),
            ),
            ("'5, 6'", json!("5, 6")),
            ("{cosine={}}", json!({"cosine": {}})),
            ("{a=b, c.d=[e, 1]}", json!({"a": "b", "c": {"d": ["e", 1]}})),
            // Nothing that TOML and a value can be: the text itself.
            ("[5", json!("[5")),
            ("nan", json!("nan")),
        ] {
            assert_eq!(parse_value(text), value, "{text}");
        }
        assert_eq!(parse_list("20,all"), Some(vec![json!(20), json!("all")]));
        assert_eq!(
            parse_list("[5,6],[a,b]"),
            Some(vec![json!([5, 6]), json!(["a", "b"])])
        );
    }
}

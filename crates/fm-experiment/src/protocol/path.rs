//! Overrides: a protocol with the values of some keys changed.
//!
//! A key is written as in errors: `source.epochs`, `network.hidden`,
//! `arms.transfer.phases[0].optimizer.sgd.lr`. Arms are named, and `arms.*` is every arm. A key that
//! starts with `*.`, such as `*.lr`, is every key of an arm that ends so.

use serde_json::Value;

use super::Protocol;
use super::error::ProtocolError;
use crate::names::{did_you_mean, explained};

impl Protocol {
    /// The protocol with the values of some keys changed, checked as a whole.
    ///
    /// ```
    /// use fm_experiment::Protocol;
    /// use serde_json::json;
    ///
    /// let protocol = Protocol::built_in("notebook-2e").unwrap();
    /// let changed = protocol.with(&[("*.lr".to_owned(), json!(0.01))])?;
    /// assert_eq!(changed.arms[1].phases[0].optimizer.lr(), 0.01);
    /// assert_eq!(changed.source, protocol.source);
    /// # Ok::<(), fm_experiment::protocol::ProtocolError>(())
    /// ```
    ///
    /// # Errors
    /// A key that does not exist, a value of another type, a value that is not allowed.
    pub fn with(&self, overrides: &[(String, Value)]) -> Result<Self, ProtocolError> {
        let changed = self.apply(overrides)?;
        let checked = changed.check().map(|()| changed);
        checked.map_err(|problem| problem.of(&self.name))
    }

    /// As [`with`](Self::with), without the check of the whole.
    pub(super) fn apply(&self, overrides: &[(String, Value)]) -> Result<Self, ProtocolError> {
        let mut tree = serde_json::to_value(self).expect("a protocol is plain data");
        for (key, value) in overrides {
            let failed = |reason| ProtocolError(format!("cannot set {key} to {value}: {reason}"));
            let set = match key.strip_prefix("*.") {
                Some(end) => set_all(&mut tree["arms"], end, value),
                None => {
                    let steps = steps(key).map_err(failed)?;
                    set(&mut tree, &steps, value).map_err(failed)?
                }
            };
            if set == 0 {
                return Err(failed("no arm has such a key".to_owned()));
            }
            // Checked one by one, so that the error names the key that caused it.
            let typed: Result<Self, _> = serde_json::from_value(tree);
            let typed = typed.map_err(|error| failed(explained(&error.to_string())))?;
            // As it is written in full, so that a later key finds what a short form stands for.
            tree = serde_json::to_value(typed).expect("a protocol is plain data");
        }
        Ok(serde_json::from_value(tree).expect("checked after the last override"))
    }
}

pub(super) enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

/// The steps of a key. A part that has dots itself is in double quotes.
pub(super) fn steps(key: &str) -> Result<Vec<Step<'_>>, String> {
    let mut steps = Vec::new();
    let mut rest = key;
    loop {
        let (name, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').ok_or("a quote is not closed")?,
            None => rest.split_at(rest.find(['.', '[']).unwrap_or(rest.len())),
        };
        if name.is_empty() {
            return Err("a key is names with dots between them".to_owned());
        }
        steps.push(Step::Key(name));
        rest = after;
        while let Some((index, after)) = rest.strip_prefix('[').and_then(|r| r.split_once(']')) {
            let index = index.parse();
            let index = index.map_err(|_| "a number is expected in brackets, counted from 0")?;
            steps.push(Step::Index(index));
            rest = after;
        }
        match rest.strip_prefix('.') {
            Some(next) => rest = next,
            None if rest.is_empty() => return Ok(steps),
            None => return Err(format!("unexpected {rest:?}")),
        }
    }
}

/// Sets the value at `steps`, and says at how many places.
fn set(tree: &mut Value, steps: &[Step<'_>], value: &Value) -> Result<usize, String> {
    let Some((step, rest)) = steps.split_first() else {
        *tree = value.clone();
        return Ok(1);
    };
    match (tree, step) {
        (Value::Object(table), Step::Key(key)) => {
            if rest.is_empty() {
                table.insert((*key).to_owned(), value.clone());
                return Ok(1);
            }
            if !table.contains_key(*key) {
                return Err(no_such(key, table.keys().map(String::as_str)));
            }
            set(&mut table[*key], rest, value)
        }
        (Value::Array(list), Step::Key("*")) => {
            let set = list.iter_mut().map(|item| set(item, rest, value));
            set.sum()
        }
        (Value::Array(list), Step::Key(name)) => {
            let named = |item: &Value| item.get("name").and_then(Value::as_str) == Some(name);
            let Some(index) = list.iter().position(named) else {
                let known = list.iter().filter_map(|item| item.get("name")?.as_str());
                return Err(no_such(name, known));
            };
            set(&mut list[index], rest, value)
        }
        (Value::Array(list), Step::Index(index)) => {
            let len = list.len();
            let item = list.get_mut(*index);
            let item = item.ok_or_else(|| format!("there are {len} values, no [{index}]"))?;
            set(item, rest, value)
        }
        (_, Step::Key(key)) => Err(format!("there is no table with a key {key:?}")),
        (_, Step::Index(index)) => Err(format!("there is no list with a value [{index}]")),
    }
}

fn no_such<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.collect();
    let hint = match did_you_mean(name, known.iter().copied()) {
        none if none.is_empty() => format!("; expected one of {}", known.join(", ")),
        near => near,
    };
    format!("there is no {name:?}{hint}")
}

/// Sets every key `end` below a value, and says at how many places.
fn set_all(tree: &mut Value, end: &str, value: &Value) -> usize {
    let all = |inner: &mut dyn Iterator<Item = &mut Value>| -> usize {
        inner.map(|inner| set_all(inner, end, value)).sum()
    };
    match tree {
        Value::Object(table) => {
            let found = table.get_mut(end).map(|found| *found = value.clone());
            usize::from(found.is_some()) + all(&mut table.values_mut())
        }
        Value::Array(list) => all(&mut list.iter_mut()),
        _ => 0,
    }
}

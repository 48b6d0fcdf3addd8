//! Overrides: a protocol with the values of some keys changed.
//!
//! A key is written as in errors: `source.epochs`, `network.hidden`,
//! `arms.transfer.phases[0].optimizer.sgd.lr`. Arms are named, and `arms.*` is every arm. A key that
//! starts with `*.`, such as `*.lr`, is every key of an arm that ends so.

use serde_json::Value;

use super::Protocol;
use super::error::ProtocolError;
use super::parse::likely;

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
    /// [`ProtocolError::Override`] for a key that does not exist or a value of another type,
    /// [`ProtocolError::Key`] for a value that is not allowed.
    pub fn with(&self, overrides: &[(String, Value)]) -> Result<Self, ProtocolError> {
        let changed = self.apply(overrides)?;
        match changed.problem() {
            None => Ok(changed),
            Some(problem) => Err(ProtocolError::of_key(&self.name, &problem)),
        }
    }

    /// As [`with`](Self::with), without the check of the whole.
    pub(super) fn apply(&self, overrides: &[(String, Value)]) -> Result<Self, ProtocolError> {
        let mut tree = serde_json::to_value(self).expect("a protocol is plain data");
        for (key, value) in overrides {
            let failed = |reason: String| ProtocolError::Override {
                key: key.clone(),
                value: value.to_string(),
                reason,
            };
            let set = match key.strip_prefix("*.") {
                Some(end) => set_all(&mut tree, end, value),
                None => {
                    let parts = parts(key).map_err(&failed)?;
                    set(&mut tree, &parts, value).map_err(&failed)?
                }
            };
            if set == 0 {
                return Err(failed("no arm has such a key".to_owned()));
            }
            // Checked one by one, so that the error names the key that caused it.
            let typed: Result<Self, _> = serde_json::from_value(tree.clone());
            let typed = typed.map_err(|error| {
                let error = error.to_string();
                failed(format!("{error}{}", likely(&error)))
            })?;
            // As it is written in full, so that a later key finds what a short form stands for.
            tree = serde_json::to_value(typed).expect("a protocol is plain data");
        }
        Ok(serde_json::from_value(tree).expect("checked after the last override"))
    }
}

enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

fn parts(key: &str) -> Result<Vec<Step<'_>>, String> {
    let mut steps = Vec::new();
    for part in key.split('.') {
        let (name, mut rest) = match part.find('[') {
            Some(at) => part.split_at(at),
            None => (part, ""),
        };
        if name.is_empty() {
            return Err("a key is names with dots between them".to_owned());
        }
        steps.push(Step::Key(name));
        while let Some((index, after)) = rest.strip_prefix('[').and_then(|r| r.split_once(']')) {
            let index = index.parse();
            steps.push(Step::Index(index.map_err(|_| {
                "a number is expected in brackets, counted from 0".to_owned()
            })?));
            rest = after;
        }
        if !rest.is_empty() {
            return Err(format!("unexpected {rest:?}"));
        }
    }
    Ok(steps)
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
            let known: Vec<String> = table.keys().cloned().collect();
            let Some(next) = table.get_mut(*key) else {
                let near = crate::names::did_you_mean(key, known.iter().map(String::as_str));
                return Err(format!("there is no {key:?}{near}"));
            };
            set(next, rest, value)
        }
        (Value::Array(list), Step::Key("*")) => {
            let set = list.iter_mut().map(|item| set(item, rest, value));
            set.sum()
        }
        (Value::Array(list), Step::Key(name)) => {
            let named = |item: &&mut Value| item.get("name").and_then(Value::as_str) == Some(name);
            let known: Vec<String> = list
                .iter()
                .filter_map(|item| item.get("name")?.as_str().map(str::to_owned))
                .collect();
            let Some(item) = list.iter_mut().find(named) else {
                let near = crate::names::did_you_mean(name, known.iter().map(String::as_str));
                return Err(format!("there is no {name:?}{near}"));
            };
            set(item, rest, value)
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

/// Sets every key `end` below the arms, and says at how many places.
fn set_all(tree: &mut Value, end: &str, value: &Value) -> usize {
    fn visit(tree: &mut Value, end: &str, value: &Value) -> usize {
        match tree {
            Value::Object(table) => {
                let here = usize::from(table.contains_key(end));
                if let Some(found) = table.get_mut(end) {
                    *found = value.clone();
                }
                here + table
                    .values_mut()
                    .map(|inner| visit(inner, end, value))
                    .sum::<usize>()
            }
            Value::Array(list) => list.iter_mut().map(|inner| visit(inner, end, value)).sum(),
            _ => 0,
        }
    }
    tree.get_mut("arms")
        .map_or(0, |arms| visit(arms, end, value))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn with(key: &str, value: Value) -> Result<Protocol, String> {
        let protocol = Protocol::built_in("notebook-2e").unwrap();
        let changed = protocol.with(&[(key.to_owned(), value)]);
        changed.map_err(|error| error.to_string())
    }

    #[test]
    fn keys_reach_every_value() {
        let changed = with("arms.transfer.phases[0].optimizer.sgd.lr", json!(0.5)).unwrap();
        assert_eq!(changed.arms[1].phases[0].optimizer.lr(), 0.5);
        assert_eq!(changed.arms[1].phases[1].optimizer.lr(), 1e-3);
        let changed = with("arms.*.phases[0].epochs", json!(3)).unwrap();
        assert!(changed.arms.iter().all(|arm| arm.phases[0].epochs == 3));
        assert_eq!(
            with("source.clip_norm", json!(1.0))
                .unwrap()
                .source
                .clip_norm,
            Some(1.0)
        );
        assert_eq!(
            with("network.hidden[4]", json!(7)).unwrap().network.hidden[4],
            7
        );
    }

    #[test]
    fn errors_name_the_key_and_a_near_one() {
        for (key, value, expected) in [
            ("source.epoch", json!(3), "did you mean \"epochs\"?"),
            ("sorce.epochs", json!(3), "did you mean \"source\"?"),
            (
                "arms.transfr.phases[0].epochs",
                json!(3),
                "did you mean \"transfer\"?",
            ),
            (
                "arms.transfer.phases[7].epochs",
                json!(3),
                "there are 2 values, no [7]",
            ),
            ("source.epochs", json!("many"), "expected usize"),
            (
                "source.epochs",
                json!(0),
                "source.epochs must be 1 or more, found 0",
            ),
            ("*.rate", json!(0), "no arm has such a key"),
            (
                "network.hidden[x]",
                json!(0),
                "a number is expected in brackets",
            ),
            ("", json!(0), "names with dots"),
        ] {
            let error = with(key, value).unwrap_err();
            assert!(error.contains(expected), "{key}: {error}");
        }
    }
}

//! [`SweepSpec`]: cells over the values of some keys.

use std::collections::BTreeMap;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::is_default;
use super::text::parse_list;

/// Cells over the values of some keys of the protocol: one key is an axis, several are a grid.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SweepSpec {
    /// Keys with their values: `over = { "task.target_rows" = [20, 50, "all"] }`. The values of
    /// `task.target_classes` may be `"pairs"`: every pair of classes.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub over: BTreeMap<String, Values>,
    /// Keys that have another value than in the protocol at every point.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub set: BTreeMap<String, Value>,
    /// The arm whose layers are reused, in place of `over`: for every number of layers from 0 to
    /// all, the curves AnB, AnB+, BnB and BnB+ of Yosinski et al. 2014.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layers_of: Option<String>,
    /// Names of the arms that are trained; all by default. The others are compared with the first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub arms: Vec<String>,
    /// The first seeds of the request, so many; all by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seeds: Option<usize>,
    /// How long arms are trained on fewer rows than the protocol's `target_rows`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub budget: Budget,
}

impl SweepSpec {
    /// Adds the values that a sweep over the same single key has beside these. A grid over several
    /// keys stays as it is: combinations that were never asked for would be missing.
    pub(crate) fn add_values(&mut self, other: &Self) {
        let over_one = self.over.len() == 1 && other.over.len() == 1;
        let Some((key, Values::List(more))) = other.over.iter().next().filter(|_| over_one) else {
            return;
        };
        if let Some(Values::List(values)) = self.over.get_mut(key) {
            let new = more.iter().filter(|value| !values.contains(value));
            let new: Vec<Value> = new.cloned().collect();
            values.extend(new);
        }
    }
}

/// The values of an axis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged, expecting = "expected a list of values, or \"pairs\"")]
pub enum Values {
    /// These.
    List(Vec<Value>),
    /// A word for many: `"pairs"`.
    Word(String),
}

/// As a command line has them: `20,50,all`, `[5,6],[sandal,shirt]`, `pairs`.
impl FromStr for Values {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match parse_list(text) {
            _ if text == "pairs" => Ok(Self::Word(text.to_owned())),
            Some(values) if !values.is_empty() => Ok(Self::List(values)),
            _ => Err(format!("invalid values {text:?}: write V1,V2,…")),
        }
    }
}

/// How long arms are trained on another number of rows than the protocol's `target_rows`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Budget {
    /// The arm's epochs; the number of steps follows the rows.
    #[default]
    Epochs,
    /// The arm's epochs, and where rows are fewer than `target_rows`, more of them, so that no
    /// phase takes fewer steps than it does there. A point of few rows then shows the effect of few
    /// rows, not of a shorter training.
    Steps,
}

/// What a seed moves; what it does not move comes from [`SeedSpec::held`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Moved {
    /// First weights, of source and target.
    Init,
    /// The order of rows and what dropout leaves out, of source and target.
    Order,
    /// Which target rows are trained on, drawn so that each class keeps its share. Held, they are
    /// the first rows in dataset order.
    TargetRows,
}

/// What a seed moves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SeedSpec {
    /// First weights and the order of rows by default.
    pub moves: Vec<Moved>,
    /// The seed of what is not moved; 0 by default.
    pub held: u64,
}

impl Default for SeedSpec {
    fn default() -> Self {
        Self {
            moves: vec![Moved::Init, Moved::Order],
            held: 0,
        }
    }
}

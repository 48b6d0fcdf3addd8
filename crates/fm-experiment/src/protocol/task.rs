//! [`TaskSpec`]: how the classes are split, and which target rows are trained on.

use serde::{Deserialize, Serialize};

use super::{ClassRef, is_default};

/// How the classes are split between the tasks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskSpec {
    /// Classes of the target task, by number or name; the first becomes label 0. The source task
    /// has the rest.
    pub target_classes: Vec<ClassRef>,
    /// Training rows of the target task: the first in dataset order.
    pub target_rows: RowCount,
    /// Share of the target task's training labels that a seed exchanges for another class, from 0
    /// (the default) to 1.
    #[serde(default, skip_serializing_if = "is_default")]
    pub label_noise: f64,
}

/// A number of rows: in TOML a number, or `"all"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    rename_all = "kebab-case",
    expecting = "expected a number of rows, or \"all\""
)]
pub enum RowCount {
    /// All rows.
    All,
    /// The first rows, so many.
    #[serde(untagged)]
    First(usize),
}

impl RowCount {
    /// The number of rows when `available` exist; `None` if that is fewer than asked for.
    pub fn of(self, available: usize) -> Option<usize> {
        match self {
            Self::First(rows) => (rows <= available).then_some(rows),
            Self::All => Some(available),
        }
    }
}

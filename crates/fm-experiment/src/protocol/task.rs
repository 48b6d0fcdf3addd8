//! [`TaskSpec`]: how the classes are split, and which target rows are trained on.

use serde::{Deserialize, Serialize};

use super::error::{Part, Problem, at_least_one, key, problem};
use super::{ClassRef, RowCount, is_default};

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

impl TaskSpec {
    /// Checks the table at `at`, without a dataset's classes.
    pub(super) fn check(&self, at: &[Part]) -> Result<(), Problem> {
        let inside = |name| [at, &[key(name)]].concat();
        let classes = self.target_classes.len();
        if classes < 2 {
            let found = format!("{classes} of them");
            problem(&inside("target_classes"), "2 or more classes", found)?;
        }
        if !(0.0..=1.0).contains(&self.label_noise) {
            problem(&inside("label_noise"), "from 0 to 1", self.label_noise)?;
        }
        match self.target_rows {
            RowCount::First(rows) => at_least_one(&inside("target_rows"), rows),
            RowCount::All => Ok(()),
        }
    }
}

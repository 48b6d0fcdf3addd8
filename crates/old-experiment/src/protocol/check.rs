//! What a protocol must keep to beyond its types.

use fm_data::published::CLASS_NAMES;
use fm_train::{Optimizer, TrainError};

use super::{Arm, Protocol};

/// A step on the way to a value.
#[derive(Clone, Copy, Debug)]
pub(super) enum Part {
    Key(&'static str),
    Index(usize),
}

/// The first thing that is wrong.
pub(super) struct Problem {
    pub(super) key: Vec<Part>,
    pub(super) expected: String,
    pub(super) found: String,
}

use Part::{Index, Key};

pub(super) fn problem(
    key: &[Part],
    expected: impl ToString,
    found: impl ToString,
) -> Result<(), Problem> {
    let (expected, found) = (expected.to_string(), found.to_string());
    Err(Problem {
        key: key.to_vec(),
        expected,
        found,
    })
}

pub(super) fn at_least_one(key: &[Part], value: usize) -> Result<(), Problem> {
    if value == 0 {
        problem(key, "1 or more", value)
    } else {
        Ok(())
    }
}

impl Protocol {
    pub(super) fn problem(&self) -> Option<Problem> {
        self.check_all().err()
    }

    fn check_all(&self) -> Result<(), Problem> {
        if !is_plain_name(&self.name) {
            problem(&[Key("name")], PLAIN_NAME, format!("{:?}", self.name))?;
        }
        self.check_data()?;
        self.check_task()?;
        if self.network.hidden.is_empty() {
            problem(
                &[Key("network"), Key("hidden")],
                "one or more hidden layers",
                "none",
            )?;
        }
        if let Some((layer, expected, found)) = self.network.too_large() {
            let key = [Key("network"), Key("hidden"), Index(layer)];
            problem(&key, expected, &found)?;
        }
        at_least_one(
            &[Key("training"), Key("batch_size")],
            self.training.batch_size,
        )?;
        let source_classes = CLASS_NAMES.len() - self.task.target_classes.len();
        let hidden = self.network.hidden.len();
        self.source
            .check(&[Key("source")], hidden, source_classes)?;
        if self.arms.is_empty() {
            problem(&[Key("arms")], "one or more arms", "none")?;
        }
        let optional = self.optional_arms.iter().enumerate();
        let arms = self.arms.iter().enumerate().map(|arm| ("arms", arm));
        let all = arms.chain(optional.map(|arm| ("optional_arms", arm)));
        let mut names = Vec::new();
        for (list, (i, arm)) in all {
            if names.contains(&&arm.name) {
                let found = format!("a second {:?}", arm.name);
                problem(
                    &[Key(list), Index(i), Key("name")],
                    "a name of its own",
                    found,
                )?;
            }
            names.push(&arm.name);
            self.check_arm(list, i, arm)?;
        }
        self.check_comparisons()?;
        self.check_curves()
    }

    fn check_data(&self) -> Result<(), Problem> {
        let data = &self.data;
        let key = |name| [Key("data"), Key(name)];
        at_least_one(&key("validation_rows"), data.validation_rows)?;
        if let Some(rows) = data.test_rows {
            at_least_one(&key("test_rows"), rows)?;
        }
        match data.train_rows {
            Some(rows) if rows <= data.validation_rows => {
                let expected = format!("more than validation_rows ({})", data.validation_rows);
                problem(&key("train_rows"), expected, rows)
            }
            _ => Ok(()),
        }
    }

    fn check_task(&self) -> Result<(), Problem> {
        let classes = &self.task.target_classes;
        let n = CLASS_NAMES.len();
        let key = [Key("task"), Key("target_classes")];
        if !(2..=n - 2).contains(&classes.len()) {
            let expected = format!("2 to {} classes", n - 2);
            problem(&key, expected, format!("{} of them", classes.len()))?;
        }
        for (i, &class) in classes.iter().enumerate() {
            let key = [key[0], key[1], Index(i)];
            if usize::from(class) >= n {
                problem(&key, format!("a class from 0 to {}", n - 1), class)?;
            }
            if classes[..i].contains(&class) {
                problem(&key, "a class of its own", format!("a second {class}"))?;
            }
        }
        at_least_one(&[Key("task"), Key("target_rows")], self.task.target_rows)
    }

    fn check_arm(&self, list: &'static str, i: usize, arm: &Arm) -> Result<(), Problem> {
        let key = |name| [Key(list), Index(i), Key(name)];
        if !is_plain_name(&arm.name) {
            problem(&key("name"), PLAIN_NAME, format!("{:?}", arm.name))?;
        }
        if arm.phases.is_empty() {
            problem(&key("phases"), "one or more phases", "none")?;
        }
        for (p, phase) in arm.phases.iter().enumerate() {
            let key = [Key(list), Index(i), Key("phases"), Index(p)];
            let hidden = self.network.hidden.len();
            phase.check(&key, hidden, self.task.target_classes.len())?;
        }
        Ok(())
    }
}

pub(super) fn check_optimizer(key: &[Part], optimizer: &Optimizer) -> Result<(), Problem> {
    let Err(error) = optimizer.check() else {
        return Ok(());
    };
    let mut key = key.to_vec();
    key.push(Key(optimizer.name()));
    match error {
        TrainError::Setting {
            name,
            expected,
            found,
        } => {
            key.push(Key(name));
            problem(&key, expected, found)
        }
        other => problem(&key, "an optimizer that can be", other),
    }
}

const PLAIN_NAME: &str = "letters, digits, '-' and '_' (it becomes part of file names)";

fn is_plain_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    !name.is_empty() && name.len() <= 64 && name.chars().all(plain)
}

//! What a protocol must satisfy beyond its types.

use super::error::Part::{self, Index};
use super::error::{Problem, ProtocolError, at_least_one, key, problem};
use super::sweep::Values;
use super::{Arm, Freeze, Protocol, SweepSpec, TrunkOrigin};

impl Protocol {
    pub(super) fn problem(&self) -> Option<Problem> {
        self.check_all().err()
    }

    /// The numbers of the target classes among the `names` of a dataset's classes.
    ///
    /// # Errors
    /// [`ProtocolError::Key`] for a class that the dataset does not have, for fewer than two classes
    /// on either side, and for class weights of another number of classes.
    pub fn target_classes(&self, names: &[String]) -> Result<Vec<u8>, ProtocolError> {
        let found = self.resolve_classes(names);
        found.map_err(|problem| ProtocolError::of_key(&self.name, &problem))
    }

    fn resolve_classes(&self, names: &[String]) -> Result<Vec<u8>, Problem> {
        let at = [key("task"), key("target_classes")];
        let most = names.len().saturating_sub(2);
        let mut classes = Vec::new();
        for (i, class) in self.task.target_classes.iter().enumerate() {
            let at = [&at[..], &[Index(i)]].concat();
            match class.resolve(names) {
                Ok(number) if classes.contains(&number) => {
                    problem(&at, "a class that is not listed before", class)?;
                }
                Ok(number) => classes.push(number),
                Err(expected) => problem(&at, expected, class)?,
            }
        }
        if !(2..=most).contains(&classes.len()) {
            let expected = "2 or more classes that leave 2 or more for the source task";
            let found = format!("{} of the dataset's {}", classes.len(), names.len());
            problem(&at, expected, found)?;
        }
        let hidden = self.network.hidden.len();
        let rest = names.len() - classes.len();
        self.source.check(&[key("source")], hidden, Some(rest))?;
        for (i, arm) in self.arms.iter().enumerate() {
            for (p, phase) in arm.phases.iter().enumerate() {
                let at = [key("arms"), Index(i), key("phases"), Index(p)];
                phase.check(&at, hidden, Some(classes.len()))?;
            }
        }
        Ok(classes)
    }

    fn check_all(&self) -> Result<(), Problem> {
        if !is_plain_name(&self.name) {
            problem(&[key("name")], PLAIN_NAME, format!("{:?}", self.name))?;
        }
        self.check_data()?;
        self.task.check(&[key("task")])?;
        let hidden = [key("network"), key("hidden")];
        if self.network.hidden.is_empty() {
            problem(&hidden, "one or more hidden layers", "none")?;
        }
        if let Some((layer, expected, found)) = self.network.too_large() {
            problem(&[&hidden[..], &[Index(layer)]].concat(), expected, &found)?;
        }
        let batch = [key("training"), key("batch_size")];
        at_least_one(&batch, self.training.batch_size)?;
        let hidden = self.network.hidden.len();
        self.source.check(&[key("source")], hidden, None)?;
        if self.arms.is_empty() {
            problem(&[key("arms")], "one or more arms", "none")?;
        }
        let optional = self.optional_arms.iter().enumerate();
        let arms = self.arms.iter().enumerate().map(|arm| ("arms", arm));
        let all = arms.chain(optional.map(|arm| ("optional_arms", arm)));
        let mut names: Vec<&str> = vec!["source"];
        for (list, (i, arm)) in all {
            if names.contains(&arm.name.as_str()) {
                let found = format!("a second {:?}", arm.name);
                let at = [key(list), Index(i), key("name")];
                problem(&at, "a name that no other model has", found)?;
            }
            names.push(&arm.name);
            self.check_arm(&[key(list), Index(i)], arm)?;
        }
        self.check_comparisons()?;
        self.check_tune()?;
        for (name, sweep) in &self.sweeps {
            self.check_sweep(&[key("sweeps"), key(name)], sweep)?;
        }
        Ok(())
    }

    fn check_data(&self) -> Result<(), Problem> {
        let data = &self.data;
        let at = |name| [key("data"), key(name)];
        at_least_one(&at("validation_rows"), data.validation_rows)?;
        if let Some(rows) = data.test_rows {
            at_least_one(&at("test_rows"), rows)?;
        }
        match data.train_rows {
            Some(rows) if rows <= data.validation_rows => {
                let expected = format!("more than validation_rows ({})", data.validation_rows);
                problem(&at("train_rows"), expected, rows)
            }
            _ => Ok(()),
        }
    }

    fn check_arm(&self, at: &[Part], arm: &Arm) -> Result<(), Problem> {
        let inside = |name| [at, &[key(name)]].concat();
        if !is_plain_name(&arm.name) {
            problem(&inside("name"), PLAIN_NAME, format!("{:?}", arm.name))?;
        }
        if arm.phases.is_empty() {
            problem(&inside("phases"), "one or more phases", "none")?;
        }
        let hidden = self.network.hidden.len();
        for (p, phase) in arm.phases.iter().enumerate() {
            let at = [at, &[key("phases"), Index(p)]].concat();
            phase.check(&at, hidden, None)?;
        }
        if let Some(reuse) = arm.reuse
            && reuse > hidden
        {
            let expected = format!("at most {hidden}, the number of hidden layers");
            problem(&inside("reuse"), expected, reuse)?;
        }
        if let TrunkOrigin::Arm(name) = &arm.trunk {
            let other = self.arm(name).or_else(|| self.optional_arm(name));
            let own = |other: &Arm| !matches!(other.trunk, TrunkOrigin::Arm(_));
            if !other.is_some_and(own) {
                let expected = "an arm whose own trunk is not another arm's";
                problem(&inside("trunk"), expected, format!("{name:?}"))?;
            }
        }
        Ok(())
    }

    fn check_comparisons(&self) -> Result<(), Problem> {
        for (i, pairing) in self.comparisons.iter().enumerate() {
            let at = [key("comparisons"), Index(i)];
            for (name, arm) in [("arm", &pairing.arm), ("against", &pairing.against)] {
                if self.arm(arm).or_else(|| self.optional_arm(arm)).is_none() {
                    let at = [&at[..], &[key(name)]].concat();
                    problem(&at, "the name of an arm", format!("{arm:?}"))?;
                }
            }
            if pairing.arm == pairing.against {
                problem(
                    &at,
                    "two different arms",
                    format!("{:?} twice", pairing.arm),
                )?;
            }
            if self.comparisons[..i].contains(pairing) {
                problem(
                    &at,
                    "a comparison that is not listed before",
                    "a repetition",
                )?;
            }
        }
        Ok(())
    }

    fn check_sweep(&self, at: &[Part], sweep: &SweepSpec) -> Result<(), Problem> {
        let inside = |name| [at, &[key(name)]].concat();
        match (&sweep.layers_of, sweep.over.is_empty()) {
            (None, true) => problem(at, "over or layers_of", "neither")?,
            (Some(_), false) => problem(at, "one of over and layers_of", "both")?,
            (None, false) => {}
            (Some(name), true) => {
                let whole = |arm: &Arm| {
                    let trainable = |f: &Freeze| matches!(f, Freeze::Nothing | Freeze::First(0));
                    let fresh = arm.trunk == TrunkOrigin::Fresh;
                    fresh && arm.phases.iter().all(|p| trainable(&p.freeze))
                };
                if !self.arm(name).is_some_and(whole) {
                    let expected = "the name of an arm with a fresh trunk and nothing frozen";
                    problem(&inside("layers_of"), expected, format!("{name:?}"))?;
                }
            }
        }
        for (over, values) in &sweep.over {
            let at = [at, &[key("over"), key(over)]].concat();
            match values {
                Values::List(values) if values.is_empty() => {
                    problem(&at, "one or more values", "none")?;
                }
                Values::Word(word) if word != "pairs" || over != "task.target_classes" => {
                    let expected = "a list of values (\"pairs\" is for task.target_classes)";
                    problem(&at, expected, format!("{word:?}"))?;
                }
                _ => {}
            }
        }
        for (i, name) in sweep.arms.iter().enumerate() {
            let at = [at, &[key("arms"), Index(i)]].concat();
            if self.arm(name).is_none() {
                problem(&at, "the name of an arm", format!("{name:?}"))?;
            }
            if sweep.arms[..i].contains(name) {
                problem(&at, "an arm that is not listed before", format!("{name:?}"))?;
            }
        }
        sweep
            .seeds
            .map_or(Ok(()), |seeds| at_least_one(&inside("seeds"), seeds))
    }
}

const PLAIN_NAME: &str = "letters, digits, '-' and '_' (it becomes part of file names)";

fn is_plain_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    !name.is_empty() && name.len() <= 64 && name.chars().all(plain)
}

//! What a protocol must satisfy beyond its types.

use super::error::{Problem, ProtocolError, at_least_one, part, problem, require};
use super::sweep::Values;
use super::{Arm, Freeze, Protocol, RowCount, SweepSpec, TrunkOrigin, check_phase};

impl Protocol {
    /// The numbers of the target classes among the `names` of a dataset's classes.
    ///
    /// # Errors
    /// A class that the dataset does not have, fewer than two classes on either side, class weights of
    /// another number of classes.
    pub fn target_classes(&self, names: &[String]) -> Result<Vec<u8>, ProtocolError> {
        let found = self.resolve_classes(names);
        found.map_err(|problem| problem.of(&self.name))
    }

    fn resolve_classes(&self, names: &[String]) -> Result<Vec<u8>, Problem> {
        let key = "task.target_classes";
        let most = names.len().saturating_sub(2);
        let mut classes = Vec::new();
        for (i, class) in self.task.target_classes.iter().enumerate() {
            let (at, found) = (format!("{key}[{i}]"), serde_json::json!(class));
            match class.resolve(names) {
                Ok(number) if !classes.contains(&number) => classes.push(number),
                Ok(_) => problem(at, "a class that is not listed before", found)?,
                Err(expected) => problem(at, expected, found)?,
            }
        }
        let expected = "2 or more classes that leave 2 or more for the source task";
        let found = format!("{} of the dataset's {}", classes.len(), names.len());
        require((2..=most).contains(&classes.len()), key, expected, found)?;
        let hidden = self.network.hidden.len();
        let rest = names.len() - classes.len();
        check_phase(&self.source, "source", hidden, Some(rest))?;
        for (i, arm) in self.arms.iter().enumerate() {
            for (p, phase) in arm.phases.iter().enumerate() {
                let at = format!("arms[{i}].phases[{p}]");
                check_phase(phase, &at, hidden, Some(classes.len()))?;
            }
        }
        Ok(classes)
    }

    /// Checks everything that does not depend on a dataset.
    pub(super) fn check(&self) -> Result<(), Problem> {
        check_name("name", &self.name)?;
        self.check_rows()?;
        let hidden = self.network.hidden.len();
        let layers = "network.hidden";
        require(hidden > 0, layers, "one or more hidden layers", "none")?;
        self.network.check(layers)?;
        at_least_one("training.batch_size", self.training.batch_size)?;
        check_phase(&self.source, "source", hidden, None)?;
        require(!self.arms.is_empty(), "arms", "one or more arms", "none")?;
        let mut names = vec!["source"];
        for (list, arms) in [("arms", &self.arms), ("optional_arms", &self.optional_arms)] {
            for (i, arm) in arms.iter().enumerate() {
                let at = format!("{list}[{i}]");
                let (name, found) = (format!("{at}.name"), format!("a second {:?}", arm.name));
                let new = !names.contains(&arm.name.as_str());
                require(new, name, "a name that no other model has", found)?;
                names.push(&arm.name);
                self.check_arm(&at, arm)?;
            }
        }
        self.check_comparisons()?;
        self.check_tune()?;
        for (name, sweep) in &self.sweeps {
            self.check_sweep(&format!("sweeps.{}", part(name)), sweep)?;
        }
        Ok(())
    }

    fn check_rows(&self) -> Result<(), Problem> {
        let (data, task) = (&self.data, &self.task);
        at_least_one("data.validation_rows", data.validation_rows)?;
        at_least_one("data.test_rows", data.test_rows.unwrap_or(1))?;
        let (rows, held_out) = (data.train_rows.unwrap_or(usize::MAX), data.validation_rows);
        let expected = format!("more than validation_rows ({held_out})");
        require(rows > held_out, "data.train_rows", expected, rows)?;
        let (key, classes) = ("task.target_classes", task.target_classes.len());
        require(
            classes >= 2,
            key,
            "2 or more classes",
            format!("{classes} of them"),
        )?;
        let (key, noise) = ("task.label_noise", task.label_noise);
        require((0.0..=1.0).contains(&noise), key, "from 0 to 1", noise)?;
        match task.target_rows {
            RowCount::First(rows) => at_least_one("task.target_rows", rows),
            RowCount::All => Ok(()),
        }
    }

    fn check_arm(&self, at: &str, arm: &Arm) -> Result<(), Problem> {
        check_name(&format!("{at}.name"), &arm.name)?;
        let (phases, key) = (&arm.phases, format!("{at}.phases"));
        let hidden = self.network.hidden.len();
        for (p, phase) in phases.iter().enumerate() {
            check_phase(phase, &format!("{key}[{p}]"), hidden, None)?;
        }
        require(!phases.is_empty(), key, "one or more phases", "none")?;
        let reuse = arm.reuse.unwrap_or(0);
        let expected = format!("at most {hidden}, the number of hidden layers");
        require(reuse <= hidden, format!("{at}.reuse"), expected, reuse)?;
        let TrunkOrigin::Arm(name) = &arm.trunk else {
            return Ok(());
        };
        let other = self.arm(name).or_else(|| self.optional_arm(name));
        let own = other.is_some_and(|other| !matches!(other.trunk, TrunkOrigin::Arm(_)));
        let expected = "an arm whose own trunk is not another arm's";
        require(own, format!("{at}.trunk"), expected, format!("{name:?}"))
    }

    fn check_comparisons(&self) -> Result<(), Problem> {
        for (i, pairing) in self.comparisons.iter().enumerate() {
            let at = format!("comparisons[{i}]");
            for (name, arm) in [("arm", &pairing.arm), ("against", &pairing.against)] {
                let known = self.arm(arm).or_else(|| self.optional_arm(arm)).is_some();
                let (at, found) = (format!("{at}.{name}"), format!("{arm:?}"));
                require(known, at, "the name of an arm", found)?;
            }
            let (differ, twice) = (pairing.arm != pairing.against, "one twice");
            require(differ, &at, "two different arms", twice)?;
            let new = !self.comparisons[..i].contains(pairing);
            let expected = "a comparison that is not listed before";
            require(new, at, expected, "a repetition")?;
        }
        Ok(())
    }

    fn check_sweep(&self, at: &str, sweep: &SweepSpec) -> Result<(), Problem> {
        let (over, layers) = (!sweep.over.is_empty(), sweep.layers_of.is_some());
        let found = if over { "both" } else { "neither" };
        require(over != layers, at, "one of over and layers_of", found)?;
        if let Some(name) = &sweep.layers_of {
            let whole = |arm: &Arm| {
                let trainable = |f: &Freeze| matches!(f, Freeze::Nothing | Freeze::First(0));
                let fresh = arm.trunk == TrunkOrigin::Fresh;
                fresh && arm.phases.iter().all(|p| trainable(&p.freeze))
            };
            let whole = self.arm(name).is_some_and(whole);
            let expected = "the name of an arm with a fresh trunk and nothing frozen";
            let (at, found) = (format!("{at}.layers_of"), format!("{name:?}"));
            require(whole, at, expected, found)?;
        }
        for (over, values) in &sweep.over {
            let at = format!("{at}.over.{}", part(over));
            match values {
                Values::List(values) => {
                    require(!values.is_empty(), at, "one or more values", "none")?;
                }
                Values::Word(word) => {
                    let pairs = word == "pairs" && over == "task.target_classes";
                    let expected = "a list of values (\"pairs\" is for task.target_classes)";
                    require(pairs, at, expected, format!("{word:?}"))?;
                }
            }
        }
        for (i, name) in sweep.arms.iter().enumerate() {
            let (at, found) = (format!("{at}.arms[{i}]"), format!("{name:?}"));
            require(self.arm(name).is_some(), &at, "the name of an arm", &found)?;
            let new = !sweep.arms[..i].contains(name);
            require(new, at, "an arm that is not listed before", found)?;
        }
        at_least_one(format!("{at}.seeds"), sweep.seeds.unwrap_or(1))
    }
}

/// Names become part of file names.
fn check_name(at: &str, name: &str) -> Result<(), Problem> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let valid = (1..=64).contains(&name.len()) && name.chars().all(plain);
    let expected = "1 to 64 letters, digits, '-' and '_' (it becomes part of file names)";
    require(valid, at, expected, format!("{name:?}"))
}

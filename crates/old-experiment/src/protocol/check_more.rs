//! What optional arms, comparisons and curves must keep to.

use super::check::{
    Part::{Index, Key},
    Problem, at_least_one, problem,
};
use super::{Arm, Freeze, Protocol, RowCount, TrunkOrigin};

impl Protocol {
    pub(super) fn check_comparisons(&self) -> Result<(), Problem> {
        for (i, pairing) in self.comparisons.iter().enumerate() {
            for (key, name) in [("arm", &pairing.arm), ("against", &pairing.against)] {
                if self.arm(name).or_else(|| self.optional_arm(name)).is_none() {
                    problem(
                        &[Key("comparisons"), Index(i), Key(key)],
                        "the name of an arm",
                        format!("{name:?}"),
                    )?;
                }
            }
            let key = [Key("comparisons"), Index(i)];
            if pairing.arm == pairing.against {
                problem(&key, "two arms", format!("{:?} twice", pairing.arm))?;
            }
            if self.comparisons[..i].contains(pairing) {
                problem(&key, "a comparison of its own", "a second one of the same")?;
            }
        }
        Ok(())
    }

    pub(super) fn check_curves(&self) -> Result<(), Problem> {
        if let Some(samples) = &self.curves.samples {
            let key = |name| [Key("curves"), Key("samples"), Key(name)];
            if samples.rows.is_empty() {
                problem(&key("rows"), "one or more numbers of rows", "none")?;
            }
            for (i, rows) in samples.rows.iter().enumerate() {
                let key = [Key("curves"), Key("samples"), Key("rows"), Index(i)];
                if let RowCount::First(rows) = rows {
                    at_least_one(&key, *rows)?;
                }
                let ascending = match (i.checked_sub(1).map(|i| samples.rows[i]), rows) {
                    (None, _) | (Some(RowCount::First(_)), RowCount::All) => true,
                    (Some(RowCount::First(before)), RowCount::First(rows)) => before < *rows,
                    (Some(RowCount::All), _) => false,
                };
                if !ascending {
                    problem(&key, "more than the one before", format!("{rows:?}"))?;
                }
            }
            self.check_curve_arms("samples", &samples.arms)?;
        }
        if let Some(depth) = &self.curves.depth {
            let key = [Key("curves"), Key("depth"), Key("arm")];
            let whole = |arm: &Arm| {
                let thawed = |freeze: &Freeze| matches!(freeze, Freeze::Nothing | Freeze::First(0));
                arm.trunk == TrunkOrigin::Fresh && arm.phases.iter().all(|p| thawed(&p.freeze))
            };
            if !self.arm(&depth.arm).is_some_and(whole) {
                problem(
                    &key,
                    "the name of an arm with a fresh trunk and nothing frozen",
                    format!("{:?}", depth.arm),
                )?;
            }
        }
        if let Some(vary) = &self.curves.vary {
            self.check_curve_arms("vary", &vary.arms)?;
        }
        if let Some(pairs) = &self.curves.pairs {
            self.check_curve_arms("pairs", &pairs.arms)?;
            if let Some(seeds) = pairs.seeds {
                at_least_one(&[Key("curves"), Key("pairs"), Key("seeds")], seeds)?;
            }
        }
        Ok(())
    }

    fn check_curve_arms(&self, curve: &'static str, names: &[String]) -> Result<(), Problem> {
        let key = [Key("curves"), Key(curve), Key("arms")];
        if names.len() < 2 {
            let found = format!("{} of them", names.len());
            problem(&key, "two or more names of arms", found)?;
        }
        for (i, name) in names.iter().enumerate() {
            let key = [Key("curves"), Key(curve), Key("arms"), Index(i)];
            if self
                .arm(name)
                .is_none_or(|arm| arm.trunk == TrunkOrigin::ShuffledSource)
            {
                problem(
                    &key,
                    "the name of an arm on a fresh trunk or the source's",
                    format!("{name:?}"),
                )?;
            }
            if names[..i].contains(name) {
                problem(&key, "a name of its own", format!("a second {name:?}"))?;
            }
        }
        Ok(())
    }
}

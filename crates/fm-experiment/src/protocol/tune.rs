//! [`TuneSpec`]: settings that every arm chooses for itself, and the [`Trial`]s of an arm.

use std::collections::BTreeMap;

use fm_train::{Schedule, Seeds, shuffle};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::error::{Problem, ProtocolError, at_least_one, part, problem, require};
use super::{Arm, Phase, Protocol, TrunkOrigin, check_phase};

/// Settings that every arm chooses by cross-validation on its own target rows, before it is trained
/// on all of them. Test rows choose nothing, and neither do the validation rows.
///
/// Every arm has the same `space`, the same number of trials, the same folds and the same largest
/// number of epochs, so that no arm is better only because it was tuned longer (Dodge et al., "Show
/// Your Work", EMNLP 2019).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TuneSpec {
    /// Parts that an arm's rows are divided into, each with its share of every class; each part is
    /// held out once. 5 by default.
    #[serde(default = "TuneSpec::default_folds")]
    pub folds: usize,
    /// The numbers of epochs to choose from, all phases together, ascending. They are read off along
    /// one training of the last of them; the last phase of an arm gets what the others leave.
    pub epochs: Vec<usize>,
    /// How many combinations of `space` each arm tries: a random choice, the same for every seed and
    /// for arms of equal spaces. All by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trials: Option<usize>,
    /// Keys of the protocol's arms with the values to choose from, such as
    /// `"*.lr" = [0.01, 0.03]`. A key that names an arm is tuned in that arm only.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub space: BTreeMap<String, Vec<Value>>,
}

/// A combination of settings that an arm may choose.
#[derive(Clone, Debug, PartialEq)]
pub struct Trial {
    /// The keys of the space with their values.
    pub settings: Vec<(String, Value)>,
    /// The arm's phases with these settings, as long as the largest number of epochs.
    pub phases: Vec<Phase>,
}

pub(crate) type Trials = BTreeMap<String, Vec<Trial>>;

impl TuneSpec {
    fn default_folds() -> usize {
        5
    }
}

/// The arm that a key of the space names; `*` for every arm.
fn arm_of(key: &str) -> &str {
    let rest = key.strip_prefix("arms.").unwrap_or("*");
    rest.split('.').next().unwrap_or_default()
}

impl Protocol {
    /// What arms choose from on so many target rows, by their names; empty if the protocol does not
    /// tune.
    ///
    /// A single trial of a single number of epochs is no choice: the arm then is the same cell as in
    /// a protocol that has these settings.
    pub(crate) fn trials(&self, names: &[String], rows: usize) -> Result<Trials, ProtocolError> {
        let folds = self.tune.as_ref().map_or(0, |tune| tune.folds);
        let expected = format!("at most {rows}, the number of target rows");
        let trials = require(folds <= rows, "tune.folds", expected, folds)
            .and_then(|()| self.find_trials(|arm| names.contains(&arm.name)));
        trials.map_err(|problem| problem.of(&self.name))
    }

    /// Checks `tune`, and that every arm can be tuned.
    pub(super) fn check_tune(&self) -> Result<(), Problem> {
        let Some(tune) = &self.tune else {
            return Ok(());
        };
        let arms = self.arms.iter().chain(&self.optional_arms);
        let names: Vec<&str> = arms.map(|arm| arm.name.as_str()).collect();
        require(tune.folds >= 2, "tune.folds", "2 or more", tune.folds)?;
        let from_1 = tune.epochs.first().is_some_and(|&epochs| epochs > 0);
        let ascending = from_1 && tune.epochs.is_sorted_by(|a, b| a < b);
        let expected = "one or more numbers from 1 on, ascending";
        let found = format!("{:?}", tune.epochs);
        require(ascending, "tune.epochs", expected, found)?;
        at_least_one("tune.trials", tune.trials.unwrap_or(1))?;
        for (name, values) in &tune.space {
            let at = format!("tune.space.{}", part(name));
            require(!values.is_empty(), &at, "one or more values", "none")?;
            let of_phases = name.starts_with("arms.") && name.contains(".phases[");
            let valid = of_phases || name.starts_with("*.");
            let expected = "a key of an arm, such as \"*.lr\" or \"arms.NAME.phases[0].epochs\"";
            require(valid, &at, expected, format!("{name:?}"))?;
            let arm = arm_of(name);
            let near = crate::names::did_you_mean(arm, names.iter().copied());
            let (known, expected) = (arm == "*" || names.contains(&arm), "a key of an arm");
            require(known, at, format!("{expected}{near}"), format!("{arm:?}"))?;
        }
        self.find_trials(|_| true).map(drop)
    }

    fn find_trials(&self, of: impl Fn(&Arm) -> bool) -> Result<Trials, Problem> {
        let mut all = Trials::new();
        let Some(tune) = &self.tune else {
            return Ok(all);
        };
        let mut first: Option<(&str, usize)> = None;
        for (i, arm) in self.arms.iter().enumerate().filter(|(_, arm)| of(arm)) {
            let trials = self.trials_of(&format!("arms[{i}]"), arm, tune)?;
            let (other, count) = *first.get_or_insert((&arm.name, trials.len()));
            let expected = "such that every arm has the same number of combinations, or no fewer \
                            than `tune.trials`";
            let found = format!("{count} of {other} and {} of {}", trials.len(), arm.name);
            require(trials.len() == count, "tune.space", expected, found)?;
            all.insert(arm.name.clone(), trials);
        }
        Ok(all)
    }

    fn trials_of(&self, at: &str, arm: &Arm, tune: &TuneSpec) -> Result<Vec<Trial>, Problem> {
        let most = *tune.epochs.last().unwrap_or(&0);
        let hidden = self.network.hidden.len();
        check_arm(at, arm, most, hidden)?;
        // The arm alone, since each combination is written out and read again.
        let alone = Self {
            arms: vec![arm.clone()],
            optional_arms: Vec::new(),
            sweeps: BTreeMap::new(),
            tune: None,
            ..self.clone()
        };
        let axes = tune.space.iter();
        let axes = axes.filter(|(key, _)| ["*", &arm.name].contains(&arm_of(key)));
        let axes: Vec<(&String, &Vec<Value>)> = axes.collect();
        let sizes = axes.iter().map(|(_, values)| values.len());
        let count = sizes.fold(1, usize::saturating_mul);
        // More than anybody tries are most likely a typing error.
        let expected = "an arm with at most 10000 combinations of tune.space";
        require(count <= 10_000, at, expected, count)?;
        let mut trials: Vec<Trial> = Vec::new();
        for index in chosen(count, tune.trials, self.seed.held) {
            let mut rest = index;
            // The last key changes fastest, as in a sweep.
            let mut settings: Vec<(String, Value)> = Vec::new();
            for (name, values) in axes.iter().rev() {
                settings.insert(0, ((*name).clone(), values[rest % values.len()].clone()));
                rest /= values.len();
            }
            let changed = alone.apply(&settings).map_err(|error| Problem {
                key: at.to_owned(),
                expected: "an arm that tune.space applies to".to_owned(),
                found: format!("{}: {error}", arm.name),
            });
            let changed = changed?.arms.remove(0);
            let mut phases = changed.phases.clone();
            let only_phases = Arm {
                phases: arm.phases.clone(),
                ..changed.clone()
            };
            let of_phases = only_phases == *arm && phases.len() == arm.phases.len();
            let expected = "keys of the phases of an arm";
            require(of_phases, "tune.space", expected, format!("{settings:?}"))?;
            check_arm(at, &changed, most, hidden)?;
            let before = epochs_before_last(&phases);
            if let Some(last) = phases.last_mut() {
                last.epochs = most.saturating_sub(before);
            }
            for (p, phase) in phases.iter().enumerate() {
                check_phase(phase, &format!("{at}.phases[{p}]"), hidden, None)?;
            }
            if let Some(same) = trials.iter().find(|trial| trial.phases == phases) {
                let (same, arm) = (&same.settings, &arm.name);
                let found = format!("{same:?} and {settings:?}, which train {arm} alike");
                problem("tune.space", "combinations that differ", found)?;
            }
            trials.push(Trial { settings, phases });
        }
        Ok(trials)
    }
}

/// Epochs of all phases but the last, which gets what a tuned number of epochs leaves.
pub(crate) fn epochs_before_last(phases: &[Phase]) -> usize {
    phases.iter().rev().skip(1).map(|phase| phase.epochs).sum()
}

/// The combinations that are tried, ascending: all, or a random choice.
fn chosen(count: usize, trials: Option<usize>, seed: u64) -> Vec<usize> {
    let mut order = vec![0; count];
    let mut rng = Seeds::new(seed).stream("tune/trials").rng();
    shuffle(&mut order, &mut rng);
    order.truncate(trials.unwrap_or(count));
    order.sort_unstable();
    order.into_iter().map(|index| index as usize).collect()
}

/// What cross-validation along one training cannot do is refused.
fn check_arm(at: &str, arm: &Arm, most_epochs: usize, hidden: usize) -> Result<(), Problem> {
    if let TrunkOrigin::Arm(other) = &arm.trunk {
        let expected = "\"fresh\", \"source\" or \"shuffled-source\" where arms are tuned (another arm's \
                        trunk has been trained on the rows that cross-validation holds out)";
        problem(format!("{at}.trunk"), expected, format!("{other:?}"))?;
    }
    for (p, phase) in arm.phases.iter().enumerate() {
        let at = |key: &str| format!("{at}.phases[{p}].{key}");
        let constant = phase.schedule == Schedule::default();
        let expected = "\"constant\" where arms are tuned, since the number of epochs is read off \
                        along one training";
        let found = format!("{:?}", phase.schedule);
        require(constant, at("schedule"), expected, found)?;
        let expected = "left out where arms are tuned, since validation rows choose nothing there";
        let stops = phase.early_stopping.is_some();
        require(!stops, at("early_stopping"), expected, "a rule")?;
        let lowers = phase.reduce_on_plateau.is_some();
        require(!lowers, at("reduce_on_plateau"), expected, "a rule")?;
        let mask = phase.freeze.mask(hidden + 1);
        let frozen = mask.is_ok_and(|mask| mask.lowest_trainable().is_none());
        let expected = "a mask that leaves something to train: without it the arm has no learning \
                        rate to tune";
        require(!frozen, at("freeze"), expected, &phase.freeze)?;
    }
    let before = epochs_before_last(&arm.phases);
    let (fewer, key) = (before < most_epochs, format!("{at}.phases"));
    let most = format!("{most_epochs} epochs, the most of tune.epochs");
    let expected = format!("phases before the last of fewer than {most}");
    require(fewer, key, expected, before)
}

//! [`Protocol`]: the whole recipe of an experiment, as data.

mod arm;
mod check;
mod class;
mod error;
mod parse;
mod path;
mod phase;
mod sweep;
mod task;
mod text;
mod tune;

pub use arm::{Arm, Streams, TrunkOrigin};
pub use class::ClassRef;
pub use error::ProtocolError;
pub(crate) use error::{Problem, require};
pub use fm_nn::Freeze;
pub use fm_train::Phase;
pub(crate) use phase::check_phase;
pub use phase::{PhaseTextError, parse_phase};
pub use sweep::{Budget, Moved, SeedSpec, SweepSpec, Values};
pub use task::{RowCount, TaskSpec};
pub use text::parse_value;
pub use tune::{Trial, TuneSpec};
pub(crate) use tune::{Trials, epochs_before_last};

use std::collections::BTreeMap;
use std::fmt;

use fm_nn::{Activation, Init, TrunkSpec};
use serde::{Deserialize, Serialize};

/// The protocols that are compiled in: name and TOML text. The first is the default.
pub const BUILT_IN: [(&str, &str); 6] = [
    (
        "notebook-2e",
        include_str!("../../protocols/notebook-2e.toml"),
    ),
    ("fair", include_str!("../../protocols/fair.toml")),
    ("quick", include_str!("../../protocols/quick.toml")),
    ("book-2e", include_str!("../../protocols/book-2e.toml")),
    (
        "third-edition",
        include_str!("../../protocols/third-edition.toml"),
    ),
    (
        "course-as-published",
        include_str!("../../protocols/course-as-published.toml"),
    ),
];

/// The whole recipe: data, tasks, network, training, arms. A seed adds randomness only.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Protocol {
    /// Short name, part of a results folder's name.
    pub name: String,
    /// One line: where the recipe comes from.
    #[serde(default)]
    pub about: String,
    /// Which rows are used.
    pub data: DataSpec,
    /// How the classes are split.
    pub task: TaskSpec,
    /// The hidden layers.
    pub network: NetworkSpec,
    /// What all trainings share.
    pub training: TrainingSpec,
    /// What a seed moves.
    #[serde(default)]
    pub seed: SeedSpec,
    /// The training on the source task.
    pub source: Phase,
    /// Settings that every arm chooses for itself; none by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tune: Option<TuneSpec>,
    /// Ways of training on the target task.
    pub arms: Vec<Arm>,
    /// Arms that are not trained; [`with_arms`](Self::with_arms) turns them on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub optional_arms: Vec<Arm>,
    /// Which arms are compared; see [`pairings`](Self::pairings).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub comparisons: Vec<Pairing>,
    /// Sweeps by name, trained where they are asked for.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sweeps: BTreeMap<String, SweepSpec>,
}

/// Two arms that are compared seed by seed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pairing {
    /// Name of the arm.
    pub arm: String,
    /// Name of the arm it is compared with.
    pub against: String,
}

impl Pairing {
    pub(crate) fn new(arm: &str, against: &str) -> Self {
        Self {
            arm: arm.to_owned(),
            against: against.to_owned(),
        }
    }

    /// Every arm against the first.
    pub(crate) fn with_first(arms: &[&str]) -> Vec<Self> {
        let others = arms.iter().skip(1);
        others.map(|arm| Self::new(arm, arms[0])).collect()
    }
}

/// "transfer − scratch".
impl fmt::Display for Pairing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} − {}", self.arm, self.against)
    }
}

/// Which rows of the dataset are used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataSpec {
    /// Name of a published dataset; `fashion-mnist` by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dataset: Option<String>,
    /// The first rows of the training file, before validation rows are taken; all by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub train_rows: Option<usize>,
    /// The first rows of the test file; all by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_rows: Option<usize>,
    /// How many of the training rows are held out.
    pub validation_rows: usize,
    /// Which they are; the first by default.
    #[serde(default, skip_serializing_if = "is_default")]
    pub validation_at: ValidationAt,
}

/// Which of the training rows are held out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ValidationAt {
    /// The first.
    #[default]
    Start,
    /// The last.
    End,
}

/// The hidden layers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkSpec {
    /// Units of each hidden layer, from the input on.
    pub hidden: Vec<usize>,
    /// Activation of every hidden layer.
    pub activation: Activation,
    /// How weights are drawn.
    pub init: Init,
}

impl NetworkSpec {
    /// Refuses layers that are empty, or so large that they would take gigabytes, most likely by a typing
    /// error; `at` is the key of their list.
    pub(crate) fn check(&self, at: &str) -> Result<(), Problem> {
        for (layer, &units) in self.hidden.iter().enumerate() {
            let (key, valid) = (format!("{at}[{layer}]"), (1..=65_536).contains(&units));
            require(valid, key, "1 to 65536 units in each layer", units)?;
        }
        for (layer, pair) in (1..).zip(self.hidden.windows(2)) {
            let (key, weights) = (format!("{at}[{layer}]"), pair[0] * pair[1]);
            let expected = "at most 67108864 weights between two layers";
            require(weights <= 67_108_864, key, expected, weights)?;
        }
        Ok(())
    }

    /// The trunk on `inputs` inputs.
    pub fn trunk(&self, inputs: usize) -> TrunkSpec {
        TrunkSpec {
            inputs,
            hidden: self.hidden.clone(),
            activation: self.activation,
            init: self.init,
        }
    }
}

/// What all trainings of a protocol share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingSpec {
    /// Rows of a step.
    pub batch_size: usize,
}

impl Protocol {
    /// A protocol that is compiled in.
    pub fn built_in(name: &str) -> Option<Self> {
        let (_, text) = BUILT_IN.iter().find(|(built_in, _)| *built_in == name)?;
        Some(Self::parse(text, name).expect("a test reads the built-in protocols"))
    }

    /// The arm of a name.
    pub fn arm(&self, name: &str) -> Option<&Arm> {
        self.arms.iter().find(|arm| arm.name == name)
    }

    /// The optional arm of a name.
    pub fn optional_arm(&self, name: &str) -> Option<&Arm> {
        self.optional_arms.iter().find(|arm| arm.name == name)
    }

    /// The protocol with these optional arms turned on, after the others. Arms that are on already
    /// stay as they are.
    ///
    /// # Errors
    /// A name that no arm has.
    pub fn with_arms(mut self, names: &[String]) -> Result<Self, ProtocolError> {
        for name in names {
            if let Some(index) = self.optional_arms.iter().position(|arm| arm.name == *name) {
                let arm = self.optional_arms.remove(index);
                self.arms.push(arm);
            } else if self.arm(name).is_none() {
                let known = self.optional_arms.iter().map(|arm| arm.name.as_str());
                let known: Vec<&str> = known.collect();
                return Err(self.has_no(&format!("optional arm {name:?}"), name, &known));
            }
        }
        Ok(self)
    }

    /// An error for a name that the protocol does not have, with the nearest and all that it has.
    pub(crate) fn has_no(&self, what: &str, name: &str, known: &[&str]) -> ProtocolError {
        let near = crate::names::did_you_mean(name, known.iter().copied());
        let all = match known {
            [] => "none".to_owned(),
            known => known.join(", "),
        };
        let name = &self.name;
        ProtocolError(format!(
            "protocol {name} has no {what}; it has: {all}{near}"
        ))
    }

    /// The comparisons that are made: those written down whose arms are both on, or where none
    /// are, every arm against the first.
    pub fn pairings(&self) -> Vec<Pairing> {
        if self.comparisons.is_empty() {
            let names: Vec<&str> = self.arms.iter().map(|arm| arm.name.as_str()).collect();
            return Pairing::with_first(&names);
        }
        let on = |name: &str| self.arm(name).is_some();
        let both = |pairing: &&Pairing| on(&pairing.arm) && on(&pairing.against);
        self.comparisons.iter().filter(both).cloned().collect()
    }
}

pub(crate) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

//! [`Recipe`]: everything that decides one cell.

use fm_nn::Backend;
use serde::{Deserialize, Serialize};

use crate::key::Key;
use crate::protocol::{DataSpec, NetworkSpec, Phase, Streams, ValidationAt, is_default};

/// Version of the canonical form; records of another are of another program.
pub(crate) const FORMAT: u32 = 1;

/// One scored training with every override applied, and its randomness.
///
/// What does not change a result is not in it: the name of the protocol and of the arm, the number
/// of jobs, the machine, the folder. A setting at its default is left out of the canonical form, so
/// that a setting that is added later changes no key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// Version of the canonical form.
    pub format: u32,
    /// SHA-256 over the checksums of the dataset's files.
    pub dataset: String,
    /// What computes the products. The numbers of `blas` agree between machines to rounding only.
    pub backend: Backend,
    /// Which rows are used.
    pub rows: RowsUsed,
    /// Classes of the target task; the source task has the rest.
    pub target_classes: Vec<u8>,
    /// The hidden layers.
    pub network: NetworkSpec,
    /// Rows of a step.
    pub batch_size: usize,
    /// The seed that first weights come from.
    pub init_seed: u64,
    /// The seed that the order of rows, and what dropout leaves out, come from.
    pub order_seed: u64,
    /// The training on the source task: the cell's own, or what its trunk was trained by. `None` if
    /// the cell reuses nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceRecipe>,
    /// The training on the target task; `None` for the source network itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arm: Option<ArmRecipe>,
}

/// Which rows of the dataset are used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowsUsed {
    /// The first rows of the training file, so many; all by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub train: Option<usize>,
    /// The first rows of the test file, so many; all by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<usize>,
    /// Rows held out of the training rows.
    pub validation: usize,
    /// Which they are.
    #[serde(default, skip_serializing_if = "is_default")]
    pub validation_at: ValidationAt,
}

impl RowsUsed {
    pub(crate) fn of(data: &DataSpec) -> Self {
        Self {
            train: data.train_rows,
            test: data.test_rows,
            validation: data.validation_rows,
            validation_at: data.validation_at,
        }
    }

    /// Rows of each class that remain for training, of a training file with these labels.
    pub(crate) fn per_class(&self, labels: &[u8], n_classes: usize) -> Vec<usize> {
        let labels = &labels[..self.train.unwrap_or(labels.len()).min(labels.len())];
        let held_out = self.validation.min(labels.len());
        let kept = match self.validation_at {
            ValidationAt::Start => &labels[held_out..],
            ValidationAt::End => &labels[..labels.len() - held_out],
        };
        let mut counts = vec![0; n_classes];
        for &label in kept {
            counts[usize::from(label)] += 1;
        }
        counts
    }
}

/// The training on the source task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceRecipe {
    /// Epochs, optimizer and the rest.
    pub phase: Phase,
    /// Whether the labels are shuffled.
    #[serde(default, skip_serializing_if = "is_default")]
    pub shuffled_labels: bool,
}

/// The training on the target task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ArmRecipe {
    /// Training rows.
    pub rows: usize,
    /// The seed that draws them, each class with its share; `None` for the first in dataset order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows_seed: Option<u64>,
    /// Which labels are exchanged for another class; none by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label_noise: Option<LabelNoise>,
    /// Where the trunk comes from.
    pub trunk: TrunkRecipe,
    /// The streams of new layers and of the order of rows.
    #[serde(default, skip_serializing_if = "is_default")]
    pub streams: Streams,
    /// The phases, in order; none where they are chosen from `tuning`.
    pub phases: Vec<Phase>,
    /// What the phases are chosen from, by cross-validation on the arm's rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tuning: Option<Tuning>,
}

impl ArmRecipe {
    /// Epochs of the training on all rows; of a tuned one, the most there may be.
    pub fn epochs(&self) -> usize {
        match &self.tuning {
            Some(tuning) => tuning.most_epochs(),
            None => self.phases.iter().map(|phase| phase.epochs).sum(),
        }
    }
}

/// Settings that are chosen by cross-validation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tuning {
    /// Parts of the rows, each held out once.
    pub folds: usize,
    /// Numbers of epochs to choose from, all phases together, ascending.
    pub epochs: Vec<usize>,
    /// The phases to choose from, as long as the last of `epochs`.
    pub trials: Vec<Vec<Phase>>,
}

impl Tuning {
    /// The largest number of epochs.
    pub fn most_epochs(&self) -> usize {
        *self.epochs.last().unwrap_or(&0)
    }

    /// The phases of a trial at a number of epochs.
    pub fn phases(&self, trial: usize, epochs: usize) -> Vec<Phase> {
        let mut phases = self.trials[trial].clone();
        if let Some(last) = phases.last_mut() {
            last.epochs -= self.most_epochs() - epochs;
        }
        phases
    }
}

/// Labels that are exchanged for another class.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LabelNoise {
    /// Share of the rows, above 0 and at most 1.
    pub share: f64,
    /// The seed that chooses them and their new classes.
    pub seed: u64,
}

/// Where an arm's trunk comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum TrunkRecipe {
    /// New weights.
    Fresh,
    /// A copy of the source network's.
    Source {
        /// Layers reused from the input on; all by default.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        layers: Option<usize>,
    },
    /// A copy of what another training on the target task has made.
    Arm {
        /// That training.
        arm: Box<ArmRecipe>,
        /// Layers reused from the input on; all by default.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        layers: Option<usize>,
    },
}

impl TrunkRecipe {
    pub(crate) fn reuses_source(&self) -> bool {
        match self {
            Self::Fresh => false,
            Self::Source { .. } => true,
            Self::Arm { arm, .. } => arm.trunk.reuses_source(),
        }
    }
}

impl Recipe {
    /// The canonical form: JSON without spaces, keys in the order of the types.
    pub fn canonical(&self) -> String {
        serde_json::to_string(self).expect("a recipe is plain data")
    }

    /// The key: SHA-256 of the [canonical form](Self::canonical).
    pub fn key(&self) -> Key {
        Key::of(self.canonical().as_bytes())
    }

    /// Epochs of the cell's own training; of a tuned arm, the most there may be.
    pub fn epochs(&self) -> usize {
        let source = self.source.as_ref().map_or(0, |source| source.phase.epochs);
        self.arm.as_ref().map_or(source, ArmRecipe::epochs)
    }

    /// The [work](crate::Job::work) of the cell, where a source training has `source_rows`.
    pub(crate) fn work(&self, source_rows: usize) -> u64 {
        let rows = self.arm.as_ref().map_or(source_rows, |arm| arm.rows);
        let tuning = self.arm.as_ref().and_then(|arm| arm.tuning.as_ref());
        // Each trial once without each fold.
        let folds = tuning.map_or(0, |tuning| {
            tuning.trials.len() * tuning.folds.saturating_sub(1)
        });
        (self.epochs() as u64).saturating_mul((rows * (folds + 1)) as u64)
    }
}

//! [`Record`]: what a cell leaves, as a safetensors file.
//!
//! ```python
//! from safetensors.numpy import load_file
//! load_file("cells/3f/3f….safetensors")["logits"]     # float32 [rows, outputs]
//! ```
//!
//! The metadata has three entries: `recipe` (the canonical form, whose SHA-256 is the key), `record`
//! (JSON: scores or failure, history, digests) and `sha256` (of `record` and the arrays' bytes). A
//! record depends on its recipe only, so that equal cells are equal bytes: it has no times and no machine.

use fm_nn::tensors::TensorFile;
use fm_train::{EpochRecord, Scores};
use ndarray::{Array2, ArrayView1, Ix1, Ix2};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::arrays::{Wrong, array};
use crate::json::from_json;
use crate::key::Key;
use crate::recipe::{Recipe, Tuning};

/// What a cell leaves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// What decides it.
    #[serde(skip_serializing)]
    pub recipe: Recipe,
    /// Scores, or where the training failed.
    pub outcome: Outcome,
    /// One entry per epoch. Validation scores are there where the cell was part of a main table, or
    /// where a phase needs them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub history: Vec<EpochRecord>,
    /// Digest of the trunk's weights at the start and after each phase.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trunk_sha256: Vec<String>,
    /// Digest of the source network that the cell reuses, or is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_sha256: Option<String>,
    /// What the settings were chosen by, where they were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tuned: Option<Tuned>,
    /// Name of the file of the test rows, see [`TestRows`](crate::TestRows).
    pub test_rows: String,
    /// What each test row got; `None` for a failure.
    #[serde(skip)]
    pub predictions: Option<Predictions>,
}

/// How a cell ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Scores on the test rows, once, at the end.
    Scored(Scores),
    /// The training diverged. That is a result, not an error.
    Failed(Failure),
}

impl Outcome {
    /// The scores of a training that did not fail.
    pub fn scores(&self) -> Option<&Scores> {
        match self {
            Self::Scored(scores) => Some(scores),
            Self::Failed(_) => None,
        }
    }
}

/// Where a training diverged.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    /// `source` where the source training of the cell failed, else `target`.
    pub training: String,
    /// Phase, counted from 1.
    pub phase: usize,
    /// Epoch of the training, counted from 1.
    pub epoch: usize,
    /// Step of the epoch, counted from 1; 0 if the training ended and its test loss is not finite.
    pub step: usize,
    /// What happened.
    pub reason: String,
}

/// What cross-validation has found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tuned {
    /// Of each trial at each number of epochs, the scores over all rows of the arm, each by the
    /// network that was trained without its fold. `None` where a training has diverged, and where
    /// only the last phase would be missing.
    pub scores: Vec<Vec<Option<Scores>>>,
    /// Index of the trial that the arm was trained with: the best whose training on all rows did not
    /// diverge, and ended with a loss on them below that of equal probabilities if any did.
    pub trial: usize,
    /// The number of epochs with the lowest loss of that trial.
    pub epochs: usize,
    /// Trials with a lower loss that were not taken, because of their training on all rows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skipped: Vec<usize>,
}

impl Tuned {
    /// Whether there is a score for each trial and number of epochs, and one of each is chosen.
    fn fits(&self, tuning: &Tuning) -> bool {
        let whole = |scores: &Scores| scores.rows > 0 && scores.correct <= scores.rows;
        let of_trial = |scores: &Vec<Option<Scores>>| {
            scores.len() == tuning.epochs.len() && scores.iter().flatten().all(whole)
        };
        let trials = tuning.trials.len();
        self.scores.len() == trials
            && self.scores.iter().all(of_trial)
            && self.trial < trials
            && self.skipped.iter().all(|&trial| trial < trials)
            && tuning.epochs.contains(&self.epochs)
    }

    /// Of a trial the index of the number of epochs with the lowest loss, and the scores there;
    /// `None` if all diverged.
    pub fn best_of(&self, trial: usize) -> Option<(usize, &Scores)> {
        best(&self.scores[trial])
    }
}

/// The lowest loss, with its index; the first among equals.
pub(crate) fn best(scores: &[Option<Scores>]) -> Option<(usize, &Scores)> {
    let scores = scores.iter().enumerate();
    let scores = scores.filter_map(|(i, scores)| Some((i, scores.as_ref()?)));
    scores.min_by(|(_, a), (_, b)| a.loss.total_cmp(&b.loss))
}

/// What each test row got from a network.
#[derive(Clone, Debug, PartialEq)]
pub enum Predictions {
    /// Outputs of an arm, `[rows, outputs]`; with one output, class 1 is above 0.
    Logits(Array2<f32>),
    /// Of a source network, which is compared with nothing, the predicted class and its
    /// probability: eight logits a row would take twice the space of everything else.
    Classes {
        /// By row.
        class: Vec<u8>,
        /// By row.
        probability: Vec<f32>,
    },
}

impl Record {
    /// The scores of a training that did not fail.
    pub fn scores(&self) -> Option<&Scores> {
        self.outcome.scores()
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut file = TensorFile::default();
        let added = match &self.predictions {
            Some(Predictions::Logits(logits)) => file.add("logits", logits),
            Some(Predictions::Classes { class, probability }) => file
                .add("class", &ArrayView1::from(class))
                .and_then(|()| file.add("probability", &ArrayView1::from(probability))),
            None => Ok(()),
        };
        added.expect("the names differ");
        let described = serde_json::to_string(self).expect("a record is plain data");
        let sha256 = digest(&file, &described);
        let mut tell = |name: &str, text| file.metadata.insert(name.to_owned(), text);
        tell("recipe", self.recipe.canonical());
        tell("record", described);
        tell("sha256", sha256);
        file.to_bytes()
            .expect("a history is far below the limit of a header")
    }

    pub(crate) fn from_bytes(bytes: &[u8], key: &Key) -> Result<Self, Wrong> {
        let file = TensorFile::from_bytes(bytes)?;
        let entry = |name: &str| {
            let entry = file.metadata.get(name);
            entry.ok_or_else(|| format!("its metadata has no {name}"))
        };
        let (recipe, described) = (entry("recipe")?, entry("record")?);
        let found = Key::of(recipe.as_bytes());
        if found != *key {
            return Err(format!("its recipe has the key {found}").into());
        }
        if digest(&file, described) != *entry("sha256")? {
            return Err("its contents do not have the checksum that it states".into());
        }
        let unread = |error| format!("its record cannot be read: {error}");
        let mut parts: Map<String, Value> = from_json(described.as_bytes()).map_err(unread)?;
        let recipe: Value = from_json(recipe.as_bytes()).map_err(unread)?;
        parts.insert("recipe".to_owned(), recipe);
        let mut record: Self = serde_json::from_value(parts.into()).map_err(unread)?;
        let arm = record.recipe.arm.as_ref();
        let tuning = arm.and_then(|arm| arm.tuning.as_ref());
        let fits = |tuned: &Tuned| tuning.is_some_and(|tuning| tuned.fits(tuning));
        if !record.tuned.as_ref().is_none_or(fits) {
            return Err("its cross-validation does not fit its recipe".into());
        }
        if let Outcome::Scored(scores) = &record.outcome {
            record.predictions = Some(predictions(&file, arm.is_some(), scores)?);
        }
        Ok(record)
    }
}

/// SHA-256 of a text and of the arrays' bytes.
fn digest(file: &TensorFile<'_>, text: &str) -> String {
    let arrays = file.tensors().map(|(_, tensor)| &*tensor.data);
    let parts: Vec<&[u8]> = [text.as_bytes()].into_iter().chain(arrays).collect();
    Key::of(&parts.concat()).to_string()
}

fn predictions(file: &TensorFile<'_>, of_arm: bool, scores: &Scores) -> Result<Predictions, Wrong> {
    let Scores { correct, rows, .. } = *scores;
    if rows == 0 || correct > rows {
        return Err(format!("{correct} of {rows} test rows are right").into());
    }
    let (lens, predictions) = if of_arm {
        let logits = array::<f32, Ix2>(file, "logits")?;
        ([logits.nrows(); 2], Predictions::Logits(logits))
    } else {
        let class = array::<u8, Ix1>(file, "class")?.to_vec();
        let probability = array::<f32, Ix1>(file, "probability")?.to_vec();
        let lens = [class.len(), probability.len()];
        (lens, Predictions::Classes { class, probability })
    };
    match lens == [rows; 2] {
        true => Ok(predictions),
        false => Err(format!("its predictions have {lens:?} rows, expected {rows}").into()),
    }
}

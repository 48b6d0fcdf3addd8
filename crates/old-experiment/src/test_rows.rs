//! [`TestRowsSummary`]: what the predictions of all runs say, row by row.

use std::collections::BTreeMap;

use fm_train::{
    ConfusionMatrix, Reliability, TrainError, brier_score, predicted_classes, probabilities,
    roc_auc,
};
use ndarray::ArrayView2;
use serde::{Deserialize, Serialize};

use crate::predictions::{RunPredictions, TestRows};
use crate::protocol::Pairing;
use crate::stats::{
    RowVariance, Settings, StatsError, describe, paired_row_variance, row_variance,
};
use crate::summary::Measure;

/// Bins of a reliability diagram from probability 0 to 1: ten of them hold all that a model with
/// two classes predicts.
pub(crate) const BINS: usize = 20;

/// What the test rows' predictions show, beyond the counts in the records.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TestRowsSummary {
    /// The seeds whose predictions are there, ascending; per-seed values are in their order.
    pub seeds: Vec<u64>,
    /// The arms by name.
    pub arms: BTreeMap<String, ArmRows>,
    /// The comparisons that the protocol makes, in its order.
    pub comparisons: Vec<ComparisonRows>,
    /// The source models.
    pub source: ModelRows,
}

/// What the predictions of one model show, over all seeds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelRows {
    /// Where the spread of its accuracy comes from: seeds, or the finite test set.
    pub variance: RowVariance,
    /// True and predicted classes, summed over the seeds.
    pub confusion: ConfusionMatrix,
    /// The predicted classes' probabilities and how often they are right, summed over the seeds.
    pub reliability: Reliability,
    /// Expected calibration error of all seeds' predictions together.
    pub calibration_error: f64,
}

/// What the predictions of an arm show.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ArmRows {
    /// As for every model.
    #[serde(flatten)]
    pub model: ModelRows,
    /// Brier score, from 0 to 2.
    pub brier_score: Measure,
    /// Area under the ROC curve; for tasks of two classes.
    pub roc_auc: Option<Measure>,
}

/// Where the spread of the difference of two arms' errors comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ComparisonRows {
    /// The arm.
    pub arm: String,
    /// The arm it is compared with.
    pub against: String,
    /// Of the error of the one less that of the other.
    pub variance: RowVariance,
}

/// Predictions of run after run, summed up; holds a bit per row and run, not the predictions.
pub(crate) struct RowsTally {
    seeds: Vec<u64>,
    target: TestRows,
    source_rows: TestRows,
    arms: Vec<ArmTally>,
    source: ModelTally,
}

/// What is summed of an arm.
struct ArmTally {
    name: String,
    model: ModelTally,
    /// By row the probability of the row's own class, summed over the seeds.
    of_class: Vec<f64>,
    brier_scores: Vec<f64>,
    areas: Vec<f64>,
}

struct ModelTally {
    n_classes: usize,
    /// By seed and row.
    correct: Vec<Vec<bool>>,
    pairs: Vec<u64>,
    reliability: Reliability,
}

/// An arm on one test row, over all seeds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct RowScore {
    /// Seeds in which the row's class was not predicted.
    pub(crate) wrong: usize,
    /// Mean probability of the row's own class.
    pub(crate) probability: f64,
}

/// Why predictions are not summed up with the others.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unlike {
    #[error("it is of other test rows than those of the first seed")]
    Rows,
    #[error("it cannot be scored: {0}")]
    Numbers(String),
}

impl From<TrainError> for Unlike {
    fn from(error: TrainError) -> Self {
        Self::Numbers(error.to_string())
    }
}

impl RowsTally {
    /// Begins with the rows of `first`, without its predictions. `source_classes` are the classes
    /// of the source task.
    pub(crate) fn new(first: &RunPredictions, source_classes: usize) -> Result<Self, Unlike> {
        let rows = first.target.labels.len();
        let arm = |(name, logits): &(String, ndarray::Array2<f32>)| {
            Ok(ArmTally {
                name: name.clone(),
                model: ModelTally::new(logits.ncols().max(2))?,
                of_class: vec![0.0; rows],
                brier_scores: Vec::new(),
                areas: Vec::new(),
            })
        };
        let arms: Result<Vec<_>, TrainError> = first.arms.iter().map(arm).collect();
        Ok(Self {
            seeds: Vec::new(),
            target: first.target.clone(),
            source_rows: first.source.clone(),
            arms: arms?,
            source: ModelTally::new(source_classes)?,
        })
    }

    /// Adds a run, or nothing of it.
    pub(crate) fn add(&mut self, seed: u64, run: &RunPredictions) -> Result<(), Unlike> {
        let same = run.target == self.target && run.source == self.source_rows;
        let shapes = |(tally, (name, logits)): (&ArmTally, &(String, ndarray::Array2<f32>))| {
            tally.name == *name && tally.model.n_classes == logits.ncols().max(2)
        };
        if !same || run.arms.len() != self.arms.len() {
            return Err(Unlike::Rows);
        }
        if !self.arms.iter().zip(&run.arms).all(shapes) {
            return Err(Unlike::Rows);
        }
        let numbers = run.arms.iter().flat_map(|(_, logits)| logits);
        if !numbers
            .chain(&run.source_probability)
            .all(|z| z.is_finite())
        {
            return Err(Unlike::Numbers("a prediction is no number".to_owned()));
        }
        let most = self.source.n_classes;
        let mut classes = run.source_class.iter().chain(&run.source.labels);
        if let Some(class) = classes.find(|&&class| usize::from(class) >= most) {
            let says = format!("class {class} of a source task of {most}");
            return Err(Unlike::Numbers(says));
        }
        let labels: Vec<u32> = self.target.labels.iter().map(|&l| u32::from(l)).collect();
        // Everything that can fail comes before anything is added.
        let mut scores = Vec::with_capacity(run.arms.len());
        for (_, logits) in &run.arms {
            let brier = brier_score(logits.view(), &labels)?;
            scores.push((brier, area(logits.view(), &labels)?));
        }
        for ((tally, (_, logits)), (brier, area)) in self.arms.iter_mut().zip(&run.arms).zip(scores)
        {
            tally.brier_scores.push(brier);
            tally.areas.extend(area);
            let of_rows = probabilities(logits.view());
            let predicted = predicted_classes(logits.view())?;
            for (row, &label) in labels.iter().enumerate() {
                tally.of_class[row] += of_rows[[row, label as usize]];
            }
            let row = |(row, &class): (usize, &u32)| (class, of_rows[[row, class as usize]]);
            let rows = predicted.iter().enumerate().map(row);
            tally.model.add(&labels, rows);
        }
        let labels: Vec<u32> = run.source.labels.iter().map(|&l| u32::from(l)).collect();
        let rows = run.source_class.iter().zip(&run.source_probability);
        let rows = rows.map(|(&class, &p)| (u32::from(class), f64::from(p)));
        self.source.add(&labels, rows);
        self.seeds.push(seed);
        Ok(())
    }

    /// What all runs show, and the comparisons that are made; none where no run was added.
    pub(crate) fn summary(
        &self,
        pairings: &[Pairing],
        settings: &Settings,
    ) -> Result<Option<TestRowsSummary>, StatsError> {
        if self.seeds.is_empty() {
            return Ok(None);
        }
        let measure = |values: &[f64]| {
            describe(values, settings).map(|description| Measure {
                description,
                per_seed: values.to_vec(),
            })
        };
        let mut arms = BTreeMap::new();
        for tally in &self.arms {
            let roc_auc = match tally.areas.len() == self.seeds.len() {
                true => Some(measure(&tally.areas)?),
                false => None,
            };
            let rows = ArmRows {
                model: tally.model.summary()?,
                brier_score: measure(&tally.brier_scores)?,
                roc_auc,
            };
            arms.insert(tally.name.clone(), rows);
        }
        let comparison = |pairing: &Pairing| {
            let (arm, against) = self.places(pairing)?;
            let correct = |place: usize| &self.arms[place].model.correct;
            Some(
                paired_row_variance(correct(arm), correct(against)).map(|variance| {
                    ComparisonRows {
                        arm: pairing.arm.clone(),
                        against: pairing.against.clone(),
                        variance,
                    }
                }),
            )
        };
        Ok(Some(TestRowsSummary {
            seeds: self.seeds.clone(),
            arms,
            comparisons: pairings
                .iter()
                .filter_map(comparison)
                .collect::<Result<_, StatsError>>()?,
            source: self.source.summary()?,
        }))
    }

    /// The places of an arm and the one it is compared with.
    pub(crate) fn places(&self, pairing: &Pairing) -> Option<(usize, usize)> {
        let place = |name: &str| self.arms.iter().position(|arm| arm.name == *name);
        Some((place(&pairing.arm)?, place(&pairing.against)?))
    }

    /// The rows that the arms were tested on.
    pub(crate) fn target(&self) -> &TestRows {
        &self.target
    }

    /// Runs that were added.
    pub(crate) fn runs(&self) -> usize {
        self.seeds.len()
    }

    /// The arms' names, in the protocol's order.
    pub(crate) fn arms(&self) -> impl Iterator<Item = &str> {
        self.arms.iter().map(|arm| arm.name.as_str())
    }

    /// An arm, by its place in the protocol, on a row, over all seeds.
    pub(crate) fn score(&self, arm: usize, row: usize) -> RowScore {
        let arm = &self.arms[arm];
        let wrong = arm.model.correct.iter().filter(|seed| !seed[row]).count();
        RowScore {
            wrong,
            probability: arm.of_class[row] / self.seeds.len().max(1) as f64,
        }
    }

    /// Seeds in which `wrong` misses a row that `right` gets.
    pub(crate) fn only_wrong(&self, wrong: usize, right: usize, row: usize) -> usize {
        let of = |arm: usize| self.arms[arm].model.correct.iter();
        let pairs = of(wrong).zip(of(right));
        pairs
            .filter(|(wrong, right)| !wrong[row] && right[row])
            .count()
    }
}

impl ModelTally {
    fn new(n_classes: usize) -> Result<Self, TrainError> {
        Ok(Self {
            n_classes,
            correct: Vec::new(),
            pairs: vec![0; n_classes * n_classes],
            reliability: Reliability::new(BINS)?,
        })
    }

    /// Adds a seed: of each row the predicted class and its probability.
    fn add(&mut self, labels: &[u32], rows: impl Iterator<Item = (u32, f64)>) {
        let mut correct = Vec::with_capacity(labels.len());
        for (&label, (class, probability)) in labels.iter().zip(rows) {
            self.pairs[label as usize * self.n_classes + class as usize] += 1;
            self.reliability.add(probability, label == class);
            correct.push(label == class);
        }
        self.correct.push(correct);
    }

    fn summary(&self) -> Result<ModelRows, StatsError> {
        let rows: Vec<Vec<u64>> = self
            .pairs
            .chunks(self.n_classes)
            .map(<[_]>::to_vec)
            .collect();
        Ok(ModelRows {
            variance: row_variance(&self.correct)?,
            confusion: ConfusionMatrix::try_from(rows)
                .map_err(|what| StatsError::Empty { what })?,
            calibration_error: self.reliability.calibration_error(),
            reliability: self.reliability.clone(),
        })
    }
}

/// For two classes: by the logit, or by how much the second exceeds the first.
fn area(logits: ArrayView2<'_, f32>, labels: &[u32]) -> Result<Option<f64>, TrainError> {
    let scores: Vec<f32> = match logits.ncols() {
        1 => logits.column(0).to_vec(),
        2 => logits
            .rows()
            .into_iter()
            .map(|row| row[1] - row[0])
            .collect(),
        _ => return Ok(None),
    };
    roc_auc(&scores, labels)
}

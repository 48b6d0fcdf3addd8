//! [`Summary`]: what all records of a plan say together.

use std::collections::BTreeMap;

use fm_nn::Backend;
use serde::{Deserialize, Serialize};

use crate::error::ExperimentError;
use crate::plan::Identity;
use crate::protocol::Arm;
use crate::run::RunRecord;
use crate::stats::{
    ArmErrors, Baseline, Comparison, Description, Labels, Settings, compare, correct_for_several,
    describe, verdict,
};
use crate::test_rows::TestRowsSummary;

/// What `summary.json` holds. Made from the records alone: has no times and no machine in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Format of the folder.
    pub format: u32,
    /// Name of the protocol; the whole of it is in `plan.json`.
    pub protocol: String,
    /// Name of the data.
    pub dataset: String,
    /// The backend.
    pub backend: Backend,
    /// The seeds, ascending; `per_seed` values are in their order.
    pub seeds: Vec<u64>,
    /// The source models.
    pub source: SourceSummary,
    /// The arms by name.
    pub arms: BTreeMap<String, ArmSummary>,
    /// Every other arm against the protocol's first.
    pub comparisons: Vec<Comparison>,
    /// One sentence per comparison.
    pub verdicts: Vec<String>,
    /// What the predictions of the test rows show; none where no run left them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_rows: Option<TestRowsSummary>,
}

/// One number of every run: its values, and what they show.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measure {
    /// Mean, deviation and the rest.
    #[serde(flatten)]
    pub description: Description,
    /// The values, in the order of the seeds.
    pub per_seed: Vec<f64>,
}

/// The source models on the source task's test rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SourceSummary {
    /// Fraction of rows whose class is predicted.
    pub test_accuracy: Measure,
    /// Mean loss.
    pub test_loss: Measure,
}

/// An arm on the target task's test rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ArmSummary {
    /// Fraction of rows whose class is predicted.
    pub test_accuracy: Measure,
    /// Fraction of the others.
    pub test_error: Measure,
    /// Mean loss.
    pub test_loss: Measure,
}

impl Summary {
    /// Summarises the records of a plan, given in the order of its seeds, without the test rows'
    /// predictions, which [`report::write`](crate::report::write) adds.
    ///
    /// # Errors
    /// [`ExperimentError::Stats`] if there are no records, or numbers that are none.
    pub fn of(identity: &Identity, records: &[RunRecord]) -> Result<Self, ExperimentError> {
        let settings = Settings::default();
        let measure = |value: &dyn Fn(&RunRecord) -> f64| {
            let per_seed: Vec<f64> = records.iter().map(value).collect();
            describe(&per_seed, &settings).map(|description| Measure {
                description,
                per_seed,
            })
        };
        let mut arms = BTreeMap::new();
        for (index, arm) in identity.protocol.arms.iter().enumerate() {
            let summary = ArmSummary {
                test_accuracy: measure(&|record| record.arms[index].test.accuracy)?,
                test_error: measure(&|record| error(&record.arms[index].test))?,
                test_loss: measure(&|record| record.arms[index].test.loss)?,
            };
            arms.insert(arm.name.clone(), summary);
        }
        let (first, others) = identity.protocol.arms.split_at(1);
        let mut comparisons = Vec::new();
        for arm in others {
            let errors = |arm: &Arm| &arms[&arm.name].test_error.per_seed;
            comparisons.push(compare(
                ArmErrors {
                    name: &arm.name,
                    errors: errors(arm),
                },
                ArmErrors {
                    name: &first[0].name,
                    errors: errors(&first[0]),
                },
                &settings,
            )?);
        }
        correct_for_several(&mut comparisons, &settings);
        let verdicts = others.iter().zip(&comparisons).map(|(arm, comparison)| {
            let labels = Labels {
                arm: arm.says(),
                against: first[0].says(),
                baseline: Baseline::Implied,
            };
            verdict(comparison, labels)
        });
        Ok(Self {
            format: identity.format,
            protocol: identity.protocol.name.clone(),
            dataset: identity.dataset.name.clone(),
            backend: identity.backend,
            seeds: identity.seeds.clone(),
            source: SourceSummary {
                test_accuracy: measure(&|record| record.source.test.accuracy)?,
                test_loss: measure(&|record| record.source.test.loss)?,
            },
            verdicts: verdicts.collect(),
            test_rows: None,
            arms,
            comparisons,
        })
    }
}

/// From the counts, so that equal counts are equal errors to the bit.
fn error(scores: &fm_train::Scores) -> f64 {
    (scores.rows - scores.correct) as f64 / scores.rows as f64
}

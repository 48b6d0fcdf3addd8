//! [`Summary`]: what all records of a plan say together.

use std::collections::BTreeMap;

use fm_nn::Backend;
use serde::{Deserialize, Serialize};

use crate::curves::CurvesSummary;
use crate::error::ExperimentError;
use crate::plan::Identity;
use crate::protocol::{Arm, Pairing};
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
    /// The protocol's comparisons, in its order.
    pub comparisons: Vec<Comparison>,
    /// One sentence per comparison.
    pub verdicts: Vec<String>,
    /// What the predictions of the test rows show; none where no run left them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_rows: Option<TestRowsSummary>,
    /// The curves that were trained; [`of`](Self::of) leaves them out, the reports put them in.
    #[serde(default, skip_serializing_if = "CurvesSummary::is_empty")]
    pub curves: CurvesSummary,
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
        let pairings = identity.protocol.pairings();
        let mut comparisons = Vec::new();
        for Pairing { arm, against } in &pairings {
            let errors = |name: &str| &arms[name].test_error.per_seed;
            comparisons.push(compare(
                ArmErrors {
                    name: arm,
                    errors: errors(arm),
                },
                ArmErrors {
                    name: against,
                    errors: errors(against),
                },
                &settings,
            )?);
        }
        correct_for_several(&mut comparisons, &settings);
        // Where everything is held against one arm, sentences need not name it.
        let one = pairings.iter().all(|p| p.against == pairings[0].against);
        let says = |name: &str| identity.protocol.arm(name).map_or("", Arm::says);
        let verdicts = comparisons.iter().map(|comparison| {
            let labels = Labels {
                arm: says(&comparison.arm),
                against: says(&comparison.against),
                baseline: if one {
                    Baseline::Implied
                } else {
                    Baseline::Named
                },
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
            curves: CurvesSummary::default(),
            arms,
            comparisons,
        })
    }
}

/// From the counts, so that equal counts are equal errors to the bit.
pub(crate) fn error(scores: &fm_train::Scores) -> f64 {
    (scores.rows - scores.correct) as f64 / scores.rows as f64
}

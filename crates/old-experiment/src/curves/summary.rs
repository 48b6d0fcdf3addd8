//! [`CurvesSummary`]: what the records of curves say together.

use std::collections::BTreeMap;

use fm_train::Scores;
use serde::{Deserialize, Serialize};

use super::record::{
    CurveRecords, DepthCurve, DepthRecord, PairRecord, PointArm, SamplesRecord, VaryRecord,
};
use crate::protocol::Varied;
use crate::stats::{
    ArmErrors, Comparison, Settings, StatsError, VarianceTable, VariedSource, compare,
    correct_for_several, describe, variance_table,
};
use crate::summary::{Measure, error};

/// The curves that were trained.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CurvesSummary {
    /// Over the number of target rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub samples: Option<SamplesSummary>,
    /// Over the number of layers reused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub depth: Option<DepthSummary>,
    /// By the classes of the target task.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pairs: Option<PairsSummary>,
    /// By what the seed moves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vary: Option<VarySummary>,
}

impl CurvesSummary {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    pub(crate) fn of(records: &CurveRecords) -> Result<Self, StatsError> {
        let settings = Settings::default();
        let some = |there: bool| there.then_some(());
        Ok(Self {
            samples: some(!records.samples.is_empty())
                .map(|()| SamplesSummary::of(&records.samples, &settings))
                .transpose()?,
            depth: some(!records.depth.is_empty())
                .map(|()| DepthSummary::of(&records.depth, &settings))
                .transpose()?,
            pairs: some(!records.pairs.is_empty())
                .map(|()| PairsSummary::of(&records.pairs, &settings))
                .transpose()?,
            vary: some(!records.vary.is_empty())
                .map(|()| VarySummary::of(&records.vary))
                .transpose()?,
        })
    }
}

/// Test error over the number of target rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SamplesSummary {
    /// The seeds, ascending.
    pub seeds: Vec<u64>,
    /// The arms; the others are compared with the first.
    pub arms: Vec<String>,
    /// Comparisons made, all points together; the p of each are corrected for so many.
    pub comparisons: usize,
    /// By number of rows, ascending.
    pub points: Vec<SamplesPointSummary>,
}

/// A number of target rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SamplesPointSummary {
    /// The rows trained on.
    pub rows: usize,
    /// In the order of `arms`.
    pub arms: Vec<PointArmSummary>,
    /// The other arms against the first.
    pub comparisons: Vec<Comparison>,
}

/// An arm at a point.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PointArmSummary {
    /// Epochs it was trained for.
    pub epochs: usize,
    /// Fraction of the test rows whose class is not predicted.
    pub test_error: Measure,
}

/// Test error over the number of layers reused.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DepthSummary {
    /// The seeds, ascending.
    pub seeds: Vec<u64>,
    /// Comparisons made; the p of each are corrected for so many.
    pub comparisons: usize,
    /// Test error of the base network B.
    pub base: Measure,
    /// Test error where no layer is reused: what every point is compared with.
    pub none_reused: Measure,
    /// By layers reused, ascending, the four curves of each.
    pub points: Vec<DepthPointSummary>,
}

/// So many layers reused in one of the curves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DepthPointSummary {
    /// The first so many layers are reused.
    pub layers: usize,
    /// The curve.
    pub curve: DepthCurve,
    /// Fraction of the test rows whose class is not predicted.
    pub test_error: Measure,
    /// Against no layer reused.
    pub comparison: Comparison,
}

/// Test errors by the classes of the target task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PairsSummary {
    /// The arms; the others are compared with the first.
    pub arms: Vec<String>,
    /// Comparisons made, all pairs together; the p of each are corrected for so many.
    pub comparisons: usize,
    /// Ascending.
    pub pairs: Vec<PairSummary>,
}

/// A pair of classes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PairSummary {
    /// The target classes.
    pub classes: [u8; 2],
    /// The seeds it was trained with, ascending.
    pub seeds: Vec<u64>,
    /// Mean test accuracy of the source networks on the other classes.
    pub source_accuracy: f64,
    /// The other arms against the first; their means are in it.
    pub comparisons: Vec<Comparison>,
}

/// Where the spread of test errors comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VarySummary {
    /// A table for each arm's error, and one for each difference to the first arm.
    pub tables: Vec<VaryTable>,
}

/// The spread of one number by what the seed moves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VaryTable {
    /// Name of the arm.
    pub arm: String,
    /// The arm whose error is taken away; none where the number is the arm's own error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub against: Option<String>,
    /// The sources of spread that were varied.
    pub table: VarianceTable,
}

fn measure(per_seed: Vec<f64>, settings: &Settings) -> Result<Measure, StatsError> {
    let description = describe(&per_seed, settings)?;
    Ok(Measure {
        description,
        per_seed,
    })
}

/// The other arms' errors against the first's.
fn against_first(
    arms: &[String],
    errors: &[Vec<f64>],
    settings: &Settings,
) -> Result<Vec<Comparison>, StatsError> {
    let named: Vec<ArmErrors<'_>> = arms
        .iter()
        .zip(errors)
        .map(|(name, errors)| ArmErrors { name, errors })
        .collect();
    let Some((&first, others)) = named.split_first() else {
        return Ok(Vec::new());
    };
    let compared = others.iter().map(|&arm| compare(arm, first, settings));
    compared.collect()
}

/// Holm's correction over all comparisons of a curve, wherever they stand.
fn correct<'a>(
    comparisons: impl Iterator<Item = &'a mut Comparison>,
    settings: &Settings,
) -> usize {
    let places: Vec<&mut Comparison> = comparisons.collect();
    let mut all: Vec<Comparison> = places.iter().map(|c| (**c).clone()).collect();
    correct_for_several(&mut all, settings);
    let count = all.len();
    for (place, corrected) in places.into_iter().zip(all) {
        *place = corrected;
    }
    count
}

fn names(arms: &[PointArm]) -> Vec<String> {
    arms.iter().map(|arm| arm.name.clone()).collect()
}

impl SamplesSummary {
    fn of(records: &[SamplesRecord], settings: &Settings) -> Result<Self, StatsError> {
        let shape = &records[0].points;
        let arms = shape
            .first()
            .map_or_else(Vec::new, |point| names(&point.arms));
        let mut points = Vec::with_capacity(shape.len());
        for (p, point) in shape.iter().enumerate() {
            let of = |a: usize| {
                records
                    .iter()
                    .map(move |r| error(&r.points[p].arms[a].test))
            };
            let errors: Vec<Vec<f64>> = (0..arms.len()).map(|a| of(a).collect()).collect();
            let comparisons = against_first(&arms, &errors, settings)?;
            let arm = |(arm, errors): (&PointArm, Vec<f64>)| {
                Ok(PointArmSummary {
                    epochs: arm.epochs,
                    test_error: measure(errors, settings)?,
                })
            };
            let arms = point.arms.iter().zip(errors).map(arm);
            points.push(SamplesPointSummary {
                rows: point.rows,
                arms: arms.collect::<Result<_, StatsError>>()?,
                comparisons,
            });
        }
        let comparisons = correct(points.iter_mut().flat_map(|p| &mut p.comparisons), settings);
        Ok(Self {
            seeds: records.iter().map(|record| record.seed).collect(),
            arms,
            comparisons,
            points,
        })
    }
}

impl DepthSummary {
    fn of(records: &[DepthRecord], settings: &Settings) -> Result<Self, StatsError> {
        let errors = |scores: &dyn Fn(&DepthRecord) -> Scores| -> Vec<f64> {
            records
                .iter()
                .map(|record| error(&scores(record)))
                .collect()
        };
        let none_reused = errors(&|record| record.none_reused);
        let mut points = Vec::new();
        for (p, point) in records[0].points.iter().enumerate() {
            let errors = errors(&|record| record.points[p].test);
            let comparison = compare(
                ArmErrors {
                    name: &format!("{} {}", point.curve.name(), point.layers),
                    errors: &errors,
                },
                ArmErrors {
                    name: "no layer reused",
                    errors: &none_reused,
                },
                settings,
            )?;
            points.push(DepthPointSummary {
                layers: point.layers,
                curve: point.curve,
                test_error: measure(errors, settings)?,
                comparison,
            });
        }
        let comparisons = correct(points.iter_mut().map(|p| &mut p.comparison), settings);
        Ok(Self {
            seeds: records.iter().map(|record| record.seed).collect(),
            comparisons,
            base: measure(errors(&|record| record.base), settings)?,
            none_reused: measure(none_reused, settings)?,
            points,
        })
    }
}

impl PairsSummary {
    fn of(records: &[PairRecord], settings: &Settings) -> Result<Self, StatsError> {
        let arms = names(&records[0].arms);
        let mut by_pair: BTreeMap<[u8; 2], Vec<&PairRecord>> = BTreeMap::new();
        for record in records {
            by_pair.entry(record.classes).or_default().push(record);
        }
        let mut pairs = Vec::with_capacity(by_pair.len());
        for (classes, records) in by_pair {
            let of = |a: usize| records.iter().map(move |r| error(&r.arms[a].test));
            let errors: Vec<Vec<f64>> = (0..arms.len()).map(|a| of(a).collect()).collect();
            let accuracies: Vec<f64> = records.iter().map(|r| r.source.accuracy).collect();
            pairs.push(PairSummary {
                classes,
                seeds: records.iter().map(|record| record.seed).collect(),
                source_accuracy: crate::stats::mean(&accuracies),
                comparisons: against_first(&arms, &errors, settings)?,
            });
        }
        let comparisons = correct(pairs.iter_mut().flat_map(|p| &mut p.comparisons), settings);
        Ok(Self {
            arms,
            comparisons,
            pairs,
        })
    }
}

impl VarySummary {
    fn of(records: &[VaryRecord]) -> Result<Self, StatsError> {
        let arms = names(&records[0].arms);
        let table = |arm: usize, against: Option<usize>| {
            let value = |record: &VaryRecord| {
                let of = |a: usize| error(&record.arms[a].test);
                of(arm) - against.map_or(0.0, of)
            };
            let of = |varied: Varied| -> Vec<f64> {
                let records = records.iter().filter(|record| record.varied == varied);
                records.map(value).collect()
            };
            let groups = Varied::ALL.map(|varied| (varied, of(varied)));
            let there = |(_, values): &&(Varied, Vec<f64>)| !values.is_empty();
            let (all, sources): (Vec<_>, Vec<_>) = groups
                .iter()
                .filter(there)
                .partition(|(varied, _)| *varied == Varied::All);
            let sources: Vec<VariedSource<'_>> = sources
                .into_iter()
                .map(|(varied, values)| VariedSource {
                    source: varied.name(),
                    values,
                })
                .collect();
            let all = all.first().map(|(_, values)| values.as_slice());
            Ok(VaryTable {
                arm: arms[arm].clone(),
                against: against.map(|against| arms[against].clone()),
                table: variance_table(&sources, all)?,
            })
        };
        let own = (0..arms.len()).map(|arm| table(arm, None));
        let differences = (1..arms.len()).map(|arm| table(arm, Some(0)));
        let tables = own.chain(differences).collect::<Result<_, StatsError>>()?;
        Ok(Self { tables })
    }
}

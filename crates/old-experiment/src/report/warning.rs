//! [`Warning`]: what a reader must know before believing a report, with what to do about it.

use fm_train::{EpochRecord, Scores};

use super::load::Material;
use crate::protocol::{Freeze, Protocol};
use crate::run::{ArmRecord, RunRecord};

/// Something odd in the records, or too little of them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// The images are drawn.
    DrawnImages,
    /// Runs of the plan are still to be done.
    MissingRuns {
        /// Seeds with a record.
        done: usize,
        /// The others.
        missing: Vec<u64>,
    },
    /// One seed says nothing of the next one.
    OneSeed {
        /// Seeds that can show any difference.
        to_conclude: usize,
        /// Seeds that find, 19 times in 20, an arm that wins in 3 of 4 seeds.
        to_detect: usize,
    },
    /// No outcome of so few seeds could show a difference.
    TooFewSeeds {
        /// Seeds there are.
        seeds: usize,
        /// Seeds that can show any difference.
        to_conclude: usize,
        /// Seeds that find, 19 times in 20, an arm that wins in 3 of 4 seeds.
        to_detect: usize,
    },
    /// A difference can be shown, and one that matters can be missed.
    FewSeeds {
        /// Seeds there are.
        seeds: usize,
        /// Seeds that find, 19 times in 20, an arm that wins in 3 of 4 seeds.
        to_detect: usize,
    },
    /// A network seems to answer the same for every row.
    ConstantPredictions {
        /// `source`, or the name of an arm.
        training: String,
        /// Seeds in which it does.
        seeds: Vec<u64>,
    },
    /// A source model is not what it was before the arms.
    SourceChanged {
        /// Seeds in which the digests differ.
        seeds: Vec<u64>,
    },
    /// A trunk changed while it was frozen.
    FrozenTrunkChanged {
        /// Name of the arm.
        arm: String,
        /// Seeds in which the digests differ.
        seeds: Vec<u64>,
    },
    /// Runs left no predictions of the test rows, as those of older versions.
    NoPredictions {
        /// Their seeds.
        seeds: Vec<u64>,
        /// All seeds of the report.
        of: usize,
    },
    /// A file of the folder is left out of the report.
    LeftOut {
        /// Its place in the folder.
        file: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The source model whose weights would be shown is gone, or is another.
    NoSourceModel {
        /// Its seed.
        seed: u64,
    },
}

/// All warnings of a folder, the gravest first.
pub(super) fn warnings(material: &Material) -> Vec<Warning> {
    let protocol = &material.plan.identity.protocol;
    let records = &material.records;
    let mut warnings = Vec::new();
    let changed = seeds_where(records, |record| {
        record.source.sha256_before_arms != record.source.sha256_after_arms
    });
    if let Some(seeds) = changed {
        warnings.push(Warning::SourceChanged { seeds });
    }
    for (index, arm) in protocol.arms.iter().enumerate() {
        let thawed =
            |record: &RunRecord| frozen_trunk_changed(protocol, index, &record.arms[index]);
        if let Some(seeds) = seeds_where(records, thawed) {
            let arm = arm.name.clone();
            warnings.push(Warning::FrozenTrunkChanged { arm, seeds });
        }
    }
    if material.plan.identity.dataset.name == "synthetic" {
        warnings.push(Warning::DrawnImages);
    }
    let classes = protocol.task.target_classes.len();
    let rest = fm_data::published::CLASS_NAMES
        .len()
        .saturating_sub(classes);
    // What the rows got says it for certain; where that is gone, the scores let it be guessed.
    let said = |record: &RunRecord, place: usize| {
        let of_seed = material.rows.constant.get(&record.seed);
        of_seed.and_then(|of_seed| of_seed.get(place).copied())
    };
    let constant = seeds_where(records, |record| {
        let RunRecord { source, .. } = record;
        said(record, 0).unwrap_or_else(|| is_constant(&source.test, rest, &source.history))
    });
    if let Some(seeds) = constant {
        let training = "The source network".to_owned();
        warnings.push(Warning::ConstantPredictions { training, seeds });
    }
    for (index, arm) in protocol.arms.iter().enumerate() {
        let constant = |record: &RunRecord| {
            let arm = &record.arms[index];
            said(record, index + 1).unwrap_or_else(|| is_constant(&arm.test, classes, &arm.history))
        };
        if let Some(seeds) = seeds_where(records, constant) {
            let training = arm.name.clone();
            warnings.push(Warning::ConstantPredictions { training, seeds });
        }
    }
    warnings.extend(too_few(material));
    if !material.missing.is_empty() {
        warnings.push(Warning::MissingRuns {
            done: records.len(),
            missing: material.missing.clone(),
        });
    }
    let rows = &material.rows;
    for (path, reason) in &rows.left_out {
        let name = path.strip_prefix(&material.folder).unwrap_or(path);
        warnings.push(Warning::LeftOut {
            file: name.display().to_string(),
            reason: reason.clone(),
        });
    }
    if !rows.missing.is_empty() {
        warnings.push(Warning::NoPredictions {
            seeds: rows.missing.clone(),
            of: records.len(),
        });
    }
    if material.source_model.is_none() {
        let seed = records[0].seed;
        warnings.push(Warning::NoSourceModel { seed });
    }
    warnings
}

fn seeds_where(records: &[RunRecord], odd: impl Fn(&RunRecord) -> bool) -> Option<Vec<u64>> {
    let odd = records.iter().filter(|record| odd(record));
    let seeds: Vec<u64> = odd.map(|record| record.seed).collect();
    (!seeds.is_empty()).then_some(seeds)
}

fn too_few(material: &Material) -> Option<Warning> {
    let needed = material.summary.comparisons.first()?.seeds_needed;
    let (seeds, to_conclude) = (needed.pairs, needed.to_conclude);
    let to_detect = needed.to_detect_meaningful.max(to_conclude);
    if seeds == 1 {
        Some(Warning::OneSeed {
            to_conclude,
            to_detect,
        })
    } else if seeds < to_conclude {
        Some(Warning::TooFewSeeds {
            seeds,
            to_conclude,
            to_detect,
        })
    } else if seeds < to_detect {
        Some(Warning::FewSeeds { seeds, to_detect })
    } else {
        None
    }
}

/// Whether the trunk's digest moved over a phase that freezes all of it.
fn frozen_trunk_changed(protocol: &Protocol, index: usize, arm: &ArmRecord) -> bool {
    let hidden = protocol.network.hidden.len();
    let phases = protocol.arms[index].phases.iter();
    phases
        .zip(arm.trunk_sha256.windows(2))
        .any(|(phase, around)| {
            let all = match phase.freeze {
                Freeze::Trunk => true,
                Freeze::First(k) => k >= hidden,
                Freeze::Nothing => false,
            };
            all && around[0] != around[1]
        })
}

/// Two signs of a network that answers the same for every row: it is right for exactly its share
/// of test rows that hold every class equally often, or for the same number of training rows and
/// of validation rows in every epoch.
fn is_constant(test: &Scores, classes: usize, history: &[EpochRecord]) -> bool {
    if test.correct.checked_mul(classes) == Some(test.rows) {
        return true;
    }
    let counts = |epoch: &EpochRecord| (epoch.train.correct, epoch.valid.map(|v| v.correct));
    match history {
        [first, rest @ ..] => {
            !rest.is_empty()
                && first.train.correct < first.train.rows
                && rest.iter().all(|epoch| counts(epoch) == counts(first))
        }
        [] => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scores(correct: usize, rows: usize) -> Scores {
        Scores {
            loss: 0.5,
            accuracy: correct as f64 / rows as f64,
            correct,
            rows,
        }
    }

    fn history(correct: &[usize]) -> Vec<EpochRecord> {
        let epochs = correct.iter().enumerate();
        epochs
            .map(|(index, &correct)| EpochRecord {
                phase: 1,
                epoch: index + 1,
                train: scores(correct, 100),
                valid: Some(scores(50, 100)),
            })
            .collect()
    }

    #[test]
    fn constant_predictions_are_told_from_bad_and_from_perfect_ones() {
        let learning = history(&[60, 70, 80]);
        assert!(is_constant(&scores(1000, 2000), 2, &learning));
        assert!(is_constant(&scores(1000, 8000), 8, &learning));
        assert!(!is_constant(&scores(1001, 2000), 2, &learning));
        assert!(is_constant(&scores(1200, 2000), 2, &history(&[55, 55, 55])));
        assert!(!is_constant(&scores(1990, 2000), 2, &history(&[100, 100])));
        assert!(!is_constant(&scores(1200, 2000), 2, &history(&[55])));
    }

    #[test]
    fn few_seeds_are_told_what_their_intervals_are_worth() {
        let says = |seeds| {
            let to_detect = 29;
            Warning::FewSeeds { seeds, to_detect }.says()
        };
        assert!(says(11).contains("fewer than 12 cover the mean 89 times in 100"));
        assert!(!says(12).contains("cover") && !says(5).contains("cover"));
    }

    #[test]
    fn every_warning_says_what_and_gives_advice() {
        let seeds = vec![1, 2, 3];
        for warning in [
            Warning::DrawnImages,
            Warning::MissingRuns {
                done: 2,
                missing: seeds.clone(),
            },
            Warning::SourceChanged {
                seeds: seeds.clone(),
            },
            Warning::ConstantPredictions {
                training: "x".into(),
                seeds,
            },
            Warning::OneSeed {
                to_conclude: 6,
                to_detect: 29,
            },
        ] {
            assert!(warning.says().ends_with('.'), "{warning:?}");
            assert!(warning.advice().ends_with('.'), "{warning:?}");
        }
    }
}

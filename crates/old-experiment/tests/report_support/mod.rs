//! A results folder that no training made: drawn numbers, hostile texts.

#![allow(dead_code, reason = "each test file uses its part")]

pub(crate) mod curves;

use std::fs;

use fm_data::{FileChecksum, sha256};
use fm_experiment::{
    ArmRecord, DatasetIdentity, FORMAT, Identity, MadeWith, Plan, Protocol, ResultsFolder,
    RunPredictions, RunRecord, SourceRecord, TestImages, TestRows,
};
use fm_nn::{Backend, Network};
use fm_train::{EpochRecord, Scores, Seeds};
use ndarray::Array2;
use tempfile::TempDir;

/// A text that is something else in every format it is written to.
pub(crate) const HOSTILE: &str =
    "<script src=\"https://example.org/x.js\"></script> & 'q' | *b* ]]> ``` \u{202e}end";

const PROTOCOL: &str = r#"
name = "small"
about = "ABOUT"
data = { validation_rows = 100 }
task = { target_classes = [5, 6], target_rows = 40 }
network = { hidden = [6, 4], activation = "selu", init = "glorot_uniform" }
training = { batch_size = 32 }
source = { epochs = 2, optimizer = { sgd = { lr = 0.05 } } }

[[arms]]
name = "scratch"
trunk = "fresh"
phases = [{ epochs = 4, freeze = "nothing", optimizer = { sgd = { lr = 0.05 } } }]

[[arms]]
name = "transfer"
says = "reusing | <i>it</i>"
trunk = "source"
phases = [
    { epochs = 2, freeze = "trunk", optimizer = { sgd = { lr = 0.05 } } },
    { epochs = 2, freeze = "nothing", optimizer = { sgd = { lr = 0.05 } } },
]

[[arms]]
name = "linear-probe"
trunk = "source"
phases = [{ epochs = 4, freeze = "trunk", optimizer = { sgd = { lr = 0.05 } } }]
"#;

/// Seven seeds of a protocol with three arms.
pub(crate) fn plan() -> Plan {
    let mut protocol = Protocol::parse(PROTOCOL, "small").unwrap();
    HOSTILE.clone_into(&mut protocol.about);
    Plan {
        identity: Identity {
            format: FORMAT,
            protocol,
            dataset: DatasetIdentity {
                name: HOSTILE.to_owned(),
                checksums: vec![FileChecksum {
                    name: HOSTILE.to_owned(),
                    sha256: "00ff".to_owned(),
                }],
            },
            backend: Backend::Portable,
            seeds: (1..=7).collect(),
        },
        made_with: MadeWith {
            version: "0.1.0".to_owned(),
            cpu: HOSTILE.to_owned(),
            kernel: "scalar".to_owned(),
            command: vec!["fm".to_owned(), HOSTILE.to_owned()],
        },
    }
}

/// The source model of every seed here.
fn model() -> Network {
    let spec = plan().identity.protocol.network.trunk(16);
    let seeds = Seeds::new(9);
    let trunk = spec.trunk(&mut seeds.stream("any").rng());
    Network::new(trunk, spec.head(8, &mut seeds.stream("head").rng())).unwrap()
}

/// A record whose numbers differ from seed to seed.
pub(crate) fn record(seed: u64) -> RunRecord {
    let digest = model().digest();
    let arms = [("scratch", 40), ("transfer", 20), ("linear-probe", 25)];
    let arm = |(index, (name, wrong)): (usize, (&str, usize))| {
        let wrong = wrong + (seed as usize * (3 + index)) % 7;
        // Frozen phases keep the trunk as it was.
        let trunk_sha256: &[&str] = match name {
            "scratch" => &["a", "b"],
            "transfer" => &["c", "c", "d"],
            _ => &["c", "c"],
        };
        ArmRecord {
            name: name.to_owned(),
            test: scores(2000 - wrong, 2000, 0.1),
            trunk_sha256: trunk_sha256.iter().map(|text| (*text).to_owned()).collect(),
            history: history(
                seed,
                if name == "transfer" {
                    &[1, 1, 2, 2]
                } else {
                    &[1; 4]
                },
            ),
        }
    };
    RunRecord {
        seed,
        source: SourceRecord {
            test: scores(7300 - seed as usize, 8000, 0.25),
            sha256_before_arms: digest.clone(),
            sha256_after_arms: digest,
            history: history(seed, &[1, 1]),
        },
        shuffled_source: None,
        arms: arms.into_iter().enumerate().map(arm).collect(),
        predictions_sha256: Some(sha256(&predictions(seed).to_bytes())),
    }
}

/// What 200 rows got: numbers of no meaning that differ from seed to seed and arm to arm.
pub(crate) fn predictions(seed: u64) -> RunPredictions {
    const ROWS: usize = 200;
    let rows = |classes: usize| TestRows {
        labels: (0..ROWS).map(|row| (row % classes) as u8).collect(),
        row_numbers: (0..ROWS as u32).map(|row| 3 * row).collect(),
    };
    let arm = |(index, name): (usize, &str)| {
        let logit = |(row, _): (usize, usize)| {
            let noise = (row * 7 + seed as usize * 13 + index * 5) % 23;
            (noise as f32 - 7.0) * if row % 2 == 1 { 0.25 } else { -0.25 }
        };
        (name.to_owned(), Array2::from_shape_fn((ROWS, 1), logit))
    };
    let arms = ["scratch", "transfer", "linear-probe"].into_iter();
    RunPredictions {
        target: rows(2),
        arms: arms.enumerate().map(arm).collect(),
        source: rows(8),
        source_class: (0..ROWS).map(|row| ((row + row / 50) % 8) as u8).collect(),
        source_probability: (0..ROWS).map(|row| 0.2 + row as f32 / 300.0).collect(),
    }
}

fn scores(correct: usize, rows: usize, loss: f64) -> Scores {
    Scores {
        loss,
        accuracy: correct as f64 / rows as f64,
        correct,
        rows,
    }
}

fn history(seed: u64, phases: &[usize]) -> Vec<EpochRecord> {
    let epoch = |(index, &phase): (usize, &usize)| {
        let loss = (1.0 + 0.1 * seed as f64) / (index + 1) as f64;
        EpochRecord {
            phase,
            epoch: index + 1,
            train: scores(20 + 3 * index, 40, loss),
            valid: Some(scores(60 + 5 * index, 100, 1.1 * loss)),
        }
    };
    phases.iter().enumerate().map(epoch).collect()
}

/// A folder of these records, with the source model of seed 1.
pub(crate) fn folder_of(plan: &Plan, records: &[RunRecord]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let open = ResultsFolder::open(folder.path(), plan).unwrap();
    let rows = predictions(1).target;
    let images = TestImages {
        size: (4, 4),
        pixels: (0..16 * rows.labels.len()).map(|k| k as u8).collect(),
        rows,
    };
    open.keep_test_images(&images).unwrap();
    for record in records {
        let predictions = predictions(record.seed);
        open.keep_predictions(record.seed, &predictions).unwrap();
        open.keep_record(record).unwrap();
    }
    open.keep_model(1, &model(), &[]).unwrap();
    assert!(fs::metadata(folder.path().join("plan.json")).is_ok());
    folder
}

/// A folder with the records of all seeds.
pub(crate) fn folder() -> TempDir {
    let records: Vec<RunRecord> = (1..=7).map(record).collect();
    folder_of(&plan(), &records)
}

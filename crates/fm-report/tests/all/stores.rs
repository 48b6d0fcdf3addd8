//! Stores that the tests report: small images, tiny networks, texts that have a meaning in HTML.

use std::path::Path;

use fm_data::{Dataset, FileChecksum, sha256};
use fm_experiment::protocol::Values;
use fm_experiment::{Data, DatasetIdentity, Experiment, Protocol, Results};
use fm_train::Seeds;
use ndarray::Array2;
use rand_core::Rng;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::small::HOSTILE;

/// Images of 6 × 6 pixels in five classes, each a pattern with noise.
fn data() -> Data {
    let mut rng = Seeds::new(7).stream("small data").rng();
    // A dataset refuses names with control characters.
    let hostile = HOSTILE.replace(char::is_control, "");
    let names = ["a", &hostile, "c", "d", "e"].map(str::to_owned);
    let mut part = |rows: usize, name: &str| {
        let labels: Vec<u8> = (0..rows).map(|row| (row * 7 % 5) as u8).collect();
        let pixels = labels
            .iter()
            .flat_map(|&label| (0..36).map(move |pixel| (pixel, label)));
        let pixels = pixels.map(|(pixel, label)| {
            let noise = (rng.next_u32() % 128) as u8;
            if pixel % 5 == label {
                127 + noise
            } else {
                noise
            }
        });
        let images = Array2::from_shape_vec((rows, 36), pixels.collect()).unwrap();
        Dataset::new(name, images, labels, &names, (6, 6)).unwrap()
    };
    let (train, test) = (part(400, "train"), part(100, "test"));
    let bytes: Vec<u8> = train.pixels().iter().copied().collect();
    let checksum = FileChecksum {
        name: HOSTILE.to_owned(),
        sha256: sha256(&bytes),
    };
    Data {
        train,
        test,
        identity: DatasetIdentity {
            name: HOSTILE.to_owned(),
            files: vec![checksum],
        },
    }
}

/// The notebook's arms with fewer epochs and units.
fn protocol(more: &[(&str, Value)]) -> Protocol {
    let mut overrides = vec![
        ("about", json!(HOSTILE)),
        ("arms.transfer.says", json!(HOSTILE)),
        ("data.validation_rows", json!(100)),
        ("task.target_classes", json!([1, 3])),
        ("task.target_rows", json!(40)),
        ("network.hidden", json!([12, 8])),
        ("source.epochs", json!(2)),
        ("*.epochs", json!(2)),
        ("*.lr", json!(0.02)),
        ("source.optimizer.sgd.lr", json!(0.05)),
    ];
    overrides.extend(more.iter().cloned());
    let overrides: Vec<_> = overrides
        .into_iter()
        .map(|(key, value)| (key.to_owned(), value))
        .collect();
    Protocol::built_in("notebook-2e")
        .unwrap()
        .with(&overrides)
        .unwrap()
}

/// An experiment over seeds, with some settings changed.
pub(crate) fn experiment(seeds: &str, more: &[(&str, Value)]) -> Experiment {
    let mut experiment = Experiment::new(protocol(more), data()).seeds(&seeds.parse().unwrap());
    experiment.made_with.data = ["--data", HOSTILE].map(str::to_owned).into();
    experiment
}

/// Trains into a folder.
pub(crate) fn run(experiment: &Experiment, folder: &Path) -> Results {
    experiment.run(folder, &()).unwrap()
}

/// A sweep over keys, every combination of their values.
pub(crate) fn with_sweep(mut experiment: Experiment, axes: &[(&str, Value)]) -> Experiment {
    let axes: Vec<(String, Values)> = axes
        .iter()
        .map(|(key, values)| {
            let values = values.as_array().unwrap().clone();
            ((*key).to_owned(), Values::List(values))
        })
        .collect();
    experiment.request = experiment.request.with_sweep(&axes);
    experiment
}

/// The results of seven seeds with every kind of sweep; a learning rate of 10²⁰ diverges.
pub(crate) fn with_sweeps() -> (TempDir, Results) {
    let folder = tempfile::tempdir().unwrap();
    let sweep_seeds = [("sweeps.pairs.seeds", json!(6))];
    let mut experiment = experiment("7", &sweep_seeds);
    for name in ["samples", "depth", "pairs", "vary"] {
        experiment.request = experiment.request.with_named_sweep(name).unwrap();
    }
    experiment = with_sweep(experiment, &[("*.lr", json!([0.02, 1e20]))]);
    let axes = [
        ("*.lr", json!([0.02, 0.05])),
        ("source.epochs", json!([1, 2])),
    ];
    experiment = with_sweep(experiment, &axes);
    let results = run(&experiment, folder.path());
    (folder, results)
}

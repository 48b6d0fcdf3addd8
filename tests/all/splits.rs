//! Hold-out and task splits against counts and hashes that NumPy computed from the published
//! files.

use std::collections::BTreeMap;
use std::path::Path;

use fm_data::published::fashion_mnist;
use fm_data::{Dataset, TaskSplit, sha256};
use fm_tests::{Outcome, fixtures, needs_data};
use libtest_mimic::Trial;
use serde::Deserialize;

#[derive(Deserialize)]
struct Splits {
    splits: BTreeMap<String, BTreeMap<String, Expected>>,
}

#[derive(Deserialize)]
struct Expected {
    rows: usize,
    pixel_sum: u64,
    label_counts: Vec<usize>,
    first_labels: Vec<u8>,
    sha256_pixels: String,
    sha256_labels_u8: String,
}

pub(crate) fn tests() -> Vec<Trial> {
    vec![needs_data("splits::splits_equal_numpy", splits_equal_numpy)]
}

fn splits_equal_numpy(folder: &Path) -> Outcome {
    let text = std::fs::read_to_string(fixtures().join("splits.json"))?;
    let expected: Splits = serde_json::from_str(&text)?;

    let data = fashion_mnist().open(folder)?;
    let (valid, train) = data.train.hold_out(5000)?;
    let split = TaskSplit::new(&[5, 6], data.train.n_classes())?;
    let first_200 = split.target(&train)?.first(200)?;
    let mut parts = BTreeMap::from([("train B_first_200".to_owned(), first_200)]);
    for (name, part) in [("train", &train), ("valid", &valid), ("test", &data.test)] {
        parts.insert(format!("{name} A"), split.source(part)?);
        parts.insert(format!("{name} B"), split.target(part)?);
    }

    let mut compared = 0;
    for (part, tasks) in &expected.splits {
        for (task, expected) in tasks {
            let name = format!("{part} {task}");
            let found = parts
                .get(name.as_str())
                .ok_or(format!("no part for {name}"))?;
            compare(&name, found, expected);
            compared += 1;
        }
    }
    assert_eq!(compared, parts.len());
    Ok(())
}

fn compare(name: &str, found: &Dataset, expected: &Expected) {
    assert_eq!(found.rows(), expected.rows, "{name}");
    assert_eq!(found.row_numbers().len(), expected.rows, "{name}");
    let pixels: Vec<u8> = found.pixels().iter().copied().collect();
    let sum: u64 = pixels.iter().map(|&pixel| u64::from(pixel)).sum();
    assert_eq!(sum, expected.pixel_sum, "{name}");
    assert_eq!(found.label_counts(), expected.label_counts, "{name}");
    assert_eq!(
        found.labels()[..expected.first_labels.len()],
        expected.first_labels,
        "{name}"
    );
    assert_eq!(sha256(&pixels), expected.sha256_pixels, "{name}");
    assert_eq!(sha256(found.labels()), expected.sha256_labels_u8, "{name}");
}

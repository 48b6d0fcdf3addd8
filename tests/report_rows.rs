//! What a report tells of the test rows is what the records and predictions hold, and a folder
//! without them still has its report.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use fm_data::sha256;
use fm_experiment::report::{self, Report, Warning};
use fm_experiment::{Plan, ResultsFolder, RunPredictions, RunRecord};
use fm_nn::Engine;
use fm_tests::small_experiment::{experiment, plan, protocol};
use fm_train::predicted_classes;
use tempfile::TempDir;

const SEEDS: [u64; 3] = [1, 2, 5];

fn folder() -> (TempDir, Plan, Vec<(RunRecord, RunPredictions)>) {
    let engine = Engine::portable();
    let mut protocol = protocol();
    // Arms that learn little, so that they are often wrong, and not alike.
    protocol.arms[0].phases[0].epochs = 1;
    protocol.arms[1].phases.truncate(1);
    let plan = plan(protocol, &SEEDS, &engine);
    let folder = tempfile::tempdir().unwrap();
    experiment(folder.path(), &plan, &engine, (1, 1), &()).unwrap();
    let open = ResultsFolder::open(folder.path(), &plan).unwrap();
    let run = |&seed| {
        let record = open.record(seed).unwrap().unwrap();
        let rows = open.predictions(&record).unwrap().unwrap();
        (record, rows)
    };
    let runs = SEEDS.iter().map(run).collect();
    drop(open);
    (folder, plan, runs)
}

fn rows_of(folder: &Path, name: &str) -> Vec<BTreeMap<String, String>> {
    let text = fs::read_to_string(folder.join("report").join(name)).unwrap();
    let mut lines = text.lines();
    let heading: Vec<&str> = lines.next().unwrap().split(',').collect();
    let row = |line: &str| {
        let cells = line.split(',').map(str::to_owned);
        heading
            .iter()
            .map(|&key| key.to_owned())
            .zip(cells)
            .collect()
    };
    lines.map(row).collect()
}

/// Whether the arm is right, by row, as the logits say.
fn right(rows: &RunPredictions, arm: &str) -> Vec<bool> {
    let predicted = predicted_classes(rows.arm(arm).unwrap()).unwrap();
    let pairs = predicted.into_iter().zip(&rows.target.labels);
    pairs
        .map(|(class, &label)| class == u32::from(label))
        .collect()
}

#[test]
fn counts_and_probabilities_are_those_of_the_runs() {
    let (folder, _, runs) = folder();
    let Report {
        summary, warnings, ..
    } = report::rebuild(folder.path()).unwrap();
    let told = summary.test_rows.unwrap();
    assert_eq!(told.seeds, SEEDS);
    let gone = |warning: &Warning| {
        matches!(
            warning,
            Warning::NoPredictions { .. } | Warning::LeftOut { .. }
        )
    };
    assert!(!warnings.iter().any(gone), "{warnings:?}");

    let lines = rows_of(folder.path(), "rows.csv");
    assert_eq!(lines.len(), runs[0].1.target.labels.len());
    for (index, name) in ["scratch", "transfer"].into_iter().enumerate() {
        let correct: usize = runs.iter().map(|(r, _)| r.arms[index].test.correct).sum();
        let rows: usize = runs.iter().map(|(r, _)| r.arms[index].test.rows).sum();
        let model = &told.arms[name].model;
        let counts = model.confusion.counts();
        assert_eq!(
            (counts.diag().sum(), counts.sum()),
            (correct as u64, rows as u64)
        );
        let wrong = |line: &BTreeMap<String, String>| -> usize {
            line[&format!("{name}_wrong")].parse().unwrap()
        };
        assert_eq!(lines.iter().map(wrong).sum::<usize>(), rows - correct);
        let in_bins: u64 = model.reliability.bins().iter().map(|bin| bin.rows).sum();
        assert_eq!(in_bins, rows as u64);
        // The mean over rows of the variance table is the accuracy of all seeds together.
        let mean = correct as f64 / rows as f64;
        assert!((model.variance.mean - mean).abs() < 1e-12); // rounding of one division
        // A row's probability, from the sigmoid of its logits.
        let sum: f64 = runs
            .iter()
            .map(|(_, rows)| {
                let z = f64::from(rows.arm(name).unwrap()[[3, 0]]);
                let sign = if rows.target.labels[3] == 1 {
                    -1.0
                } else {
                    1.0
                };
                1.0 / (1.0 + libm::exp(sign * z))
            })
            .sum();
        let found: f64 = lines[3][&format!("{name}_probability")].parse().unwrap();
        assert!((found - sum / 3.0).abs() < 1e-12); // two ways to write a sigmoid, in f64
    }
    let source = told.source.confusion.counts();
    let right: usize = runs.iter().map(|(r, _)| r.source.test.correct).sum();
    assert_eq!((source.dim(), source.diag().sum()), ((8, 8), right as u64));

    let confusion = rows_of(folder.path(), "confusion.csv");
    assert_eq!(confusion.len(), 2 * 4 + 64);
    let all: u64 = confusion
        .iter()
        .map(|row| row["count"].parse::<u64>().unwrap())
        .sum();
    assert_eq!(all, 3 * 300 + 3 * lines.len() as u64);
}

#[test]
fn the_gallery_holds_the_rows_that_one_arm_gains_most_often() {
    let (folder, _, runs) = folder();
    report::rebuild(folder.path()).unwrap();
    let lines = rows_of(folder.path(), "rows.csv");
    let rights: Vec<[Vec<bool>; 2]> = runs
        .iter()
        .map(|(_, rows)| [right(rows, "scratch"), right(rows, "transfer")])
        .collect();
    let gains = |row: usize, winner: usize| {
        let gained = |[a, b]: &&[Vec<bool>; 2]| {
            let pair = [a[row], b[row]];
            pair[winner] && !pair[1 - winner]
        };
        rights.iter().filter(gained).count()
    };
    let mut shown = 0;
    for (winner, name) in ["scratch", "transfer"].into_iter().enumerate() {
        let net = |row: &usize| gains(*row, winner) > gains(*row, 1 - winner);
        let (inside, outside): (Vec<usize>, Vec<usize>) = (0..lines.len())
            .filter(net)
            .partition(|&row| lines[row]["gallery"] == name);
        let listed = lines.iter().filter(|line| line["gallery"] == name).count();
        assert_eq!(listed, inside.len(), "none that is not gained");
        assert!(inside.len() == 12 || outside.is_empty());
        let least = inside.iter().map(|&row| gains(row, winner)).min();
        let most = outside.iter().map(|&row| gains(row, winner)).max();
        assert!(
            most <= least || least.is_none(),
            "{name}: {most:?} {least:?}"
        );
        shown += inside.len();
    }
    assert!(shown > 0, "nothing to show would show nothing");
    let page = fs::read_to_string(folder.path().join("report.html")).unwrap();
    assert_eq!(page.matches("alt=\"test image ").count(), shown);
}

/// Puts other predictions in the place of a run's.
fn replace(folder: &Path, plan: &Plan, record: &RunRecord, other: &RunPredictions) {
    let open = ResultsFolder::open(folder, plan).unwrap();
    open.keep_predictions(record.seed, other).unwrap();
    let mut record = record.clone();
    record.predictions_sha256 = Some(sha256(&other.to_bytes()));
    open.keep_record(&record).unwrap();
}

#[test]
fn one_answer_for_every_row_is_warned_of_whatever_the_scores_say() {
    let (folder, plan, runs) = folder();
    // Names and seeds of those that the report says it of.
    let told = || -> Vec<(String, Vec<u64>)> {
        let warnings = report::rebuild(folder.path()).unwrap().warnings;
        let told = warnings.into_iter().filter_map(|warning| match warning {
            Warning::ConstantPredictions { training, seeds } => Some((training, seeds)),
            _ => None,
        });
        told.collect()
    };
    let is = |rows: &RunPredictions, arm: &str| {
        let classes = predicted_classes(rows.arm(arm).unwrap()).unwrap();
        classes.iter().all(|class| *class == classes[0])
    };
    let mut expected = Vec::new();
    for arm in ["scratch", "transfer"] {
        let seeds = runs.iter().filter(|(_, rows)| is(rows, arm));
        let seeds: Vec<u64> = seeds.map(|(record, _)| record.seed).collect();
        if !seeds.is_empty() {
            expected.push((arm.to_owned(), seeds));
        }
    }
    assert_eq!(told(), expected);
    assert!(!expected.iter().any(|(arm, _)| arm == "transfer"));
    let (record, rows) = &runs[1];
    let mut same = rows.clone();
    same.arms[1].1.mapv_inplace(|z| -z.abs() - 0.1);
    replace(folder.path(), &plan, record, &same);
    expected.push(("transfer".to_owned(), vec![2]));
    assert_eq!(told(), expected);
}

#[test]
fn what_is_gone_is_said_and_the_rest_is_told() {
    let (folder, plan, runs) = folder();
    let file = |seed: u64| {
        folder
            .path()
            .join(format!("runs/seed-{seed:04}.safetensors"))
    };
    let whole = report::rebuild(folder.path()).unwrap();

    let images = folder.path().join("test-images.safetensors");
    fs::write(&images, b"no images").unwrap();
    let report = report::rebuild(folder.path()).unwrap();
    assert_eq!(report.summary, whole.summary);
    let named = |warning: &Warning| matches!(warning, Warning::LeftOut { file, .. } if file == "test-images.safetensors");
    assert!(report.warnings.iter().any(named), "{:?}", report.warnings);

    // One is damaged, one is gone.
    fs::write(file(2), b"short").unwrap();
    fs::remove_file(file(5)).unwrap();
    fs::remove_file(&images).unwrap();
    let report = report::rebuild(folder.path()).unwrap();
    assert_eq!(report.summary.test_rows.as_ref().unwrap().seeds, [1]);
    assert_eq!(report.summary.arms, whole.summary.arms);
    let seeds = vec![5];
    assert!(
        report
            .warnings
            .contains(&Warning::NoPredictions { seeds, of: 3 })
    );
    let damaged = report.warnings.iter().find_map(|warning| match warning {
        Warning::LeftOut { file, reason } => Some((file.as_str(), reason.contains("SHA-256"))),
        _ => None,
    });
    assert_eq!(damaged, Some(("runs/seed-0002.safetensors", true)));
    let page = fs::read_to_string(&report.html).unwrap();
    assert!(page.contains("The images are not shown"));

    // Predictions of other rows do not count with these.
    let mut other = runs[1].1.clone();
    other.target.row_numbers.reverse();
    replace(folder.path(), &plan, &runs[1].0, &other);
    let report = report::rebuild(folder.path()).unwrap();
    assert_eq!(report.summary.test_rows.unwrap().seeds, [1]);

    // None at all, as of an older version.
    for seed in SEEDS {
        let _ = fs::remove_file(file(seed));
    }
    let report = report::rebuild(folder.path()).unwrap();
    assert_eq!(report.summary.test_rows, None);
    let seeds = SEEDS.to_vec();
    assert!(
        report
            .warnings
            .contains(&Warning::NoPredictions { seeds, of: 3 })
    );
    let page = fs::read_to_string(&report.html).unwrap();
    assert!(page.contains("left no predictions") && !page.contains("The test images"));
}

//! Several results folders beside each other: paired by seed, and refused where the rows differ.

use std::path::PathBuf;

use fm_experiment::report::compare_folders;
use fm_experiment::{Protocol, Summary};
use fm_nn::Engine;
use fm_tests::small_experiment::{experiment, plan, protocol};
use tempfile::TempDir;

fn folder(protocol: Protocol, seeds: &[u64]) -> (TempDir, PathBuf, Summary) {
    let engine = Engine::portable();
    let folder = tempfile::tempdir().unwrap();
    let plan = plan(protocol, seeds, &engine);
    let summary = experiment(folder.path(), &plan, &engine, (1, 1), &()).unwrap();
    let path = folder.path().to_owned();
    (folder, path, summary)
}

#[test]
fn arms_are_paired_by_the_seeds_that_both_folders_have() {
    let (_one, first, of_first) = folder(protocol(), &[1, 2, 5]);
    let mut longer = protocol();
    longer.arms[1].phases[1].epochs = 4;
    longer.arms[1].name = "transfer".to_owned();
    let (_other, second, of_second) = folder(longer, &[2, 5, 9]);
    let mut elsewhere = protocol();
    elsewhere.task.target_classes = vec![0, 6];
    let (_third, third, _) = folder(elsewhere, &[1]);

    let folders = [first.clone(), second.clone(), third.clone()];
    let found = compare_folders(&folders).unwrap();
    let arms: Vec<_> = found
        .rows
        .iter()
        .map(|r| (&r.folder, r.arm.as_str()))
        .collect();
    assert_eq!(
        arms,
        [
            (&first, "scratch"),
            (&first, "transfer"),
            (&second, "scratch"),
            (&second, "transfer"),
        ]
    );
    assert!(
        found.rows[..2]
            .iter()
            .all(|row| row.against_first.is_none())
    );
    // The arm that both train alike: the same runs, to the bit.
    let scratch = found.rows[2].against_first.as_ref().unwrap();
    assert_eq!((scratch.pairs, scratch.error_difference.mean), (2, 0.0));
    // Seeds 2 and 5 are the last two of the one and the first two of the other.
    let errors = |summary: &Summary| summary.arms["transfer"].test_error.per_seed.clone();
    let (before, after) = (errors(&of_first), errors(&of_second));
    let mean = ((after[0] - before[1]) + (after[1] - before[2])) / 2.0;
    let transfer = found.rows[3].against_first.as_ref().unwrap();
    assert_eq!(transfer.pairs, 2);
    assert!((transfer.error_difference.mean - mean).abs() < 1e-15); // order of two sums
    assert_eq!(found.rows[3].test_error.count, 3);

    assert_eq!(found.refused.len(), 1);
    assert_eq!(found.refused[0].folder, third);
    let says = found.refused[0].says();
    assert!(
        says.contains("other rows: target_classes[0] is 0, and 5 in the first"),
        "{says}"
    );

    // What is written says the same.
    let out = tempfile::tempdir().unwrap();
    let page = found.write(&out.path().join("both")).unwrap();
    let page = std::fs::read_to_string(page).unwrap();
    assert!(page.contains("is not compared") && !page.contains("<script"));
    let csv = std::fs::read_to_string(out.path().join("both/comparison.csv")).unwrap();
    assert_eq!(csv.lines().count(), 1 + 4);
    assert_eq!(csv, found.csv());
}

#[test]
fn a_folder_that_is_none_is_an_error() {
    let (_one, first, _) = folder(protocol(), &[1]);
    let nothing = tempfile::tempdir().unwrap();
    let error = compare_folders(&[first, nothing.path().to_owned()]).unwrap_err();
    assert!(error.to_string().contains("no plan.json"), "{error}");
}

//! Optional arms, the shuffled source, and comparisons as data.

use std::fs;

use fm_experiment::{Protocol, RunRecord};
use fm_nn::Engine;
use fm_tests::small_experiment::{PROTOCOL, experiment, plan};

const SHUFFLED: &str = r#"
[[optional_arms]]
name = "shuffled"
trunk = "shuffled-source"
phases = [{ epochs = 2, freeze = "trunk", optimizer = { sgd = { lr = 0.05 } } }]
"#;

fn record(protocol: Protocol) -> RunRecord {
    let engine = Engine::portable();
    let folder = tempfile::tempdir().unwrap();
    let plan = plan(protocol, &[5], &engine);
    experiment(folder.path(), &plan, &engine, (1, 1), &()).unwrap();
    serde_json::from_slice(&fs::read(folder.path().join("runs/seed-0005.json")).unwrap()).unwrap()
}

#[test]
fn an_optional_arm_is_trained_only_where_it_is_turned_on_and_moves_no_other() {
    let off = Protocol::parse(&format!("{PROTOCOL}{SHUFFLED}"), "off").unwrap();
    let without = record(off.clone());
    assert!(without.shuffled_source.is_none());
    assert_eq!(without.arms.len(), 2);

    let on = off.with_arms(&["shuffled".to_owned()]).unwrap();
    assert!(on.optional_arms.is_empty());
    let with = record(on.clone());
    assert_eq!(with.arms[..2], without.arms[..]);
    assert_eq!(with.source, without.source);

    // The arm's trunk is neither the source's nor a fresh one, and stays as it was copied.
    let trunks: Vec<&String> = with.arms.iter().map(|arm| &arm.trunk_sha256[0]).collect();
    assert_ne!(trunks[2], trunks[0]);
    assert_ne!(trunks[2], trunks[1]);
    assert_eq!(with.arms[2].trunk_sha256[1], *trunks[2]);
    // Shuffled labels teach nothing about classes: with 8 of them, an eighth of the training rows
    // is right by chance, and learning them by heart takes more than two epochs.
    let shuffled = with.shuffled_source.unwrap();
    let last = shuffled.history.last().unwrap();
    assert!(last.train.accuracy < 0.25, "{}", last.train.accuracy);
    assert!(with.source.history.last().unwrap().train.accuracy > 0.5);

    // Written in the file as an arm it is the same protocol as turned on by name.
    let text = format!("{PROTOCOL}{}", SHUFFLED.replace("optional_arms", "arms"));
    assert_eq!(Protocol::parse(&text, "on").unwrap(), on);
    let unknown = ["unknown".to_owned()];
    assert_eq!(on.with_arms(&unknown), Err("unknown"));
}

#[test]
fn comparisons_are_those_written_down_or_all_with_the_first() {
    let names = |protocol: &Protocol| -> Vec<(String, String)> {
        let pairings = protocol.pairings().into_iter();
        pairings.map(|p| (p.arm, p.against)).collect()
    };
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    let off = Protocol::parse(&format!("{PROTOCOL}{SHUFFLED}"), "off").unwrap();
    assert_eq!(names(&off), [pair("transfer", "scratch")]);
    let on = off.with_arms(&["shuffled".to_owned()]).unwrap();
    assert_eq!(
        names(&on),
        [pair("transfer", "scratch"), pair("shuffled", "scratch")]
    );

    let written = format!(
        "{PROTOCOL}{SHUFFLED}\n[[comparisons]]\narm = \"scratch\"\nagainst = \"transfer\"\n\
         [[comparisons]]\narm = \"transfer\"\nagainst = \"shuffled\"\n"
    );
    let off = Protocol::parse(&written, "written").unwrap();
    // The second needs an arm that is off.
    assert_eq!(names(&off), [pair("scratch", "transfer")]);
    let on = off.with_arms(&["shuffled".to_owned()]).unwrap();
    assert_eq!(names(&on).len(), 2);

    let engine = Engine::portable();
    let folder = tempfile::tempdir().unwrap();
    let plan = plan(on, &[5, 6], &engine);
    let summary = experiment(folder.path(), &plan, &engine, (2, 1), &()).unwrap();
    let errors = |arm: &str| summary.arms[arm].test_error.description.mean;
    let first = &summary.comparisons[0];
    // Means of two: their difference and the difference's mean round alike to 1e-15.
    let expected = errors("scratch") - errors("transfer");
    assert!((first.error_difference.mean - expected).abs() < 1e-15);
    assert!(first.holm.is_some());
    // With more than one arm compared with, both are named.
    assert!(
        summary.verdicts[1].contains("shuffled"),
        "{}",
        summary.verdicts[1]
    );

    let wrong = written.replace("against = \"shuffled\"", "against = \"other\"");
    let error = Protocol::parse(&wrong, "wrong").unwrap_err().to_string();
    let expected = "comparisons[1].against must be the name of an arm, found \"other\"";
    assert!(error.contains(expected), "{error}");
}

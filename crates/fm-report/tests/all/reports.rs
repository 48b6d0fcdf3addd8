//! Reports of stores: what is in them, in which files, and that nothing from outside has a meaning.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use fm_experiment::Outcome;
use fm_experiment::protocol::Values;
use fm_report::{Report, compare_folders, csv, html, markdown, terminal, write_events};
use serde_json::{Value, json};
use textwrap::core::display_width;

use crate::csv_files::read;
use crate::page::parse;
use crate::small::HOSTILE;
use crate::stores::{experiment, run, with_sweeps};

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

/// Every file of a folder that is not one of the store's own, with its bytes.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let names = [
        "report.html",
        "report.md",
        "summary.json",
        "cells.csv",
        "history.csv",
    ];
    let mut paths: Vec<_> = names.iter().map(|name| folder.join(name)).collect();
    let tables = fs::read_dir(folder.join("report")).unwrap();
    paths.extend(tables.map(|entry| entry.unwrap().path()));
    paths.sort();
    let named = paths
        .iter()
        .map(|path| (path.display().to_string(), fs::read(path).unwrap()));
    named.collect()
}

#[test]
fn a_store_with_every_kind_of_sweep_has_a_page_that_is_well_formed() {
    let (folder, results) = with_sweeps();
    let report = Report::of(&results).unwrap();
    let written = report.write(folder.path()).unwrap();
    let page = text(&written);
    let (elements, words) = parse(&page);
    assert!(HOSTILE.contains("<script") && !page.contains("<script"));
    assert!(words.contains(&HOSTILE.replace(['\u{202e}', '\u{1b}'], "\u{fffd}")));
    let mut ids = BTreeSet::new();
    let mut links = 0;
    for (name, attributes) in &elements {
        if let Some(id) = attributes.get("id") {
            assert!(ids.insert(id.clone()), "{id} is used twice");
        }
        if let Some(link) = attributes.get("href") {
            assert!(folder.path().join(link).is_file(), "{link} does not exist");
            links += 1;
        }
        assert!(name != "img" || attributes["src"].starts_with("data:image/png;base64,"));
    }
    assert_eq!(links, csv(&report.document).len());
    for heading in [
        "Sweep over target rows trained on",
        "Sweep over layers reused",
        "pairs of classes, each of which counts the same",
        "Which classes?",
        "Where does the spread over seeds come from?",
        "Sweep over learning rate and source.epochs",
        "Trainings that diverged",
        "Every comparison and every seed",
        "Learning curves",
        "Predictions on the test images",
        "The source network",
        "How to reproduce the results",
    ] {
        assert!(words.contains(heading), "{heading}");
    }
    // Two galleries, and three rows of first-layer weights before and after two trainings.
    let count = |name: &str| elements.iter().filter(|(n, _)| n == name).count();
    assert!(count("img") >= 6 * 12, "{}", count("img"));
    // The picture comes before the first sentence, and that before the first table.
    let at = |what: &str| page.find(what).unwrap();
    assert!(at("<svg") < at("class=\"lead") && at("class=\"lead") < at("<table"));

    // Diverged trainings are results: named, counted, and the others have their scores.
    let failed = results.failed().count();
    assert!(failed > 0);
    let warning = report
        .warnings
        .iter()
        .find(|w| w.kind == "diverged")
        .unwrap();
    assert_eq!(warning.numbers["cells"], failed);
    let cells = read(&text(&folder.path().join("cells.csv")));
    assert_eq!(cells.len(), 1 + results.cells().count());
    let status = cells[0]
        .iter()
        .position(|heading| heading == "status")
        .unwrap();
    let of = |what: &str| cells.iter().filter(|row| row[status] == what).count();
    assert_eq!((of("failed"), of("missing")), (failed, 0));
    assert_eq!(cells[0].last().unwrap(), "file");
    for row in &cells[1..] {
        let file = results.store().path().join(row.last().unwrap());
        assert!(file.is_file(), "{file:?}");
    }

    // Lines fit 80 columns; those of code and of words without spaces cannot be broken.
    for line in terminal(&report.document, 80, false).lines() {
        let longest = line.split(' ').map(display_width).max().unwrap();
        assert!(display_width(line) <= 80 || longest > 30, "{line:?}");
    }
    let words = markdown(&report.document, None);
    let (words, _code) = words.split_once("## How to reproduce").unwrap();
    assert!(!words.contains("<script") && words.contains("&lt;script"));
    parse(&html(&report.document, None));

    // The main effects of a grid of two learning rates and two numbers of source epochs.
    let table = |name: &str| read(&text(&folder.path().join("report").join(name)));
    let number = |cell: &String| cell.parse::<f64>().unwrap();
    let points = table("sweep-6-points.csv");
    let column = points[0]
        .iter()
        .position(|title| title == "scratch_error_mean");
    let errors: Vec<f64> = points[1..]
        .iter()
        .map(|row| number(&row[column.unwrap()]))
        .collect();
    let [a, b, c, d] = errors[..] else {
        panic!("{errors:?}");
    };
    let ranges = table("sweep-6-ranges.csv");
    assert_eq!(
        ranges[0],
        ["arm", "lowest", "at", "highest", "*.lr", "source.epochs"]
    );
    assert_eq!(ranges[1][0], "scratch");
    assert_eq!(number(&ranges[1][1]), a.min(b).min(c).min(d));
    // Sums in another order: a few roundings.
    let effects = [
        ((a + b) - (c + d)).abs() / 2.0,
        ((a + c) - (b + d)).abs() / 2.0,
    ];
    for (effect, found) in effects.into_iter().zip(&ranges[1][4..]) {
        assert!((effect - number(found)).abs() < 1e-12, "{effect} {found}");
    }

    // A second report has the same bytes, and leaves no file of another one.
    let before = files(folder.path());
    fs::write(folder.path().join("report/old.csv"), "a").unwrap();
    Report::of(&results).unwrap().write(folder.path()).unwrap();
    assert!(files(folder.path()) == before);
}

#[test]
fn the_summary_has_the_scores_of_every_seed_in_their_order() {
    let folder = tempfile::tempdir().unwrap();
    let results = run(&experiment("9,2,5", &[]), folder.path());
    let report = Report::of(&results).unwrap();
    report.write(folder.path()).unwrap();
    let summary: Value = serde_json::from_str(&text(&folder.path().join("summary.json"))).unwrap();
    assert_eq!(summary["seeds"], json!([2, 5, 9]));
    let accuracy = |arm: Option<usize>| {
        let cells = results.by_seed(0, 0, arm);
        cells
            .map(|cell| cell.scores().unwrap().accuracy)
            .collect::<Vec<f64>>()
    };
    let is = |measure: &Value, expected: Vec<f64>| {
        assert_eq!(measure["per_seed"], json!(expected));
        let mean = expected.iter().sum::<f64>() / 3.0;
        // The order of a sum of three is worth an ulp or two.
        assert!((measure["mean"].as_f64().unwrap() - mean).abs() < 1e-15);
        assert!(measure["sd"].is_number());
    };
    is(&summary["source"]["test_accuracy"], accuracy(None));
    is(
        &summary["arms"]["scratch"]["test_accuracy"],
        accuracy(Some(0)),
    );
    is(
        &summary["arms"]["transfer"]["test_accuracy"],
        accuracy(Some(1)),
    );
    assert_eq!(summary["comparisons"].as_array().unwrap().len(), 4);
    assert_eq!(summary["comparisons"][0]["verdict"], Value::Null);
    let kinds: Vec<&str> = summary["warnings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|w| w["kind"].as_str().unwrap())
        .collect();
    assert!(kinds.contains(&"too_few_seeds"), "{kinds:?}");
    assert!(
        summary["warnings"][0]["says"]
            .as_str()
            .unwrap()
            .ends_with('.')
    );
}

#[test]
fn cells_that_are_missing_are_counted_and_the_rest_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let mut asked = experiment("6", &[]);
    run(&asked, folder.path());
    // Eight seeds asked for, six trained.
    asked.request.seeds = (1..=8).collect();
    let (store, _) = asked.open(folder.path()).unwrap();
    let results = asked.results(store).unwrap();
    let report = Report::of(&results).unwrap();
    let missing = report
        .warnings
        .iter()
        .find(|w| w.kind == "missing")
        .unwrap();
    assert_eq!(missing.numbers, json!({ "cells": 2 * 6, "of": 8 * 6 }));
    assert_eq!(report.summary["arms"]["scratch"]["test_error"]["count"], 6);
    assert_eq!(
        report.summary["arms"]["scratch"]["test_error"]["per_seed"][7],
        Value::Null
    );
}

#[test]
fn a_store_without_any_score_has_a_report() {
    let folder = tempfile::tempdir().unwrap();
    let asked = experiment("2", &[]);
    let (store, _) = asked.open(folder.path()).unwrap();
    let results = asked.results(store).unwrap();
    let report = Report::of(&results).unwrap();
    parse(&text(&report.write(folder.path()).unwrap()));
    assert_eq!(
        report.summary["arms"]["scratch"]["test_error"]["mean"],
        Value::Null
    );
    assert_eq!(report.warnings.len(), 2);

    // All trainings of all arms diverge.
    let folder = tempfile::tempdir().unwrap();
    let results = run(&experiment("2", &[("*.lr", json!(1e20))]), folder.path());
    assert!(
        results
            .cells()
            .any(|c| matches!(c.outcome, Some(Outcome::Failed(_))))
    );
    parse(&html(&Report::of(&results).unwrap().document, None));
}

#[test]
fn drawn_rows_are_told_in_the_scope_of_the_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let moves = json!(["init", "order", "target_rows"]);
    let results = run(&experiment("6", &[("seed.moves", moves)]), folder.path());
    let report = Report::of(&results).unwrap();
    let sentence = report.summary["comparisons"][0]["sentence"]
        .as_str()
        .unwrap()
        .to_owned();
    let scope = "On this task in general (other first weights, training images and test images), ";
    assert!(sentence.starts_with(scope), "{sentence}");
    assert!(report.summary["comparisons"][0]["crossed"].is_object());
}

#[test]
fn the_command_reproduces_seeds_sweeps_and_data() {
    let folder = tempfile::tempdir().unwrap();
    let mut asked = experiment("2,3", &[]);
    asked.request = asked.request.with_named_sweep("samples").unwrap();
    let init = Values::List(vec![json!(["init"])]);
    asked.request = asked.request.with_values("vary", init).unwrap();
    let asked = crate::stores::with_sweep(asked, &[("*.lr", json!([0.02, 0.05]))]);
    let results = run(&asked, folder.path());
    Report::of(&results).unwrap().write(folder.path()).unwrap();
    let page = text(&folder.path().join("report.md"));
    let command = page
        .lines()
        .find(|line| line.starts_with("fm experiment"))
        .unwrap();
    let shown = HOSTILE
        .replace(['\u{202e}', '\u{1b}'], "\u{fffd}")
        .replace('\'', "'\\''");
    assert_eq!(
        command,
        format!(
            "fm experiment --protocol protocol.toml --seeds 2..3 --backend portable --sweep samples \
             --sweep 'vary=[\"init\"]' --sweep '*.lr=0.02,0.05' --data '{shown}'"
        )
    );
}

#[test]
fn folders_are_compared_by_their_seeds_and_those_of_other_rows_are_refused() {
    let folders: Vec<_> = (0..3).map(|_| tempfile::tempdir().unwrap()).collect();
    run(&experiment("6", &[]), folders[0].path());
    run(
        &experiment("3..9", &[("*.epochs", json!(4))]),
        folders[1].path(),
    );
    let other = json!([0, 2]);
    run(
        &experiment("2", &[("task.target_classes", other)]),
        folders[2].path(),
    );
    let mut paths: Vec<_> = folders
        .iter()
        .map(|folder| folder.path().to_owned())
        .collect();
    paths.push(paths[0].clone());
    let document = compare_folders(&paths).unwrap();
    let page = markdown(&document, None);
    assert!(
        page.contains("its target classes are not those of the first folder"),
        "{page}"
    );
    assert!(page.contains("it was given before"), "{page}");
    let rows = read(&csv(&document)[0].1);
    // Five arms of two folders; those of the first are compared with nothing.
    assert_eq!(rows.len(), 1 + 10);
    let wins = rows[0]
        .iter()
        .position(|heading| heading == "wins")
        .unwrap();
    assert_eq!(rows[1][wins], "");
    let pairs: usize = rows[6][wins..wins + 3]
        .iter()
        .map(|n| n.parse::<usize>().unwrap())
        .sum();
    // Seeds 3 to 6 are in both.
    assert_eq!(pairs, 4);
}

#[test]
fn event_files_are_below_the_store_and_equal_each_time() {
    let folder = tempfile::tempdir().unwrap();
    let results = run(&experiment("2", &[]), folder.path());
    let logs = write_events(&results, folder.path()).unwrap();
    let file = logs.join("seed-0002/transfer/events.out.tfevents.0.fm");
    let before = fs::read(&file).unwrap();
    // The file's version, and an event for each of the epochs and for the test.
    assert!(before.windows(10).any(|bytes| bytes == b"train/loss"));
    assert!(logs.join("mean/source/events.out.tfevents.0.fm").is_file());
    write_events(&results, folder.path()).unwrap();
    assert_eq!(fs::read(&file).unwrap(), before);
}

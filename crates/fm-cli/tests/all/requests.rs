//! What is asked of `fm experiment` and of its results: sweeps, overrides, backends, formats.

use std::fs;
use std::path::Path;
use std::process::Command;

use fm_experiment::Results;
use libtest_mimic::Trial;
use serde_json::Value;

use crate::support::{
    SWEEPS, assert_same, count, experiment, fm, message, printed, refused, trials,
};

pub(crate) fn tests() -> Vec<Trial> {
    trials![
        every_spelling_of_a_sweep_gives_the_same_cells,
        the_command_of_a_report_gives_the_same_cells,
        values_asked_for_one_after_another_add_up,
        keys_on_the_command_line_form_one_grid,
        json_is_the_summary_and_nothing_else,
        the_default_folder_is_named_after_what_was_chosen,
        portable_by_default_and_a_folder_keeps_its_backend,
        reports_are_written_anywhere_and_folders_compared,
        a_folder_without_results_is_refused_and_left_alone,
        seeds_are_planned_from_a_folder_or_an_assumed_spread,
    ]
}

fn seeds_are_planned_from_a_folder_or_an_assumed_spread() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    printed(&mut experiment(at, "1", &[]));
    refused(at, &["plan", "results"], &["expected two", "--sd"]);
    printed(&mut experiment(at, "1..3", &[]));
    let more = ["--difference", "50", "--format", "json"];
    let planned = |from: &[&str]| -> Value {
        let args = [&["plan"], from, &more].concat();
        serde_json::from_str(&printed(&mut fm(at, &args))).unwrap()
    };
    let comparison = &planned(&["results"])["comparisons"][0];
    assert_eq!(comparison["seeds"], 3);
    let again = &planned(&["--sd", "0.7", "--rows-error", "0.11", "--comparisons", "4"]);
    let again = &again["comparisons"][0];
    assert_eq!(again["sd"], 0.007);
    assert_eq!(again["family"], 4);
    // The fewest pairs whose signs can conclude one of four comparisons: 4 · 2 / 2⁸ < 0.05.
    assert_eq!(again["differences"][0]["seeds_needed"], 8);
    refused(
        at,
        &["plan"],
        &["`fm plan results/fair`", "`fm plan --sd 0.7`"],
    );
    refused(
        at,
        &["plan", "results", "--sd", "1"],
        &["cannot be used with"],
    );
    refused(
        at,
        &["plan", "--sd", "1", "--difference", "0.1"],
        &["0.10 points", "margin"],
    );
    refused(at, &["plan", "--sd", "0"], &["expected more than 0 points"]);
    refused(
        at,
        &["plan", "--sd", "1", "--power", "80"],
        &["between 0 and 1"],
    );
    refused(
        at,
        &["plan", "--sd", "1", "--comparisons", "0"],
        &["a whole number from 1 on"],
    );
}

fn series(results: &Path) -> Vec<(String, usize)> {
    let found = Results::read(results).unwrap();
    let series = found.plan.series.iter();
    let name = |series: &fm_experiment::Series| series.name().unwrap_or("main").to_owned();
    let series = series.map(|series| (name(series), series.points.len()));
    let mut series: Vec<_> = series.collect();
    series.sort();
    series
}

fn every_spelling_of_a_sweep_gives_the_same_cells() {
    let folder = tempfile::tempdir().unwrap();
    let (at, results) = (folder.path(), folder.path().join("results"));
    let first = printed(&mut experiment(at, "1..2", &SWEEPS));
    assert!(!first.contains('\u{1b}'), "no colours in a pipe");
    let expected = [
        ("depth", 3),
        ("main", 1),
        ("pairs", 2),
        ("samples", 3),
        ("vary", 2),
    ];
    let expected = expected.map(|(name, points)| (name.to_owned(), points));
    assert_eq!(series(&results), expected);
    let cells = count(&results);
    // Twice, by names of classes, in other words, in another order.
    let again = "--sweep samples --sweep samples --curve depth \
                 --sweep pairs=shirt-Sandal,6-5,t-shirt/top-pullover,[0,2] \
                 --sweep vary=[init,order,target_rows],init,init";
    let again: Vec<&str> = again.split_whitespace().collect();
    printed(&mut experiment(at, "1..2", &again));
    assert_eq!(count(&results), cells);
    assert_eq!(series(&results), expected);
}

fn the_command_of_a_report_gives_the_same_cells() {
    let (folder, again) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    printed(&mut experiment(folder.path(), "1..2", &SWEEPS));
    let report = fs::read_to_string(folder.path().join("results/report.md")).unwrap();
    let block = |language: &str| {
        let (_, block) = report.split_once(&format!("```{language}\n")).unwrap();
        block.split_once("```").unwrap().0
    };
    fs::write(again.path().join("protocol.toml"), block("toml")).unwrap();
    let fm = format!("'{}' experiment", env!("CARGO_BIN_EXE_fm"));
    let line = block("sh").replace("fm experiment", &fm);
    let line = format!("{} --out results", line.trim_end());
    let mut command = Command::new("sh");
    printed(command.args(["-c", &line]).current_dir(again.path()));
    let results = |folder: &Path| folder.join("results");
    let (first, second) = (results(folder.path()), results(again.path()));
    assert_same(&second, &first, "the command of a report");
}

fn values_asked_for_one_after_another_add_up() {
    let folder = tempfile::tempdir().unwrap();
    for pair in ["pairs=5-6", "pairs=0-2"] {
        printed(&mut experiment(folder.path(), "1", &["--sweep", pair]));
    }
    let expected = [("main", 1), ("pairs", 2)];
    let expected = expected.map(|(name, points)| (name.to_owned(), points));
    assert_eq!(series(&folder.path().join("results")), expected);
}

fn keys_on_the_command_line_form_one_grid() {
    let folder = tempfile::tempdir().unwrap();
    let flags = "--sweep task.target_rows=20,all --sweep *.lr=1e-2,1e-3 --sweep samples \
                 --set source.epochs=2 --set source.optimizer=sgd";
    let flags: Vec<&str> = flags.split_whitespace().collect();
    let output = experiment(folder.path(), "1", &flags).output().unwrap();
    let said = message(&output);
    assert!(!said.contains("source.epochs is"), "{said}");
    let results = Results::read(&folder.path().join("results")).unwrap();
    let source = &results.protocol().source;
    assert_eq!((source.epochs, source.optimizer.name()), (2, "sgd"));
    let [_, samples, grid] = results.plan.series.as_slice() else {
        panic!("{:?}", results.request.sweeps);
    };
    assert_eq!(grid.axes, ["*.lr", "task.target_rows"]);
    assert_eq!((grid.points.len(), samples.points.len()), (4, 3));
}

fn json_is_the_summary_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let found = printed(&mut experiment(
        folder.path(),
        "1..2",
        &["--format", "json"],
    ));
    let summary = fs::read_to_string(folder.path().join("results/summary.json")).unwrap();
    assert_eq!(found, summary);
    let summary: Value = serde_json::from_str(&summary).unwrap();
    let accuracy = &summary["arms"]["transfer"]["test_accuracy"];
    assert_eq!(accuracy["per_seed"].as_array().map(Vec::len), Some(2));
    let report = ["report", "results", "--format", "json"];
    assert_eq!(printed(&mut fm(folder.path(), &report)), found);
}

fn the_default_folder_is_named_after_what_was_chosen() {
    let folder = tempfile::tempdir().unwrap();
    printed(&mut experiment(folder.path(), "1", &[]));
    let run = "experiment --protocol tiny.toml --data sample --seed 3 --set source.epochs=1";
    let run: Vec<&str> = run.split(' ').collect();
    printed(&mut fm(folder.path(), &run));
    let expected = "results/tiny-source.epochs-1-sample-seed-3/report.html";
    assert!(folder.path().join(expected).is_file());
}

fn portable_by_default_and_a_folder_keeps_its_backend() {
    let folder = tempfile::tempdir().unwrap();
    let run = |flags: &[&str]| experiment(folder.path(), "1", flags).output().unwrap();
    let output = run(&[]);
    let said = message(&output);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("Backend: portable"), "{said}");
    assert!(said.contains("--backend blas"), "how to change it: {said}");
    let output = run(&["--backend", "blas"]);
    let said = message(&output);
    if cfg!(any(feature = "openblas", feature = "openblas-static")) {
        assert!(output.status.success(), "{said}");
        assert_eq!(count(&folder.path().join("results")), 6);
        // The latest request may be of the same second as the one before.
        let backends = ["Backend: portable", "Backend: blas"];
        let said = message(&run(&[]));
        assert!(backends.iter().any(|b| said.contains(b)), "{said}");
    } else {
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("openblas"), "{said}");
        assert_eq!(count(&folder.path().join("results")), 3);
    }
}

fn reports_are_written_anywhere_and_folders_compared() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    printed(&mut experiment(at, "1..2", &["--tensorboard"]));
    assert!(at.join("results/tensorboard").is_dir());
    let other =
        "experiment --protocol tiny.toml --seeds 2 --data sample --set *.lr=1e-3 --out other";
    printed(&mut fm(at, &other.split(' ').collect::<Vec<_>>()));
    let page = at.join("results/report.html");
    let before = fs::read(&page).unwrap();
    fs::remove_file(&page).unwrap();
    printed(&mut fm(at, &["report", "results", "--out", "copy"]));
    assert_eq!(fs::read(at.join("copy/report.html")).unwrap(), before);
    assert!(!page.exists());
    printed(&mut fm(at, &["report", "results"]));
    assert_eq!(fs::read(&page).unwrap(), before);
    let compare = ["report", "results", "other", "--out", "compared"];
    let text = printed(&mut fm(at, &compare));
    assert!(text.contains("2: other"), "{text}");
    for name in ["comparison.html", "comparison.csv"] {
        assert!(at.join("compared").join(name).is_file(), "{name}");
    }
}

fn a_folder_without_results_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("mine"), "").unwrap();
    for command in ["report", "status", "inspect", "plan"] {
        refused(folder.path(), &[command, "."], &["no store.json"]);
        refused(
            folder.path(),
            &[command, "nowhere"],
            &["cannot read nowhere"],
        );
    }
    let quick = [
        "experiment",
        "--protocol",
        "quick",
        "--data",
        "sample",
        "--out",
        ".",
    ];
    let small = ["--set", "data.train_rows=7000"];
    refused(
        folder.path(),
        &[&quick[..], &small].concat(),
        &["no store.json"],
    );
}

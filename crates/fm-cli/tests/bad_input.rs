//! Bad input ends with one clear message, exit code 2, and nothing half-written.

mod commands;

use std::fs;

use commands::{fm, refused};
use fm_data::published::fashion_mnist;

#[test]
fn seeds_that_are_no_list() {
    let folder = tempfile::tempdir().unwrap();
    let experiment = |seeds| ["experiment", "--seeds", seeds];
    refused(
        folder.path(),
        &experiment("9..3"),
        &["--seeds", "runs backwards", "1,2,7"],
    );
    refused(
        folder.path(),
        &experiment("1,x"),
        &["\"x\" is no whole number"],
    );
    refused(folder.path(), &experiment("0"), &["0 seeds, expected 1 to"]);
    refused(folder.path(), &["experiment", "--seed", "-1"], &["-1"]);
    refused(folder.path(), &["experiment", "--jobs", "0"], &["--jobs"]);
}

#[test]
fn a_name_nearly_right_is_told_the_right_one() {
    let folder = tempfile::tempdir().unwrap();
    let experiment = |args: &[&'static str]| [&["experiment"], args].concat();
    refused(
        folder.path(),
        &experiment(&["--with-arm", "shuffled-sorce"]),
        &["perhaps \"shuffled-source\""],
    );
    refused(
        folder.path(),
        &experiment(&["--data", "sampel"]),
        &["no such folder", "perhaps \"sample\""],
    );
    refused(
        folder.path(),
        &["data", "report", "--data", "sampel"],
        &["no such folder", "perhaps \"sample\""],
    );
    refused(
        folder.path(),
        &experiment(&["--pairs", "sandle-shirt"]),
        &["perhaps \"Sandal\""],
    );
    refused(
        folder.path(),
        &experiment(&["--pairs", "5-sandal"]),
        &["two different classes"],
    );
    fs::write(folder.path().join("taken"), "mine").unwrap();
    refused(
        folder.path(),
        &experiment(&["--out", "taken"]),
        &["--out taken: this is a file"],
    );
}

#[test]
fn curves_that_are_none() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let experiment = |args: &[&'static str]| [&["experiment"], args].concat();
    let wrong = |args, words: &[&str]| refused(folder, &experiment(args), words);
    let similar = "similar value exists: 'samples'";
    wrong(&["--curve", "sampels"], &["'sampels'", similar]);
    wrong(&["--curve", "size"], &["'size'", "samples, depth, pairs"]);
    wrong(&["--curve", "pairs:5-6"], &["'pairs:5-6'", "'pairs'"]);
    wrong(
        &["--vary", "init,ordr"],
        &["'ordr'", "similar value exists: 'order'"],
    );
    wrong(&["--vary", "rows"], &["'rows'", "init, order, subset, all"]);
    let classes = "expected two different classes, 0 to 9 or by name";
    for pairs in ["5", "5-10", "5-6,7-7", "sandal-sandal", "5-6,", "5-6-7"] {
        let args = ["experiment", "--pairs", pairs];
        refused(folder, &args, &["--pairs", classes]);
    }
    // Before any data is looked for.
    let quick = fm(folder, &["protocol", "quick"]).stdout;
    let text = String::from_utf8(quick).unwrap();
    let without = text.split("[curves").next().unwrap();
    fs::write(folder.join("mine.toml"), without).unwrap();
    let mine = |args: &[&'static str]| [&["experiment", "--protocol", "mine.toml"], args].concat();
    for (args, table) in [
        (["--curve", "samples"], "[curves.samples]"),
        (["--curve", "depth"], "[curves.depth]"),
        (["--pairs", "5-6"], "[curves.pairs]"),
        (["--vary", "all"], "[curves.vary]"),
    ] {
        refused(
            folder,
            &mine(&args),
            &["protocol quick has no table", table],
        );
    }
}

#[test]
fn protocols_that_are_none() {
    let folder = tempfile::tempdir().unwrap();
    let experiment = |protocol| ["experiment", "--protocol", protocol];
    refused(
        folder.path(),
        &experiment("notebok"),
        &["notebok", "notebook-2e, quick"],
    );
    refused(
        folder.path(),
        &experiment("mine.toml"),
        &["cannot read", "mine.toml", "No such file"],
    );
    fs::write(
        folder.path().join("mine.toml"),
        "name = \"mine\"\ncolour = 1\n",
    )
    .unwrap();
    refused(
        folder.path(),
        &experiment("mine.toml"),
        &["mine.toml, line 2", "colour"],
    );
}

#[test]
fn no_data_and_no_network() {
    let folder = tempfile::tempdir().unwrap();
    refused(
        folder.path(),
        &["data", "fetch"],
        &["train-images", "storage.googleapis.com"],
    );
    refused(
        folder.path(),
        &["experiment", "--data", "nowhere"],
        &["nowhere"],
    );
    refused(
        folder.path(),
        &["data", "fetch", "--from", "nowhere"],
        &["nowhere"],
    );
    refused(
        folder.path(),
        &["data", "fetch", "--from", "ftp://x"],
        &["ftp://x"],
    );
}

#[test]
fn files_that_are_not_the_published_ones() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    fs::create_dir(&data).unwrap();
    let experiment = ["experiment", "--data", "data"];
    refused(
        folder.path(),
        &experiment,
        &["data", &fashion_mnist().files.train_images.name],
    );
    for file in fashion_mnist().files.each() {
        let page = "<!DOCTYPE html><html><title>403 Forbidden</title></html>";
        fs::write(data.join(format!("{}.gz", file.name)), page).unwrap();
    }
    refused(folder.path(), &experiment, &["images", "HTML"]);
    // A gzip header and nothing behind it.
    for file in fashion_mnist().files.each() {
        fs::write(
            data.join(format!("{}.gz", file.name)),
            [0x1f, 0x8b, 8, 0, 0, 0],
        )
        .unwrap();
    }
    refused(folder.path(), &experiment, &["images"]);
}

#[test]
fn a_command_that_is_misspelt() {
    let folder = tempfile::tempdir().unwrap();
    refused(
        folder.path(),
        &["experimnt"],
        &["experimnt", "'experiment'"],
    );
    refused(
        folder.path(),
        &["experiment", "--sed", "1"],
        &["--sed", "--seed"],
    );
}

/// Not bad input but bad luck: without the data and without a network there is the sample.
#[test]
fn without_data_and_network_the_sample_is_used_and_said() {
    let folder = tempfile::tempdir().unwrap();
    let quick = fm(folder.path(), &["protocol", "quick"]);
    let text = String::from_utf8(quick.stdout).unwrap();
    // The smallest thing that runs.
    let small = text
        .replace("30000", "7000")
        .replace("[300, 100, 50, 50, 50]", "[16]");
    fs::write(
        folder.path().join("small.toml"),
        small.replace("epochs = 5", "epochs = 1"),
    )
    .unwrap();
    let run = [
        "experiment",
        "--protocol",
        "small.toml",
        "--seed",
        "3",
        "--out",
        "out",
    ];
    let output = fm(folder.path(), &run);
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{message}");
    assert!(
        message.contains("storage.googleapis.com"),
        "which mirrors failed: {message}"
    );
    assert!(message.contains("the embedded sample"), "{message}");
    assert!(
        String::from_utf8(output.stdout)
            .unwrap()
            .contains("fashion-mnist-sample")
    );
    let summary = fs::read(folder.path().join("out/summary.json")).unwrap();
    let summary: serde_json::Value = serde_json::from_slice(&summary).unwrap();
    assert_eq!(summary["dataset"], "fashion-mnist-sample");
    assert!(
        !folder.path().join("data").exists(),
        "no empty data folder stays"
    );
}

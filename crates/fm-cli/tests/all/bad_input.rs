//! Bad input ends with one clear message, exit code 2, and nothing half-written.

use std::fs;

use fm_data::published::fashion_mnist;
use libtest_mimic::Trial;

use crate::support::{PROTOCOL, fm, message, refused, trials};

pub(crate) fn tests() -> Vec<Trial> {
    trials![
        options_of_an_experiment_are_refused_with_what_is_right,
        protocols_that_cannot_be_read_are_refused,
        sweeps_that_the_protocol_does_not_have_are_refused,
        data_that_cannot_be_opened_is_refused,
        files_that_are_not_the_published_ones_are_refused,
        a_vector_level_that_does_not_exist_is_refused,
        without_data_and_network_the_sample_is_used_and_said,
    ]
}

fn options_of_an_experiment_are_refused_with_what_is_right() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("taken"), "mine").unwrap();
    let cases: &[(&str, &[&str])] = &[
        ("--seeds 9..3", &["--seeds", "runs backwards", "1,2,7"]),
        ("--seeds 1,x", &["\"x\" is not a whole number"]),
        ("--seeds 0", &["0 seeds, expected 1 to"]),
        ("--seed -1", &["-1"]),
        ("--jobs 0", &["--jobs", "a whole number from 1 on"]),
        ("--sed 1", &["--sed", "--seed"]),
        ("--threads 2", &["--threads"]),
        ("--slice 3/2", &["invalid slice", "I from 1 to N"]),
        ("--slice 1", &["invalid slice"]),
        ("--set source.epochs", &["KEY=VALUE"]),
        ("--set =3", &["KEY=VALUE"]),
        (
            "--set source.optimizer.sgd.lr=nan",
            &["\"nan\"", "expected a number"],
        ),
        (
            "--set source.epoch=1",
            &["source.epoch", "did you mean \"epochs\"?"],
        ),
        (
            "--set source.epochs=many",
            &["source.epochs", "expected a whole number from 0 on"],
        ),
        ("--set source.optimizer=adm", &["did you mean \"adam\"?"]),
        (
            "--set source.epochs=0",
            &["source.epochs must be 1 or more"],
        ),
        (
            "--with-arm shuffled-sorce",
            &["did you mean \"shuffled-source\"?"],
        ),
        ("--sweep sampels", &["did you mean \"samples\"?"]),
        ("--sweep source.epochs=", &["invalid values"]),
        ("--sweep =1,2", &["has no sweep \"\""]),
        ("--sweep depth=1,2", &["no sweep \"depth\" over one key"]),
        (
            "--data sample --sweep vary=init,ordr",
            &["seed.moves", "did you mean \"order\"?"],
        ),
        (
            "--data sample --sweep task.target_rows=100000000",
            &["task.target_rows must be at most 1024"],
        ),
        (
            "--data sample --target sandle,shirt",
            &["task.target_classes[0]", "found \"sandle\""],
        ),
        (
            "--data sample --sweep source.epoch=1,2",
            &["did you mean \"epochs\"?"],
        ),
        (
            "--data sampel",
            &["no such folder", "did you mean \"sample\"?"],
        ),
        ("--data nowhere", &["nowhere"]),
        ("--dataset kmnst", &["kmnist"]),
        (
            "--data sample --sweep pairs=sandle-shirt",
            &["did you mean \"Sandal\"?"],
        ),
        (
            "--data sample --sweep pairs=5-sandal",
            &["two different classes"],
        ),
        ("--data sample --sweep pairs=5-10", &["a class from 0 to 9"]),
        (
            "--data sample --sweep pairs=5",
            &["task.target_classes", "expected a list"],
        ),
        (
            "--data sample --sweep pairs=5-6-7",
            &["two different classes"],
        ),
        (
            "--data sample --set data.train_rows=30000",
            &["data.train_rows must be at most 10000"],
        ),
        ("--out taken", &["--out taken is a file, not a folder"]),
    ];
    for (flags, words) in cases {
        let args: Vec<&str> = "experiment".split(' ').chain(flags.split(' ')).collect();
        refused(folder.path(), &args, words);
    }
    refused(
        folder.path(),
        &["experiment", "--data", ""],
        &["a value is required"],
    );
    refused(
        folder.path(),
        &["experimnt"],
        &["experimnt", "'experiment'"],
    );
}

fn protocols_that_cannot_be_read_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let refuses = |protocol, words: &[&str]| {
        refused(
            folder.path(),
            &["experiment", "--protocol", protocol],
            words,
        );
    };
    refuses("notebok-2e", &["did you mean \"notebook-2e\"?", "quick"]);
    refuses("mine.toml", &["cannot read", "mine.toml", "No such file"]);
    let path = folder.path().join("mine.toml");
    fs::write(&path, "name = \"mine\"\ncolour = 1\n").unwrap();
    refuses("mine.toml", &["mine.toml, line 2", "colour"]);
    fs::write(&path, PROTOCOL.replace("[5, 6]", "[5, \"Shrit\"]")).unwrap();
    let args = ["experiment", "--protocol", "mine.toml", "--data", "sample"];
    refused(
        folder.path(),
        &args,
        &["target_classes[1]", "did you mean \"Shirt\"?"],
    );
}

fn sweeps_that_the_protocol_does_not_have_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let without = PROTOCOL.split("[sweeps").next().unwrap();
    fs::write(folder.path().join("mine.toml"), without).unwrap();
    for (sweep, table) in [("depth", "[sweeps.depth]"), ("pairs=5-6", "[sweeps.pairs]")] {
        // Before any data is looked for.
        let args = ["experiment", "--protocol", "mine.toml", "--sweep", sweep];
        refused(folder.path(), &args, &["protocol tiny has no sweep", table]);
    }
}

fn data_that_cannot_be_opened_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let cases: &[(&str, &[&str])] = &[
        ("data fetch", &["train-images", "storage.googleapis.com"]),
        ("data fetch --from nowhere", &["nowhere"]),
        ("data fetch --from ftp://x", &["ftp://x"]),
        (
            "data report --data sampel",
            &["no such folder", "did you mean \"sample\"?"],
        ),
    ];
    for (line, words) in cases {
        let args: Vec<&str> = line.split(' ').collect();
        refused(folder.path(), &args, words);
    }
}

fn files_that_are_not_the_published_ones_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    fs::create_dir(&data).unwrap();
    let experiment = ["experiment", "--data", "data"];
    let first = &fashion_mnist().files.train_images.name;
    refused(folder.path(), &experiment, &["data", first]);
    let write = |bytes: &[u8]| {
        for file in fashion_mnist().files.each() {
            fs::write(data.join(format!("{}.gz", file.name)), bytes).unwrap();
        }
    };
    write(b"<!DOCTYPE html><html><title>403 Forbidden</title></html>");
    refused(folder.path(), &experiment, &["images", "HTML"]);
    // A gzip header and nothing after it.
    write(&[0x1f, 0x8b, 8, 0, 0, 0]);
    refused(folder.path(), &experiment, &["images"]);
}

fn a_vector_level_that_does_not_exist_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let output = fm(folder.path(), &["doctor"])
        .env("FM_LEVEL", "avx")
        .output();
    let output = output.unwrap();
    let said = message(&output);
    assert_eq!(output.status.code(), Some(2), "{said}");
    for word in ["FM_LEVEL", "`avx`", "baseline, avx2 or avx512"] {
        assert!(said.contains(word), "{word:?} is not in {said:?}");
    }
}

/// Not bad input but bad luck.
fn without_data_and_network_the_sample_is_used_and_said() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("tiny.toml"), PROTOCOL).unwrap();
    let args = ["experiment", "--protocol", "tiny.toml", "--seed", "1"];
    let output = fm(folder.path(), &args).output().unwrap();
    let said = message(&output);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("could not be downloaded"), "{said}");
    assert!(!said.contains("trying again"), "one line is enough: {said}");
    assert!(said.contains("embedded sample"), "{said}");
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(printed.contains("sample"), "{printed}");
    assert!(
        !folder.path().join("data").exists(),
        "no empty data folder stays"
    );
}

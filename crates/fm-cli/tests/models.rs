//! One model from nothing to an answer about one's own picture; the sessions of README and of
//! every `--help` are run as they stand.

mod commands;

use std::fs;
use std::path::Path;
use std::process::Command;

use commands::{fm, refused};
use serde_json::Value;

/// Runs it, expects success; what it printed.
fn done(folder: &Path, args: &[&str]) -> String {
    let output = fm(folder, args);
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{args:?}: {message}");
    String::from_utf8(output.stdout).unwrap()
}

/// A garment as somebody would photograph it: dark on white, four times as large, with a
/// margin. `label` is Fashion-MNIST's.
fn photograph(path: &Path, label: u8) {
    let data = fm_data::open(&fm_data::Source::Sample).unwrap().test;
    let row = data.labels().iter().position(|&l| l == label).unwrap();
    let image = data.image(row).unwrap();
    let mut pixels = vec![255u8; 112 * 112];
    for (i, pixel) in pixels.iter_mut().enumerate() {
        *pixel = 255 - image[28 * (i / 112 / 4) + i % 112 / 4];
    }
    let file = fs::File::create(path).unwrap();
    let mut encoder = png::Encoder::new(file, 112, 112);
    encoder.set_color(png::ColorType::Grayscale);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&pixels).unwrap();
}

/// A folder with a small model of two classes, one of eight, and a photograph.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    photograph(&at.join("photo.png"), 5);
    let train = "train --data sample --except sandal,shirt --rows 300 --epochs 1 --hidden 16,8";
    let train: Vec<&str> = train.split(' ').chain(["--out", "source.fmnn"]).collect();
    done(at, &train);
    let transfer = "transfer source.fmnn --data sample --classes sandal,shirt --rows 100";
    let phases = "--phase epochs=2,freeze=trunk,optimizer=adam,lr=0.01 --phase epochs=4,lr=0.01";
    let transfer = format!("{transfer} {phases} --out model.fmnn");
    done(at, &transfer.split(' ').collect::<Vec<_>>());
    folder
}

/// The commands of README's session, in an empty folder with one photograph in it.
#[test]
fn the_session_in_readme_ends_with_an_answer_about_ones_own_picture() {
    let readme = include_str!("../../../README.md");
    let (_, rest) = readme.split_once("## One model at a time").unwrap();
    let (_, block) = rest.split_once("```sh\n").unwrap();
    let (block, _) = block.split_once("```").unwrap();
    let folder = tempfile::tempdir().unwrap();
    photograph(&folder.path().join("photo.png"), 5);
    let mut answers = Vec::new();
    for line in block.lines().filter_map(|line| line.strip_prefix("fm ")) {
        let command = line.split('#').next().unwrap_or_default();
        let args: Vec<&str> = command.split_whitespace().collect();
        answers.push((args[0].to_owned(), done(folder.path(), &args)));
    }
    let names: Vec<&str> = answers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "train", "transfer", "inspect", "evaluate", "predict", "convert"
        ]
    );
    assert!(answers[4].1.contains("Sandal"), "{}", answers[4].1);
    assert!(folder.path().join("two.safetensors").is_file());
}

/// Every line of a `--help` that begins with `fm` and needs no data that is not there.
#[test]
fn the_examples_of_every_help_work() {
    let folder = folder();
    let at = folder.path();
    fs::copy(at.join("photo.png"), at.join("a.jpg")).unwrap(); // Told by content.
    let images = fm_data::open(&fm_data::Source::Sample).unwrap().test;
    let images = images.first(10).unwrap();
    let cube = images
        .pixels()
        .to_owned()
        .into_shape_with_order((10, 28, 28))
        .unwrap();
    let idx = at.join("t10k-images-idx3-ubyte.gz");
    fm_data::idx::save(&cube, &idx, fm_data::idx::Encoding::Gzip).unwrap();
    fs::copy(&idx, at.join("train-images-idx3-ubyte.gz")).unwrap();
    fs::copy(&idx, at.join("my-images.idx")).unwrap();
    let labels = ndarray::Array1::from(images.labels().to_vec());
    let gzip = fm_data::idx::Encoding::Gzip;
    fm_data::idx::save(&labels, at.join("my-labels.idx.gz"), gzip).unwrap();
    let theirs = [
        "convert",
        "model.fmnn",
        "theirs.safetensors",
        "--layout",
        "keras",
    ];
    done(at, &theirs);

    let mut ran = 0;
    for command in [
        "train",
        "transfer",
        "evaluate",
        "predict",
        "inspect",
        "convert",
        "completions",
    ] {
        let help = done(at, &[command, "--help"]);
        let examples = help
            .lines()
            .filter_map(|line| line.trim_start().strip_prefix("fm "));
        let examples: Vec<&str> = examples.collect();
        assert!(examples.len() >= 2, "{command} has examples");
        for example in examples {
            // The comment stands behind spaces, the file of a shell behind a '>'.
            let line = example.split("   ").next().unwrap_or_default();
            let line = line.split(" > ").next().unwrap_or_default();
            let needs_data = ["train", "transfer", "evaluate"].contains(&command)
                && !["--data sample", "--images"]
                    .iter()
                    .any(|own| line.contains(own));
            if needs_data || line.contains("results/") {
                continue;
            }
            let line = line.replace("*.jpg", "a.jpg");
            let mut args: Vec<&str> = line.split_whitespace().collect();
            if ["train", "transfer", "convert"].contains(&command) {
                args.push("--force");
            }
            done(at, &args);
            ran += 1;
        }
    }
    assert!(ran >= 12, "{ran} examples");
}

#[test]
fn programs_get_json() {
    let folder = folder();
    let at = folder.path();
    let json = |args: &[&str]| -> Value {
        let args = [args, &["--format", "json"]].concat();
        serde_json::from_str(&done(at, &args)).unwrap()
    };
    let answers = json(&["predict", "model.fmnn", "photo.png"]);
    let answer = &answers[0];
    assert_eq!(answer["file"], "photo.png");
    assert_eq!(answer["notes"], serde_json::json!(["resized", "inverted"]));
    let of_class = answer["probabilities"].as_array().unwrap();
    let sum: f64 = of_class.iter().map(|p| p.as_f64().unwrap()).sum();
    assert!((sum - 1.0).abs() < 1e-12, "{sum}");

    let found = json(&["inspect", "model.fmnn"]);
    assert_eq!(found["kind"], "model");
    assert_eq!(found["class_names"], serde_json::json!(["Sandal", "Shirt"]));
    assert_eq!(found["layers"][2]["name"], "head");
    let found = json(&["evaluate", "model.fmnn", "--data", "sample"]);
    assert_eq!(found["scores"]["rows"], 2000);

    // The same command gives the same model, to the bit; safetensors and back too.
    let train = "train --data sample --rows 100 --epochs 1 --hidden 8 --out again.fmnn --force";
    let train: Vec<&str> = train.split(' ').collect();
    let (first, second) = (json(&train), json(&train));
    assert_eq!(first, second);
    assert_eq!(first["history"][0]["train"]["rows"], 100);
    done(at, &["convert", "model.fmnn", "there.safetensors"]);
    done(at, &["convert", "there.safetensors", "back.fmnn"]);
    let (model, back) = (
        fs::read(at.join("model.fmnn")),
        fs::read(at.join("back.fmnn")),
    );
    assert_eq!(model.unwrap(), back.unwrap());
}

#[test]
fn what_cannot_be_is_refused_with_what_could() {
    let folder = folder();
    let at = folder.path();
    let train = "train --data sample --rows 50 --out new.fmnn";
    let phase = "transfer source.fmnn --data sample --rows 50 --phase";
    let cases: &[(&str, &str, &[&str])] = &[
        (
            train,
            "--classes sandle,shirt",
            &["\"sandle\"", "perhaps \"Sandal\""],
        ),
        (train, "--activation relo", &["relo", "'relu'"]),
        (train, "--optimizer adan", &["perhaps \"adam\""]),
        (train, "--momentum 0.9", &["adam", "momentum"]),
        (train, "--epochs 0", &["epochs", "1 or more"]),
        (train, "--hidden 0", &["hidden"]),
        (
            "train --data sample --out new.fmnn",
            "--rows 0",
            &["take the first 0"],
        ),
        (
            train,
            "--force --batch-size 0",
            &["batch_size", "1 or more"],
        ),
        (
            "train",
            "--out source.fmnn",
            &["source.fmnn is there", "--force"],
        ),
        ("train", "--out no/where.fmnn", &["no folder no"]),
        (phase, "epochs=1,freeze=layer.0", &["perhaps \"layers.0\""]),
        (
            phase,
            "epochs=1,freeze=trunk+head",
            &["freezes every layer"],
        ),
        (phase, "epoch=1", &["perhaps \"epochs\""]),
        (
            "transfer photo.png",
            "--data sample",
            &["photo.png is no model", "fm train"],
        ),
        (
            "predict model.fmnn",
            "nothing.png",
            &["cannot read nothing.png"],
        ),
        (
            "predict model.fmnn",
            "model.fmnn",
            &["expected a PNG, JPEG or IDX file"],
        ),
        ("predict model.fmnn", "photo.png --rows 3..1", &["0..10"]),
        (
            "convert model.fmnn",
            "a.onnx",
            &[".onnx", ".safetensors or .fmnn"],
        ),
        ("inspect", ".", &["no plan.json"]),
        (
            "inspect",
            "photo.png",
            &["photo.png is nothing", "IDX file"],
        ),
        (
            "evaluate source.fmnn",
            "--data sample --classes 1,2,3",
            &["8 classes"],
        ),
        ("protocol", "notebok-2e", &["perhaps \"notebook-2e\""]),
    ];
    for (command, more, words) in cases {
        let line = format!("{command} {more}");
        refused(at, &line.split(' ').collect::<Vec<_>>(), words);
        assert!(!at.join("new.fmnn").exists(), "{line} left a file");
    }

    // A file of Python's without metadata needs what it does not say.
    done(at, &["convert", "model.fmnn", "m.safetensors"]);
    let bytes = fs::read(at.join("m.safetensors")).unwrap();
    let text = bytes.windows(10).position(|w| w == b"activation").unwrap();
    let mut without = bytes;
    without[text..text + 10].copy_from_slice(b"xctivation");
    fs::write(at.join("m.safetensors"), without).unwrap();
    let predict = ["predict", "m.safetensors", "photo.png"];
    refused(at, &predict, &["does not say the activation"]);
    done(at, &[&predict[..], &["--read-activation", "selu"]].concat());
}

/// Whoever reads the first lines only ends the program quietly.
#[cfg(unix)]
#[test]
fn a_pipe_that_is_closed_is_no_panic() {
    let folder = tempfile::tempdir().unwrap();
    let line = format!("{} completions bash | head -1", env!("CARGO_BIN_EXE_fm"));
    let output = Command::new("sh")
        .args(["-c", &line])
        .current_dir(folder.path())
        .output();
    let output = output.unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
    assert_eq!(String::from_utf8(output.stdout).unwrap().lines().count(), 1);
}

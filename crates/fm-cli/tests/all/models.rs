//! Single models, from training to a prediction for a picture. The sessions of README and of every
//! `--help` are run as they are written.

use std::fs;
use std::path::Path;

use libtest_mimic::Trial;
use serde_json::Value;

use crate::support::{fm, printed, refused, trials};

pub(crate) fn tests() -> Vec<Trial> {
    trials![
        the_session_in_readme_ends_with_a_prediction_for_a_picture,
        the_examples_of_every_help_work,
        programs_get_json,
        a_phase_of_train_is_what_its_short_options_say,
        bad_options_are_refused_with_what_is_right,
    ]
}

/// Runs it, expects success; what it printed.
fn done(folder: &Path, args: &[&str]) -> String {
    printed(&mut fm(folder, args))
}

/// A garment as somebody would photograph it: dark on white, four times as large, with a margin. `label` is Fashion-MNIST's.
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
    let phases = "--phase epochs=2,freeze=trunk,optimizer.adam.lr=0.01 --phase epochs=4,optimizer.sgd.lr=0.01";
    let transfer = format!("{transfer} {phases} --out model.fmnn");
    done(at, &transfer.split(' ').collect::<Vec<_>>());
    folder
}

/// The commands of README's session, in an empty folder with one photograph in it.
fn the_session_in_readme_ends_with_a_prediction_for_a_picture() {
    let readme = include_str!("../../../../README.md");
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

fn a_phase_of_train_is_what_its_short_options_say() {
    let folder = tempfile::tempdir().unwrap();
    let train = "train --data sample --rows 50 --hidden 8 --format json --force --out model.fmnn";
    let model = |more: &str| -> Value {
        let line = format!("{train} {more}");
        serde_json::from_str(&done(folder.path(), &line.split(' ').collect::<Vec<_>>())).unwrap()
    };
    let short = model("--epochs 2 --optimizer sgd --lr 0.1");
    assert_eq!(short, model("--phase epochs=2,optimizer.sgd.lr=0.1"));
    let two =
        model("--phase epochs=2,optimizer.sgd.lr=0.1 --phase epochs=1,freeze=trunk,optimizer=adam");
    assert_eq!(two["history"].as_array().map(Vec::len), Some(3));
    assert_eq!(
        short["history"],
        Value::from(two["history"].as_array().unwrap()[..2].to_vec())
    );
}

fn bad_options_are_refused_with_what_is_right() {
    let folder = folder();
    let at = folder.path();
    let train = "train --data sample --rows 50 --out new.fmnn";
    let phase = "transfer source.fmnn --data sample --rows 50 --phase";
    let cases: &[(&str, &str, &[&str])] = &[
        (
            train,
            "--classes sandle,shirt",
            &["\"sandle\"", "did you mean \"Sandal\"?"],
        ),
        (train, "--activation relo", &["relo", "'relu'"]),
        (train, "--optimizer adan", &["did you mean \"adam\"?"]),
        (
            train,
            "--epochs 1 --phase epochs=1,optimizer=adam",
            &["--epochs", "--phase"],
        ),
        (train, "--epochs 0", &["phases[0].epochs must be 1 or more"]),
        (train, "--lr 0", &["phases[0].optimizer.adam.lr must be"]),
        (train, "--hidden 0", &["hidden[0] must be 1 to 65536 units"]),
        (
            "train --data sample --out new.fmnn",
            "--rows 0",
            &["take the first 0"],
        ),
        (train, "--batch-size 0", &["batch_size", "1 or more"]),
        (
            "train",
            "--out source.fmnn",
            &["source.fmnn exists", "--force"],
        ),
        ("train", "--out no/where.fmnn", &["no folder no"]),
        (
            phase,
            "epochs=1,freeze=layer.0,optimizer=adam",
            &["freeze: \"layer.0\" cannot be frozen", "layers.0"],
        ),
        (
            phase,
            "epochs=1,freeze=9,optimizer=adam",
            &["phases[0].freeze must be at most 2"],
        ),
        (
            phase,
            "epochs=1,freeze=layers.0+layers.1+head,optimizer=adam",
            &["freezes every layer"],
        ),
        (
            phase,
            "epoch=1,optimizer=adam",
            &["did you mean \"epochs\"?"],
        ),
        (
            phase,
            "epochs=1,optimizer=adam,momentum=0.9",
            &["unknown field `momentum`"],
        ),
        (
            phase,
            "epochs=1,optimizer=adm",
            &["optimizer", "did you mean \"adam\"?"],
        ),
        (
            phase,
            "epochs=1,optimizer.adam.lr=fast",
            &["optimizer.adam.lr: invalid type"],
        ),
        (
            "transfer photo.png",
            "--data sample",
            &["photo.png: expected a model", "PNG"],
        ),
        (
            "predict model.fmnn",
            "nothing.png",
            &["cannot read nothing.png"],
        ),
        (
            "predict model.fmnn",
            "model.fmnn",
            &["expected a PNG, JPEG or IDX"],
        ),
        ("predict model.fmnn", "photo.png --rows 3", &["no rows"]),
        (
            "predict model.fmnn",
            "ten.idx --rows 3..11",
            &["rows 0..10"],
        ),
        ("predict model.fmnn", "ten.idx --rows 11..", &["rows 0..10"]),
        (
            "convert model.fmnn",
            "a.onnx",
            &[".onnx", ".safetensors or .fmnn"],
        ),
        ("inspect", ".", &["no store.json"]),
        (
            "inspect",
            "photo.png",
            &["photo.png: expected a model", "PNG"],
        ),
        (
            "evaluate source.fmnn",
            "--data sample --classes 1,2,3",
            &["8 classes"],
        ),
        ("protocol", "notebok-2e", &["did you mean \"notebook-2e\"?"]),
    ];
    let images = fm_data::open(&fm_data::Source::Sample).unwrap().test;
    let images = images.first(10).unwrap().images().to_owned();
    let plain = fm_data::idx::Encoding::Plain;
    fm_data::idx::save(&images, at.join("ten.idx"), plain).unwrap();
    for rows in [
        "",
        "..",
        "..3",
        "3..3",
        "4..3",
        "a..b",
        "18446744073709551615",
    ] {
        let rows = format!("--rows={rows}");
        refused(at, &["predict", "model.fmnn", "ten.idx", &rows], &["0..10"]);
    }
    for (rows, first, count) in [("7", 7, 1), ("0..10", 0, 10), ("7..", 7, 3)] {
        let args = [
            "predict",
            "model.fmnn",
            "ten.idx",
            "--format=json",
            "--rows",
            rows,
        ];
        let answers: Value = serde_json::from_str(&done(at, &args)).unwrap();
        let answers = answers.as_array().unwrap();
        assert_eq!((&answers[0]["row"], answers.len()), (&first.into(), count));
    }
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

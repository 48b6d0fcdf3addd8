//! Pipes as inputs, and as outputs where a file is written.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use fm_data::idx::{self, Encoding};
use libtest_mimic::Trial;
use serde_json::Value;

use crate::support::{fm, printed, refused, trials};

pub(crate) fn tests() -> Vec<Trial> {
    match cfg!(unix) {
        true => trials![
            predict_takes_every_byte_of_a_pipe,
            a_sheet_replaces_no_device_and_no_pipe,
        ],
        false => Vec::new(),
    }
}

/// As `fm predict MODEL <(zcat images.gz)`: more bytes than a pipe holds.
fn predict_takes_every_byte_of_a_pipe() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let train = "train --data sample --rows 50 --epochs 1 --hidden 8 --out model.fmnn";
    printed(&mut fm(at, &train.split(' ').collect::<Vec<_>>()));
    let test = fm_data::open(&fm_data::Source::Sample).unwrap().test;
    let images = test.first(200).unwrap().images().to_owned();
    let bytes = idx::to_bytes(&images, Encoding::Plain).unwrap();
    fs::write(at.join("images.idx"), &bytes).unwrap();

    let predict = |file: &str| fm(at, &["predict", "model.fmnn", file, "--format", "json"]);
    let mut child = predict("/dev/stdin").stdin(Stdio::piped()).spawn().unwrap();
    let mut pipe = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || pipe.write_all(&bytes));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success());
    let mut expected: Vec<Value> =
        serde_json::from_str(&printed(&mut predict("images.idx"))).unwrap();
    assert_eq!(expected.len(), 200);
    for answer in &mut expected {
        answer["file"] = "/dev/stdin".into();
    }
    let found: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(found, expected);
}

fn a_sheet_replaces_no_device_and_no_pipe() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    let made = Command::new("mkfifo").arg(at.join("pipe")).status();
    assert!(made.unwrap().success());
    for sheet in ["pipe", "/dev/null"] {
        let args = ["data", "report", "--data", "sample", "--sheet", sheet];
        refused(at, &args, &[sheet, "it is not a regular file"]);
    }
    let pipe = fs::symlink_metadata(at.join("pipe")).unwrap();
    assert!(!pipe.is_file() && Path::new("/dev/null").exists());
}

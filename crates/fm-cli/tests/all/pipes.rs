//! Pipes as inputs, and as outputs where a file is written; a system that refuses threads.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use fm_data::idx::{self, Encoding};
use libtest_mimic::Trial;
use serde_json::Value;

use crate::support::{PROTOCOL, fm, message, printed, refused, trials};

pub(crate) fn tests() -> Vec<Trial> {
    match cfg!(unix) {
        true => trials![
            predict_takes_every_byte_of_a_pipe,
            an_image_replaces_no_pipe_and_no_link,
            output_that_cannot_be_written_is_an_error,
            a_folder_may_have_any_name,
            data_is_read_where_no_thread_can_be_started,
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

fn an_image_replaces_no_pipe_and_no_link() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    // Row 0 is an ankle boot.
    let path = at.join("garments/Ankle boot/train-00000.png");
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    for link in [false, true] {
        if link {
            fs::remove_file(&path).unwrap();
            std::os::unix::fs::symlink("/dev/null", &path).unwrap();
        } else {
            let made = Command::new("mkfifo").arg(&path).status();
            assert!(made.unwrap().success());
        }
        let args = ["data", "unpack", "--data", "sample", "--out", "garments"];
        refused(at, &args, &["train-00000.png", "it is not a regular file"]);
        assert!(!fs::symlink_metadata(&path).unwrap().is_file());
    }
}

/// Everything that is written to `/dev/full` fails as on a full disk.
#[cfg(target_os = "linux")]
fn output_that_cannot_be_written_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let full = || fs::File::options().write(true).open("/dev/full").unwrap();
    for line in [
        "protocol fair",
        "protocol",
        "plan --sd 5 --difference 9 --format json",
        "completions bash",
    ] {
        let mut command = fm(folder.path(), &line.split(' ').collect::<Vec<_>>());
        let output = command.stdout(full()).output().unwrap();
        let said = message(&output);
        assert_eq!(output.status.code(), Some(2), "{line}: {said}");
        assert!(
            said.contains("cannot write to standard output: No space"),
            "{line}: {said}"
        );
        // With nowhere to say it.
        let output = command.stderr(full()).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{line}");
    }
}

#[cfg(not(target_os = "linux"))]
fn output_that_cannot_be_written_is_an_error() {}

#[cfg(unix)]
fn a_folder_may_have_any_name() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    fs::write(at.join("tiny.toml"), PROTOCOL).unwrap();
    let name = OsStr::from_bytes(b"results-\xff");
    let line = "experiment --protocol tiny.toml --data sample --seed 1 --out";
    let mut experiment = fm(at, &line.split(' ').collect::<Vec<_>>());
    printed(experiment.arg(name));
    assert!(at.join(name).join("report.html").is_file());
    printed(fm(at, &["status"]).arg(name));
}

#[cfg(not(unix))]
fn a_folder_may_have_any_name() {}

/// The stack of a thread would be larger than the address space.
fn data_is_read_where_no_thread_can_be_started() {
    let folder = tempfile::tempdir().unwrap();
    let line = "data unpack --data sample --per-class 1 --out garments";
    let mut command = fm(folder.path(), &line.split(' ').collect::<Vec<_>>());
    let text = printed(command.env("RUST_MIN_STACK", "200000000000000"));
    assert!(text.starts_with("20 images"), "{text}");
}

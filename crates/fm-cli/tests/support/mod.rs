//! A small experiment for tests that end `fm` before its end.

#![allow(dead_code, reason = "each test file uses its part")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use rand_chacha::rand_core::Rng;

/// A bit of everything that a checkpoint keeps; the source training is most of it.
pub(crate) const PROTOCOL: &str = r#"
name = "tiny"
[data]
validation_rows = 100
[task]
target_classes = [5, 6]
target_rows = 40
[network]
hidden = [40, 20]
activation = "selu"
init = "lecun_normal"
[training]
batch_size = 8
[source]
epochs = 20
optimizer = { adam = { lr = 1e-3 } }
schedule = { cosine = {} }
dropout = { alpha = 0.05 }
early_stopping = { patience = 15 }
[[arms]]
name = "scratch"
trunk = "fresh"
phases = [{ epochs = 4, optimizer = { sgd = { lr = 1e-2, momentum = 0.9 } } }]
[[arms]]
name = "transfer"
trunk = "source"
phases = [
    { epochs = 2, freeze = "trunk", optimizer = { sgd = { lr = 1e-2 } } },
    { epochs = 2, optimizer = { sgd = { lr = 1e-2 } }, label_smoothing = 0.1 },
]
"#;

/// What the curves of [`PROTOCOL`] are, to be added at its end.
pub(crate) const CURVES: &str = r#"
[curves.samples]
rows = [10, 40, "all"]
arms = ["scratch", "transfer"]
[curves.depth]
arm = "scratch"
[curves.pairs]
arms = ["scratch", "transfer"]
[curves.vary]
arms = ["scratch", "transfer"]
"#;

/// All of [`CURVES`], in 16 parts for two seeds.
pub(crate) const CURVE_FLAGS: [&str; 8] = [
    "--curve",
    "samples",
    "--curve",
    "depth",
    "--pairs",
    "0-2,5-6",
    "--vary",
    "init,order,subset,all",
];

/// [`PROTOCOL`] with its curves.
pub(crate) fn protocol_with_curves() -> String {
    format!("{PROTOCOL}{CURVES}")
}

/// `fm` in `folder`, on the protocol in `tiny.toml` there, two seeds and the sample, into
/// `results`.
pub(crate) fn fm(folder: &Path, protocol: &str) -> Command {
    fm_on("1..2", folder, protocol)
}

/// The same on these seeds.
pub(crate) fn fm_on(seeds: &str, folder: &Path, protocol: &str) -> Command {
    fs::write(folder.join("tiny.toml"), protocol).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_fm"));
    command
        .args(["experiment", "--protocol", "tiny.toml", "--seeds", seeds])
        .args(["--data", "sample", "--jobs", "2"])
        .args(["--out", "results"])
        .current_dir(folder)
        .env_remove("FM_DATA")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Runs it to its end, which must be good.
pub(crate) fn finish(folder: &Path) {
    ends_well(&mut fm(folder, PROTOCOL));
}

/// Runs a command to its end, which must be good.
pub(crate) fn ends_well(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", message(&output));
    output
}

pub(crate) fn message(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// What a run took is another time in every run.
const TIMES: [&str; 2] = ["timings.json", "curves/timings.json"];

/// Every file of a results folder but the times, by its path in it.
pub(crate) fn bytes(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    fn add(files: &mut BTreeMap<PathBuf, Vec<u8>>, folder: &Path, top: &Path) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(top).unwrap().to_owned();
            if path.is_dir() {
                // Empty folders count as well.
                files.insert(name, Vec::new());
                add(files, &path, top);
            } else if !TIMES.iter().any(|times| name == Path::new(times)) {
                files.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    let (top, mut files) = (folder.join("results"), BTreeMap::new());
    add(&mut files, &top, &top);
    files
}

/// Asserts that two finished folders are the same.
pub(crate) fn assert_same(found: &Path, expected: &Path, what: &str) {
    let (found, expected) = (bytes(found), bytes(expected));
    let names = |files: &BTreeMap<PathBuf, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&found), names(&expected), "{what}");
    for (name, bytes) in &expected {
        assert!(found[name] == *bytes, "{what}: {} differs", name.display());
    }
}

/// Sends a signal, as `kill` calls it: `INT`.
pub(crate) fn signal(child: &Child, name: &str) {
    let mut kill = Command::new("kill");
    let status = kill.args(["-s", name, &child.id().to_string()]).status();
    assert!(status.unwrap().success());
}

/// Carries out the command that a message ends with, as it stands there.
pub(crate) fn go_on(folder: &Path, message: &str) {
    let command = message.lines().last().unwrap().trim();
    ends_well(Command::new("sh").args(["-c", command]).current_dir(folder));
}

/// Waits until there is a file; fails if the process ends before or it takes a minute.
pub(crate) fn wait_for(path: &Path, child: &mut Child) {
    let start = Instant::now();
    while !path.exists() {
        let ended = child.try_wait().unwrap();
        assert!(ended.is_none(), "ended without {}", path.display());
        assert!(start.elapsed() < Duration::from_secs(60), "a minute");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Kills a command at a random moment of half the time that the whole takes here, as fast as this
/// machine is; false if it ended before, which must be well.
pub(crate) fn killed(command: &mut Command, takes: Duration, rng: &mut impl Rng) -> bool {
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let moment = takes.mul_f64(f64::from(rng.next_u32()) / f64::from(u32::MAX) / 2.0);
    std::thread::sleep(moment);
    if let Some(status) = child.try_wait().unwrap() {
        assert!(status.success(), "{status}");
        return false;
    }
    child.kill().unwrap();
    child.wait().unwrap();
    true
}

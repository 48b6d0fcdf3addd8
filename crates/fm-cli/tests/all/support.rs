//! What the tests share: a small experiment, commands of `fm`, and the bytes of results.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// Trials named as their functions.
macro_rules! trials {
    ($($test:ident),* $(,)?) => {
        vec![$(libtest_mimic::Trial::test(stringify!($test), || {
            $test();
            Ok(())
        })),*]
    };
}
pub(crate) use trials;

/// A bit of everything that decides a training; the source training is most of it.
pub(crate) const PROTOCOL: &str = r#"
name = "tiny"
[data]
train_rows = 600
test_rows = 100
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
optimizer = "adam"
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
[sweeps.samples]
over = { "task.target_rows" = [10, 40, "all"] }
[sweeps.depth]
layers_of = "scratch"
[sweeps.pairs]
over = { "task.target_classes" = "pairs" }
[sweeps.vary]
over = { "seed.moves" = [["init"], ["order"], ["target_rows"], ["init", "order", "target_rows"]] }
"#;

/// Sweeps of [`PROTOCOL`].
pub(crate) const SWEEPS: [&str; 8] = [
    "--sweep",
    "samples",
    "--sweep",
    "depth",
    "--sweep",
    "pairs=0-2,5-6",
    "--sweep",
    "vary=init,[init,order,target_rows]",
];

/// `fm` with no data from outside and no network.
pub(crate) fn fm(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fm"));
    command
        .args(args)
        .current_dir(folder)
        .env_remove("FM_DATA")
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        // Nothing listens there, so every mirror is refused at once.
        .env("ALL_PROXY", "http://127.0.0.1:9")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// `fm experiment` on [`PROTOCOL`] in `tiny.toml`, on these seeds, into `results`.
pub(crate) fn experiment(folder: &Path, seeds: &str, more: &[&str]) -> Command {
    let path = folder.join("tiny.toml");
    if !path.exists() {
        // Threads of a test may do so at the same time, beside processes that read it.
        let file = tempfile::NamedTempFile::new_in(folder).unwrap();
        fs::write(file.path(), PROTOCOL).unwrap();
        file.persist(path).unwrap();
    }
    let args = ["experiment", "--protocol", "tiny.toml", "--seeds", seeds];
    let mut command = fm(folder, &args);
    command.args(["--data", "sample", "--out", "results"]);
    command.args(more);
    command
}

/// Runs a command, which must succeed; returns what it printed.
pub(crate) fn printed(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", message(&output));
    String::from_utf8(output.stdout).unwrap()
}

/// What it said on standard error.
pub(crate) fn message(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Runs `fm`, expects one message with each of `words`, exit code 2, and an untouched folder.
pub(crate) fn refused(folder: &Path, args: &[&str], words: &[&str]) {
    let before = names(folder);
    let output = fm(folder, args).output().unwrap();
    let said = message(&output);
    assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
    assert!(output.stdout.is_empty(), "{args:?} printed a result");
    for word in words {
        assert!(said.contains(word), "{args:?}: {word:?} is not in {said:?}");
    }
    assert_eq!(names(folder), before, "{args:?} left something");
}

fn names(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    names.sort();
    names
}

/// The files of a results folder that depend on its cells alone, by their names: all but what was
/// asked, how long it took, and reports.
pub(crate) fn cells(results: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for part in ["cells", "models", "rows"] {
        add(&mut files, &results.join(part), results);
    }
    for name in ["store.json", "train-labels.safetensors"] {
        files.insert(name.into(), fs::read(results.join(name)).unwrap());
    }
    files
}

fn add(files: &mut BTreeMap<PathBuf, Vec<u8>>, folder: &Path, top: &Path) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries {
        let path = entry.unwrap().path();
        // What a killed process was writing.
        if path
            .file_name()
            .unwrap()
            .to_string_lossy()
            .starts_with(".fm-")
        {
            continue;
        }
        match path.is_dir() {
            true => add(files, &path, top),
            false => {
                let name = path.strip_prefix(top).unwrap().to_owned();
                files.insert(name, fs::read(&path).unwrap());
            }
        }
    }
}

/// Asserts that two results folders have the same cells, byte for byte, and that every model of
/// the second is in the first; each request keeps the arms of its own lowest seed.
pub(crate) fn assert_same(found: &Path, expected: &Path, what: &str) {
    let (found, expected) = (cells(found), cells(expected));
    let others = |files: &BTreeMap<PathBuf, Vec<u8>>| {
        let names = files.keys().filter(|name| !name.starts_with("models"));
        names.cloned().collect::<Vec<_>>()
    };
    assert_eq!(others(&found), others(&expected), "{what}");
    for (name, bytes) in &expected {
        assert!(found[name] == *bytes, "{what}: {} differs", name.display());
    }
}

/// Number of records.
pub(crate) fn count(results: &Path) -> usize {
    let mut files = BTreeMap::new();
    add(&mut files, &results.join("cells"), results);
    files.len()
}

/// Sends a signal by its name: `INT`.
pub(crate) fn signal(child: &Child, name: &str) {
    let mut kill = Command::new("kill");
    let status = kill.args(["-s", name, &child.id().to_string()]).status();
    assert!(status.unwrap().success());
}

/// Waits until a condition holds; fails if the process ends before or it takes a minute.
pub(crate) fn wait_until(child: &mut Child, what: &str, holds: impl Fn() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(child.try_wait().unwrap().is_none(), "ended without {what}");
        assert!(
            start.elapsed() < Duration::from_secs(60),
            "no {what} in a minute"
        );
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// `mount` with these arguments; the reason if that is not possible here.
pub(crate) fn mount(args: &[&str], at: &Path) -> Result<(), String> {
    let output = Command::new("mount").args(args).arg(at).output();
    let output = output.map_err(|error| error.to_string())?;
    match output.status.success() {
        true => Ok(()),
        false => Err(message(&output).trim().to_owned()),
    }
}

/// A mounted folder, unmounted when it is dropped.
pub(crate) struct Mounted<'a>(pub(crate) &'a Path);

impl Drop for Mounted<'_> {
    fn drop(&mut self) {
        // The first failure is the one to report.
        let _ = Command::new("umount").arg(self.0).output();
    }
}

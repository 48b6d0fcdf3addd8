//! An experiment killed in its curves goes on: nothing is lost, nothing trained twice, and its
//! folder ends with the bytes of one that was never killed.
#![cfg(unix)]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use support::{
    CURVE_FLAGS, assert_same, bytes, ends_well, fm, go_on, killed, message, protocol_with_curves,
    signal, wait_for,
};
use tempfile::TempDir;

const KILLS: usize = 20;
const PARTS: usize = 16;

fn curves(folder: &Path) -> Command {
    let mut command = fm(folder, &protocol_with_curves());
    command.args(CURVE_FLAGS);
    command
}

/// A folder whose runs are done, and no curve.
fn begun() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    ends_well(&mut fm(folder.path(), &protocol_with_curves()));
    folder
}

fn copy(folder: &TempDir) -> TempDir {
    let to = tempfile::tempdir().unwrap();
    for (name, bytes) in bytes(folder.path()) {
        let (from, to) = (
            folder.path().join("results").join(&name),
            to.path().join("results").join(&name),
        );
        if from.is_dir() {
            fs::create_dir_all(to).unwrap();
        } else {
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::write(to, bytes).unwrap();
        }
    }
    to
}

/// What a training left, whole; each with the number of its file, which is another once it is
/// written again.
fn records(folder: &Path) -> BTreeMap<PathBuf, u64> {
    let mut found = bytes(folder);
    found.retain(|name, _| {
        let of_training = ["runs", "models", "curves"]
            .iter()
            .any(|f| name.starts_with(f));
        of_training && name.extension().is_some_and(|end| end != "part")
    });
    let number = |name: &PathBuf| {
        let file = fs::metadata(folder.join("results").join(name));
        file.unwrap().ino()
    };
    found
        .into_keys()
        .map(|name| (name.clone(), number(&name)))
        .collect()
}

fn parts(records: &BTreeMap<PathBuf, u64>) -> usize {
    let of_curve = |name: &&PathBuf| name.starts_with("curves");
    records.keys().filter(of_curve).count()
}

#[test]
fn kills_during_the_curves_change_no_byte() {
    let begun = begun();
    let whole = copy(&begun);
    let start = Instant::now();
    ends_well(&mut curves(whole.path()));
    let takes = start.elapsed();
    let expected = bytes(whole.path());
    assert_eq!(parts(&records(whole.path())), PARTS);

    let mut rng = ChaCha8Rng::seed_from_u64(20);
    let (mut kills, mut folders) = (0, 0);
    // Kills by how many parts were there.
    let mut after = [0; PARTS + 1];
    while kills < KILLS {
        let folder = copy(&begun);
        let mut before = records(folder.path());
        loop {
            if kills == KILLS {
                ends_well(&mut curves(folder.path()));
                break;
            }
            if !killed(&mut curves(folder.path()), takes, &mut rng) {
                break;
            }
            kills += 1;
            let now = records(folder.path());
            after[parts(&now)] += 1;
            for (name, file) in &before {
                assert_eq!(now.get(name), Some(file), "{} again", name.display());
            }
            let there = bytes(folder.path());
            for name in now.keys() {
                assert!(there[name] == expected[name], "{}", name.display());
            }
            before = now;
        }
        folders += 1;
        let now = records(folder.path());
        for (name, file) in &before {
            assert_eq!(now.get(name), Some(file), "{} again", name.display());
        }
        assert_same(folder.path(), whole.path(), &format!("folder {folders}"));
    }
    // The moments are worth something only if they are between the first part and the last.
    let within: usize = after[1..PARTS].iter().sum();
    assert!(within >= KILLS / 4, "kills by parts done: {after:?}");
}

#[test]
fn ctrl_c_in_a_curve_says_how_to_go_on_and_that_goes_on() {
    let folder = begun();
    let whole = copy(&folder);
    ends_well(&mut curves(whole.path()));
    let mut child = curves(folder.path()).spawn().unwrap();
    let first = folder.path().join("results/curves/samples/seed-0001.json");
    wait_for(&first, &mut child);
    signal(&child, "INT");
    let output = child.wait_with_output().unwrap();
    let said = message(&output);
    assert_eq!(output.status.code(), Some(130), "{said}");
    assert!(output.stdout.is_empty());
    let kept = records(folder.path());
    let done = parts(&kept);
    assert!((1..PARTS).contains(&done), "{done} parts: {said}");
    let expected = format!(
        "fm: stopped\n2 of 2 seeds and {done} of {PARTS} missing parts of curves are finished, and \
         what is done is kept in results; to go on:\n"
    );
    assert!(said.contains(&expected), "{said}");

    go_on(folder.path(), &said);
    for (name, file) in kept {
        assert_eq!(
            records(folder.path())[&name],
            file,
            "{} again",
            name.display()
        );
    }
    assert_same(folder.path(), whole.path(), "after Ctrl-C");
}

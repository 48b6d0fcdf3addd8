//! A killed experiment goes on, and its folder ends with the bytes of one that was never killed.
#![cfg(unix)]

mod support;

use std::fs;
use std::process::{Child, Command, Output, Stdio};
use std::time::Instant;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use support::{PROTOCOL, assert_same, finish, fm, go_on, killed, message, signal, wait_for};

const KILLS: usize = 50;

#[test]
fn fifty_kills_change_no_byte() {
    let whole = tempfile::tempdir().unwrap();
    let start = Instant::now();
    finish(whole.path());
    let takes = start.elapsed();

    let mut rng = ChaCha8Rng::seed_from_u64(50);
    let (mut kills, mut folders) = (0, 0);
    let (mut in_training, mut in_a_write) = (0, 0);
    while kills < KILLS {
        let folder = tempfile::tempdir().unwrap();
        loop {
            if kills == KILLS {
                finish(folder.path());
                break;
            }
            if !killed(&mut fm(folder.path(), PROTOCOL), takes, &mut rng) {
                break;
            }
            kills += 1;
            let checkpoints = fs::read_dir(folder.path().join("results/checkpoints"));
            let names = checkpoints
                .into_iter()
                .flatten()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap());
            let names: Vec<String> = names.collect();
            let part = names.iter().any(|name| name.ends_with(".part"));
            in_a_write += usize::from(part);
            in_training += usize::from(!names.is_empty());
        }
        folders += 1;
        assert_same(folder.path(), whole.path(), &format!("folder {folders}"));
    }
    // The moments are worth something only if they are within source trainings too.
    assert!(in_training > 0, "{in_training}, {in_a_write} in a write");
}

fn ends(child: Child) -> Output {
    child.wait_with_output().unwrap()
}

#[test]
fn ctrl_c_says_how_to_go_on_and_that_goes_on() {
    let (whole, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    finish(whole.path());
    let mut child = fm(folder.path(), PROTOCOL).spawn().unwrap();
    let checkpoint = folder.path().join("results/checkpoints/seed-0001.ckpt");
    wait_for(&checkpoint, &mut child);
    signal(&child, "INT");
    let output = ends(child);
    let said = message(&output);
    assert_eq!(output.status.code(), Some(130), "{said}");
    assert!(output.stdout.is_empty());
    assert!(
        said.contains("fm: stopped\n0 of 2 seeds are finished"),
        "{said}"
    );
    go_on(folder.path(), &said);
    assert_same(folder.path(), whole.path(), "after Ctrl-C");
}

/// Without an end of its own.
fn endless() -> String {
    PROTOCOL
        .replace("epochs = 20\n", "epochs = 1000000\n")
        .replace("patience = 15", "patience = 1000000")
}

#[test]
fn sigterm_ends_it_as_ctrl_c_does_and_has_an_exit_code_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = fm(folder.path(), &endless()).spawn().unwrap();
    let checkpoint = folder.path().join("results/checkpoints/seed-0001.ckpt");
    wait_for(&checkpoint, &mut child);
    signal(&child, "TERM");
    let output = ends(child);
    let said = message(&output);
    assert_eq!(output.status.code(), Some(128 + 15), "{said}");
    assert!(said.contains("fm: stopped\n"), "{said}");
    assert!(said.contains("to go on:\n"), "{said}");
}

#[test]
fn under_nohup_a_closed_terminal_ends_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let experiment = fm(folder.path(), PROTOCOL);
    // What nohup does, whose own output would go to a file. The shell becomes the program, so the
    // signal finds it.
    let mut child = Command::new("sh")
        .args(["-c", "trap '' HUP; exec \"$0\" \"$@\""])
        .arg(experiment.get_program())
        .args(experiment.get_args())
        .current_dir(folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let checkpoint = folder.path().join("results/checkpoints/seed-0001.ckpt");
    wait_for(&checkpoint, &mut child);
    signal(&child, "HUP");
    let output = ends(child);
    assert!(output.status.success(), "{}", message(&output));
}

#[test]
fn a_second_process_is_refused_and_disturbs_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let endless = endless();
    let mut first = fm(folder.path(), &endless).spawn().unwrap();
    let results = folder.path().join("results");
    wait_for(&results.join("checkpoints/seed-0001.ckpt"), &mut first);
    let output = fm(folder.path(), &endless).output().unwrap();
    let said = message(&output);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(
        said.contains("results is in use by another process"),
        "{said}"
    );
    assert!(first.try_wait().unwrap().is_none(), "the first goes on");
    signal(&first, "INT");
    assert_eq!(ends(first).status.code(), Some(130));
}

#[test]
fn a_folder_that_cannot_be_made_is_one_message() {
    let folder = tempfile::tempdir().unwrap();
    // A file where the folder shall be: nobody may write there, not even the superuser.
    fs::write(folder.path().join("results"), "not a folder").unwrap();
    let output = fm(folder.path(), PROTOCOL).output().unwrap();
    let said = message(&output);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert_eq!(said.matches("fm: ").count(), 1, "{said}");
    assert!(said.contains("results"), "{said}");
    let text = fs::read_to_string(folder.path().join("results")).unwrap();
    assert_eq!(text, "not a folder");
}

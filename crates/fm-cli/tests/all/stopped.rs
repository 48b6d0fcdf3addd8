//! An experiment that is stopped says how to continue, and does.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use libtest_mimic::Trial;

use crate::support::{
    PROTOCOL, SWEEPS, assert_same, count, experiment, message, printed, signal, trials, wait_until,
};

pub(crate) fn tests() -> Vec<Trial> {
    if cfg!(not(unix)) {
        return Vec::new();
    }
    trials![
        ctrl_c_says_how_to_continue_and_that_continues,
        sigterm_and_sighup_have_exit_codes_of_their_own,
        under_nohup_a_closed_terminal_ends_nothing,
        a_folder_that_cannot_be_created_is_one_message,
        a_closed_pipe_is_not_a_panic,
    ]
}

fn ctrl_c_says_how_to_continue_and_that_continues() {
    let (whole, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    printed(&mut experiment(whole.path(), "1..3", &SWEEPS));
    let at = folder.path();
    let results = at.join("results");
    let mut child = experiment(at, "1..3", &SWEEPS).spawn().unwrap();
    wait_until(&mut child, "records", || count(&results) > 2);
    signal(&child, "INT");
    let output = child.wait_with_output().unwrap();
    let said = message(&output);
    assert_eq!(output.status.code(), Some(130), "{said}");
    assert!(output.stdout.is_empty());
    let done = count(&results);
    let expected = format!("fm: stopped\n{done} of ");
    assert!(said.contains(&expected), "{expected:?}: {said}");

    // The last line is a command as a shell takes it.
    let command = said.lines().last().unwrap().trim();
    printed(Command::new("sh").args(["-c", command]).current_dir(at));
    assert_same(&results, &whole.path().join("results"), "after Ctrl-C");
}

/// An experiment that does not end by itself.
fn endless(folder: &Path) -> Command {
    let endless = PROTOCOL
        .replace("epochs = 20\n", "epochs = 1000000\n")
        .replace("patience = 15", "patience = 1000000");
    fs::write(folder.join("tiny.toml"), endless).unwrap();
    experiment(folder, "1", &[])
}

fn sigterm_and_sighup_have_exit_codes_of_their_own() {
    for (name, number) in [("TERM", 15), ("HUP", 1)] {
        let folder = tempfile::tempdir().unwrap();
        let mut child = endless(folder.path()).spawn().unwrap();
        let asked = folder.path().join("results/requests");
        wait_until(&mut child, "a request", || asked.exists());
        signal(&child, name);
        let output = child.wait_with_output().unwrap();
        let said = message(&output);
        assert_eq!(output.status.code(), Some(128 + number), "{said}");
        assert!(said.contains("fm: stopped\n0 of 3 missing cells"), "{said}");
        assert!(said.contains("to continue:\n"), "{said}");
    }
}

fn under_nohup_a_closed_terminal_ends_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let command = experiment(folder.path(), "1..40", &["--jobs", "1"]);
    // What nohup does, whose own output would go to a file. The shell becomes the program, so the
    // signal finds it.
    let mut child = Command::new("sh")
        .args(["-c", "trap '' HUP; exec \"$0\" \"$@\""])
        .arg(command.get_program())
        .args(command.get_args())
        .current_dir(folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let results = folder.path().join("results");
    wait_until(&mut child, "records", || count(&results) > 2);
    signal(&child, "HUP");
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", message(&output));
    assert_eq!(count(&results), 120);
}

fn a_folder_that_cannot_be_created_is_one_message() {
    let folder = tempfile::tempdir().unwrap();
    // A file where the folder should be: not even the superuser can write there.
    fs::write(folder.path().join("results"), "not a folder").unwrap();
    let output = experiment(folder.path(), "1", &[]).output().unwrap();
    let said = message(&output);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert_eq!(said.matches("fm: ").count(), 1, "{said}");
    assert!(said.contains("results is a file, not a folder"), "{said}");
    let text = fs::read_to_string(folder.path().join("results")).unwrap();
    assert_eq!(text, "not a folder");
}

/// A reader that closes the pipe after the first lines ends the program without an error.
fn a_closed_pipe_is_not_a_panic() {
    let line = format!("{} completions bash | head -1", env!("CARGO_BIN_EXE_fm"));
    let output = Command::new("sh").args(["-c", &line]).output().unwrap();
    assert_eq!(message(&output), "");
    assert_eq!(String::from_utf8(output.stdout).unwrap().lines().count(), 1);
}

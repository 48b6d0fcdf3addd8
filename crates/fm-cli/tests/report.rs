//! `fm report` on what is no results folder: one clear message, exit code 2, nothing left behind.

use std::fs;
use std::process::Command;

#[test]
fn a_folder_without_a_plan_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_fm"))
        .args(["report", "."])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert!(message.contains("has no plan.json"), "{message}");
    assert!(message.contains("fm experiment"), "{message}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

//! Commands of `fm` run to their end, and what is asked of every refusal.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// `fm` in a folder, with no data from outside and no network.
pub(crate) fn fm(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_fm"))
        .args(args)
        .current_dir(folder)
        .env_remove("FM_DATA")
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        // Nothing listens there, so every mirror is refused at once.
        .env("ALL_PROXY", "http://127.0.0.1:9")
        .output()
        .unwrap()
}

/// Runs it, expects a refusal that says each of `words`, and an untouched folder.
pub(crate) fn refused(folder: &Path, args: &[&str], words: &[&str]) {
    let before = names(folder);
    let output = fm(folder, args);
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{args:?}: {message}");
    assert!(output.stdout.is_empty(), "{args:?} printed a result");
    for word in words {
        assert!(
            message.contains(word),
            "{args:?}: {word:?} is not in {message:?}"
        );
    }
    assert_eq!(names(folder), before, "{args:?} left something");
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

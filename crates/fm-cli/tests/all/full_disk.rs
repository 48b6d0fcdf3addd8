//! A disk that becomes full: one message, no damaged file, and with more space the same bytes.

use std::fs;

use libtest_mimic::{Completion, Trial};

use crate::support::{Mounted, assert_same, cells, experiment, message, mount, printed};

pub(crate) fn tests() -> Vec<Trial> {
    vec![Trial::ignorable_test("a_full_disk_loses_nothing", || {
        let folder = tempfile::tempdir()?;
        let args = ["-t", "tmpfs", "-o", "size=1m", "fm-full-disk"];
        Ok(match mount(&args, folder.path()) {
            Err(reason) => Completion::ignored_with(format!("cannot mount: {reason}")),
            Ok(()) => {
                a_full_disk_loses_nothing(&Mounted(folder.path()));
                Completion::Completed
            }
        })
    })]
}

fn a_full_disk_loses_nothing(disk: &Mounted<'_>) {
    let whole = tempfile::tempdir().unwrap();
    printed(&mut experiment(whole.path(), "1..2", &[]));
    let whole = whole.path().join("results");
    let expected = cells(&whole);
    let needs: usize = expected.values().map(Vec::len).sum();
    let set_size = |bytes: usize| {
        let options = format!("remount,size={bytes}");
        mount(&["-t", "tmpfs", "-o", &options, "fm-full-disk"], disk.0).unwrap();
    };
    let mut full = 0;
    for percent in [2, 10, 25, 40, 55, 70, 85, 95] {
        let what = format!("a disk of {percent} %");
        // A page is the least that a file takes there.
        set_size((needs * percent / 100).max(16_384));
        let output = experiment(disk.0, "1..2", &[]).output().unwrap();
        let said = message(&output);
        if !output.status.success() {
            full += 1;
            assert_eq!(output.status.code(), Some(2), "{what}: {said}");
            assert!(output.stdout.is_empty(), "{what} printed a result");
            assert_eq!(said.matches("fm: ").count(), 1, "{what}: {said}");
            assert!(said.contains("No space left on device"), "{what}: {said}");
        }
        if !disk.0.join("results/store.json").exists() {
            continue;
        }
        for (name, found) in cells(&disk.0.join("results")) {
            let same = expected.get(&name) == Some(&found);
            assert!(same, "{what}: {} differs", name.display());
        }
    }
    assert!(full > 3, "the disk was full {full} times only");
    set_size(40 * needs);
    printed(&mut experiment(disk.0, "1..2", &[]));
    assert_same(&disk.0.join("results"), &whole, "with more space");
    fs::remove_dir_all(disk.0.join("results")).unwrap();
}

//! A disk that becomes full: one message, nothing half-written, and with more space it goes on to
//! the same bytes.

mod support;

use std::fs;
use std::path::Path;
use std::process::Command;

use libtest_mimic::{Arguments, Completion, Trial};
use support::{PROTOCOL, assert_same, bytes, finish, fm, message};

fn main() {
    let test = Trial::ignorable_test("a_full_disk_loses_nothing", || {
        let folder = tempfile::tempdir()?;
        Ok(match Disk::mount(folder.path()) {
            Err(reason) => Completion::ignored_with(format!("no file system to fill: {reason}")),
            Ok(disk) => {
                a_full_disk_loses_nothing(&disk);
                Completion::Completed
            }
        })
    });
    libtest_mimic::run(&Arguments::from_args(), vec![test]).exit();
}

/// A file system in memory, unmounted when it goes.
struct Disk<'a>(&'a Path);

impl<'a> Disk<'a> {
    fn mount(at: &'a Path) -> Result<Self, String> {
        mount("size=1m", at).map(|()| Self(at))
    }

    fn set_size(&self, bytes: u64) {
        mount(&format!("remount,size={bytes}"), self.0).unwrap();
    }
}

impl Drop for Disk<'_> {
    fn drop(&mut self) {
        // The first failure is the one to report.
        let _ = Command::new("umount").arg(self.0).output();
    }
}

fn mount(options: &str, at: &Path) -> Result<(), String> {
    let mut command = Command::new("mount");
    command.args(["-t", "tmpfs", "-o", options, "fm-full-disk"]);
    let output = command
        .arg(at)
        .output()
        .map_err(|error| error.to_string())?;
    match output.status.success() {
        true => Ok(()),
        false => Err(message(&output).trim().to_owned()),
    }
}

fn a_full_disk_loses_nothing(disk: &Disk<'_>) {
    let whole = tempfile::tempdir().unwrap();
    finish(whole.path());
    let expected = bytes(whole.path());
    let needs: u64 = expected.values().map(|bytes| bytes.len() as u64).sum();
    let mut full = 0;
    for percent in [2, 10, 25, 40, 55, 70, 85, 95] {
        let what = format!("a disk of {percent} %");
        disk.set_size(needs * percent / 100);
        // Until it is done or there is no more to be had.
        let output = fm(disk.0, PROTOCOL).output().unwrap();
        let said = message(&output);
        if !output.status.success() {
            full += 1;
            assert_eq!(output.status.code(), Some(2), "{what}: {said}");
            assert!(output.stdout.is_empty(), "{what} printed a result");
            assert_eq!(said.matches("fm: ").count(), 1, "{what}: {said}");
            assert!(said.contains("No space left on device"), "{what}: {said}");
        }
        // What is there is what will be there, or a whole checkpoint.
        for (name, found) in bytes(disk.0) {
            let end = name.extension().unwrap_or_default();
            assert!(end != "part", "{what} left {}", name.display());
            if name.starts_with("checkpoints") {
                continue;
            }
            // Reports are made again from what there is.
            if name.starts_with("runs") || name.starts_with("models") {
                let same = expected.get(&name) == Some(&found);
                assert!(same, "{what}: {} is another", name.display());
            }
        }
    }
    assert!(full > 3, "the disk was full {full} times only");
    disk.set_size(10 * needs);
    finish(disk.0);
    assert_same(disk.0, whole.path(), "with more space");
    fs::remove_dir_all(disk.0.join("results")).unwrap();
}

//! Files are written whole or not at all, and only where a file may be.

use std::fs;
use std::io;

use fm_data::idx::{self, Encoding};
use fm_data::{save, save_new};

#[test]
fn a_file_is_replaced_and_nothing_else_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    for bytes in [&b"old"[..], b"new"] {
        save(&path, bytes).unwrap();
        assert_eq!(fs::read(&path).unwrap(), bytes);
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_new_file_does_not_replace_another() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    save_new(&path, b"first").unwrap();
    let error = save_new(&path, b"second").unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
    assert_eq!(fs::read(&path).unwrap(), b"first");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_users_own_file_of_a_similar_name_stays() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["x.part", "x.tmp", ".x.tmp"] {
        fs::write(folder.path().join(name), "mine").unwrap();
    }
    let array = ndarray::array![1u8, 2, 3];
    idx::save(&array, folder.path().join("x"), Encoding::Plain).unwrap();
    assert_eq!(fs::read(folder.path().join("x.part")).unwrap(), b"mine");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 4);
}

#[cfg(unix)]
#[test]
fn links_folders_and_devices_are_not_replaced() {
    use std::os::unix::fs::symlink;
    let folder = tempfile::tempdir().unwrap();
    let victim = folder.path().join("victim");
    fs::write(&victim, "theirs").unwrap();
    let link = folder.path().join("link");
    symlink(&victim, &link).unwrap();
    let pipe = folder.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    for path in [&link, &pipe, &folder.path().to_owned()] {
        let error = save(path, b"mine").unwrap_err();
        assert_eq!(error.to_string(), "it is not a regular file");
    }
    assert_eq!(fs::read(&victim).unwrap(), b"theirs");
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
}

#[cfg(unix)]
#[test]
fn the_permissions_of_a_replaced_file_are_kept() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let mode = || fs::metadata(&path).unwrap().permissions().mode() & 0o777;
    fs::write(&path, "old").unwrap();
    let usual = mode();
    fs::remove_file(&path).unwrap();
    save(&path, b"new").unwrap();
    assert_eq!(mode(), usual, "a new file has the mode of any new file");
    for kept in [0o600, 0o640, 0o664] {
        fs::set_permissions(&path, fs::Permissions::from_mode(kept)).unwrap();
        save(&path, b"newer").unwrap();
        assert_eq!(mode(), kept);
    }
}

/// Writers of one path never publish a mixed file.
#[test]
fn concurrent_writers_leave_one_whole_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    std::thread::scope(|scope| {
        for byte in 0..4u8 {
            let path = &path;
            scope.spawn(move || {
                for _ in 0..20 {
                    save(path, &[byte; 50_000]).unwrap();
                    let found = fs::read(path).unwrap();
                    assert_eq!(found.len(), 50_000);
                    assert!(found.iter().all(|&other| other == found[0]));
                }
            });
        }
    });
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

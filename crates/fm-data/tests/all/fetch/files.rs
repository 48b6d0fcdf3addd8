//! Folders that are downloaded into, and folders as sources: nothing of anyone else's is touched.

use std::fs;
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use flate2::Compression;
use fm_data::DataError;
use fm_data::fetch;

use super::fixture::{Fake, contents, idx, run, zipped};
use super::server::{Reply, Server, Step};

/// As each of them was repacked, unzipped or renamed by someone's tools.
#[test]
fn a_right_file_in_any_form_is_not_downloaded() {
    let fake = Fake::new();
    let server = Server::start(|_, _| Reply::status("403 Forbidden"));
    let repacked = zipped(&fake.raw, Compression::none());
    let members = [
        zipped(&fake.raw[..999], Compression::fast()),
        zipped(&fake.raw[999..], Compression::fast()),
    ];
    for (name, bytes) in [
        ("train-images-idx3-ubyte.gz", &fake.gz),
        ("train-images-idx3-ubyte", &fake.raw),
        ("train-images.idx3-ubyte", &fake.raw),
        ("train-images.idx3-ubyte.gz", &repacked),
        ("train-images-idx3-ubyte.gz", &members.concat()),
    ] {
        let into = fake.folder();
        fs::write(into.path().join(name), bytes).unwrap();
        let options = fake.options(into.path(), &[&server.url()]);
        let files = run(&options).0.unwrap();
        assert_eq!(files[0].path, into.path().join(name));
        assert!(files.iter().all(|file| file.mirror.is_none()));
    }
    assert!(server.requests().is_empty());
}

#[test]
fn check_says_what_is_there_and_changes_nothing() {
    let fake = Fake::new();
    let folder = fake.folder();
    fs::write(
        folder.path().join("t10k-labels-idx1-ubyte.gz"),
        "PK\x03\x04",
    )
    .unwrap();
    let before = contents(folder.path());
    let cut = folder.path().join("t10k-images-idx3-ubyte.gz");
    let whole = fs::read(&cut).unwrap();
    fs::write(&cut, &whole[..100]).unwrap();
    let states = fetch::check(&fake.dataset, folder.path());
    let words = format!("it is cut short at byte 100 of {}", whole.len());
    let error = states[2].as_ref().unwrap_err().to_string();
    assert!(error.contains(&words), "{error}");
    fs::write(&cut, &whole).unwrap();
    assert!(before == contents(folder.path()));
    assert!(
        matches!(states[0], Err(DataError::Missing { .. })),
        "{:?}",
        states[0]
    );
    assert_eq!(
        states[1].as_ref().unwrap(),
        &folder.path().join("train-labels-idx1-ubyte.gz")
    );
    assert!(
        states[3]
            .as_ref()
            .unwrap_err()
            .to_string()
            .contains("a zip archive")
    );
}

#[test]
fn wrong_files_are_kept_under_free_names() {
    let fake = Fake::new();
    let server = fake.good_server();
    let folder = fake.folder();
    let name = fake.gz_name();
    let theirs = zipped(&idx(20_000, 7), Compression::default());
    fs::write(folder.path().join(&name), &theirs).unwrap();
    // The next free name is taken too.
    fs::write(folder.path().join(format!("{name}.1")), "mine").unwrap();
    let (report, events) = run(&fake.options(folder.path(), &[&server.url()]));
    report.unwrap();
    assert_eq!(events[0], "started at 0");
    assert!(
        events[1].ends_with(&format!("{name}.2")) && events.len() == 2,
        "{events:?}"
    );
    let found = contents(folder.path());
    assert!(found[&name] == fake.gz && found[&format!("{name}.2")] == theirs);
    assert_eq!(found[&format!("{name}.1")], b"mine");
}

/// A file that appears during the download is looked at immediately before the rename.
#[test]
fn a_file_that_appeared_meanwhile_is_kept() {
    for right in [true, false] {
        let fake = Fake::new();
        let folder = fake.folder();
        let target = folder.path().join(fake.gz_name());
        let bytes = if right {
            fake.gz.clone()
        } else {
            b"mine".to_vec()
        };
        let server = {
            let (target, bytes) = (target.clone(), bytes.clone());
            fake.server(move |_, request, body| {
                fs::write(&target, &bytes).unwrap();
                Reply::proper(body, request)
            })
        };
        run(&fake.options(folder.path(), &[&server.url()]))
            .0
            .unwrap();
        assert!(fs::read(&target).unwrap() == fake.gz);
        let aside = fs::read(folder.path().join(format!("{}.1", fake.gz_name())));
        match right {
            true => assert!(aside.is_err()),
            false => assert_eq!(aside.unwrap(), b"mine"),
        }
    }
}

#[test]
fn a_users_own_part_files_and_locks_stay() {
    let fake = Fake::new();
    let server = fake.good_server();
    let folder = fake.folder();
    let part = fake.gz_name() + ".part";
    for name in [&part, ".fetch.lock", ".lock"] {
        fs::write(folder.path().join(name), "mine").unwrap();
    }
    run(&fake.options(folder.path(), &[&server.url()]))
        .0
        .unwrap();
    let found = contents(folder.path());
    for name in [&part, ".fetch.lock", ".lock"] {
        assert_eq!(found[name], b"mine");
    }
}

/// Links and hard links that someone prepared lead to a victim's file, which stays as it is.
#[cfg(unix)]
#[test]
fn prepared_links_are_not_followed() {
    use std::os::unix::fs::symlink;
    let fake = Fake::new();
    let server = fake.good_server();
    let elsewhere = tempfile::tempdir().unwrap();
    let victim = elsewhere.path().join("victim");
    fs::write(&victim, "theirs").unwrap();

    for hard in [false, true] {
        let folder = tempfile::tempdir_in(elsewhere.path()).unwrap();
        let partial = fake.partial(folder.path());
        match hard {
            true => fs::hard_link(&victim, &partial).unwrap(),
            false => symlink(&victim, &partial).unwrap(),
        }
        run(&fake.options(folder.path(), &[&server.url()]))
            .0
            .unwrap();
        assert_eq!(fs::read(&victim).unwrap(), b"theirs");
        assert!(fs::read(folder.path().join(fake.gz_name())).unwrap() == fake.gz);
    }
    // A link under the file's own name: renamed, not followed.
    let folder = fake.folder();
    symlink(&victim, folder.path().join(fake.gz_name())).unwrap();
    run(&fake.options(folder.path(), &[&server.url()]))
        .0
        .unwrap();
    assert_eq!(fs::read(&victim).unwrap(), b"theirs");
}

#[test]
fn two_downloads_at_once_share_one_transfer() {
    let fake = Fake::new();
    let server = fake.server(|_, request, body| {
        let (reply, body) = Reply::range(body, request);
        let (first, rest) = body.split_at(1000);
        // Slow enough for the other one to arrive.
        reply
            .send(first)
            .then(Step::Drip(vec![rest[0]], Duration::from_millis(500)))
            .send(&rest[1..])
    });
    let folder = fake.folder();
    let options = fake.options(folder.path(), &[&server.url()]);
    let barrier = Barrier::new(2);
    thread::scope(|scope| {
        let fetch = || {
            barrier.wait();
            run(&options).0.unwrap()
        };
        let threads = [scope.spawn(fetch), scope.spawn(fetch)];
        threads.map(|thread| thread.join().unwrap())
    });
    fake.assert_complete(folder.path());
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_folder_that_cannot_be_made_is_named_before_anything_is_asked() {
    let fake = Fake::new();
    let server = Server::start(|_, _| Reply::status("403 Forbidden"));
    let parent = tempfile::tempdir().unwrap();
    fs::write(parent.path().join("file"), "mine").unwrap();
    for into in ["file", "file/below"] {
        let options = fake.options(&parent.path().join(into), &[&server.url()]);
        let error = run(&options).0.unwrap_err();
        assert!(matches!(error, DataError::Io { .. }), "{error}");
    }
    assert!(server.requests().is_empty());
    assert_eq!(fs::read(parent.path().join("file")).unwrap(), b"mine");
}

#[test]
fn a_failed_download_leaves_no_empty_folder() {
    let fake = Fake::new();
    let server = Server::start(|_, _| Reply::status("403 Forbidden"));
    let parent = tempfile::tempdir().unwrap();
    let into = parent.path().join("a/b");
    assert!(run(&fake.options(&into, &[&server.url()])).0.is_err());
    assert_eq!(fs::read_dir(parent.path()).unwrap().count(), 0);
}

#[test]
fn no_source_is_a_mistake() {
    let fake = Fake::new();
    let folder = fake.folder();
    let error = run(&fake.options(folder.path(), &[])).0.unwrap_err();
    assert!(matches!(error, DataError::Invalid(_)), "{error}");
}

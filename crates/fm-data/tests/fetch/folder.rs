//! Folders to fetch into and out of.

use std::fs;
use std::path::Path;
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use flate2::Compression;
use fm_data::fetch::{ErrorKind, FileState, Form, Source, check, check_for};

use crate::fixture::{Fake, assert_fails, assert_fetched, contents, options, run, zipped};
use crate::server::{Reply, Server, Step};

#[test]
fn a_folder_is_a_source_whatever_form_its_files_have() {
    let file = Fake::images();
    let rezipped = zipped(&file.raw, Compression::none());
    assert!(rezipped.len() != file.gz.len());
    let forms = [
        (
            "train-images-idx3-ubyte.gz",
            &file.gz,
            "train-images-idx3-ubyte.gz",
        ),
        (
            "train-images-idx3-ubyte",
            &file.raw,
            "train-images-idx3-ubyte",
        ),
        (
            "train-images.idx3-ubyte",
            &file.raw,
            "train-images-idx3-ubyte",
        ),
        (
            "train-images.idx3-ubyte.gz",
            &file.gz,
            "train-images-idx3-ubyte.gz",
        ),
        (
            "train-images-idx3-ubyte.gz",
            &rezipped,
            "train-images-idx3-ubyte.gz",
        ),
        // Browsers unzip on the way and keep the name.
        (
            "train-images-idx3-ubyte.gz",
            &file.raw,
            "train-images-idx3-ubyte",
        ),
    ];
    for (given, bytes, expected) in forms {
        let (from, into) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::write(from.path().join(given), bytes).unwrap();
        let source = from.path().to_str().unwrap();
        for source in [source.to_owned(), format!("file://{source}")] {
            let (report, events) = run(&options(into.path(), &file, &[&source]));
            let report = report.unwrap();
            assert_eq!(report.files[0].path, into.path().join(expected));
            let after = contents(into.path());
            assert_eq!(after.keys().collect::<Vec<_>>(), [expected], "{given}");
            assert!(after[expected] == *bytes);
            assert!(events == ["started at 0", "done"] || events == ["already there"]);
        }
    }
}

#[test]
fn a_folder_without_the_right_file_is_named() {
    let file = Fake::images();
    let from = tempfile::tempdir().unwrap();
    let source = from.path().to_str().unwrap().to_owned();
    let fails = || {
        let error = assert_fails(&file, || source.clone(), |_| ());
        assert_eq!(error.kind(), ErrorKind::NoRightCopy);
        error.to_string()
    };
    assert!(fails().ends_with(&format!("  {source}: the file is not there")));
    fs::write(from.path().join(file.gz_name()), &file.gz[..100]).unwrap();
    assert!(fails().contains("cut short at byte 100 of"));
    fs::write(from.path().join(file.gz_name()), "<html>").unwrap();
    assert!(fails().contains("an HTML page"));
    fs::remove_file(from.path().join(file.gz_name())).unwrap();
    fs::create_dir(from.path().join(file.gz_name())).unwrap();
    assert!(fails().contains("the file cannot be read (is a directory)"));
}

#[test]
fn a_folder_and_then_a_mirror() {
    let file = Fake::images();
    let body = file.gz.clone();
    let server = Server::start(move |_, request| Reply::proper(&body, request));
    let (from, into) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let source = from.path().to_str().unwrap();
    let (result, events) = run(&options(into.path(), &file, &[source, &server.url()]));
    result.unwrap();
    assert_eq!(
        events,
        ["gave up: the file is not there", "started at 0", "done"]
    );
    assert_fetched(into.path(), &file);
}

#[test]
fn check_says_what_is_there_and_touches_nothing() {
    let (images, labels) = (Fake::images(), Fake::labels());
    let tests = Fake::new("t10k-images-idx3-ubyte", 3000, 3);
    let other = Fake::new("t10k-labels-idx1-ubyte", 300, 4);
    let digits = Fake::new("t10k-labels-idx1-ubyte", 300, 5);
    let files = [
        images.published,
        labels.published,
        tests.published,
        other.published,
    ];
    let folder = tempfile::tempdir().unwrap();
    let absent = check_for(&folder.path().join("absent"), &files, &[]).unwrap();
    assert!(!absent.is_complete());
    assert!(
        absent
            .files
            .iter()
            .all(|file| file.state == FileState::Missing { part_bytes: 0 })
    );

    fs::write(folder.path().join(images.gz_name()), &images.gz).unwrap();
    fs::write(folder.path().join("train-labels.idx1-ubyte"), &labels.raw).unwrap();
    fs::write(
        folder.path().join(tests.gz_name() + ".part"),
        &tests.gz[..7],
    )
    .unwrap();
    // Unzipped digits, known only by the checksum of what is inside.
    fs::write(folder.path().join("t10k-labels-idx1-ubyte"), &digits.raw).unwrap();
    let known = [other.impostor(&digits.gz, Some(&digits.raw))];
    let before = contents(folder.path());
    let report = check_for(folder.path(), &files, &known).unwrap();
    assert!(before == contents(folder.path()));
    let states: Vec<_> = report.files.iter().map(|file| &file.state).collect();
    assert!(matches!(states[0], FileState::Right { form: Form::Gz, .. }));
    assert!(matches!(
        states[1],
        FileState::Right {
            form: Form::Unzipped,
            ..
        }
    ));
    assert_eq!(states[2], &FileState::Missing { part_bytes: 7 });
    let FileState::Wrong { reason, .. } = states[3] else {
        panic!("{:?}", states[3])
    };
    assert_eq!(reason.dataset(), Some("digit MNIST"));
    let text = report.to_string();
    assert_eq!(text.lines().count(), 4);
    assert!(
        text.contains("missing  t10k-images-idx3-ubyte (7 bytes are kept)"),
        "{text}"
    );
}

#[test]
fn check_of_the_real_table_finds_nothing_in_an_empty_folder() {
    let folder = tempfile::tempdir().unwrap();
    let report = check(folder.path()).unwrap();
    assert_eq!(report.files.len(), 4);
    assert!(!report.is_complete());
}

#[test]
fn a_folder_that_cannot_be_written_is_named_before_anything_is_asked() {
    let file = Fake::images();
    let server = Server::start(|_, _| Reply::status("403 Forbidden"));
    let parent = tempfile::tempdir().unwrap();
    let cannot = |into: &Path, words: &str| {
        let error = run(&options(into, &file, &[&server.url()])).0.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Filesystem);
        assert!(error.to_string().contains(words), "{error}");
        assert!(std::error::Error::source(&error).is_some());
    };
    // A file where the folder should be.
    fs::write(parent.path().join("file"), "mine").unwrap();
    cannot(&parent.path().join("file"), "file");
    cannot(&parent.path().join("file/below"), "file");
    // A folder where a file should be.
    let blocked = parent.path().join("blocked");
    fs::create_dir_all(blocked.join(file.gz_name() + ".part")).unwrap();
    cannot(&blocked, ".part");
    let blocked = parent.path().join("taken");
    fs::create_dir_all(blocked.join(file.gz_name())).unwrap();
    cannot(&blocked, "could not read");
    assert_eq!(server.requests().len(), 0);
    assert_eq!(fs::read(parent.path().join("file")).unwrap(), b"mine");
}

#[cfg(unix)]
#[test]
fn a_read_only_folder_is_enough_when_everything_is_there() {
    use std::os::unix::fs::PermissionsExt;
    let (images, labels) = (Fake::images(), Fake::labels());
    let server = Server::start(|_, _| Reply::status("403 Forbidden"));
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(images.gz_name()), &images.gz).unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o555)).unwrap();
    let mut options = options(folder.path(), &images, &[&server.url()]);
    run(&options).0.unwrap();
    assert_eq!(contents(folder.path()).len(), 1);
    // The system lets its administrator write anywhere, so only others can be refused.
    let is_refused = fs::write(folder.path().join("probe"), "").is_err();
    options.files.push(labels.published);
    let error = run(&options).0.unwrap_err();
    let kind = if is_refused {
        ErrorKind::Filesystem
    } else {
        ErrorKind::Unreachable
    };
    assert_eq!(error.kind(), kind, "{error}");
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn two_fetches_at_once_share_one_download() {
    let file = Fake::images();
    let body = file.gz.clone();
    let server = Server::start(move |_, request| {
        let (reply, body) = Reply::range(&body, request);
        let (first, rest) = body.split_at(1000);
        // Slow enough for the other one to come by.
        reply
            .send(first)
            .then(Step::Drip(vec![rest[0]], Duration::from_millis(300)))
            .send(&rest[1..])
    });
    let folder = tempfile::tempdir().unwrap();
    let options = options(folder.path(), &file, &[&server.url()]);
    let barrier = Barrier::new(2);
    let mut events = thread::scope(|scope| {
        let fetch = || {
            barrier.wait();
            let (report, events) = run(&options);
            report.unwrap();
            events
        };
        let threads = [scope.spawn(fetch), scope.spawn(fetch)];
        threads.map(|thread| thread.join().unwrap())
    });
    assert_fetched(folder.path(), &file);
    assert_eq!(
        contents(folder.path()).len(),
        1,
        "no lock, no unfinished file"
    );
    events.sort();
    assert_eq!(events[0], ["other fetch", "already there"]);
    assert_eq!(events[1], ["started at 0", "done"]);
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_stuck_other_fetch_is_not_waited_for() {
    let file = Fake::images();
    let body = file.gz.clone();
    let server = Server::start(move |number, request| match number {
        0 => Reply::announcing(body.len())
            .send(&body[..1000])
            .then(Step::Hold),
        _ => Reply::proper(&body, request),
    });
    let folder = tempfile::tempdir().unwrap();
    let stuck = options(folder.path(), &file, &[&server.url()]);
    let mut other = stuck.clone();
    other.decide_within = Duration::from_secs(4);
    thread::scope(|scope| {
        let stuck = scope.spawn(|| run(&stuck));
        // Until the stuck one has the lock and its first bytes.
        let part = folder.path().join(file.gz_name() + ".part");
        for _ in 0..2000 {
            if fs::metadata(&part).is_ok_and(|meta| meta.len() == 1000) {
                break;
            }
            thread::sleep(Duration::from_millis(5));
        }
        let (report, events) = run(&other);
        report.unwrap();
        assert_eq!(events, ["other fetch", "started at 0", "done"]);
        assert!(contents(folder.path())[&file.gz_name()] == file.gz);
        // The stuck one's server ends, and it has nothing to lose.
        drop(server);
        assert!(stuck.join().unwrap().0.is_err());
    });
    assert!(contents(folder.path())[&file.gz_name()] == file.gz);
}

#[test]
fn no_source_is_a_mistake() {
    let file = Fake::images();
    let folder = tempfile::tempdir().unwrap();
    let mut options = options(folder.path(), &file, &[]);
    options.sources = Vec::<Source>::new();
    assert_eq!(run(&options).0.unwrap_err().kind(), ErrorKind::Usage);
}

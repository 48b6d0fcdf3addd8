//! Servers that send something else under the file's name, with a friendly status 200.

use std::fs;

use fm_data::fetch::{Content, ErrorKind, FetchError, Outcome, Reason};

use crate::fixture::{Fake, assert_fails, assert_fetched, contents, options, run};
use crate::server::{Reply, Server};

/// What comes of a server that always sends `body`, properly announced.
fn refused(file: &Fake, body: &[u8]) -> FetchError {
    let body = body.to_vec();
    let server = Server::start(move |_, _| Reply::whole(&body));
    let error = assert_fails(file, || server.url(), |_| ());
    assert_eq!(error.kind(), ErrorKind::NoRightCopy);
    assert_eq!(
        server.requests().len(),
        3,
        "a wrong file is not asked for again"
    );
    error
}

fn reason(error: &FetchError) -> &Reason {
    &error.failures()[0].reason
}

#[test]
fn wrong_bytes_of_the_right_size_are_told_by_the_checksum() {
    let file = Fake::images();
    let mut body = file.gz.clone();
    body[file.half()] ^= 1;
    let error = refused(&file, &body);
    let Reason::Checksum {
        expected,
        dataset: None,
        ..
    } = reason(&error)
    else {
        panic!("{error}")
    };
    assert_eq!(expected, file.published.gz_sha256);
    assert!(
        error.to_string().contains("wrong SHA-256: expected"),
        "{error}"
    );
}

#[test]
fn a_page_is_named_by_its_first_bytes() {
    let file = Fake::images();
    let mut page = b"\n<!DOCTYPE html><head><title>Wi-Fi: please sign in</title></head>".to_vec();
    let error = refused(&file, &page);
    let expected = "instead of the file came an HTML page titled \"Wi-Fi: please sign in\"";
    assert!(error.to_string().contains(expected), "{error}");
    // The right size does not make it better.
    page.resize(file.gz.len(), b' ');
    assert!(refused(&file, &page).to_string().contains(expected));
}

#[test]
fn other_things_are_named_too() {
    let file = Fake::images();
    let content = |body: &[u8]| match reason(&refused(&file, body)) {
        Reason::Instead(content) => content.clone(),
        other => panic!("{other}"),
    };
    for (body, words) in [
        (&b"<?xml version=\"1.0\"?><Error>"[..], "XML"),
        (b"{\"message\": \"rate limit\"}", "JSON"),
        (
            b"version https://git-lfs.github.com/spec/v1\n",
            "Git LFS pointer",
        ),
    ] {
        let Content::Known(what) = content(body) else {
            panic!("{words}")
        };
        assert!(what.contains(words), "{what}");
    }
    assert_eq!(content(&file.raw), Content::Idx);
    assert_eq!(
        content(b"\xffx"),
        Content::Unknown {
            first: b"\xffx".to_vec()
        }
    );
}

#[test]
fn an_empty_answer_is_named() {
    let file = Fake::images();
    let server = Server::start(|_, _| Reply::whole(b""));
    let error = assert_fails(&file, || server.url(), |_| ());
    assert!(
        error
            .to_string()
            .contains("instead of the file came no bytes at all"),
        "{error}"
    );
}

#[test]
fn a_wrong_announced_length_is_refused_before_anything_is_written() {
    let file = Fake::images();
    let size = file.gz.len();
    for announced in [size - 1, size + 1, usize::MAX / 4] {
        let body = file.gz.clone();
        let server = Server::start(move |_, _| Reply::announcing(announced).send(&body));
        let error = assert_fails(&file, || server.url(), |_| ());
        let (expected, found) = (size as u64, announced as u64);
        assert_eq!(
            reason(&error),
            &Reason::Size {
                expected,
                found,
                dataset: None
            }
        );
    }
    // In the middle of the file too.
    let body = file.gz.clone();
    let server = Server::start(move |_, request| {
        let range = format!("bytes {}-9999999/10000000", request.from.unwrap());
        Reply::new("206 Partial Content", &[("Content-Range", &range)]).send(&body)
    });
    let folder = tempfile::tempdir().unwrap();
    let part = file.gz_name() + ".part";
    fs::write(folder.path().join(&part), &file.gz[..10]).unwrap();
    let error = run(&options(folder.path(), &file, &[&server.url()]))
        .0
        .unwrap_err();
    assert!(error.to_string().contains("found 10000000"), "{error}");
    assert!(contents(folder.path())[&part] == file.gz[..10]);
}

#[test]
fn no_announced_length_is_fine_and_more_than_the_file_is_not_read() {
    let file = Fake::images();
    let body = file.gz.clone();
    let server =
        Server::start(move |_, _| Reply::new("200 OK", &[]).send(&body).send(&[0; 100_000]));
    let folder = tempfile::tempdir().unwrap();
    run(&options(folder.path(), &file, &[&server.url()]))
        .0
        .unwrap();
    assert_fetched(folder.path(), &file);
}

#[test]
fn another_dataset_is_named_by_its_size_or_its_checksum() {
    let file = Fake::images();
    let digits = Fake::new("train-images-idx3-ubyte", 20_000, 7);
    let same_size = {
        let mut bytes = Fake::new("train-images-idx3-ubyte", 60_000, 8).gz;
        bytes.truncate(file.gz.len());
        bytes
    };
    for (served, words) in [
        (&digits.gz, "the size of digit MNIST's file"),
        (
            &same_size,
            "this is digit MNIST's file of the same name, not Fashion-MNIST's",
        ),
    ] {
        let body = served.clone();
        let known = file.impostor(served, None);
        let server = Server::start(move |_, _| Reply::whole(&body));
        let error = assert_fails(
            &file,
            || server.url(),
            |options| {
                options.impostors = vec![known];
            },
        );
        assert_eq!(error.kind(), ErrorKind::NoRightCopy);
        assert_eq!(reason(&error).dataset(), Some("digit MNIST"));
        assert!(error.to_string().contains(words), "{error}");
    }
}

#[test]
fn a_right_file_replaces_a_wrong_one() {
    let file = Fake::images();
    let body = file.gz.clone();
    let server = Server::start(move |_, request| Reply::proper(&body, request));
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(file.gz_name()), &file.gz[..file.half()]).unwrap();
    let (report, events) = run(&options(folder.path(), &file, &[&server.url()]));
    let outcome = &report.unwrap().files[0].outcome;
    let Outcome::Fetched {
        replaced: Some(replaced),
        ..
    } = outcome
    else {
        panic!("{outcome:?}")
    };
    assert_eq!(replaced.set_aside, None);
    let cut = format!(
        "wrong: cut short at byte {} of {}",
        file.half(),
        file.gz.len()
    );
    assert_eq!(events, [&cut, "started at 0", "done"]);
    assert_fetched(folder.path(), &file);
    assert_eq!(contents(folder.path()).len(), 1);
}

#[test]
fn a_whole_file_of_another_dataset_is_set_aside() {
    let file = Fake::images();
    let digits = Fake::new("train-images-idx3-ubyte", 20_000, 7);
    let body = file.gz.clone();
    let server = Server::start(move |_, request| Reply::proper(&body, request));
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(file.gz_name()), &digits.gz).unwrap();
    let mut options = options(folder.path(), &file, &[&server.url()]);
    options.impostors = vec![file.impostor(&digits.gz, Some(&digits.raw))];
    let (report, events) = run(&options);
    let report = report.unwrap();
    let text = report.to_string();
    assert!(
        text.contains("in place of a wrong file: this is digit MNIST's"),
        "{text}"
    );
    assert!(
        events[0].starts_with("wrong: this is digit MNIST's file"),
        "{events:?}"
    );
    assert_fetched(folder.path(), &file);
    assert!(contents(folder.path())["train-images-idx3-ubyte.gz.digit-mnist"] == digits.gz);
}

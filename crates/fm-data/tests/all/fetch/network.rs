//! Servers that refuse, send something else, redirect or take their time.

use std::net::TcpListener;
use std::time::Duration;

use fm_data::DataError;
use fm_data::published::{self, Pin};

use super::fixture::{Fake, reason, run};
use super::server::{Reply, Server, Step};

/// An address that nobody listens on.
fn closed() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}/", listener.local_addr().unwrap())
}

#[test]
fn a_good_server_is_asked_once_for_each_file_and_never_again() {
    let fake = Fake::new();
    let server = fake.good_server();
    let folder = tempfile::tempdir().unwrap();
    let into = folder.path().join("data/fake");
    let options = fake.options(&into, &[&server.url()]);
    let report = run(&options).0.unwrap();
    assert!(
        report
            .iter()
            .all(|file| file.mirror.as_ref() == Some(&options.mirrors[0]))
    );
    fake.assert_complete(&into);
    assert_eq!(server.requests().len(), 4);
    let report = run(&options).0.unwrap();
    assert!(report.iter().all(|file| file.mirror.is_none()));
    assert_eq!(server.requests().len(), 4);
}

#[test]
fn a_refusal_is_final_and_named() {
    let fake = Fake::new();
    for status in ["403 Forbidden", "404 Not Found", "410 Gone"] {
        let server = fake.server(move |_, _, _| Reply::status(status).send(b"<html>no</html>"));
        let error = fake.assert_fails(&server.url(), |_| ());
        let (code, words) = status.split_once(' ').unwrap();
        let line = format!("from {}: HTTP status {code} ({words})", server.url());
        assert!(error.to_string().ends_with(&line), "{error}");
        assert_eq!(server.requests().len(), 1);
    }
}

#[test]
fn trouble_that_passes_is_waited_for() {
    let fake = Fake::new();
    let server = fake.server(|number, request, body| match number {
        0 => Reply::status("500 Internal Server Error"),
        1 => Reply::status("408 Request Timeout"),
        _ => Reply::proper(body, request),
    });
    let folder = fake.folder();
    let (result, events) = run(&fake.options(folder.path(), &[&server.url()]));
    result.unwrap();
    fake.assert_complete(folder.path());
    let failed = |status| {
        format!(
            "{} from {}: HTTP status {status}",
            fake.gz_name(),
            server.url()
        )
    };
    let expected = [
        &*failed("500 (Internal Server Error)"),
        "trying again in 1.0ms",
        &failed("408 (Request Timeout)"),
        "trying again in 2.0ms",
        "started at 0",
    ];
    assert_eq!(events, expected);
}

#[test]
fn trouble_that_stays_ends_after_the_retries() {
    let fake = Fake::new();
    let server = fake.server(|_, _, _| Reply::status("503 Service Unavailable"));
    let error = fake.assert_fails(&server.url(), |_| ());
    assert!(reason(&error).starts_with("HTTP status 503"), "{error}");
    assert_eq!(server.requests().len(), 3, "three rounds");
}

#[test]
fn something_else_is_named() {
    let fake = Fake::new();
    let (whole, raw) = (fake.gz.clone(), fake.raw.clone());
    let mut changed = whole.clone();
    changed[fake.half()] ^= 1;
    let mut page = b"\n<!DOCTYPE html><head><title>Please \x1b[2Jsign in</title>".to_vec();
    page.resize(whole.len(), b' ');
    for (body, words) in [
        (page, "an HTML page"),
        (raw, "an unzipped IDX file"),
        (changed, "its SHA-256 is"),
        (
            b"version https://git-lfs.github.com/spec/v1\n".to_vec(),
            "Git LFS pointer",
        ),
        (Vec::new(), "an empty file"),
        ([&whole[..], b"more"].concat(), "bytes, expected"),
        (whole[..whole.len() - 1].to_vec(), "bytes, expected"),
    ] {
        let server = fake.server(move |_, _, _| Reply::whole(&body));
        let error = fake.assert_fails(&server.url(), |_| ());
        assert!(
            reason(&error).starts_with("not the published file: "),
            "{error}"
        );
        assert!(error.to_string().contains(words), "{words}: {error}");
    }
}

#[test]
fn no_announced_length_is_fine_and_more_than_the_file_is_not_read() {
    let fake = Fake::new();
    let server = fake.server(|_, _, body| Reply::new("200 OK", &[]).send(body).send(&[0; 100_000]));
    let folder = fake.folder();
    run(&fake.options(folder.path(), &[&server.url()]))
        .0
        .unwrap();
    fake.assert_complete(folder.path());
}

/// As QMNIST: the size is not published, and the checksum is an MD5.
#[test]
fn a_file_pinned_by_md5_alone_is_verified() {
    let mut fake = Fake::new();
    let server = Server::start(|_, request| Reply::proper(b"\x1f\x8bmessage digest", request));
    fake.dataset.files.train_images.gz = Pin {
        md5: Some("00000000000000000000000000000000".to_owned()),
        ..Pin::default()
    };
    let error = fake.assert_fails(&server.url(), |_| ());
    // `printf '\x1f\x8bmessage digest' | md5sum`
    let found = "its MD5 is b97f1c658566f80019535db312db5145";
    assert!(reason(&error).contains(found), "{error}");

    let fake = Fake::new();
    let server = fake.good_server();
    let mut by_md5 = Fake::new();
    by_md5.dataset.files.train_images.gz = Pin {
        md5: Some(found_md5(&fake, &server.url())),
        ..Pin::default()
    };
    let folder = fake.folder();
    run(&by_md5.options(folder.path(), &[&server.url()]))
        .0
        .unwrap();
    fake.assert_complete(folder.path());
}

/// The MD5 that a refused download finds.
fn found_md5(fake: &Fake, url: &str) -> String {
    let mut wrong = Fake::new();
    wrong.dataset.files.train_images.gz = Pin {
        md5: Some(String::new()),
        ..Pin::default()
    };
    let error = run(&wrong.options(fake.folder().path(), &[url]))
        .0
        .unwrap_err();
    let (_, found) = reason(&error).split_once("its MD5 is ").unwrap();
    found[..32].to_owned()
}

#[test]
fn redirects_are_followed_with_the_range_and_loops_are_not() {
    let fake = Fake::new();
    let there = fake.good_server();
    let elsewhere = there.url();
    let here = Server::start(move |_, request| {
        Reply::redirect(&format!(
            "{}{}",
            elsewhere.trim_end_matches('/'),
            request.path
        ))
    });
    let folder = fake.folder();
    run(&fake.options(folder.path(), &[&here.url()])).0.unwrap();
    fake.assert_complete(folder.path());

    let circle = Server::start(|_, request| Reply::redirect(&request.path));
    let error = fake.assert_fails(&circle.url(), |options| options.retries = 0);
    assert!(error.to_string().contains("redirect"), "{error}");
    assert_eq!(circle.requests().len(), 6, "five redirects are followed");
}

#[test]
fn the_next_mirror_is_asked_and_then_asked_first() {
    let fake = Fake::new();
    let refusing = Server::start(|_, _| Reply::status("403 Forbidden"));
    let good = fake.good_server();
    let folder = tempfile::tempdir().unwrap();
    let urls = [refusing.url(), good.url()];
    run(&fake.options(folder.path(), &[&urls[0], &urls[1]]))
        .0
        .unwrap();
    fake.assert_complete(folder.path());
    assert_eq!((refusing.requests().len(), good.requests().len()), (1, 4));
}

#[test]
fn a_stalled_transfer_is_resumed_elsewhere() {
    let fake = Fake::new();
    let half = fake.half();
    let stalling = fake.server(move |_, _, body| {
        Reply::announcing(body.len())
            .send(&body[..half])
            .then(Step::Hold)
    });
    let good = fake.good_server();
    let folder = fake.folder();
    let mut options = fake.options(folder.path(), &[&stalling.url(), &good.url()]);
    options.stall = Duration::from_secs(1);
    let (result, events) = run(&options);
    result.unwrap();
    fake.assert_complete(folder.path());
    let stalled = "no answer in 1s while receiving the file";
    let again = format!("started at {half}");
    assert!(events[1].ends_with(stalled), "{events:?}");
    assert_eq!([&events[0], &events[2]], ["started at 0", &again]);
}

#[test]
fn a_download_ends_when_its_time_is_up() {
    let fake = Fake::new();
    let server = fake.server(|_, _, body| {
        Reply::announcing(body.len()).then(Step::Drip(body.to_vec(), Duration::from_millis(5)))
    });
    let error = fake.assert_fails(&server.url(), |options| {
        options.overall = Duration::from_secs(1);
        options.retries = 0;
    });
    assert!(reason(&error).starts_with("cut short at byte"), "{error}");
}

#[test]
fn a_network_that_swallows_everything_is_given_up_in_time() {
    let fake = Fake::new();
    // Connections stand, because the system accepts them, and nothing ever comes.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mute = format!("http://{}/", listener.local_addr().unwrap());
    let error = fake.assert_fails(&mute, |options| {
        options.first_byte = Duration::from_secs(1);
    });
    assert!(reason(&error).starts_with("no answer in"), "{error}");
    let error = fake.assert_fails(&closed(), |_| ());
    assert!(reason(&error).starts_with("no answer: "), "{error}");
    // Reserved never to exist (RFC 2606).
    let error = fake.assert_fails("http://mirror.invalid/", |options| {
        options.first_byte = Duration::from_secs(2);
    });
    assert!(reason(&error).starts_with("no answer"), "{error}");
}

/// They are added to the time of day somewhere.
#[test]
fn the_longest_timeouts_are_no_trouble() {
    let fake = Fake::new();
    let server = fake.good_server();
    let folder = fake.folder();
    let mut options = fake.options(folder.path(), &[&server.url()]);
    options.stall = Duration::MAX;
    options.first_byte = Duration::MAX;
    options.overall = Duration::MAX;
    run(&options).0.unwrap();
    fake.assert_complete(folder.path());
}

#[test]
fn an_encrypted_source_sends_nothing_unencrypted() {
    let fake = Fake::new();
    let server = fake.good_server();
    // No TLS here: the connection fails, and nothing is asked for in the clear.
    let url = server.url().replace("http://", "https://");
    let error = fake.assert_fails(&url, |options| options.retries = 0);
    assert!(reason(&error).starts_with("no answer"), "{error}");
    assert!(server.requests().is_empty());
}

#[test]
fn a_proxy_is_used() {
    let fake = Fake::new();
    let proxy = fake.server(|_, request, body| Reply::proper(body, request));
    let folder = fake.folder();
    let mut options = fake.options(folder.path(), &["http://mirror.invalid/"]);
    options.proxy = Some(proxy.url());
    run(&options).0.unwrap();
    fake.assert_complete(folder.path());
    let asked: Vec<_> = proxy
        .requests()
        .into_iter()
        .map(|request| request.path)
        .collect();
    assert_eq!(
        asked,
        [
            "mirror.invalid:80".to_owned(),
            format!("/{}", fake.gz_name())
        ]
    );

    options.proxy = Some("gopher://me:secret@proxy.invalid".to_owned());
    let error = run(&options).0.unwrap_err();
    assert!(matches!(error, DataError::Invalid(_)), "{error}");
    assert!(!error.to_string().contains("secret"), "{error}");
}

/// The table's own datasets against a server of the wrong files.
#[test]
fn another_datasets_file_is_refused() {
    let server = Server::start(|_, _| Reply::whole(b"\x1f\x8bnot the digits"));
    let folder = tempfile::tempdir().unwrap();
    for name in ["mnist", "kmnist", "qmnist"] {
        let mut options = Fake::new().options(folder.path(), &[&server.url()]);
        options.dataset = published::named(name).unwrap().clone();
        let error = run(&options).0.unwrap_err();
        assert!(
            reason(&error).starts_with("not the published file: "),
            "{name}: {error}"
        );
    }
    let mut options = Fake::new().options(folder.path(), &[]);
    options.dataset = published::named("emnist-letters").unwrap().clone();
    let error = run(&options).0.unwrap_err().to_string();
    assert!(error.contains("gzip.zip"), "{error}");
}

//! No network, or one that swallows what is sent: the fetch decides in time and says why.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;
use std::time::{Duration, Instant};

use fm_data::fetch::{ErrorKind, FetchError, Reason, Silent, fetch};

use crate::fixture::{Fake, assert_fails, options};
use crate::server::{Reply, Server, Step};

/// An address that nobody listens on.
fn closed() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}/", listener.local_addr().unwrap())
}

#[test]
fn a_closed_port_is_found_out_without_using_up_the_time() {
    let file = Fake::images();
    let started = Instant::now();
    let error = assert_fails(&file, closed, |options| {
        options.retries.rounds = 1000;
    });
    assert_eq!(error.kind(), ErrorKind::Unreachable);
    let message = error.to_string();
    assert!(
        message.ends_with("no connection (connection refused), 2 times"),
        "{message}"
    );
    // A thousand rounds would not be over, and no wait is.
    assert!(started.elapsed() < Duration::from_secs(20));
}

#[test]
fn silence_is_given_up_in_time_whatever_the_mirror() {
    let file = Fake::images();
    // Connections stand, because the system accepts them, and nothing ever comes.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mute = format!("http://{}/", listener.local_addr().unwrap());
    // Bytes come, but never a whole head.
    let endless = Server::start(|_, _| Reply {
        head: "HTTP/1.1 200 OK\r\n".to_owned(),
        steps: vec![Step::Drip(vec![b'x'; 100_000], Duration::from_millis(10))],
    });
    // A whole head, and never a byte of the file.
    let empty = Server::start(|_, _| Reply::announcing(1000).then(Step::Hold));
    let refusing = Server::start(|_, _| Reply::status("403 Forbidden"));

    let folder = tempfile::tempdir().unwrap();
    let into = folder.path().join("data");
    let sources = [
        &mute,
        &endless.url(),
        &empty.url(),
        &refusing.url(),
        &closed(),
    ];
    let mut options = options(&into, &file, &sources.map(String::as_str));
    options.decide_within = Duration::from_secs(3);
    let started = Instant::now();
    let error = fetch(&options, &mut Silent).unwrap_err();
    // The law is the budget; the rest is for a busy machine.
    assert!(
        started.elapsed() < Duration::from_secs(12),
        "{:?}",
        started.elapsed()
    );
    assert_eq!(error.kind(), ErrorKind::Unreachable);
    let FetchError::Unreachable {
        failures, kept: 0, ..
    } = &error
    else {
        panic!("{error}")
    };
    for (index, failure) in failures.iter().enumerate() {
        match (index, &failure.reason) {
            (0..=2, Reason::TimedOut { .. }) | (3, Reason::Status(403)) => {}
            (4, Reason::NoConnection(_)) => {}
            (_, other) => panic!("{index}: {other}"),
        }
    }
    let message = error.to_string();
    assert_eq!(
        message.lines().count(),
        1 + sources.len(),
        "a line for each: {message}"
    );
    for (line, source) in message.lines().skip(1).zip(sources) {
        assert!(line.starts_with(&format!("  {source}: ")), "{line}");
    }
    assert!(!into.exists() || !cfg!(unix), "nothing is left behind");
}

#[test]
fn a_name_that_does_not_exist_ends_in_time() {
    let file = Fake::images();
    let started = Instant::now();
    // Reserved never to exist (RFC 2606). With a resolver that answers, the name is refused;
    // with one that does not, time runs out.
    let error = assert_fails(
        &file,
        || "http://mirror.invalid/".to_owned(),
        |options| {
            options.decide_within = Duration::from_secs(1);
        },
    );
    assert!(
        started.elapsed() < Duration::from_secs(24),
        "{:?}",
        started.elapsed()
    );
    assert_eq!(error.kind(), ErrorKind::Unreachable);
    let reason = &error.failures()[0].reason;
    assert!(
        matches!(reason, Reason::NoAddress(_) | Reason::TimedOut { .. }),
        "{reason:?}"
    );
}

#[test]
fn encryption_that_is_not_there_is_named() {
    let file = Fake::images();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    // Ends with its third connection, one for each fetch.
    let plain = thread::spawn(move || {
        for stream in listener.incoming().take(3) {
            let mut stream = stream.unwrap();
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
            let _ = stream.read_to_end(&mut Vec::new());
        }
    });
    let error = assert_fails(&file, || url.clone(), |_| ());
    assert_eq!(error.kind(), ErrorKind::Unreachable);
    let message = error.to_string();
    assert!(message.contains("no encrypted connection ("), "{message}");
    plain.join().unwrap();
}

#[test]
fn once_bytes_have_come_the_decision_is_made() {
    let file = Fake::images();
    let body = file.gz.clone();
    let server = Server::start(move |_, _| {
        let (first, rest) = body.split_at(100);
        Reply::announcing(body.len())
            .send(first)
            .then(Step::Drip(vec![rest[0]], Duration::from_secs(2)))
            .send(&rest[1..])
    });
    let folder = tempfile::tempdir().unwrap();
    let mut options = options(folder.path(), &file, &[&server.url()]);
    options.decide_within = Duration::from_millis(1500);
    fetch(&options, &mut Silent).unwrap();
    assert_eq!(server.requests().len(), 1);
}

//! Transfers that break off, and servers that can or cannot go on in the middle.

use std::fs;

use fm_data::fetch::{FetchError, Outcome, Reason};

use crate::fixture::{Fake, assert_fails, assert_fetched, contents, options, run};
use crate::server::{Reply, Request, Server};

#[test]
fn a_transfer_cut_short_goes_on_from_there() {
    let file = Fake::images();
    let (body, half) = (file.gz.clone(), file.half());
    let server = Server::start(move |number, request| match number {
        0 => Reply::announcing(body.len()).send(&body[..half]),
        _ => Reply::proper(&body, request),
    });
    let folder = tempfile::tempdir().unwrap();
    let (report, events) = run(&options(folder.path(), &file, &[&server.url()]));
    let report = report.unwrap();
    assert_fetched(folder.path(), &file);
    assert_eq!(server.starts(), [None, Some(half)]);
    assert_eq!(
        report.bytes_fetched(),
        file.published.gz_bytes,
        "nothing came twice"
    );
    let cut = format!("retry: cut short at byte {half} of {}", file.gz.len());
    let again = format!("started at {half}");
    assert_eq!(events, ["started at 0", &cut, "waiting", &again, "done"]);
}

#[test]
fn an_unannounced_length_can_be_cut_short_too() {
    let file = Fake::images();
    let (body, half) = (file.gz.clone(), file.half());
    let server = Server::start(move |number, request| match number {
        0 => Reply::new("200 OK", &[]).send(&body[..half]),
        1 => Reply::new("200 OK", &[("Transfer-Encoding", "chunked")])
            .send(b"ffff\r\n")
            .send(&body[..half + 10]),
        _ => Reply::proper(&body, request),
    });
    let folder = tempfile::tempdir().unwrap();
    run(&options(folder.path(), &file, &[&server.url()]))
        .0
        .unwrap();
    assert_fetched(folder.path(), &file);
    assert_eq!(server.starts(), [None, Some(half), Some(half + 10)]);
}

#[test]
fn a_server_that_cannot_resume_starts_over() {
    let file = Fake::images();
    let (body, half) = (file.gz.clone(), file.half());
    let server = Server::start(move |number, _| match number {
        0 => Reply::announcing(body.len()).send(&body[..half]),
        _ => Reply::whole(&body),
    });
    let folder = tempfile::tempdir().unwrap();
    let (result, events) = run(&options(folder.path(), &file, &[&server.url()]));
    result.unwrap();
    assert_fetched(folder.path(), &file);
    assert_eq!(server.starts(), [None, Some(half)]);
    assert_eq!(events[3..], ["started at 0", "done"]);
}

#[test]
fn a_server_that_starts_over_and_breaks_off_sooner_loses_nothing() {
    let file = Fake::images();
    let (body, half) = (file.gz.clone(), file.half());
    let server = Server::start(move |number, request| match number {
        0 => Reply::announcing(body.len()).send(&body[..half]),
        1 => Reply::announcing(body.len()).send(&body[..100]),
        _ => Reply::proper(&body, request),
    });
    let folder = tempfile::tempdir().unwrap();
    run(&options(folder.path(), &file, &[&server.url()]))
        .0
        .unwrap();
    assert_fetched(folder.path(), &file);
    assert_eq!(server.starts(), [None, Some(half), Some(half)]);
}

#[test]
fn always_cut_short_is_an_error_that_keeps_what_came() {
    let file = Fake::images();
    let (body, half) = (file.gz.clone(), file.half());
    let server = Server::start(move |_, _| Reply::announcing(body.len()).send(&body[..half]));
    let error = assert_fails(&file, || server.url(), |_| ());
    let FetchError::Unreachable { kept, failures, .. } = &error else {
        panic!("{error}")
    };
    assert_eq!(*kept, half as u64);
    assert_eq!(
        failures[0].reason,
        Reason::CutShort {
            at: half as u64,
            of: file.published.gz_bytes
        }
    );
    assert!(
        error
            .to_string()
            .contains("the next fetch goes on from there"),
        "{error}"
    );
}

#[test]
fn small_steps_forward_are_not_counted_as_retries() {
    let file = Fake::images();
    let body = file.gz.clone();
    let step = body.len() / 8;
    let server = Server::start(move |_, request| {
        let (reply, rest) = Reply::range(&body, request);
        reply.send(&rest[..rest.len().min(step)])
    });
    let folder = tempfile::tempdir().unwrap();
    let mut options = options(folder.path(), &file, &[&server.url()]);
    options.retries.rounds = 0;
    run(&options).0.unwrap();
    assert_fetched(folder.path(), &file);
    assert!(server.requests().len() >= 8);
}

/// Fetches with `left` as the unfinished file of an earlier fetch.
fn fetch_after(
    file: &Fake,
    left: &[u8],
    answer: impl Fn(usize, &Request) -> Reply + Send + Sync + 'static,
) -> (Vec<Option<usize>>, Outcome) {
    let server = Server::start(answer);
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(file.gz_name() + ".part"), left).unwrap();
    let (report, _) = run(&options(folder.path(), file, &[&server.url()]));
    assert_fetched(folder.path(), file);
    (server.starts(), report.unwrap().files.remove(0).outcome)
}

#[test]
fn what_an_earlier_fetch_left_is_used_checked_and_else_thrown_away() {
    let file = Fake::images();
    let (half, whole) = (file.half(), file.gz.len());
    let good = |body: Vec<u8>| move |_: usize, request: &Request| Reply::proper(&body, request);

    let (starts, outcome) = fetch_after(&file, &file.gz[..half], good(file.gz.clone()));
    assert_eq!(starts, [Some(half)]);
    let Outcome::Fetched {
        bytes,
        resumed_from,
        ..
    } = outcome
    else {
        panic!("{outcome:?}")
    };
    assert_eq!((bytes, resumed_from), ((whole - half) as u64, half as u64));

    // Wrong bytes: the pieces do not make the file, so the whole is fetched.
    let (starts, _) = fetch_after(&file, &vec![b'x'; half], good(file.gz.clone()));
    assert_eq!(starts, [Some(half), None]);

    // Too long, and as long but wrong: of no use.
    let (starts, _) = fetch_after(&file, &vec![b'x'; whole + 1], good(file.gz.clone()));
    assert_eq!(starts, [None]);
    let (starts, _) = fetch_after(&file, &vec![b'x'; whole], good(file.gz.clone()));
    assert_eq!(starts, [None]);

    // All there: nothing to ask for.
    let (starts, outcome) = fetch_after(&file, &file.gz, good(file.gz.clone()));
    assert_eq!(starts, []);
    assert!(
        matches!(
            outcome,
            Outcome::Fetched {
                source: None,
                bytes: 0,
                ..
            }
        ),
        "{outcome:?}"
    );
}

#[test]
fn ranges_that_are_not_what_was_asked_for_are_not_used() {
    let file = Fake::images();
    let half = file.half();
    let answers: [fn(&[u8]) -> Reply; 4] = [
        |body| {
            Reply::new(
                "206 Partial Content",
                &[("Content-Range", &format!("bytes 0-9/{}", body.len()))],
            )
            .send(&body[..10])
        },
        |body| Reply::new("206 Partial Content", &[]).send(body),
        |body| {
            Reply::new(
                "206 Partial Content",
                &[("Content-Range", "bytes from the middle")],
            )
            .send(body)
        },
        |_| Reply::status("416 Range Not Satisfiable"),
    ];
    for answer in answers {
        let body = file.gz.clone();
        let (starts, _) = fetch_after(&file, &file.gz[..half], move |_, request| {
            match request.from {
                Some(_) => answer(&body),
                None => Reply::whole(&body),
            }
        });
        assert_eq!(starts, [Some(half), None]);
    }
}

#[test]
fn a_page_instead_of_a_range_leaves_what_was_there() {
    let file = Fake::images();
    let half = file.half();
    let server = Server::start(|_, _| Reply::whole(b"<html><title>Sign in</title>"));
    let folder = tempfile::tempdir().unwrap();
    let part = file.gz_name() + ".part";
    fs::write(folder.path().join(&part), &file.gz[..half]).unwrap();
    let error = run(&options(folder.path(), &file, &[&server.url()]))
        .0
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("an HTML page titled \"Sign in\""),
        "{error}"
    );
    assert!(contents(folder.path())[&part] == file.gz[..half]);
}

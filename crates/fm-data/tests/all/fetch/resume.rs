//! Transfers that break off, and servers that can or cannot resume.

use std::fs;

use fm_data::DataError;

use super::fixture::{Fake, reason, run};
use super::server::{Reply, Request};

#[test]
fn a_transfer_cut_short_is_resumed() {
    let fake = Fake::new();
    let half = fake.half();
    let server = fake.server(move |number, request, body| match number {
        0 => Reply::announcing(body.len()).send(&body[..half]),
        _ => Reply::proper(body, request),
    });
    let folder = fake.folder();
    let (report, events) = run(&fake.options(folder.path(), &[&server.url()]));
    report.unwrap();
    fake.assert_complete(folder.path());
    assert_eq!(server.starts(), [None, Some(half)]);
    let cut = format!("cut short at byte {half} of {}", fake.gz.len());
    assert!(events[1].ends_with(&cut), "{events:?}");
    let again = format!("started at {half}");
    assert_eq!([&events[0], &events[3]], ["started at 0", &again]);
}

#[test]
fn a_server_that_cannot_resume_starts_over() {
    let fake = Fake::new();
    let half = fake.half();
    let server = fake.server(move |number, _, body| match number {
        0 => Reply::announcing(body.len()).send(&body[..half]),
        _ => Reply::whole(body),
    });
    let folder = fake.folder();
    run(&fake.options(folder.path(), &[&server.url()]))
        .0
        .unwrap();
    fake.assert_complete(folder.path());
    assert_eq!(server.starts(), [None, Some(half)]);
}

#[test]
fn always_cut_short_is_an_error_that_keeps_what_came() {
    let fake = Fake::new();
    let half = fake.half();
    let server = fake.server(move |_, _, body| Reply::announcing(body.len()).send(&body[..half]));
    let error = fake.assert_fails(&server.url(), |_| ());
    let DataError::Download { kept, .. } = &error else {
        panic!("{error}")
    };
    assert_eq!(*kept, half as u64);
    let cut = format!("cut short at byte {half} of {}", fake.gz.len());
    assert_eq!(reason(&error), cut);
    assert!(error.to_string().contains("bytes are kept"), "{error}");
}

#[test]
fn rounds_that_bring_bytes_are_not_counted() {
    let fake = Fake::new();
    let step = fake.gz.len() / 8;
    let server = fake.server(move |_, request, body| {
        let (reply, rest) = Reply::range(body, request);
        reply.send(&rest[..rest.len().min(step)])
    });
    let folder = fake.folder();
    let mut options = fake.options(folder.path(), &[&server.url()]);
    options.retries = 0;
    run(&options).0.unwrap();
    fake.assert_complete(folder.path());
    assert!(server.requests().len() >= 8);
}

/// Downloads with `left` as the unfinished file of an earlier download.
fn after(
    fake: &Fake,
    left: &[u8],
    answer: impl Fn(usize, &Request, &[u8]) -> Reply + Send + Sync + 'static,
) -> Vec<Option<usize>> {
    let server = fake.server(answer);
    let folder = fake.folder();
    let partial = fake.partial(folder.path());
    fs::write(&partial, left).unwrap();
    run(&fake.options(folder.path(), &[&server.url()]))
        .0
        .unwrap();
    fake.assert_complete(folder.path());
    server.starts()
}

#[test]
fn what_an_earlier_download_left_is_verified() {
    let fake = Fake::new();
    let (half, whole) = (fake.half(), fake.gz.len());
    let good = |_: usize, request: &Request, body: &[u8]| Reply::proper(body, request);
    assert_eq!(after(&fake, &fake.gz[..half], good), [Some(half)]);
    // Wrong bytes: the pieces do not make the file, so all of it is downloaded.
    assert_eq!(after(&fake, &vec![b'x'; half], good), [Some(half), None]);
    assert_eq!(
        after(&fake, &vec![b'x'; whole + 1], good),
        [Some(whole + 1), None]
    );
    // All there.
    assert_eq!(after(&fake, &fake.gz, good), [Some(whole)]);
}

#[test]
fn ranges_that_were_not_asked_for_are_not_used() {
    let fake = Fake::new();
    let half = fake.half();
    fn ranged(range: &str) -> Reply {
        Reply::new("206 Partial Content", &[("Content-Range", range)])
    }
    let answers: [fn(&[u8]) -> Reply; 6] = [
        |body| ranged(&format!("bytes 0-9/{}", body.len())).send(&body[..10]),
        |body| ranged("items 1-2/3").send(body),
        |body| ranged("bytes x-2/3").send(body),
        |body| ranged("bytes */200").send(body),
        |body| Reply::new("206 Partial Content", &[]).send(body),
        |_| Reply::status("416 Range Not Satisfiable"),
    ];
    for answer in answers {
        let starts = after(
            &fake,
            &fake.gz[..half],
            move |_, request, body| match request.from {
                Some(_) => answer(body),
                None => Reply::whole(body),
            },
        );
        assert_eq!(starts, [Some(half), None]);
    }
}

#[test]
fn a_page_instead_of_a_range_leaves_what_was_there() {
    let fake = Fake::new();
    let server = fake.server(|_, _, _| Reply::whole(b"<html><title>Sign in</title>"));
    let folder = fake.folder();
    let partial = fake.partial(folder.path());
    fs::write(&partial, &fake.gz[..100]).unwrap();
    let error = run(&fake.options(folder.path(), &[&server.url()]))
        .0
        .unwrap_err();
    assert!(error.to_string().contains("an HTML page"), "{error}");
    assert!(fs::read(&partial).unwrap() == fake.gz[..100]);
}

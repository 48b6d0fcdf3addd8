//! Servers that refuse, stumble, redirect or take their time.

use std::time::Duration;

use fm_data::fetch::{ErrorKind, FetchError, Outcome, Proxy, Reason, Silent, check_for, fetch};

use crate::fixture::{Fake, assert_fails, assert_fetched, options, run};
use crate::server::{Reply, Server, Step};

fn reason_of(error: &FetchError) -> &Reason {
    &error.failures()[0].reason
}

#[test]
fn a_good_server_is_asked_once_for_each_file_and_never_again() {
    let (images, labels) = (Fake::images(), Fake::labels());
    let bodies = [
        (images.gz_name(), images.gz.clone()),
        (labels.gz_name(), labels.gz.clone()),
    ];
    let server = Server::start(move |_, request| {
        let name = request.path.trim_start_matches('/');
        let body = bodies.iter().find(|(known, _)| known == name).unwrap();
        Reply::proper(&body.1, request)
    });
    let folder = tempfile::tempdir().unwrap();
    let into = folder.path().join("data/fashion");
    let mut options = options(&into, &images, &[&server.url()]);
    options.files.push(labels.published);

    let report = fetch(&options, &mut Silent).unwrap();
    assert_eq!(
        report.bytes_fetched(),
        images.published.gz_bytes + labels.published.gz_bytes
    );
    assert_fetched(&into, &images);
    assert_fetched(&into, &labels);
    assert!(check_for(&into, &options.files, &[]).unwrap().is_complete());
    let asked: Vec<_> = server
        .requests()
        .into_iter()
        .map(|request| request.path)
        .collect();
    assert_eq!(
        asked,
        [
            format!("/{}", images.gz_name()),
            format!("/{}", labels.gz_name())
        ]
    );

    let (report, events) = run(&options);
    assert_eq!(report.unwrap().bytes_fetched(), 0);
    assert_eq!(events, ["already there", "already there"]);
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn a_refusal_is_final_and_named() {
    let file = Fake::images();
    for (status, words, kind) in [
        (
            "403 Forbidden",
            "HTTP status 403 (access refused)",
            ErrorKind::Unreachable,
        ),
        (
            "404 Not Found",
            "HTTP status 404 (not there)",
            ErrorKind::NoRightCopy,
        ),
    ] {
        let server = Server::start(move |_, _| Reply::status(status).send(b"<html>no</html>"));
        let error = assert_fails(&file, || server.url(), |_| ());
        assert_eq!(error.kind(), kind);
        let line = format!("{}: {words}", server.url());
        assert!(error.to_string().ends_with(&line), "{error}");
        assert_eq!(
            server.requests().len(),
            3,
            "one request for each of three fetches"
        );
    }
}

#[test]
fn trouble_that_passes_is_waited_for() {
    let file = Fake::images();
    let body = file.gz.clone();
    let server = Server::start(move |number, request| match number {
        0 => Reply::status("500 Internal Server Error"),
        1 => Reply::status("503 Service Unavailable"),
        _ => Reply::proper(&body, request),
    });
    let folder = tempfile::tempdir().unwrap();
    let (result, events) = run(&options(folder.path(), &file, &[&server.url()]));
    result.unwrap();
    assert_fetched(folder.path(), &file);
    let trouble = |code| format!("retry: HTTP status {code} (the server is in trouble)");
    let expected = [
        &trouble(500),
        "waiting",
        &trouble(503),
        "waiting",
        "started at 0",
        "done",
    ];
    assert_eq!(events, expected);
}

#[test]
fn trouble_that_stays_ends_after_the_retries() {
    let file = Fake::images();
    let server = Server::start(|_, _| Reply::status("503 Service Unavailable"));
    let error = assert_fails(&file, || server.url(), |_| ());
    assert_eq!(error.kind(), ErrorKind::Unreachable);
    assert!(
        error
            .to_string()
            .ends_with("(the server is in trouble), 3 times"),
        "{error}"
    );
    assert_eq!(
        server.requests().len(),
        9,
        "three rounds in each of three fetches"
    );
}

#[test]
fn a_server_that_hangs_up_is_named() {
    let file = Fake::images();
    let server = Server::start(|_, _| Reply {
        head: String::new(),
        steps: Vec::new(),
    });
    let error = assert_fails(&file, || server.url(), |_| ());
    assert_eq!(error.kind(), ErrorKind::Unreachable);
    assert!(
        error
            .to_string()
            .contains("the connection was closed before an answer"),
        "{error}"
    );

    let server = Server::start(|_, _| Reply {
        head: "220 mail ready\r\n\r\n".into(),
        steps: Vec::new(),
    });
    let error = assert_fails(&file, || server.url(), |_| ());
    assert!(error.to_string().contains("not a proper answer"), "{error}");
}

#[test]
fn redirects_are_followed_and_loops_are_not() {
    let file = Fake::images();
    let body = file.gz.clone();
    let there = Server::start(move |_, request| match request.path.as_str() {
        "/moved/train-images-idx3-ubyte.gz" => Reply::proper(&body, request),
        _ => Reply::redirect("/moved/train-images-idx3-ubyte.gz"),
    });
    let elsewhere = there.url();
    let here =
        Server::start(move |_, request| Reply::redirect(&format!("{elsewhere}x{}", request.path)));
    let folder = tempfile::tempdir().unwrap();
    run(&options(folder.path(), &file, &[&here.url()]))
        .0
        .unwrap();
    assert_fetched(folder.path(), &file);
    assert_eq!((here.requests().len(), there.requests().len()), (1, 2));

    let circle = Server::start(|_, request| Reply::redirect(&request.path));
    let error = assert_fails(&file, || circle.url(), |_| ());
    assert_eq!(reason_of(&error), &Reason::Redirects);
    assert_eq!(error.kind(), ErrorKind::Unreachable);
    assert_eq!(
        circle.requests().len(),
        3 * 6,
        "five redirects are followed, and not tried again"
    );
}

#[test]
fn a_redirect_keeps_the_range() {
    let file = Fake::images();
    let (body, half) = (file.gz.clone(), file.half());
    let server = Server::start(move |_, request| match request.path.as_str() {
        "/moved" => Reply::proper(&body, request),
        _ => Reply::redirect("/moved"),
    });
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join(file.gz_name() + ".part"),
        &file.gz[..half],
    )
    .unwrap();
    run(&options(folder.path(), &file, &[&server.url()]))
        .0
        .unwrap();
    assert_fetched(folder.path(), &file);
    assert_eq!(server.starts(), [Some(half), Some(half)]);
}

#[test]
fn the_next_mirror_is_asked_and_then_asked_first() {
    let (images, labels) = (Fake::images(), Fake::labels());
    let bodies = [
        (images.gz_name(), images.gz.clone()),
        (labels.gz_name(), labels.gz.clone()),
    ];
    let refusing = Server::start(|_, _| Reply::status("403 Forbidden"));
    let good = Server::start(move |_, request| {
        let body = bodies
            .iter()
            .find(|(name, _)| request.path.ends_with(name))
            .unwrap();
        Reply::proper(&body.1, request)
    });
    let spare = Server::start(|_, _| Reply::status("403 Forbidden"));
    let folder = tempfile::tempdir().unwrap();
    let urls = [refusing.url(), good.url(), spare.url()];
    let mut options = options(folder.path(), &images, &[&urls[0], &urls[1], &urls[2]]);
    options.files.push(labels.published);

    let (report, events) = run(&options);
    let report = report.unwrap();
    for file in &report.files {
        let Outcome::Fetched { source, .. } = &file.outcome else {
            panic!("{file:?}")
        };
        assert_eq!(source.as_ref(), Some(&options.sources[1]));
    }
    assert_fetched(folder.path(), &labels);
    let gave_up = "gave up: HTTP status 403 (access refused)";
    assert_eq!(
        events,
        [gave_up, "started at 0", "done", "started at 0", "done"]
    );
    let asked = [&refusing, &good, &spare].map(|server| server.requests().len());
    assert_eq!(asked, [1, 2, 0]);
}

#[test]
fn a_stalled_transfer_goes_on_elsewhere_from_where_it_was() {
    let file = Fake::images();
    let (body, half) = (file.gz.clone(), file.half());
    let begin = body[..half].to_vec();
    let stalling = Server::start(move |_, _| {
        Reply::announcing(begin.len() * 2)
            .send(&begin)
            .then(Step::Hold)
    });
    // Announced a little too long or short would be refused at once; this is exact.
    assert_eq!(half * 2, file.gz.len() / 2 * 2);
    let good = Server::start(move |_, request| Reply::proper(&body, request));
    let folder = tempfile::tempdir().unwrap();
    let mut options = options(folder.path(), &file, &[&stalling.url(), &good.url()]);
    options.timeouts.stall = Duration::from_secs(1);
    let (result, events) = run(&options);
    result.unwrap();
    assert_fetched(folder.path(), &file);
    let stalled = format!(
        "retry: no more bytes for 1 s at byte {half} of {}",
        file.gz.len()
    );
    assert_eq!(
        events,
        [
            "started at 0",
            &stalled,
            &format!("started at {half}"),
            "done"
        ]
    );
}

#[test]
fn a_slow_drip_is_left_for_a_better_source() {
    let file = Fake::images();
    let (body, dripped) = (file.gz.clone(), file.gz.clone());
    let dripping = Server::start(move |_, _| {
        Reply::announcing(dripped.len()).then(Step::Drip(dripped.clone(), Duration::from_millis(5)))
    });
    let good = Server::start(move |_, request| Reply::proper(&body, request));
    let folder = tempfile::tempdir().unwrap();
    let mut options = options(folder.path(), &file, &[&dripping.url(), &good.url()]);
    options.timeouts.slow_window = Duration::from_millis(500);
    options.timeouts.slow_bytes = 2_000;
    let (result, events) = run(&options);
    result.unwrap();
    assert_fetched(folder.path(), &file);
    assert!(events[1].starts_with("retry: too slow: "), "{events:?}");
    let kept: usize = events[2]
        .strip_prefix("started at ")
        .unwrap()
        .parse()
        .unwrap();
    assert!(kept > 0, "the drops that came are used");
    assert_eq!(good.starts(), [Some(kept)]);
}

#[test]
fn the_whole_fetch_has_an_end() {
    let file = Fake::images();
    let dripped = file.gz.clone();
    let server = Server::start(move |_, _| {
        Reply::announcing(dripped.len()).then(Step::Drip(dripped.clone(), Duration::from_millis(5)))
    });
    let limit = Duration::from_secs(1);
    let error = assert_fails(
        &file,
        || server.url(),
        |options| options.timeouts.overall = limit,
    );
    let FetchError::TimeUp { kept, .. } = error else {
        panic!("{error}")
    };
    assert!(kept > 0);
    let message = error.to_string();
    assert!(
        message.contains("the time for the whole fetch, 1 s, is up"),
        "{message}"
    );
    assert!(
        message.contains("the next fetch goes on from there"),
        "{message}"
    );
}

#[test]
fn a_proxy_is_gone_through() {
    let file = Fake::images();
    let body = file.gz.clone();
    let proxy = Server::start(move |_, request| Reply::proper(&body, request));
    let folder = tempfile::tempdir().unwrap();
    let mut options = options(folder.path(), &file, &["http://mirror.invalid/data/"]);
    options.proxy = Proxy::Url(proxy.url());
    run(&options).0.unwrap();
    assert_fetched(folder.path(), &file);
    let asked: Vec<_> = proxy
        .requests()
        .into_iter()
        .map(|request| (request.method, request.path))
        .collect();
    let path = format!("/data/{}", file.gz_name());
    assert_eq!(
        asked,
        [
            ("CONNECT".into(), "mirror.invalid:80".into()),
            ("GET".into(), path)
        ]
    );
}

#[test]
fn a_proxy_that_cannot_be_is_refused_without_its_password() {
    let file = Fake::images();
    let folder = tempfile::tempdir().unwrap();
    let mut options = options(folder.path(), &file, &["http://mirror.invalid/"]);
    options.proxy = Proxy::Url("gopher://me:secret@proxy.invalid".to_owned());
    let error = run(&options).0.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Usage);
    assert!(!error.to_string().contains("secret"), "{error}");
}

//! Fetches in a process of their own: killed in the middle, and with an environment.

use std::env;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use fm_data::fetch::{Proxy, Silent, fetch};

use crate::fixture::{Fake, assert_fetched, contents, options, run};
use crate::server::{Reply, Server, Step};

const INTO: &str = "FETCH_TEST_INTO";
const FROM: &str = "FETCH_TEST_FROM";

/// Not a test by itself: what the child of the tests below does. Without its environment, which
/// is how a plain test run meets it, there is nothing to do.
#[test]
fn child() {
    let (Ok(into), Ok(from)) = (env::var(INTO), env::var(FROM)) else {
        return;
    };
    let mut options = options(Path::new(&into), &Fake::images(), &[&from]);
    options.proxy = Proxy::FromEnvironment;
    fetch(&options, &mut Silent).unwrap();
}

/// Starts a process that fetches [`Fake::images`] with only these proxies in its environment.
fn start(into: &Path, from: &str, proxies: &[(&str, &str)]) -> Child {
    let mut command = Command::new(env::current_exe().unwrap());
    command
        .args(["process::child", "--exact"])
        .env(INTO, into)
        .env(FROM, from);
    for name in ["ALL_PROXY", "HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"] {
        command
            .env_remove(name)
            .env_remove(name.to_ascii_lowercase());
    }
    command.envs(proxies.iter().copied());
    command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn a_killed_fetch_leaves_a_beginning_and_the_next_goes_on() {
    let file = Fake::images();
    let (body, half) = (file.gz.clone(), file.half());
    let server = Server::start(move |number, request| match number {
        0 => Reply::announcing(body.len())
            .send(&body[..half])
            .then(Step::Hold),
        _ => Reply::proper(&body, request),
    });
    let folder = tempfile::tempdir().unwrap();
    let mut child = start(folder.path(), &server.url(), &[]);
    let part = folder.path().join(file.gz_name() + ".part");
    for _ in 0..6000 {
        if fs::metadata(&part).is_ok_and(|meta| meta.len() == half as u64) {
            break;
        }
        thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    assert!(!child.wait().unwrap().success());
    let left = contents(folder.path());
    assert!(left[&(file.gz_name() + ".part")] == file.gz[..half]);
    assert!(!left.contains_key(&file.gz_name()));

    let (result, events) = run(&options(folder.path(), &file, &[&server.url()]));
    result.unwrap();
    assert_eq!(events, [&format!("started at {half}"), "done"]);
    assert_fetched(folder.path(), &file);
    assert_eq!(server.starts(), [None, Some(half)]);
}

#[test]
fn the_environments_proxy_is_used_and_its_exceptions_are_not() {
    let file = Fake::images();
    let body = file.gz.clone();
    let server = Server::start(move |_, request| Reply::proper(&body, request));
    let proxy = server.url();
    for name in ["HTTP_PROXY", "https_proxy", "ALL_PROXY"] {
        let folder = tempfile::tempdir().unwrap();
        let before = server.requests().len();
        let mut child = start(folder.path(), "http://mirror.invalid/", &[(name, &proxy)]);
        assert!(child.wait().unwrap().success(), "{name}");
        assert_fetched(folder.path(), &file);
        assert_eq!(server.requests()[before].method, "CONNECT");
    }
    let folder = tempfile::tempdir().unwrap();
    let before = server.requests().len();
    let proxies = [
        ("HTTP_PROXY", "http://proxy.invalid:1/"),
        ("NO_PROXY", "127.0.0.1"),
    ];
    let mut child = start(folder.path(), &server.url(), &proxies);
    assert!(child.wait().unwrap().success());
    assert_eq!(server.requests()[before].method, "GET");
}

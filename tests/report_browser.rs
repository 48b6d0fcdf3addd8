//! A report in a real browser: it asks for nothing, complains of nothing, and fits a phone.
//!
//! The console's messages are read from the browser's log, and the requests that a page makes from
//! its log of the network, where those of the browser itself have no page as their origin. Two
//! pages that do ask for something show that either would be seen. No host name leads anywhere.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use fm_experiment::report::{compare_folders, rebuild};
use fm_nn::Engine;
use fm_tests::small_experiment::{experiment, plan, protocol};
use fm_tests::{Outcome, run};
use libtest_mimic::{Completion, Trial};
use tempfile::TempDir;

/// Longer than any page takes, even on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(120);

fn main() {
    run(vec![
        needs_chromium(
            "a_report_asks_for_nothing_and_fits_its_window",
            whole_report,
        ),
        needs_chromium("a_page_that_asks_for_something_is_found_out", found_out),
    ])
}

/// A test that is given the browser, and is counted as ignored, with the reason, where there is
/// none.
fn needs_chromium(name: &str, test: fn(&Path) -> Outcome) -> Trial {
    Trial::ignorable_test(name, move || match chromium() {
        None => Ok(Completion::ignored_with(
            "no Chromium: install it (Debian: chromium), or set FM_CHROMIUM to the program",
        )),
        Some(browser) => {
            test(&browser).map_err(|error| error.to_string())?;
            Ok(Completion::Completed)
        }
    })
}

fn chromium() -> Option<PathBuf> {
    let named = std::env::var_os("FM_CHROMIUM").filter(|name| !name.is_empty());
    if let Some(named) = named {
        return Some(PathBuf::from(named));
    }
    let path = std::env::var_os("PATH")?;
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let places = std::env::split_paths(&path).collect::<Vec<_>>();
    let programs = names
        .iter()
        .flat_map(|name| places.iter().map(move |place| place.join(name)));
    programs.into_iter().find(|program| program.is_file())
}

/// What came of opening a page.
#[derive(Debug)]
struct Seen {
    /// Messages of the console.
    console: Vec<String>,
    /// Addresses that the page asked the network for.
    requests: Vec<String>,
    /// What the page around it measured, by name.
    measured: serde_json::Value,
}

#[derive(Clone, Copy, Debug)]
struct Window {
    width: u32,
    height: u32,
    scheme: &'static str,
}

const DESKTOP: Window = Window {
    width: 1280,
    height: 900,
    scheme: "light",
};

/// Opens a page in a frame of the window's size. The page around it measures it.
fn open(browser: &Path, page: &Path, window: Window) -> Seen {
    let folder = tempfile::tempdir().unwrap();
    let around = folder.path().join("around.html");
    let Window {
        width,
        height,
        scheme,
    } = window;
    let text = format!(
        r#"<!DOCTYPE html><html style="color-scheme: {scheme}"><body>
<iframe id="page" src="file://{}" width="{width}" height="{height}"></iframe><pre id="seen"></pre>
<script>
document.getElementById("page").onload = function () {{
  const inner = this.contentDocument, view = this.contentWindow;
  const boxes = [...inner.querySelectorAll(".scroll")];
  const shown = image => image.complete && image.naturalWidth > 0;
  document.getElementById("seen").textContent = "measured" + JSON.stringify({{
    width: inner.documentElement.scrollWidth, room: view.innerWidth,
    tables: boxes.length, cut: boxes.filter(b => b.scrollWidth > b.clientWidth)
      .map(b => b.getAttribute("aria-label")),
    captions: [...inner.querySelectorAll(".caption")].filter(c => c.scrollWidth > c.clientWidth
      || c.getBoundingClientRect().right > view.innerWidth).length,
    images: inner.images.length, broken: [...inner.images].filter(i => !shown(i)).length,
    pictures: inner.querySelectorAll("svg").length,
    ground: view.getComputedStyle(inner.body).backgroundColor,
  }}) + "end";
}};
</script></body></html>"#,
        page.display()
    );
    fs::write(&around, text).unwrap();

    let path = |name: &str| folder.path().join(name);
    let (out, log, net_log) = (path("out"), path("log"), path("net.json"));
    let mut command = Command::new(browser);
    command
        .args([
            "--headless",
            // A container has no sandbox to give, and the page is our own.
            "--no-sandbox",
            "--disable-gpu",
            "--allow-file-access-from-files",
            "--enable-logging=stderr",
            // The browser's own conversations are not the page's.
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
            "--no-pings",
            "--dump-dom",
        ])
        .arg("--host-resolver-rules=MAP * ~NOTFOUND")
        .arg(format!("--log-net-log={}", net_log.display()))
        .arg(format!("--user-data-dir={}", path("profile").display()))
        .arg(format!("file://{}", around.display()))
        .stdout(File::create(&out).unwrap())
        .stderr(File::create(&log).unwrap());
    let ended = wait(command);
    assert!(ended.success(), "{}: {}", browser.display(), read(&log));
    let dom = read(&out);
    let measured = dom
        .split("measured{")
        .nth(1)
        .and_then(|rest| rest.split("}end").next());
    let measured = measured.unwrap_or_else(|| panic!("the page did not load: {}", read(&log)));
    let console = read(&log);
    let console = console.lines().filter(|line| line.contains("CONSOLE"));
    Seen {
        console: console.map(str::to_owned).collect(),
        requests: requests(&net_log),
        measured: serde_json::from_str(&format!("{{{measured}}}")).unwrap(),
    }
}

/// What pages, not the browser, asked for.
fn requests(net_log: &Path) -> Vec<String> {
    let log: serde_json::Value = serde_json::from_str(&read(net_log)).unwrap();
    let events = log["events"].as_array().unwrap();
    assert!(!events.is_empty(), "a log that holds nothing shows nothing");
    let asked = events.iter().filter_map(|event| {
        let origin = event["params"]["initiator"].as_str()?;
        let url = event["params"]["url"].as_str()?;
        (origin != "not an origin").then(|| url.to_owned())
    });
    asked.collect()
}

fn read(path: &Path) -> String {
    let mut bytes = Vec::new();
    File::open(path).unwrap().read_to_end(&mut bytes).unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn wait(mut command: Command) -> ExitStatus {
    let mut child = command.spawn().unwrap();
    let started = Instant::now();
    loop {
        match child.try_wait().unwrap() {
            Some(ended) => return ended,
            None if started.elapsed() > PATIENCE => {
                child.kill().unwrap();
                panic!("the browser did not end");
            }
            None => thread::sleep(Duration::from_millis(20)),
        }
    }
}

/// Two folders of one small experiment, their reports, and the page that compares them.
fn pages() -> (TempDir, PathBuf, PathBuf) {
    let engine = Engine::portable();
    let folder = tempfile::tempdir().unwrap();
    let mut folders = Vec::new();
    for (name, seeds) in [("one", &[1, 2, 3]), ("other", &[2, 3, 4])] {
        let path = folder.path().join(name);
        let mut protocol = protocol();
        // Both arms miss some images, so that there is a gallery.
        protocol.arms[0].phases[0].epochs = 1;
        protocol.arms[1].phases[1].epochs = 1;
        let plan = plan(protocol, seeds, &engine);
        experiment(&path, &plan, &engine, (1, 1), &()).unwrap();
        rebuild(&path).unwrap();
        folders.push(path);
    }
    let compared = compare_folders(&folders)
        .unwrap()
        .write(folder.path())
        .unwrap();
    let report = folders[0].join("report.html");
    (folder, report, compared)
}

fn whole_report(browser: &Path) -> Outcome {
    let (_folder, report, compared) = pages();
    let phone = Window {
        width: 390,
        height: 844,
        scheme: "dark",
    };
    let mut grounds = Vec::new();
    for (page, window) in [
        (&report, DESKTOP),
        (&report, phone),
        (&compared, DESKTOP),
        (&compared, phone),
    ] {
        let seen = open(browser, page, window);
        let says = format!("{} at {window:?}: {seen:?}", page.display());
        assert!(seen.console.is_empty(), "{says}");
        assert!(seen.requests.is_empty(), "{says}");
        let number = |name: &str| seen.measured[name].as_u64().unwrap();
        assert!(
            number("width") <= number("room"),
            "it scrolls sideways: {says}"
        );
        assert_eq!(number("broken"), 0, "{says}");
        assert_eq!(number("captions"), 0, "a caption is cut off: {says}");
        assert!(number("tables") > 0, "{says}");
        if window.width == DESKTOP.width {
            let cut = seen.measured["cut"].as_array().unwrap();
            assert!(cut.is_empty(), "a wide window shows these in part: {says}");
        }
        if page == &report {
            assert!(number("images") > 24 && number("pictures") > 6, "{says}");
        }
        grounds.push(seen.measured["ground"].as_str().unwrap().to_owned());
    }
    assert_ne!(grounds[0], grounds[1], "light and dark");
    assert_eq!((&grounds[0], &grounds[1]), (&grounds[2], &grounds[3]));
    Ok(())
}

fn found_out(browser: &Path) -> Outcome {
    let (folder, report, _) = pages();
    let page = fs::read_to_string(&report)?;
    let asks = page.replace(
        "<main>",
        "<main><img alt=\"\" src=\"https://example.org/x.png\"/>",
    );
    let path = folder.path().join("asks.html");
    // The page's own policy forbids it, and says so in the console.
    fs::write(&path, &asks)?;
    let seen = open(browser, &path, DESKTOP);
    assert!(seen.requests.is_empty(), "{seen:?}");
    let policy = |line: &String| line.contains("Content Security Policy");
    assert!(seen.console.iter().any(policy), "{seen:?}");
    // Without the policy it gets out.
    let meta = "http-equiv=\"Content-Security-Policy\"";
    assert!(asks.contains(meta));
    fs::write(&path, asks.replace(meta, "name=\"none\""))?;
    let seen = open(browser, &path, DESKTOP);
    assert_eq!(seen.requests, ["https://example.org/x.png"], "{seen:?}");
    assert_eq!(seen.measured["broken"], 1, "{seen:?}");
    Ok(())
}

//! Small files to fetch, folders to fetch into, and what must hold of a folder afterwards.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use fm_data::fetch::{self, Event, FetchError, Impostor, Options, Proxy, Retries, Timeouts};
use fm_data::published::PublishedFile;
use fm_data::sha256;

/// A made-up published file.
pub(crate) struct Fake {
    pub(crate) raw: Vec<u8>,
    pub(crate) gz: Vec<u8>,
    pub(crate) published: PublishedFile,
}

impl Fake {
    /// An IDX file of `length` bytes that do not compress, different for each seed.
    pub(crate) fn new(name: &'static str, length: u32, seed: u64) -> Self {
        let mut raw = vec![0, 0, 8, 1];
        raw.extend(length.to_be_bytes());
        // xorshift64 (Marsaglia 2003).
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        for _ in 0..length {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            raw.push((state >> 32) as u8);
        }
        let gz = zipped(&raw, Compression::default());
        let published = PublishedFile {
            name,
            gz_bytes: gz.len() as u64,
            gz_sha256: leak(sha256(&gz)),
            bytes: raw.len() as u64,
            sha256: leak(sha256(&raw)),
        };
        Self { raw, gz, published }
    }

    /// The file that most tests fetch: some 50 kB.
    pub(crate) fn images() -> Self {
        Self::new("train-images-idx3-ubyte", 50_000, 1)
    }

    pub(crate) fn labels() -> Self {
        Self::new("train-labels-idx1-ubyte", 500, 2)
    }

    pub(crate) fn gz_name(&self) -> String {
        format!("{}.gz", self.published.name)
    }

    pub(crate) fn half(&self) -> usize {
        self.gz.len() / 2
    }

    /// Another dataset's file of the same name.
    pub(crate) fn impostor(&self, gz: &[u8], raw: Option<&[u8]>) -> Impostor {
        Impostor {
            dataset: "digit MNIST",
            name: self.published.name,
            gz_bytes: gz.len() as u64,
            gz_sha256: leak(sha256(gz)),
            sha256: raw.map(|raw| leak(sha256(raw))),
        }
    }
}

pub(crate) fn zipped(raw: &[u8], level: Compression) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), level);
    encoder.write_all(raw).unwrap();
    encoder.finish().unwrap()
}

/// The published table holds `&'static str`s; a test's few live as long as the test.
fn leak(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

/// Options for one file, with waits that tests can afford. Those that no test should meet are
/// long, so that a busy machine does not meet them either.
pub(crate) fn options(into: &Path, file: &Fake, sources: &[&str]) -> Options {
    let mut options = Options::new(into);
    options.sources = sources
        .iter()
        .map(|source| source.parse().unwrap())
        .collect();
    options.files = vec![file.published];
    options.impostors = Vec::new();
    options.timeouts = Timeouts {
        connect: Duration::from_secs(20),
        answer: Duration::from_secs(20),
        stall: Duration::from_secs(20),
        slow_window: Duration::from_secs(20),
        slow_bytes: 1,
        overall: Duration::from_secs(60),
    };
    options.retries = Retries {
        rounds: 2,
        first_wait: Duration::from_millis(1),
        longest_wait: Duration::from_millis(2),
    };
    options.proxy = Proxy::Off;
    options.decide_within = Duration::from_secs(30);
    options
}

/// Fetches and writes down the events, each as one word and what matters of it.
pub(crate) fn run(options: &Options) -> (Result<fetch::FetchReport, FetchError>, Vec<String>) {
    let mut events = Vec::new();
    let result = fetch::fetch(options, &mut |event: Event<'_>| {
        events.push(match event {
            Event::OtherFetch { .. } => "other fetch".to_owned(),
            Event::AlreadyThere { .. } => "already there".to_owned(),
            Event::WrongFile { reason, .. } => format!("wrong: {reason}"),
            Event::Started { resumed_from, .. } => format!("started at {resumed_from}"),
            Event::Bytes { done, total, .. } => {
                assert!(done <= total);
                return;
            }
            Event::Retry { reason, .. } => format!("retry: {reason}"),
            Event::GaveUp { reason, .. } => format!("gave up: {reason}"),
            Event::Waiting { .. } => "waiting".to_owned(),
            Event::Done { .. } => "done".to_owned(),
            other => format!("{other:?}"),
        });
    });
    (result, events)
}

/// Everything in a folder, by name.
pub(crate) fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .filter(|entry| entry.path().is_file())
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            (name, fs::read(entry.path()).unwrap())
        })
        .collect()
}

/// The folder has the right file under its name, and nothing unfinished.
pub(crate) fn assert_fetched(folder: &Path, file: &Fake) {
    let contents = contents(folder);
    assert!(
        contents.get(&file.gz_name()) == Some(&file.gz),
        "not the published bytes"
    );
    let unfinished: Vec<_> = contents
        .keys()
        .filter(|name| name.ends_with(".part"))
        .collect();
    assert!(unfinished.is_empty(), "{unfinished:?}");
}

/// Fetches `file` from what `source` makes and expects it to fail, into an empty folder, one
/// that is not there, and one with a wrong file under the name. Whatever the case, the folders
/// are as before but for an unfinished file that is a beginning of the right one.
pub(crate) fn assert_fails(
    file: &Fake,
    mut source: impl FnMut() -> String,
    change: impl Fn(&mut Options),
) -> FetchError {
    let parent = tempfile::tempdir().unwrap();
    let mut last = None;
    for case in ["empty", "absent", "wrong"] {
        let folder = parent.path().join(case);
        if case != "absent" {
            fs::create_dir(&folder).unwrap();
        }
        if case == "wrong" {
            fs::write(folder.join(file.gz_name()), b"<html>saved as a file").unwrap();
            fs::write(folder.join("notes.txt"), "mine").unwrap();
        }
        let before = contents(&folder);
        let mut options = options(&folder, file, &[&source()]);
        change(&mut options);
        let (result, events) = run(&options);
        let error = result.expect_err("nothing here should be fetched");
        assert!(!events.contains(&"done".to_owned()), "{events:?}");

        let mut after = contents(&folder);
        if let Some(part) = after.remove(&format!("{}.part", file.gz_name())) {
            assert!(
                !part.is_empty() && file.gz.starts_with(&part),
                "{case}: a wrong unfinished file"
            );
        } else if case == "absent" && cfg!(unix) {
            assert!(!folder.exists(), "an empty folder is left behind");
        }
        if !cfg!(unix) {
            after.remove(".fetch.lock");
        }
        assert!(
            before == after,
            "{case}: the folder has changed: {:?}",
            after.keys()
        );
        last = Some(error);
    }
    last.unwrap()
}

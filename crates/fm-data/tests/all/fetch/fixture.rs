//! A small dataset to download, and what must hold of a folder afterwards.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use fm_data::fetch::{self, Event, FetchedFile, Options};
use fm_data::published::{Description, FileSpec, Files, Pin};
use fm_data::{DataError, sha256};

use crate::fetch::server::{Reply, Request, Server};

/// A made-up dataset of four files; the tests look at the first.
pub(crate) struct Fake {
    pub(crate) dataset: Description,
    /// The first file, unzipped and gzip.
    pub(crate) raw: Vec<u8>,
    pub(crate) gz: Vec<u8>,
    bodies: BTreeMap<String, Vec<u8>>,
}

/// An IDX file of `length` bytes that do not compress, different for each seed.
pub(crate) fn idx(length: u32, seed: u64) -> Vec<u8> {
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
    raw
}

pub(crate) fn zipped(raw: &[u8], level: Compression) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), level);
    encoder.write_all(raw).unwrap();
    encoder.finish().unwrap()
}

impl Fake {
    pub(crate) fn new() -> Self {
        let mut bodies = BTreeMap::new();
        let mut file = |name: &str, length, seed| {
            let raw = idx(length, seed);
            let gz = zipped(&raw, Compression::default());
            let pin = |bytes: &[u8]| Pin {
                bytes: Some(bytes.len() as u64),
                sha256: Some(sha256(bytes)),
                md5: None,
            };
            let spec = FileSpec {
                name: name.to_owned(),
                gz: pin(&gz),
                plain: pin(&raw),
            };
            bodies.insert(format!("/{name}.gz"), gz);
            spec
        };
        let dataset = Description {
            name: "fake".to_owned(),
            class_names: vec!["a".to_owned(), "b".to_owned()],
            image_size: (1, 1),
            files: Files {
                train_images: file("train-images-idx3-ubyte", 50_000, 1),
                train_labels: file("train-labels-idx1-ubyte", 500, 2),
                test_images: file("t10k-images-idx3-ubyte", 3000, 3),
                test_labels: file("t10k-labels-idx1-ubyte", 300, 4),
            },
            ..Description::default()
        };
        let raw = idx(50_000, 1);
        let gz = bodies["/train-images-idx3-ubyte.gz"].clone();
        Self {
            dataset,
            raw,
            gz,
            bodies,
        }
    }

    pub(crate) fn gz_name(&self) -> String {
        format!("{}.gz", self.dataset.files.train_images.name)
    }

    pub(crate) fn half(&self) -> usize {
        self.gz.len() / 2
    }

    /// The unfinished file of the first file.
    pub(crate) fn partial(&self, folder: &Path) -> std::path::PathBuf {
        let checksum = &sha256(&self.gz)[..16];
        folder.join(format!(".fm-{}.{checksum}", self.gz_name()))
    }

    /// A folder that has every file but the first.
    pub(crate) fn folder(&self) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, body) in self
            .bodies
            .iter()
            .filter(|(name, _)| !name.contains("train-images"))
        {
            fs::write(folder.path().join(&name[1..]), body).unwrap();
        }
        folder
    }

    /// A server that has every file; the first comes from `answer`, which is given the number of
    /// the request for it.
    pub(crate) fn server(
        &self,
        answer: impl Fn(usize, &Request, &[u8]) -> Reply + Send + Sync + 'static,
    ) -> Server {
        let bodies = self.bodies.clone();
        let asked = std::sync::atomic::AtomicUsize::new(0);
        Server::start(move |_, request| match bodies.get(&request.path) {
            None => Reply::status("404 Not Found"),
            Some(body) if request.path.contains("train-images") => {
                let number = asked.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                answer(number, request, body)
            }
            Some(body) => Reply::proper(body, request),
        })
    }

    /// A server that has every file.
    pub(crate) fn good_server(&self) -> Server {
        self.server(|_, request, body| Reply::proper(body, request))
    }

    /// Options with waits that tests can afford. Those that no test should meet are long, so that
    /// a busy machine does not meet them either.
    pub(crate) fn options(&self, into: &Path, sources: &[&str]) -> Options {
        let mut options = Options::new(&self.dataset, into);
        options.mirrors = sources.iter().map(|&source| source.to_owned()).collect();
        options.stall = Duration::from_secs(30);
        options.first_byte = Duration::from_secs(60);
        options.overall = Duration::from_secs(120);
        options.first_wait = Duration::from_millis(1);
        options.proxy = Some(String::new());
        options
    }

    /// The folder has every file under its name, and nothing else.
    pub(crate) fn assert_complete(&self, folder: &Path) {
        let expected: BTreeMap<String, Vec<u8>> = self
            .bodies
            .iter()
            .map(|(name, body)| (name[1..].to_owned(), body.clone()))
            .collect();
        assert!(
            contents(folder) == expected,
            "{:?}",
            contents(folder).keys()
        );
    }

    /// Downloads from `server` into a folder with a wrong first file, and expects it to fail. The
    /// folder is as before but for an unfinished file, a beginning of the right one.
    pub(crate) fn assert_fails(&self, server: &str, change: impl Fn(&mut Options)) -> DataError {
        let folder = self.folder();
        fs::write(folder.path().join(self.gz_name()), b"<html>saved as a file").unwrap();
        let before = contents(folder.path());
        let mut options = self.options(folder.path(), &[server]);
        change(&mut options);
        let error = run(&options)
            .0
            .expect_err("nothing here should be downloaded");
        let partial = self.partial(folder.path());
        if let Ok(bytes) = fs::read(&partial) {
            assert!(!bytes.is_empty() && self.gz.starts_with(&bytes));
            fs::remove_file(partial).unwrap();
        }
        assert!(before == contents(folder.path()));
        error
    }
}

/// The reason of the only mirror.
pub(crate) fn reason(error: &DataError) -> &str {
    match error {
        DataError::Download { failures, .. } => failures[0].split_once(": ").unwrap().1,
        other => panic!("{other}"),
    }
}

/// Downloads and writes down the events.
pub(crate) fn run(options: &Options) -> (Result<Vec<FetchedFile>, DataError>, Vec<String>) {
    let mut events = Vec::new();
    let result = fetch::fetch(options, &mut |event| {
        events.push(match event {
            Event::Started { from, .. } => format!("started at {from}"),
            Event::Note(note) => note,
            _ => return,
        });
    });
    (result, events)
}

/// The files in a folder, by name.
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

//! Downloading the files of a published dataset: several mirrors, pinned checksums, resumed.
//!
//! ```no_run
//! use fm_data::fetch::{self, Options};
//! use fm_data::published;
//!
//! let options = Options::new(published::named("kmnist")?, "data/kmnist");
//! let files = fetch::fetch(&options, &mut |_| ())?;
//! assert_eq!(files.len(), 4);
//! # Ok::<(), fm_data::DataError>(())
//! ```
//!
//! - No file gets its final name before it has passed its checks: bytes are written to a hidden
//!   unfinished file in the same folder, compared with the published checksum, flushed to the disk
//!   and renamed.
//! - A file that is there is never overwritten or deleted. A wrong one is renamed to a free name
//!   once a right one is there.
//! - An unfinished file is kept, and the next download continues from its end, from any mirror.
//! - One process at a time downloads into a folder, by a lock on the folder. Where the file system
//!   has no locks, each process has unfinished files of its own.

mod get;
mod http;
mod partial;

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::published::Description;
use crate::{DataError, folder};
use get::Download;
use partial::Partials;

/// What to download, from where, to where, and how long to wait. No wait that ends loses the bytes
/// that have come.
#[derive(Debug, Clone)]
pub struct Options {
    /// The dataset.
    pub dataset: Description,
    /// The folder for the files. It is created if it is missing.
    pub into: PathBuf,
    /// `http://` or `https://` addresses of folders with the gzip files, in order of preference.
    /// Default: the dataset's mirrors.
    pub mirrors: Vec<String>,
    /// From a request to its answer, and between two reads of the answer. Default: 20 s.
    pub stall: Duration,
    /// Until a first byte of any file has come from anywhere. Default: 18 s.
    pub first_byte: Duration,
    /// For the whole download, waiting for another process included. Default: 1 h.
    pub overall: Duration,
    /// Rounds after the first; each asks every mirror that may still have the file. A round that
    /// brings bytes is not counted. Default: 2.
    pub retries: u32,
    /// The wait before the second round, twice as long each time. Default: 0.5 s.
    pub first_wait: Duration,
    /// The proxy, such as `http://proxy.example:3128` or `socks5://localhost:1080`; an empty text
    /// for none. Default: that of `ALL_PROXY`, `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`.
    pub proxy: Option<String>,
}

impl Options {
    /// The dataset from its mirrors into the folder `into`.
    pub fn new(dataset: &Description, into: impl Into<PathBuf>) -> Self {
        Self {
            dataset: dataset.clone(),
            into: into.into(),
            mirrors: dataset.mirrors.clone(),
            stall: Duration::from_secs(20),
            first_byte: Duration::from_secs(18),
            overall: Duration::from_secs(3600),
            retries: 2,
            first_wait: Duration::from_millis(500),
            proxy: None,
        }
    }
}

/// Something that happened during a download, told on the thread that called [`fetch()`].
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// Bytes of a file begin to come.
    Started {
        /// The file.
        file: &'a str,
        /// Bytes kept from an earlier try.
        from: u64,
        /// Bytes of the whole file, where they are known.
        total: Option<u64>,
    },
    /// This many bytes of the file are here.
    Bytes(u64),
    /// One line about a mirror that failed, a wait, or a wrong file that was renamed.
    Note(String),
}

/// A file that is there after [`fetch()`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FetchedFile {
    /// Where it is.
    pub path: PathBuf,
    /// The mirror that it came from, without a password; `None` if it was there before.
    pub mirror: Option<String>,
}

/// Reads and verifies each file of `dataset` in `folder`: where it is, or what is wrong.
///
/// Nothing is written.
pub fn check(dataset: &Description, folder: &Path) -> Vec<Result<PathBuf, DataError>> {
    let files = dataset.files.each().into_iter();
    let loaded = files.map(|spec| folder::load(dataset, spec, folder));
    loaded.map(|file| Ok(file?.path)).collect()
}

/// Downloads what is missing or wrong in `options.into`, and tells `progress` about it.
///
/// # Errors
///
/// A file that no mirror delivers, a folder that cannot be written, another process that downloads
/// into it the whole time, options that are not valid. Files that were complete before are kept.
pub fn fetch(
    options: &Options,
    progress: &mut dyn FnMut(Event<'_>),
) -> Result<Vec<FetchedFile>, DataError> {
    let mut download = Download::new(options, progress)?;
    let mut partials = None;
    let mut files = Vec::new();
    for spec in options.dataset.files.each() {
        let load = || folder::load(&options.dataset, spec, &options.into);
        let mut there = load();
        if there.is_err() && partials.is_none() {
            partials = Some(Partials::enter(options, download.progress)?);
            // The process that held the lock may have brought it.
            there = load();
        }
        files.push(match (there, &partials) {
            (Err(_), Some(partials)) => download.file(spec, partials)?,
            (there, _) => FetchedFile {
                path: there?.path,
                mirror: None,
            },
        });
    }
    Ok(files)
}

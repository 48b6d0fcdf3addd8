//! Downloading the files of a published dataset: several mirrors, pinned checksums, resumed.
//!
//! ```no_run
//! use fm_data::fetch::{self, Options, Silent};
//! use fm_data::published;
//!
//! let options = Options::new(published::named("kmnist")?, "data/kmnist");
//! let report = fetch::fetch(&options, &mut Silent)?;
//! assert_eq!(report.files.len(), 4);
//! # Ok::<(), fm_data::DataError>(())
//! ```
//!
//! - No file gets its final name before it has passed its checks: bytes are written to an
//!   unfinished file in the folder `.partial`, compared with the published checksum, flushed to the
//!   disk and renamed.
//! - A file that is there is never overwritten or deleted. A wrong one is renamed to a free name
//!   once a right one is there.
//! - An unfinished file is kept, and the next download continues from its end, from any mirror.
//! - One process at a time downloads into a folder, by a lock on a file. Where the file system has
//!   no locks, each process has unfinished files of its own.

mod error;
mod get;
mod http;
mod mirror;
mod options;
mod partial;
mod progress;

use std::path::{Path, PathBuf};
use std::time::Instant;

pub use error::{Failure, FetchError, Reason};
pub use mirror::Mirror;
pub use options::{Options, Proxy, Timeouts};
pub use progress::{Event, Progress, Silent};

use crate::published::{Description, FileSpec};
use crate::{DataError, file, folder};
use error::disk;
use get::{Download, Got};
use partial::Partials;

/// What [`fetch`] did for each file.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FetchReport {
    /// One entry for each file, in the order of the description.
    pub files: Vec<FetchedFile>,
}

/// A file that is there after [`fetch`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FetchedFile {
    /// Where it is.
    pub path: PathBuf,
    /// Where it came from; `None` if it was there before.
    pub source: Option<Mirror>,
    /// The new name of a wrong file that had its name.
    pub set_aside: Option<PathBuf>,
}

impl std::fmt::Display for FetchReport {
    /// One line for each file.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (at, file) in self.files.iter().enumerate() {
            let end = if at == 0 { "" } else { "\n" };
            match &file.source {
                None => write!(f, "{end}verified    {}", file.path.display())?,
                Some(source) => {
                    write!(f, "{end}downloaded  {} from {source}", file.path.display())?
                }
            }
            if let Some(aside) = &file.set_aside {
                write!(f, "; the wrong file is now {}", aside.display())?;
            }
        }
        Ok(())
    }
}

/// Reads and verifies each file of `dataset` in `folder`: where it is, or what is wrong.
///
/// Nothing is written.
pub fn check(dataset: &Description, folder: &Path) -> Vec<Result<PathBuf, DataError>> {
    let state = |file| {
        folder::load(&folder::find(folder, file), dataset, file, false).map(|loaded| loaded.path)
    };
    dataset.files.each().into_iter().map(state).collect()
}

/// Downloads what is missing or wrong in `options.into`, and tells `progress` about it.
///
/// # Errors
///
/// [`FetchError`]; files that were complete before it are kept.
pub fn fetch(options: &Options, progress: &mut dyn Progress) -> Result<FetchReport, FetchError> {
    let started = Instant::now();
    let mut download = Download::new(options, started)?;
    let mut partials: Option<Partials> = None;
    let mut files = Vec::new();
    for spec in options.dataset.files.each() {
        if let Ok(path) = state(options, spec) {
            progress.event(Event::AlreadyThere { path: &path });
            files.push(FetchedFile {
                path,
                source: None,
                set_aside: None,
            });
            continue;
        }
        if partials.is_none() {
            partials = Some(Partials::enter(options, started, progress)?);
        }
        let Some(partials) = &partials else { continue };
        // The process that held the lock may have brought it.
        if let Ok(path) = state(options, spec) {
            files.push(FetchedFile {
                path,
                source: None,
                set_aside: None,
            });
            continue;
        }
        let got = download.file(spec, partials, progress)?;
        files.push(place(options, spec, got, progress)?);
    }
    Ok(FetchReport { files })
}

/// Where a right copy of `spec` is.
fn state(options: &Options, spec: &FileSpec) -> Result<PathBuf, DataError> {
    let paths = folder::find(&options.into, spec);
    folder::load(&paths, &options.dataset, spec, false).map(|loaded| loaded.path)
}

/// Gives a file that has passed its checks its name. A file that has the name by now is kept: used
/// if it is right, set aside if it is not.
fn place(
    options: &Options,
    spec: &FileSpec,
    got: Got,
    progress: &mut dyn Progress,
) -> Result<FetchedFile, FetchError> {
    let target = options.into.join(&got.name);
    let mut set_aside = None;
    got.partial.sync()?;
    loop {
        match file::rename_new(got.partial.path(), &target) {
            Ok(()) => break,
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(disk("write", &target)(error)),
        }
        let paths = [target.clone()];
        match folder::load(&paths, &options.dataset, spec, false) {
            Ok(_) => {
                got.partial.discard();
                break;
            }
            Err(error) => {
                let aside = file::set_aside(&target).map_err(disk("rename", &target))?;
                progress.event(Event::SetAside {
                    wrong: &error,
                    to: &aside,
                });
                set_aside = Some(aside);
            }
        }
    }
    progress.event(Event::Done {
        path: &target,
        source: &got.source,
    });
    Ok(FetchedFile {
        path: target,
        source: Some(got.source),
        set_aside,
    })
}

//! Fetching the published files: several mirrors, checked by size and SHA-256, never half done.
//!
//! ```no_run
//! use fm_data::fetch::{self, Options, Silent};
//!
//! let report = fetch::fetch(&Options::new("data/fashion-mnist"), &mut Silent)?;
//! assert_eq!(report.files.len(), 4);
//! assert!(fetch::check("data/fashion-mnist")?.is_complete());
//! # Ok::<(), fetch::FetchError>(())
//! ```
//!
//! What holds whatever the network, the servers or the power do:
//!
//! - Nothing is under a file's final name that has not passed its checks. Bytes gather in
//!   `NAME.gz.part`, are read back and compared with the published SHA-256, flushed to the disk
//!   and only then renamed. A wrong file that was there stays until a right one replaces it.
//! - What is there and right is not fetched again, and then the folder is not written to.
//! - An unfinished file is kept, and the next fetch goes on from its end, from whatever source;
//!   the checksum of the whole says whether the pieces belong together.
//! - One fetch at a time works in a folder (a lock file). Where that is not possible, each has
//!   unfinished files of its own.
//! - When no source has sent a first valid byte within [`Options::decide_within`], the fetch
//!   ends with [`FetchError::Unreachable`], which names the reason for each source.

mod ask;
mod check;
mod content;
mod error;
mod http;
mod inspect;
mod options;
mod part;
mod progress;
mod reason;
mod report;
mod run;
mod source;
mod workplace;

use std::time::Instant;

pub use crate::impostor::{IMPOSTORS, Impostor};
pub use check::{CheckReport, FileCheck, FileState, check, check_for};
pub use content::Content;
pub use error::{ErrorKind, FetchError};
pub use inspect::Form;
pub use options::{Options, Proxy, Retries, Timeouts};
pub use progress::{Event, Progress, Silent};
pub use reason::{Failure, Reason};
pub use report::{FetchReport, FetchedFile, Outcome, Replaced};
pub use source::{MIRRORS, Source};

use crate::impostor;
use http::Client;
use run::Run;
use workplace::Workplace;

/// Fetches what is missing or wrong in `options.into`, and tells `progress` about it.
///
/// # Errors
///
/// [`FetchError`]; files that had passed before it stay. See [`FetchError::kind`] for exit codes.
pub fn fetch(options: &Options, progress: &mut dyn Progress) -> Result<FetchReport, FetchError> {
    let started = Instant::now();
    let clients = clients(options)?;
    let look = || check_for(&options.into, &options.files, &options.impostors);

    let mut found = look()?;
    let place = if found.is_complete() {
        None
    } else {
        // A stuck other fetch may take half of the time that there is for a decision.
        let place = Workplace::enter(&options.into, options.decide_within / 2, || {
            progress.event(Event::OtherFetch {
                folder: &options.into,
            });
        })?;
        // The other one may have brought everything.
        found = look()?;
        Some(place)
    };

    for file in &found.files {
        match &file.state {
            FileState::Right { path, .. } => progress.event(Event::AlreadyThere { path }),
            FileState::Wrong { path, reason } => progress.event(Event::WrongFile { path, reason }),
            FileState::Missing { .. } => {}
        }
    }

    let mut files = Vec::with_capacity(options.files.len());
    let mut run = place
        .as_ref()
        .map(|place| Run::new(options, progress, place, clients, started));
    for (file, there) in options.files.iter().zip(found.files) {
        match (there.state, &mut run) {
            (FileState::Right { path, .. }, _) => {
                let outcome = Outcome::AlreadyThere;
                files.push(FetchedFile {
                    name: file.name,
                    path,
                    outcome,
                });
            }
            (state, Some(run)) => files.push(run.file(file, &state)?),
            // Only a complete folder goes without a run.
            (_, None) => {}
        }
    }
    Ok(FetchReport {
        folder: options.into.clone(),
        files,
    })
}

/// One client for each source that is an address; refuses options that cannot work.
fn clients(options: &Options) -> Result<Vec<Option<Client>>, FetchError> {
    if options.sources.is_empty() {
        let problem = "at least one source is needed".to_owned();
        return Err(FetchError::Usage {
            given: String::new(),
            problem,
        });
    }
    let client = |source: &Source| match source {
        Source::Http(url) => {
            let encrypted_only = url.to_ascii_lowercase().starts_with("https://");
            Client::new(&options.proxy, &options.timeouts, encrypted_only).map(Some)
        }
        Source::Folder(_) => Ok(None),
    };
    options.sources.iter().map(client).collect()
}

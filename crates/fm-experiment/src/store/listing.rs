//! Which cells a store has, from the names of its files alone: no record is opened.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::files::entries;
use super::{CELLS, DIVERGED, RECORD, Store};
use crate::error::ExperimentError;
use crate::key::Key;
use crate::parallel::in_parallel;

/// The cells that a store has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// Cells with a record.
    pub done: BTreeSet<Key>,
    /// Those of them that diverged.
    pub diverged: BTreeSet<Key>,
}

impl Store {
    /// Lists the cells that have a record.
    ///
    /// # Errors
    /// What the file system says.
    pub fn listing(&self) -> Result<Listing, ExperimentError> {
        let shards = entries(&self.path().join(CELLS))?;
        let listed = in_parallel(&shards, |shard: &PathBuf| {
            // A file that is not a shard has no entries.
            let paths = match shard.is_dir() {
                true => entries(shard)?,
                false => Vec::new(),
            };
            let names = paths.iter().filter_map(|path| path.file_name()?.to_str());
            let keys = |end: &'static str| {
                let stems = names.clone().filter_map(move |name| name.strip_suffix(end));
                stems.filter_map(Key::from_hex).collect::<Vec<_>>()
            };
            Ok((keys(RECORD), keys(DIVERGED)))
        });
        let listed: Vec<_> = listed.into_iter().collect::<Result<_, ExperimentError>>()?;
        let (done, diverged): (Vec<_>, Vec<_>) = listed.into_iter().unzip();
        let done: BTreeSet<Key> = done.into_iter().flatten().collect();
        let diverged = diverged.into_iter().flatten();
        Ok(Listing {
            // Its record may not be written yet.
            diverged: diverged.filter(|key| done.contains(key)).collect(),
            done,
        })
    }

    /// The keys of all records.
    ///
    /// # Errors
    /// What the file system says.
    pub fn keys(&self) -> Result<BTreeSet<Key>, ExperimentError> {
        Ok(self.listing()?.done)
    }
}

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
    pub fn listing(&self) -> Result<Listing, ExperimentError> {
        let shards = entries(&self.path().join(CELLS))?;
        let paths = in_parallel(&shards, |shard: &PathBuf| match shard.is_dir() {
            true => entries(shard),
            // It is not a shard.
            false => Ok(Vec::new()),
        });
        let mut listing = Listing::default();
        for path in paths.into_iter().collect::<Result<Vec<_>, _>>()?.concat() {
            let name = path.file_name().and_then(|name| name.to_str());
            let key = |end| name?.strip_suffix(end).and_then(Key::from_hex);
            listing.done.extend(key(RECORD));
            listing.diverged.extend(key(DIVERGED));
        }
        // Its record may not be written yet.
        listing.diverged.retain(|key| listing.done.contains(key));
        Ok(listing)
    }

    /// The keys of all records.
    pub fn keys(&self) -> Result<BTreeSet<Key>, ExperimentError> {
        Ok(self.listing()?.done)
    }
}

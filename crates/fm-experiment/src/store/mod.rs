//! [`Store`]: a folder of records, one for each cell.
//!
//! ```text
//! store.json                     which data the cells are of
//! train-labels.safetensors       its labels, so that a reader needs no data
//! requests/….json                what was asked, by the digest of the asking
//! cells/3f/3f….safetensors       one record per cell, by its key
//! cells/3f/3f….diverged          empty; beside the record of a training that diverged
//! rows/….safetensors             the test rows of a task, by their digest
//! rows/…-images.safetensors      their images, of the main table's target task
//! models/transfer-seed-0001-….fmnn   networks: every source of the main table, the arms of its lowest seed
//! timings/….jsonl                seconds per job, one file for each process
//! processes/….json               processes that run here, and why others failed
//! slurm/                         scripts and logs of tasks on a cluster
//! ```
//!
//! Any number of processes on any number of machines may work in one store. A file is written under
//! a unique temporary name and then linked to its own, unless that is there already: a record is
//! never rewritten, and no lock is held. A reader needs no write access.

mod files;
mod log;
mod process;

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use fm_data::{Dataset, DatasetIdentity};
use fm_nn::Model;
use ndarray::{Array1, Array3, ArrayView1};
use serde::{Deserialize, Serialize};

pub(crate) use log::Timing;
pub use log::{Asked, MadeWith};
pub use process::{Process, ProcessState};

use files::{create_new, damaged, entries, read_as, read_bytes};

use crate::arrays::{array_of, file_of};
use crate::data::Labels;
use crate::error::{ExperimentError, folder, io_error};
use crate::json::{from_json, to_json};
use crate::key::Key;
use crate::parallel::in_parallel;
use crate::record::{Outcome, Record};
use crate::test_rows::TestRows;

/// Version of the layout.
const FORMAT: u32 = 1;

/// A folder of records.
///
/// Its methods fail with [`ExperimentError::Io`] where the file system does, and with
/// [`ExperimentError::Damaged`] for a file that is not the one that was written.
#[derive(Clone, Debug)]
pub struct Store {
    path: PathBuf,
    identity: StoreIdentity,
}

/// What a store is of. Seeds, protocols and sweeps are no part of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoreIdentity {
    format: u32,
    dataset: DatasetIdentity,
    class_names: Vec<String>,
}

/// The cells that have a record, and those of them that diverged.
#[derive(Default)]
pub(crate) struct Listing {
    pub(crate) done: BTreeSet<Key>,
    pub(crate) diverged: BTreeSet<Key>,
}

impl Store {
    /// Opens the store at `path` for cells of a dataset, creating it if the folder is missing or
    /// empty.
    ///
    /// # Errors
    /// [`ExperimentError::Folder`] for a store of other data and for a folder of something else, which
    /// is left as it is.
    pub fn open(path: &Path, data: &Labels) -> Result<Self, ExperimentError> {
        let dataset = &data.identity;
        let labels = file_of("train", &ArrayView1::from(&data.train));
        if !path.join(STORE).exists() {
            refuse_other_folder(path, &labels)?;
            let here = StoreIdentity {
                format: FORMAT,
                dataset: dataset.clone(),
                class_names: data.class_names.clone(),
            };
            fs::create_dir_all(path).map_err(io_error("create", path))?;
            // Another process may create it at the same time; the first one's file stays.
            create_new(&path.join(LABELS), &labels)?;
            create_new(&path.join(STORE), &to_json(&here))?;
        }
        let there = Self::read(path)?;
        if there.identity.dataset.digest() != dataset.digest() {
            let reason = format!(
                "contains results on {}, and this is {} with other checksums; choose another folder \
                 for the results",
                there.identity.dataset.name, dataset.name
            );
            return Err(folder(path, reason));
        }
        // A file that was damaged and deleted is written again.
        create_new(&path.join(LABELS), &labels)?;
        Ok(there)
    }

    /// Opens the store at `path`, only to read it.
    ///
    /// # Errors
    /// [`ExperimentError::Folder`] if there is none.
    pub fn read(path: &Path) -> Result<Self, ExperimentError> {
        if path.is_file() {
            return Err(folder(path, NOT_FOLDER));
        }
        path.metadata().map_err(io_error("read", path))?;
        let file = path.join(STORE);
        let identity: Option<StoreIdentity> = read_as(&file, from_json)?;
        let identity = identity.ok_or_else(|| folder(path, NOT_STORE))?;
        if identity.format != FORMAT {
            let reason = format!("format {}, expected {FORMAT}", identity.format);
            return Err(damaged(&file, reason));
        }
        if identity.class_names.is_empty() {
            return Err(damaged(&file, "no names of classes"));
        }
        Ok(Self {
            path: path.to_owned(),
            identity,
        })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Which data the cells are of.
    pub fn dataset(&self) -> &DatasetIdentity {
        &self.identity.dataset
    }

    /// The labels of the dataset, to enumerate cells without the data.
    pub fn labels(&self) -> Result<Labels, ExperimentError> {
        let path = self.path.join(LABELS);
        let train: Option<Array1<u8>> = read_as(&path, |bytes| array_of(bytes, "train"))?;
        let train = train.ok_or_else(|| damaged(&path, "it is missing"))?;
        let classes = self.identity.class_names.len();
        if train.iter().any(|&label| usize::from(label) >= classes) {
            return Err(damaged(&path, "a label is of no class"));
        }
        Ok(Labels {
            identity: self.identity.dataset.clone(),
            class_names: self.identity.class_names.clone(),
            train: train.to_vec(),
        })
    }

    /// The path of a cell's record, kept or not.
    pub fn record_path(&self, key: &Key) -> PathBuf {
        self.path.join(cell_name(key, RECORD))
    }

    /// The record of a cell; `None` if it was not trained yet.
    pub fn record(&self, key: &Key) -> Result<Option<Record>, ExperimentError> {
        let path = self.record_path(key);
        read_as(&path, |bytes| Record::from_bytes(bytes, key))
    }

    /// Which cells have a record, from the names of files alone.
    pub(crate) fn listing(&self) -> Result<Listing, ExperimentError> {
        let shards = entries(&self.path.join(CELLS))?;
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

    /// Keeps the record of a cell, unless it has one.
    pub fn keep(&self, record: &Record) -> Result<(), ExperimentError> {
        let key = record.recipe.key();
        if let Outcome::Failed(_) = record.outcome {
            // Before the record, so that every record of a failure has it.
            self.create(&cell_name(&key, DIVERGED), b"")?;
        }
        self.create(&cell_name(&key, RECORD), &record.to_bytes())
    }

    /// Keeps test rows, and their images if asked to. Returns the name of the rows' file.
    pub(crate) fn keep_test_rows(
        &self,
        test: &Dataset,
        images: bool,
    ) -> Result<String, ExperimentError> {
        let bytes = TestRows::of(test).to_bytes();
        let name = format!("{}.safetensors", Key::of(&bytes));
        self.create(&format!("{ROWS}/{name}"), &bytes)?;
        let images_name = images_name(&name);
        if images && !self.path.join(&images_name).exists() {
            self.create(&images_name, &file_of("images", &test.images()))?;
        }
        Ok(name)
    }

    /// The test rows of a record; `None` if the file is missing.
    pub fn test_rows(&self, record: &Record) -> Result<Option<TestRows>, ExperimentError> {
        let path = self.path.join(ROWS).join(&record.test_rows);
        read_as(&path, |bytes| {
            match format!("{}.safetensors", Key::of(bytes)) == record.test_rows {
                true => TestRows::from_bytes(bytes),
                false => Err("its SHA-256 is not its name".into()),
            }
        })
    }

    /// The images of the test rows of a record, `[rows, height, width]`; `None` if they were not kept.
    pub fn test_images(&self, record: &Record) -> Result<Option<Array3<u8>>, ExperimentError> {
        let path = self.path.join(images_name(&record.test_rows));
        read_as(&path, |bytes| array_of(bytes, "images"))
    }

    /// The path of a cell's network, kept or not: by the name of its model, the seed and the key.
    pub fn model_path(&self, model: &str, seed: u64, key: &Key) -> PathBuf {
        let name = format!("models/{model}-seed-{seed:04}-{}.fmnn", key.short());
        self.path.join(name)
    }

    /// Keeps the network of a cell, for use on its own.
    pub(crate) fn keep_model(&self, path: &Path, model: &Model) -> Result<(), ExperimentError> {
        let bytes = model.to_bytes();
        let bytes = bytes.map_err(|error| io_error("write", path)(io::Error::other(error)))?;
        create_new(path, &bytes)
    }

    fn create(&self, name: &str, bytes: &[u8]) -> Result<(), ExperimentError> {
        create_new(&self.path.join(name), bytes)
    }
}

const NOT_FOLDER: &str = "is a file, not a folder; choose another folder for the results";
const NOT_STORE: &str = "has no store.json, so it is not a results folder; choose another one";

const STORE: &str = "store.json";
const LABELS: &str = "train-labels.safetensors";
const CELLS: &str = "cells";
const ROWS: &str = "rows";

/// How the names of records end.
const RECORD: &str = ".safetensors";
/// How the names of the empty files end that say that a cell diverged.
const DIVERGED: &str = ".diverged";

fn cell_name(key: &Key, end: &str) -> String {
    let key = key.to_string();
    format!("{CELLS}/{}/{key}{end}", &key[..2])
}

/// The name of the images of the test rows in the file `rows`.
fn images_name(rows: &str) -> String {
    let stem = rows.trim_end_matches(".safetensors");
    format!("{ROWS}/{stem}-images.safetensors")
}

/// A folder without `store.json` must be empty, or what a killed start left, or have the labels of
/// the same data.
fn refuse_other_folder(path: &Path, labels: &[u8]) -> Result<(), ExperimentError> {
    if path.is_file() {
        return Err(folder(path, NOT_FOLDER));
    }
    let temporary = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| name.starts_with(fm_data::TEMPORARY))
    };
    let same_data =
        || read_bytes(&path.join(LABELS)).is_ok_and(|read| read.as_deref() == Some(labels));
    match entries(path)?.iter().all(temporary) || same_data() || path.join(STORE).exists() {
        true => Ok(()),
        false => Err(folder(path, NOT_STORE)),
    }
}

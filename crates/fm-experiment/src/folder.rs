//! [`ResultsFolder`]: where records are kept, so that nothing is lost and nothing done twice.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use fm_nn::{Network, write_whole};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::ExperimentError;
use crate::plan::{Plan, first_difference};
use crate::run::RunRecord;

/// An open results folder; no other process can open it meanwhile.
///
/// ```text
/// plan.json              what the folder is the result of
/// runs/seed-0042.json    one record per finished run
/// models/seed-0042.fmnn  the run's source model
/// timings.json           seconds per run; the only file that differs between equal plans
/// summary.json           made from the records
/// ```
///
/// Every file is written whole or not at all.
#[derive(Debug)]
pub struct ResultsFolder {
    path: PathBuf,
    /// Held for as long as the folder is open.
    _lock: File,
}

impl ResultsFolder {
    /// Opens the folder of `plan`, creating what is not there.
    ///
    /// # Errors
    /// A folder of another plan, of something else, in use, or not writable; it is left as it is.
    pub fn open(path: &Path, plan: &Plan) -> Result<Self, ExperimentError> {
        let plan_path = path.join("plan.json");
        let there: Option<Plan> = read_if_there(&plan_path)?;
        match &there {
            Some(there) => check_same(path, there, plan)?,
            None => check_empty(path)?,
        }
        for folder in [path.to_owned(), path.join("runs"), path.join("models")] {
            fs::create_dir_all(&folder).map_err(|source| io_error("create", &folder, source))?;
        }
        let lock = lock(path)?;
        let folder = Self {
            path: path.to_owned(),
            _lock: lock,
        };
        if there.is_none() {
            folder.write_json("plan.json", plan)?;
        }
        Ok(folder)
    }

    /// Path of the folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The record of a seed; none where the run is still to be done.
    ///
    /// # Errors
    /// A record that cannot be read or is damaged.
    pub fn record(&self, seed: u64) -> Result<Option<RunRecord>, ExperimentError> {
        read_if_there(&self.path.join(record_name(seed)))
    }

    /// Keeps the record of a finished run.
    ///
    /// # Errors
    /// What the file system says.
    pub fn keep_record(&self, record: &RunRecord) -> Result<(), ExperimentError> {
        self.write_json(&record_name(record.seed), record)
    }

    /// Keeps the source model of a run.
    ///
    /// # Errors
    /// What the file system says.
    pub fn keep_model(&self, seed: u64, network: &Network) -> Result<(), ExperimentError> {
        let path = self.path.join(format!("models/seed-{seed:04}.fmnn"));
        network
            .save(&path)
            .map_err(|source| io_error("write", &path, source))
    }

    /// Writes a file of the folder as readable JSON.
    ///
    /// # Errors
    /// What the file system says.
    pub fn write_json(&self, name: &str, value: &impl Serialize) -> Result<(), ExperimentError> {
        let path = self.path.join(name);
        let mut bytes = serde_json::to_vec_pretty(value)
            .map_err(|source| io_error("write", &path, source.into()))?;
        bytes.push(b'\n');
        write_whole(&path, &bytes).map_err(|source| io_error("write", &path, source))
    }

    /// Reads a file of the folder that [`write_json`](Self::write_json) wrote.
    ///
    /// # Errors
    /// A file that cannot be read or is damaged.
    pub fn read_json<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, ExperimentError> {
        read_if_there(&self.path.join(name))
    }
}

fn record_name(seed: u64) -> String {
    format!("runs/seed-{seed:04}.json")
}

fn io_error(doing: &'static str, path: &Path, source: io::Error) -> ExperimentError {
    ExperimentError::Io {
        doing,
        path: path.to_owned(),
        source,
    }
}

fn read_if_there<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, ExperimentError> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(io_error("read", path, source)),
    };
    let value = serde_json::from_slice(&bytes);
    value.map(Some).map_err(|source| ExperimentError::Damaged {
        path: path.to_owned(),
        source,
    })
}

fn check_same(path: &Path, there: &Plan, here: &Plan) -> Result<(), ExperimentError> {
    let value = |plan: &Plan| serde_json::to_value(&plan.identity).unwrap_or_default();
    match first_difference(&value(there), &value(here)) {
        None => Ok(()),
        Some((key, there, here)) => Err(ExperimentError::OtherPlan {
            path: path.to_owned(),
            key,
            there,
            here,
        }),
    }
}

/// A folder without a plan must hold nothing but what a killed start can have left.
fn check_empty(path: &Path) -> Result<(), ExperimentError> {
    let entries = match fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(source) => return Err(io_error("read", path, source)),
    };
    let ours = ["runs", "models", LOCK, "plan.json.part"];
    for entry in entries {
        let entry = entry.map_err(|source| io_error("read", path, source))?;
        if !ours.iter().any(|name| entry.file_name() == *name) {
            return Err(ExperimentError::NotResults {
                path: path.to_owned(),
            });
        }
    }
    Ok(())
}

const LOCK: &str = ".lock";

fn lock(path: &Path) -> Result<File, ExperimentError> {
    let lock_path = path.join(LOCK);
    let file = File::create(&lock_path).map_err(|source| io_error("write", &lock_path, source))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(ExperimentError::InUse {
            path: path.to_owned(),
        }),
        Err(TryLockError::Error(source)) => Err(io_error("lock", &lock_path, source)),
    }
}

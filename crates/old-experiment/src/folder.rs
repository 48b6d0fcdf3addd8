//! [`ResultsFolder`]: where records are kept, so that nothing is lost and nothing done twice.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use fm_data::sha256;
use fm_nn::{Metadata, Model, Network, write_whole};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::ExperimentError;
use crate::plan::{Identity, Plan, first_difference};
use crate::predictions::{RunPredictions, TestImages};
use crate::protocol::{Arm, Freeze, TrunkOrigin};
use crate::run::RunRecord;
use crate::sweep::{is_part_of_plan, remove_if_there, sweep};
use crate::tasks::PIXEL_SCALE;

/// An open results folder; no other process can open it meanwhile.
///
/// ```text
/// plan.json                    what the folder is the result of
/// runs/seed-0042.json          one record per finished run
/// runs/seed-0042.safetensors   what each test row got in it, see RunPredictions
/// models/seed-0042.fmnn        the run's source model
/// models/seed-0001-NAME.fmnn   of the lowest seed, the first arm that trains on a reused first layer
/// test-images.safetensors      the target task's test images, see TestImages
/// checkpoints/seed-0042.ckpt   a source training under way; gone when the run is finished (with
///                              `-shuffled` in its name, one on shuffled labels)
/// curves/                      records of curves, and their seconds in curves/timings.json
/// timings.json                 seconds per run
/// summary.json                 made from the records
/// report.html, report.md       reports, with runs.csv, history.csv and report/*.csv
/// tensorboard/                 event files, where they were asked for
/// ```
///
/// Equal plans leave equal records, predictions, models, summaries and CSV files. What may differ:
/// both `timings.json`, `made_with` in `plan.json`, and the command in the reports, which names
/// the folder and the jobs. Every file is written whole or not at all.
#[derive(Debug)]
pub struct ResultsFolder {
    path: PathBuf,
    shown: Option<(u64, usize)>,
    /// Held for as long as the folder is open; none where it is only read.
    _lock: Option<File>,
}

impl ResultsFolder {
    /// Opens the folder of `plan`, creating what is not there.
    ///
    /// # Errors
    /// A folder of another plan, of something else, in use, or not writable; it is left as it is.
    pub fn open(path: &Path, plan: &Plan) -> Result<Self, ExperimentError> {
        fits(path, plan)?;
        for folder in [path.to_owned(), path.join("runs"), path.join("models")] {
            fs::create_dir_all(&folder).map_err(|source| io_error("create", &folder, source))?;
        }
        let lock = lock(path)?;
        // Another process may have begun here since.
        let begun = fits(path, plan)?;
        sweep(path)?;
        let folder = Self {
            path: path.to_owned(),
            shown: shown(&plan.identity),
            _lock: Some(lock),
        };
        if !begun {
            folder.write_json("plan.json", plan)?;
        }
        Ok(folder)
    }

    /// The folder of the plan that is there, only to be read: nothing is made, locked or swept, so
    /// it may be one that nobody may write to, or that another process works in.
    pub(crate) fn for_reading(path: &Path, plan: &Plan) -> Self {
        Self {
            path: path.to_owned(),
            shown: shown(&plan.identity),
            _lock: None,
        }
    }

    /// The plan of the results folder at `path`, which is not opened; none where there is none.
    ///
    /// # Errors
    /// A plan that cannot be read or is damaged; a file in the folder's place.
    pub fn plan(path: &Path) -> Result<Option<Plan>, ExperimentError> {
        if path.is_file() {
            return Err(ExperimentError::NotFolder {
                path: path.to_owned(),
            });
        }
        read_if_there(&path.join("plan.json"))
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

    /// Keeps what each test row got in a run, before the run's record, which names its digest.
    ///
    /// A record that is there already goes first: at no moment is there a record beside the
    /// predictions of another.
    ///
    /// # Errors
    /// What the file system says.
    pub fn keep_predictions(
        &self,
        seed: u64,
        predictions: &RunPredictions,
    ) -> Result<(), ExperimentError> {
        remove_if_there(&self.path.join(record_name(seed)))?;
        self.write(&predictions_name(seed), &predictions.to_bytes())
    }

    /// What each test row got in the run of a record; none where it is not there.
    ///
    /// # Errors
    /// A file that cannot be read, or is not the one that the record names.
    pub fn predictions(
        &self,
        record: &RunRecord,
    ) -> Result<Option<RunPredictions>, ExperimentError> {
        let name = predictions_name(record.seed);
        let (Some(expected), Some(bytes)) = (&record.predictions_sha256, self.read(&name)?) else {
            return Ok(None);
        };
        let damaged = |reason| ExperimentError::DamagedFile {
            path: self.path.join(&name),
            reason,
        };
        let found = sha256(&bytes);
        if found != *expected {
            return Err(damaged(format!(
                "its SHA-256 is {found}, the run's record says {expected}"
            )));
        }
        let arms = record.arms.iter().map(|arm| arm.name.as_str());
        RunPredictions::from_bytes(&bytes, arms)
            .map(Some)
            .map_err(damaged)
    }

    pub(crate) fn predictions_path(&self, seed: u64) -> PathBuf {
        self.path.join(predictions_name(seed))
    }

    /// Whether a run's record and what it names are there.
    ///
    /// # Errors
    /// A record that cannot be read or is damaged.
    pub fn is_done(&self, seed: u64) -> Result<bool, ExperimentError> {
        let record = self.record(seed)?;
        Ok(record.is_some_and(|record| {
            record.predictions_sha256.is_none() || self.path.join(predictions_name(seed)).exists()
        }))
    }

    /// Keeps the images of the target task's test rows, unless they are there.
    ///
    /// # Errors
    /// What the file system says.
    pub fn keep_test_images(&self, images: &TestImages) -> Result<(), ExperimentError> {
        if self.path.join(TEST_IMAGES).exists() {
            return Ok(());
        }
        self.write(TEST_IMAGES, &images.to_bytes())
    }

    /// The images of the target task's test rows; none where they are not there.
    ///
    /// # Errors
    /// A file that cannot be read or is damaged.
    pub fn test_images(&self) -> Result<Option<TestImages>, ExperimentError> {
        let Some(bytes) = self.read(TEST_IMAGES)? else {
            return Ok(None);
        };
        let images = TestImages::from_bytes(&bytes).map_err(|reason| {
            let path = self.path.join(TEST_IMAGES);
            ExperimentError::DamagedFile { path, reason }
        })?;
        Ok(Some(images))
    }

    /// The seed and the place in the protocol of the arm whose trained network is kept: of the
    /// lowest seed, the first arm that trains on a reused first layer. None without such an arm.
    pub fn shown(&self) -> Option<(u64, usize)> {
        self.shown
    }

    /// Keeps the trained network of an arm, with the names of its classes.
    ///
    /// # Errors
    /// What the file system says.
    pub fn keep_arm_model(
        &self,
        seed: u64,
        arm: &str,
        network: &Network,
        class_names: &[String],
    ) -> Result<(), ExperimentError> {
        self.save_model(&arm_model_name(seed, arm), network, class_names)
    }

    /// Keeps the source model of a run, with the names of its classes.
    ///
    /// # Errors
    /// What the file system says.
    pub fn keep_model(
        &self,
        seed: u64,
        network: &Network,
        class_names: &[String],
    ) -> Result<(), ExperimentError> {
        self.save_model(&model_name(seed), network, class_names)
    }

    /// Models can be used on their own: `fm predict` asks them by their classes' names.
    fn save_model(
        &self,
        name: &str,
        network: &Network,
        class_names: &[String],
    ) -> Result<(), ExperimentError> {
        let path = self.path.join(name);
        let metadata = Metadata {
            class_names: class_names.to_vec(),
            input_scale: Some(PIXEL_SCALE),
            ..Metadata::default()
        };
        let network = network.clone();
        let bytes = Model { network, metadata }.to_bytes();
        let written = bytes
            .map_err(io::Error::other)
            .and_then(|bytes| write_whole(&path, &bytes));
        written.map_err(|source| io_error("write", &path, source))
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
        self.write(name, &bytes)
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), ExperimentError> {
        let path = self.path.join(name);
        write_whole(&path, bytes).map_err(|source| io_error("write", &path, source))
    }

    /// None where the file is not there.
    fn read(&self, name: &str) -> Result<Option<Vec<u8>>, ExperimentError> {
        read_bytes(&self.path.join(name))
    }

    /// Reads a file of the folder that [`write_json`](Self::write_json) wrote.
    ///
    /// # Errors
    /// A file that cannot be read or is damaged.
    pub fn read_json<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, ExperimentError> {
        read_if_there(&self.path.join(name))
    }
}

const TEST_IMAGES: &str = "test-images.safetensors";

pub(crate) fn record_name(seed: u64) -> String {
    format!("runs/seed-{seed:04}.json")
}

fn predictions_name(seed: u64) -> String {
    format!("runs/seed-{seed:04}.safetensors")
}

/// Where the source model of a run is kept.
pub(crate) fn model_name(seed: u64) -> String {
    format!("models/seed-{seed:04}.fmnn")
}

/// Where the trained network of an arm is kept.
pub(crate) fn arm_model_name(seed: u64, arm: &str) -> String {
    format!("models/seed-{seed:04}-{arm}.fmnn")
}

fn shown(identity: &Identity) -> Option<(u64, usize)> {
    let trains = |arm: &Arm| {
        let reused = arm.trunk == TrunkOrigin::Source;
        let frozen = |freeze: &Freeze| !matches!(freeze, Freeze::Nothing | Freeze::First(0));
        reused && arm.phases.iter().any(|phase| !frozen(&phase.freeze))
    };
    let arm = identity.protocol.arms.iter().position(trains)?;
    Some((*identity.seeds.first()?, arm))
}

pub(crate) fn io_error(doing: &'static str, path: &Path, source: io::Error) -> ExperimentError {
    ExperimentError::Io {
        doing,
        path: path.to_owned(),
        source,
    }
}

fn read_if_there<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, ExperimentError> {
    let Some(bytes) = read_bytes(path)? else {
        return Ok(None);
    };
    let value = serde_json::from_slice(&bytes);
    value.map(Some).map_err(|source| ExperimentError::Damaged {
        path: path.to_owned(),
        source,
    })
}

pub(crate) fn read_bytes(path: &Path) -> Result<Option<Vec<u8>>, ExperimentError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(io_error("read", path, source)),
    }
}

/// Whether the folder was begun with this plan; refuses one of another, or of something else.
fn fits(path: &Path, plan: &Plan) -> Result<bool, ExperimentError> {
    match ResultsFolder::plan(path)? {
        Some(there) => check_same(path, &there, plan).map(|()| true),
        None => check_empty(path).map(|()| false),
    }
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
    let ours = ["runs", "models", LOCK];
    for entry in entries {
        let entry = entry.map_err(|source| io_error("read", path, source))?;
        let name = entry.file_name();
        let part = name.to_str().is_some_and(is_part_of_plan);
        if !part && !ours.iter().any(|own| name == *own) {
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

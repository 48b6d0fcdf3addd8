//! Source trainings under way, kept in a results folder so that a killed run goes on inside a seed.

use std::fs;
use std::io::ErrorKind::{DirectoryNotEmpty, NotFound};
use std::path::PathBuf;

use fm_nn::write_whole;
use fm_train::{Checkpoint, TrainError};

use crate::error::ExperimentError;
use crate::folder::{ResultsFolder, io_error, read_bytes};
use crate::source::{KeepCheckpoints, SourceTraining};
use crate::sweep::{entries, remove_if_there};

const CHECKPOINTS: &str = "checkpoints";

/// The source trainings under way of one seed, as a results folder keeps them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SeedCheckpoints<'a> {
    folder: &'a ResultsFolder,
    seed: u64,
}

impl ResultsFolder {
    pub(crate) fn checkpoints(&self, seed: u64) -> SeedCheckpoints<'_> {
        SeedCheckpoints { folder: self, seed }
    }

    /// Removes the checkpoints of finished runs that a killed process left, and their folder with
    /// the last of them.
    pub(crate) fn drop_old_checkpoints(&self) -> Result<(), ExperimentError> {
        let folder = self.path().join(CHECKPOINTS);
        for path in entries(&folder)? {
            let stem = path.file_stem().and_then(|stem| stem.to_str());
            let number = stem.and_then(|stem| stem.strip_prefix("seed-")?.split('-').next());
            if let Some(seed) = number.and_then(|number| number.parse().ok())
                && self.is_done(seed)?
            {
                self.checkpoints(seed).remove()?;
            }
        }
        match fs::remove_dir(&folder) {
            Err(error) if !matches!(error.kind(), NotFound | DirectoryNotEmpty) => {
                Err(io_error("remove", &folder, error))
            }
            _ => Ok(()),
        }
    }
}

impl SeedCheckpoints<'_> {
    fn path(&self, which: SourceTraining) -> PathBuf {
        let end = match which {
            SourceTraining::Source => "",
            SourceTraining::Shuffled => "-shuffled",
        };
        let name = format!("{CHECKPOINTS}/seed-{:04}{end}.ckpt", self.seed);
        self.folder.path().join(name)
    }

    /// Removes the checkpoints of a finished run.
    pub(crate) fn remove(&self) -> Result<(), ExperimentError> {
        remove_if_there(&self.path(SourceTraining::Source))?;
        remove_if_there(&self.path(SourceTraining::Shuffled))
    }

    /// A checkpoint of another training says nothing of the protocol: its file is not what it was.
    pub(crate) fn explain(&self, error: ExperimentError) -> ExperimentError {
        match error {
            ExperimentError::Train {
                training, source, ..
            } if matches!(source, TrainError::Checkpoint { .. }) => {
                let which = match training == SourceTraining::Source.name() {
                    true => SourceTraining::Source,
                    false => SourceTraining::Shuffled,
                };
                let (path, reason) = (self.path(which), source.to_string());
                ExperimentError::DamagedFile { path, reason }
            }
            other => other,
        }
    }
}

impl KeepCheckpoints for SeedCheckpoints<'_> {
    fn begun(&self, which: SourceTraining) -> Result<Option<Checkpoint>, ExperimentError> {
        let path = self.path(which);
        let Some(bytes) = read_bytes(&path)? else {
            return Ok(None);
        };
        let checkpoint = Checkpoint::from_bytes(&bytes);
        checkpoint.map(Some).map_err(|error| {
            let reason = error.to_string();
            ExperimentError::DamagedFile { path, reason }
        })
    }

    fn keep(&self, which: SourceTraining, checkpoint: &Checkpoint) -> Result<(), ExperimentError> {
        let folder = self.folder.path().join(CHECKPOINTS);
        fs::create_dir_all(&folder).map_err(|source| io_error("create", &folder, source))?;
        let path = self.path(which);
        write_whole(&path, &checkpoint.to_bytes())
            .map_err(|source| io_error("write", &path, source))
    }
}

//! Source trainings under way, kept in a results folder so that a killed run goes on inside a seed.

use std::fs;
use std::io::ErrorKind::{DirectoryNotEmpty, NotFound};
use std::path::{Path, PathBuf};

use fm_nn::write_whole;
use fm_train::Checkpoint;

use crate::error::ExperimentError;
use crate::folder::{ResultsFolder, io_error, read_bytes};

const CHECKPOINTS: &str = "checkpoints";
/// What [`write_whole`] calls a file that is not whole yet.
const PART: &str = "part";

impl ResultsFolder {
    pub(crate) fn checkpoint_path(&self, seed: u64) -> PathBuf {
        let name = format!("{CHECKPOINTS}/seed-{seed:04}.ckpt");
        self.path().join(name)
    }

    /// Where a seed's source training stands; none where it is still to begin.
    ///
    /// # Errors
    /// A file that cannot be read or is damaged.
    pub fn checkpoint(&self, seed: u64) -> Result<Option<Checkpoint>, ExperimentError> {
        let path = self.checkpoint_path(seed);
        let Some(bytes) = read_bytes(&path)? else {
            return Ok(None);
        };
        let checkpoint = Checkpoint::from_bytes(&bytes);
        checkpoint.map(Some).map_err(|error| {
            let reason = error.to_string();
            ExperimentError::DamagedFile { path, reason }
        })
    }

    /// Keeps where a seed's source training stands, in place of where it stood before.
    ///
    /// # Errors
    /// What the file system says.
    pub fn keep_checkpoint(
        &self,
        seed: u64,
        checkpoint: &Checkpoint,
    ) -> Result<(), ExperimentError> {
        let folder = self.path().join(CHECKPOINTS);
        fs::create_dir_all(&folder).map_err(|source| io_error("create", &folder, source))?;
        let path = self.checkpoint_path(seed);
        write_whole(&path, &checkpoint.to_bytes())
            .map_err(|source| io_error("write", &path, source))
    }

    /// Removes the checkpoint of a finished run.
    pub(crate) fn drop_checkpoint(&self, seed: u64) -> Result<(), ExperimentError> {
        remove_if_there(&self.checkpoint_path(seed))
    }

    /// Removes the checkpoints of finished runs that a killed process left, and their folder with
    /// the last of them.
    pub(crate) fn drop_old_checkpoints(&self) -> Result<(), ExperimentError> {
        let folder = self.path().join(CHECKPOINTS);
        for path in entries(&folder)? {
            let stem = path.file_stem().and_then(|stem| stem.to_str());
            let seed = stem.and_then(|stem| stem.strip_prefix("seed-")?.parse().ok());
            if let Some(seed) = seed
                && self.is_done(seed)?
            {
                self.drop_checkpoint(seed)?;
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

/// Removes what a killed process was writing, in a results folder and the folders in it.
pub(crate) fn sweep(folder: &Path) -> Result<(), ExperimentError> {
    for path in entries(folder)? {
        // Not what a link leads to.
        if path.is_dir() && !path.is_symlink() {
            sweep(&path)?;
        } else if path.extension().is_some_and(|end| end == PART) {
            remove_if_there(&path)?;
        }
    }
    Ok(())
}

/// What is in a folder; nothing where there is none.
fn entries(folder: &Path) -> Result<Vec<PathBuf>, ExperimentError> {
    let failed = |source| io_error("read", folder, source);
    match fs::read_dir(folder) {
        Err(error) if error.kind() == NotFound => Ok(Vec::new()),
        Err(error) => Err(failed(error)),
        Ok(entries) => entries
            .map(|entry| entry.map(|entry| entry.path()).map_err(failed))
            .collect(),
    }
}

fn remove_if_there(path: &Path) -> Result<(), ExperimentError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != NotFound => Err(io_error("remove", path, error)),
        _ => Ok(()),
    }
}

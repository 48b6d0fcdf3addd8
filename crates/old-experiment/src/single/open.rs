//! A model from whatever file holds one.

use std::fs;
use std::path::Path;

use fm_nn::tensors::{self, ReadOptions};
use fm_nn::{Metadata, Model};
use fm_train::Checkpoint;

use super::SingleError;

/// Reads a model from a native file, a checkpoint or a safetensors file, recognised by its
/// content; `options` are for the last.
///
/// # Errors
/// [`SingleError`] with the path and what is wrong.
pub fn open(path: &Path, options: &ReadOptions) -> Result<Model, SingleError> {
    let bytes = read(path)?;
    let path = || path.to_owned();
    if Model::KIND.is_of(&bytes) {
        return Model::from_bytes(&bytes).map_err(|source| SingleError::Native {
            path: path(),
            source,
        });
    }
    if Checkpoint::KIND.is_of(&bytes) {
        let checkpoint =
            Checkpoint::from_bytes(&bytes).map_err(|source| SingleError::Checkpoint {
                path: path(),
                source,
            })?;
        let network = checkpoint.network().clone();
        return Ok(Model {
            network,
            metadata: Metadata::default(),
        });
    }
    if tensors::is_safetensors(&bytes) {
        return Model::from_safetensors(&bytes, options).map_err(|source| SingleError::Tensors {
            path: path(),
            source,
        });
    }
    Err(SingleError::NoModel {
        path: path(),
        expected: "expected a file of `fm train` (.fmnn), a checkpoint, or safetensors".to_owned(),
    })
}

pub(super) fn read(path: &Path) -> Result<Vec<u8>, SingleError> {
    fs::read(path).map_err(|source| SingleError::Read {
        path: path.to_owned(),
        source,
    })
}

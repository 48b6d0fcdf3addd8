//! A model file of any kind.

use std::fs;
use std::path::Path;

use fm_data::Content;
use fm_nn::tensors::{self, ReadOptions};
use fm_nn::{Metadata, Model};
use fm_train::Checkpoint;

use super::SingleError;

/// What the bytes of a file are.
pub(super) enum Kind {
    Model(Model),
    Checkpoint(Box<Checkpoint>),
    Safetensors(Vec<u8>),
    /// No model.
    Other(Content),
}

impl Kind {
    /// Reads a file, whose kind is told from its content.
    pub(super) fn read(path: &Path) -> Result<Self, SingleError> {
        let owned = || path.to_owned();
        let bytes = fs::read(path).map_err(|source| SingleError::Read {
            path: owned(),
            source,
        })?;
        if Model::KIND.is_of(&bytes) {
            let model = Model::from_bytes(&bytes).map_err(|source| SingleError::Native {
                path: owned(),
                source,
            })?;
            return Ok(Self::Model(model));
        }
        if Checkpoint::KIND.is_of(&bytes) {
            let checkpoint =
                Checkpoint::from_bytes(&bytes).map_err(|source| SingleError::Checkpoint {
                    path: owned(),
                    source,
                })?;
            return Ok(Self::Checkpoint(Box::new(checkpoint)));
        }
        Ok(match tensors::is_safetensors(&bytes) {
            true => Self::Safetensors(bytes),
            false => Self::Other(Content::of(&bytes)),
        })
    }
}

/// Reads a model from a native file, a checkpoint or a safetensors file, whose kind is told from
/// its content; `options` are for the last.
///
/// # Errors
/// [`SingleError`] with the path and what is wrong.
pub fn open(path: &Path, options: &ReadOptions) -> Result<Model, SingleError> {
    let owned = || path.to_owned();
    match Kind::read(path)? {
        Kind::Model(model) => Ok(model),
        Kind::Checkpoint(checkpoint) => Ok(Model {
            network: checkpoint.network().clone(),
            metadata: Metadata::default(),
        }),
        Kind::Safetensors(bytes) => {
            Model::from_safetensors(&bytes, options).map_err(|source| SingleError::Tensors {
                path: owned(),
                source,
            })
        }
        Kind::Other(content) => Err(SingleError::Kind {
            path: owned(),
            expected: "a model (.fmnn), a checkpoint or a safetensors file",
            found: content.to_string(),
        }),
    }
}

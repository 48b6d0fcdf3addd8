//! A model file of any kind.

use std::path::Path;

use fm_data::Content;
use fm_nn::tensors::{self, ReadOptions};
use fm_nn::{FileError, Model, read_whole};
use fm_train::Checkpoint;

use super::SingleError;

/// What the bytes of a file are.
#[derive(Debug)]
pub enum ModelFile {
    /// A native model.
    Model(Model),
    /// A training between two epochs.
    Checkpoint(Box<Checkpoint>),
    /// The bytes of a safetensors file.
    Safetensors(Vec<u8>),
    /// No model.
    Other(Content),
}

impl ModelFile {
    /// Reads a file, whose kind is told from its content.
    ///
    /// # Errors
    /// [`SingleError`] with the path and what is wrong.
    pub fn read(path: &Path) -> Result<Self, SingleError> {
        let bytes = read_whole(path)?;
        if Model::KIND.is_of(&bytes) {
            let model = Model::from_bytes(&bytes).map_err(damaged(path))?;
            return Ok(Self::Model(model));
        }
        if Checkpoint::KIND.is_of(&bytes) {
            let checkpoint = Checkpoint::from_bytes(&bytes).map_err(damaged(path))?;
            return Ok(Self::Checkpoint(Box::new(checkpoint)));
        }
        Ok(match tensors::is_safetensors(&bytes) {
            true => Self::Safetensors(bytes),
            false => Self::Other(Content::of(&bytes)),
        })
    }
}

/// For `map_err`: the file whose contents are wrong.
fn damaged(path: &Path) -> impl FnOnce(FileError) -> SingleError {
    let path = path.to_owned();
    |source| SingleError::Damaged { path, source }
}

/// Reads a model from a native file, a checkpoint or a safetensors file, whose kind is told from
/// its content; `options` are for the last.
///
/// # Errors
/// [`SingleError`] with the path and what is wrong.
pub fn open(path: &Path, options: &ReadOptions) -> Result<Model, SingleError> {
    match ModelFile::read(path)? {
        ModelFile::Model(model) => Ok(model),
        ModelFile::Checkpoint(checkpoint) => Ok(Model::new(checkpoint.network().clone())),
        ModelFile::Safetensors(bytes) => {
            Model::from_safetensors(&bytes, options).map_err(damaged(path))
        }
        ModelFile::Other(content) => Err(SingleError::Unfit(format!(
            "{}: expected a model (.fmnn), a checkpoint or a safetensors file, found {content}",
            path.display()
        ))),
    }
}

//! What is in a file or a results folder.

use std::collections::BTreeMap;
use std::path::Path;

use fm_data::{Content, idx};
use fm_nn::Model;
use fm_nn::tensors::TensorFile;
use serde::Serialize;

use super::SingleError;
use super::open::{Kind, damaged};
use crate::progress::{Counts, Progress};
use crate::store::Store;

/// What is in a file or a results folder.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
#[non_exhaustive]
pub enum Contents {
    /// A model.
    Model(ModelFacts),
    /// A training between two epochs.
    Checkpoint {
        /// The network as it is.
        #[serde(flatten)]
        model: ModelFacts,
        /// Each phase's mask in words, and its epochs.
        phases: Vec<(String, usize)>,
        /// The phase, counted from 1, that continues; `None` after the last.
        phase: Option<usize>,
        /// Epochs that are done.
        epochs_done: usize,
    },
    /// Arrays in a safetensors file.
    Safetensors {
        /// Name, type and shape of each, in the order of the file.
        tensors: Vec<(String, String, Vec<usize>)>,
        /// The file's metadata.
        metadata: BTreeMap<String, String>,
    },
    /// An array.
    Idx {
        /// Type of the elements.
        element: String,
        /// The dimensions, slowest first.
        dims: Vec<usize>,
        /// The smallest element; `None` for an empty array.
        min: Option<f64>,
        /// The largest.
        max: Option<f64>,
        /// The mean.
        mean: Option<f64>,
    },
    /// The results of an experiment.
    Results {
        /// Name of the protocol.
        protocol: String,
        /// Name of the data.
        dataset: String,
        /// The backend.
        backend: String,
        /// Seeds that were asked for.
        seeds: usize,
        /// Cells that were asked for.
        cells: usize,
        /// Cells that are not trained yet.
        missing: usize,
        /// Cells whose training diverged.
        failed: usize,
    },
}

/// A model's layers and metadata.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ModelFacts {
    /// The layers, from the input on.
    pub layers: Vec<LayerLine>,
    /// Number of weights and biases.
    pub parameters: usize,
    /// Names of the classes; empty if they are not known.
    pub class_names: Vec<String>,
    /// What each byte of an input is multiplied by.
    pub input_scale: Option<f32>,
    /// Other metadata.
    pub notes: BTreeMap<String, String>,
    /// SHA-256 of shapes, weights and biases.
    pub sha256: String,
}

/// One layer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LayerLine {
    /// The name by which it is frozen.
    pub name: String,
    /// Number of inputs.
    pub inputs: usize,
    /// Number of units.
    pub outputs: usize,
    /// Name of the activation.
    pub activation: String,
    /// Number of weights and biases.
    pub parameters: usize,
}

/// Tells what is in a file, from its content, or in a results folder.
///
/// # Errors
/// [`SingleError`] with the path and what is wrong.
pub fn inspect(path: &Path) -> Result<Contents, SingleError> {
    if path.is_dir() {
        return results(path);
    }
    match Kind::read(path)? {
        Kind::Model(model) => Ok(Contents::Model(facts(&model))),
        Kind::Checkpoint(checkpoint) => {
            let phases = checkpoint.phases().iter();
            Ok(Contents::Checkpoint {
                model: facts(&Model::new(checkpoint.network().clone())),
                phases: phases.map(|p| (p.mask.to_string(), p.epochs)).collect(),
                phase: checkpoint.phase(),
                epochs_done: checkpoint.history().len(),
            })
        }
        Kind::Safetensors(bytes) => {
            let file = TensorFile::from_bytes(&bytes).map_err(damaged(path))?;
            let tensors = file.tensors().map(|(name, tensor)| {
                (name.to_owned(), tensor.dtype.clone(), tensor.shape.clone())
            });
            Ok(Contents::Safetensors {
                tensors: tensors.collect(),
                metadata: file.metadata,
            })
        }
        Kind::Other(Content::Idx | Content::Gzip) => idx_file(path),
        Kind::Other(content) => Err(SingleError::Kind {
            path: path.to_owned(),
            expected: "a model, a checkpoint, a safetensors file, an IDX file or a results folder",
            found: content.to_string(),
        }),
    }
}

fn facts(model: &Model) -> ModelFacts {
    let network = &model.network;
    let layers = network.layers().iter().enumerate();
    let layers = layers.map(|(at, layer)| LayerLine {
        name: network.layer_name(at),
        inputs: layer.inputs(),
        outputs: layer.outputs(),
        activation: layer.activation().to_string(),
        parameters: layer.parameters(),
    });
    ModelFacts {
        layers: layers.collect(),
        parameters: network.parameters(),
        class_names: model.metadata.class_names.clone(),
        input_scale: model.metadata.input_scale,
        notes: model.metadata.notes.clone(),
        sha256: network.digest(),
    }
}

fn idx_file(path: &Path) -> Result<Contents, SingleError> {
    let array = idx::open_any(path)?;
    let (mut min, mut max) = (f64::INFINITY, f64::NEG_INFINITY);
    let (mut sum, mut count) = (0.0, 0u64);
    let mut see = |x: f64| {
        (min, max) = (min.min(x), max.max(x));
        (sum, count) = (sum + x, count + 1);
    };
    // Most files are of bytes, and need no larger copy.
    match array.view::<u8>() {
        Some(bytes) => bytes.iter().for_each(|&x| see(x.into())),
        None => array.to_f64().iter().for_each(|&x| see(x)),
    }
    let some = |x: f64| (count > 0).then_some(x);
    Ok(Contents::Idx {
        element: array.element().to_string(),
        dims: array.dims().to_vec(),
        min: some(min),
        max: some(max),
        mean: some(sum / count.max(1) as f64),
    })
}

fn results(path: &Path) -> Result<Contents, SingleError> {
    let store = Store::read(path)?;
    let progress = Progress::read(path)?;
    let counts = |of: fn(&Counts) -> usize| progress.series.iter().map(of).sum();
    Ok(Contents::Results {
        protocol: progress.request.protocol.name.clone(),
        dataset: store.dataset().name.clone(),
        backend: progress.request.backend.to_string(),
        seeds: progress.request.seeds.len(),
        cells: counts(|counts| counts.done + counts.diverged + counts.missing),
        missing: counts(|counts| counts.missing),
        failed: counts(|counts| counts.diverged),
    })
}

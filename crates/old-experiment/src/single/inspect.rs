//! What is in a file or a folder, recognised by its content.

use std::collections::BTreeMap;
use std::path::Path;

use fm_data::idx;
use fm_nn::tensors::{self, TensorFile};
use fm_nn::{FreezeMask, Model};
use fm_train::Checkpoint;
use serde::Serialize;

use super::SingleError;
use super::open::read;
use crate::error::ExperimentError;
use crate::folder::ResultsFolder;

/// What a file or a folder holds.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
#[non_exhaustive]
pub enum Contents {
    /// A model, as `fm train` leaves it.
    Model(ModelFacts),
    /// A training between two epochs.
    Checkpoint {
        /// The network as it is.
        #[serde(flatten)]
        model: ModelFacts,
        /// Each phase's mask in words, and its epochs.
        phases: Vec<(String, usize)>,
        /// The phase, counted from 1, that goes on or begins; none where all are done.
        phase: Option<usize>,
        /// Epochs that are done.
        epochs_done: usize,
    },
    /// Tensors of whatever names.
    Safetensors {
        /// Name, type of the numbers and shape of each, in the order in which they lie.
        tensors: Vec<(String, String, Vec<usize>)>,
        /// What the file says of itself.
        metadata: BTreeMap<String, String>,
    },
    /// An array.
    Idx {
        /// Type of the elements.
        element: String,
        /// The dimensions, slowest first.
        dims: Vec<usize>,
        /// The least element; none of an empty array.
        least: Option<f64>,
        /// The greatest.
        greatest: Option<f64>,
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
        /// Seeds of the plan.
        seeds: usize,
        /// Seeds that have a record.
        done: usize,
        /// What the summary says, in sentences; empty until there is one.
        verdicts: Vec<String>,
    },
}

/// What there is to know of a model.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ModelFacts {
    /// The layers, from the input on.
    pub layers: Vec<LayerLine>,
    /// Number of weights and biases.
    pub parameters: usize,
    /// Names of the classes; empty where they are not known.
    pub class_names: Vec<String>,
    /// What each byte of an input is multiplied by.
    pub input_scale: Option<f32>,
    /// Whatever else is kept with it.
    pub notes: BTreeMap<String, String>,
    /// SHA-256 of shapes, weights and biases.
    pub sha256: String,
    /// The table that people read.
    #[serde(skip)]
    pub table: String,
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

/// Looks into a file or a results folder.
///
/// # Errors
/// [`SingleError`] with the path and what is wrong, or what could not be recognised.
pub fn inspect(path: &Path) -> Result<Contents, SingleError> {
    if path.is_dir() {
        return results(path);
    }
    let bytes = read(path)?;
    let owned = || path.to_owned();
    if Model::KIND.is_of(&bytes) {
        let model = Model::from_bytes(&bytes).map_err(|source| SingleError::Native {
            path: owned(),
            source,
        })?;
        return Ok(Contents::Model(facts(&model)?));
    }
    if Checkpoint::KIND.is_of(&bytes) {
        let checkpoint =
            Checkpoint::from_bytes(&bytes).map_err(|source| SingleError::Checkpoint {
                path: owned(),
                source,
            })?;
        let phases = checkpoint.phases().iter();
        return Ok(Contents::Checkpoint {
            model: facts(&Model::new(checkpoint.network().clone()))?,
            phases: phases.map(|p| (p.mask.to_string(), p.epochs)).collect(),
            phase: checkpoint.phase(),
            epochs_done: checkpoint.history().len(),
        });
    }
    if tensors::is_safetensors(&bytes) {
        let file = TensorFile::from_bytes(&bytes);
        let file = file.map_err(|source| SingleError::Tensors {
            path: owned(),
            source,
        })?;
        let tensors = file
            .tensors()
            .map(|(name, t)| (name.to_owned(), t.dtype.clone(), t.shape.clone()));
        return Ok(Contents::Safetensors {
            tensors: tensors.collect(),
            metadata: file.metadata,
        });
    }
    // Zeros and a type code, or gzip around them.
    if bytes.starts_with(&[0, 0]) || bytes.starts_with(&[0x1f, 0x8b]) {
        drop(bytes);
        return idx_file(path);
    }
    Err(SingleError::Unknown { path: owned() })
}

fn facts(model: &Model) -> Result<ModelFacts, SingleError> {
    let network = &model.network;
    let summary = network.summary(&FreezeMask::none(network.layers().len()))?;
    let layers = summary.layers.iter().map(|layer| LayerLine {
        name: layer.name.clone(),
        inputs: layer.inputs,
        outputs: layer.outputs,
        activation: layer.activation.to_string(),
        parameters: layer.parameters,
    });
    Ok(ModelFacts {
        layers: layers.collect(),
        parameters: summary.parameters(),
        class_names: model.metadata.class_names.clone(),
        input_scale: model.metadata.input_scale,
        notes: model.metadata.notes.clone(),
        sha256: network.digest(),
        table: summary.to_string(),
    })
}

fn idx_file(path: &Path) -> Result<Contents, SingleError> {
    let array = idx::open_any(path)?;
    let (element, dims) = (array.element().to_string(), array.dims().to_vec());
    // Bytes are most of what there is, and need no larger copy.
    let (mut least, mut greatest, mut sum, mut count) =
        (f64::INFINITY, f64::NEG_INFINITY, 0.0, 0u64);
    let mut see = |x: f64| {
        (least, greatest) = (least.min(x), greatest.max(x));
        (sum, count) = (sum + x, count + 1);
    };
    match array.view::<u8>() {
        Some(bytes) => bytes.iter().for_each(|&x| see(x.into())),
        None => array.to_f64().iter().for_each(|&x| see(x)),
    }
    let some = |x: f64| (count > 0).then_some(x);
    Ok(Contents::Idx {
        element,
        dims,
        least: some(least),
        greatest: some(greatest),
        mean: some(sum / count.max(1) as f64),
    })
}

fn results(path: &Path) -> Result<Contents, SingleError> {
    let plan = ResultsFolder::plan(path)?.ok_or_else(|| ExperimentError::NotResults {
        path: path.to_owned(),
    })?;
    let identity = plan.identity;
    let record = |seed: &&u64| path.join(crate::folder::record_name(**seed)).is_file();
    let summary = std::fs::read(path.join("summary.json")).unwrap_or_default();
    let summary: serde_json::Value = serde_json::from_slice(&summary).unwrap_or_default();
    let verdicts = summary["verdicts"].as_array().into_iter().flatten();
    Ok(Contents::Results {
        protocol: identity.protocol.name,
        dataset: identity.dataset.name,
        backend: identity.backend.to_string(),
        seeds: identity.seeds.len(),
        done: identity.seeds.iter().filter(record).count(),
        verdicts: verdicts
            .filter_map(|v| v.as_str().map(str::to_owned))
            .collect(),
    })
}

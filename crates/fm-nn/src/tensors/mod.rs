//! Tensors of other programs: safetensors files with the names and layouts of PyTorch and Keras.
//!
//! A network that was trained here opens in Python, and the other way round:
//!
//! ```
//! use fm_nn::tensors::{Layout, ReadOptions};
//! use fm_nn::{Activation, Dense, Model, Network};
//! use ndarray::array;
//!
//! let hidden = array![[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]; // two inputs, three units
//! let hidden = Dense::from_parts(hidden.view(), &[0.0; 3], Activation::Selu)?;
//! let head = array![[1.0], [0.5], [-1.0]];
//! let head = Dense::from_parts(head.view(), &[0.1], Activation::Identity)?;
//! let model = Model::new(Network::new(vec![hidden], head)?);
//!
//! // In Python: nn.Sequential(nn.Linear(2, 3), nn.SELU(), nn.Linear(3, 1)).load_state_dict(
//! //     safetensors.torch.load_file("model.safetensors"))
//! let bytes = model.to_safetensors(Layout::PyTorch)?;
//! assert_eq!(Model::from_safetensors(&bytes, &ReadOptions::default())?, model);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Names
//!
//! | layout | written | weights | biases |
//! |---|---|---|---|
//! | [`PyTorch`](Layout::PyTorch) | `0.weight`, `0.bias`, `2.weight`, …: an `nn.Sequential` of `Linear` and activation by turns | `[outputs, inputs]` | `[outputs]` |
//! | [`Keras`](Layout::Keras) | `dense/kernel`, `dense/bias`, `dense_1/kernel`, …: the `path` of each variable, without the model's name | `[inputs, outputs]` | `[outputs]` |
//!
//! What is read may have any names that end in `weight` or `kernel`, and `bias`, after a dot or
//! a slash. Layers come in the order of their names, numbers by value, and one that is called
//! `head`, `output` or `classifier` last; where that is not their order, [`ReadOptions::layers`]
//! says it. Numbers must be f32.
//!
//! # Metadata
//!
//! The file's metadata holds `activation` (one name, or one per hidden layer with commas),
//! `class_names` (a JSON list), `input_scale`, and the notes of the [`Metadata`] under their own
//! names. A file without an `activation` is read by saying it in [`ReadOptions::activation`].

mod file;
mod names;
mod read;

use std::collections::BTreeMap;
use std::path::Path;

pub use file::{Element, Tensor, TensorFile, is_safetensors};

use ndarray::ArrayView1;

use crate::activation::Activation;
use crate::error::FileError;
use crate::file::{read_whole, write_whole};
use crate::model::{Metadata, Model};
use crate::network::Network;

/// Whose names tensors have, and which way round weights are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// `weight`, `[outputs, inputs]`.
    PyTorch,
    /// `kernel`, `[inputs, outputs]`, as this crate has them too.
    Keras,
}

/// What a file does not say itself; the default believes the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// The activation of all hidden layers; it goes before what the metadata says.
    pub activation: Option<Activation>,
    /// Names of the layers from the input on, without `.weight` or `/kernel`; tensors of others
    /// are left out. Empty, the default, takes all in the order of their names.
    pub layers: Vec<String>,
    /// Which way round the weights are, whatever they are called.
    pub layout: Option<Layout>,
}

/// Bytes that the header of a model may have, 64 kB: those of dense layers have a few thousand.
const MOST_HEADER: usize = 64 * 1024;

impl Model {
    /// The model as a safetensors file's bytes; equal models give equal bytes.
    ///
    /// # Errors
    /// [`FileError::Contents`] if there are class names for another number of logits or a note
    /// under a name that means something else, or if names and metadata take more than 64 kB.
    pub fn to_safetensors(&self, layout: Layout) -> Result<Vec<u8>, FileError> {
        let mut file = TensorFile {
            metadata: write_metadata(&self.network, &self.metadata, layout)?,
            ..TensorFile::default()
        };
        for (l, layer) in self.network.layers().iter().enumerate() {
            let bias = ArrayView1::from(layer.bias());
            match layout {
                Layout::PyTorch => {
                    file.add(format!("{}.weight", 2 * l), &layer.weight().t())?;
                    file.add(format!("{}.bias", 2 * l), &bias)?;
                }
                Layout::Keras => {
                    let number = if l == 0 {
                        String::new()
                    } else {
                        format!("_{l}")
                    };
                    file.add(format!("dense{number}/kernel"), &layer.weight())?;
                    file.add(format!("dense{number}/bias"), &bias)?;
                }
            }
        }
        file.write(MOST_HEADER)
    }

    /// Reads a safetensors file's bytes.
    ///
    /// # Errors
    /// [`FileError::Contents`] for what is no such file, for tensors that are missing, too many or
    /// misshapen, each by its name, and for layers that do not make a network. Never panics, and
    /// allocates no more than the layers take, and 2 MB for the header, which may have 64 kB.
    pub fn from_safetensors(bytes: &[u8], options: &ReadOptions) -> Result<Self, FileError> {
        read::model(bytes, options)
    }

    /// Writes the model to a safetensors file, whole or not at all; see [`write_whole`].
    ///
    /// # Errors
    /// As [`to_safetensors`](Self::to_safetensors), and [`FileError::Write`].
    pub fn save_safetensors(&self, path: &Path, layout: Layout) -> Result<(), FileError> {
        write_whole(path, &self.to_safetensors(layout)?)
    }

    /// Reads a safetensors file.
    ///
    /// # Errors
    /// [`FileError::Read`], else as [`from_safetensors`](Self::from_safetensors).
    pub fn load_safetensors(path: &Path, options: &ReadOptions) -> Result<Self, FileError> {
        Self::from_safetensors(&read_whole(path)?, options)
    }
}

/// Keys of the metadata that mean something here.
const ACTIVATION: &str = "activation";
const CLASS_NAMES: &str = "class_names";
const INPUT_SCALE: &str = "input_scale";
/// What tools of PyTorch look for.
const FORMAT: &str = "format";

fn write_metadata(
    network: &Network,
    metadata: &Metadata,
    layout: Layout,
) -> Result<BTreeMap<String, String>, FileError> {
    metadata.check(network.outputs())?;
    let mut texts = metadata.notes.clone();
    let mut put = |key: &str, value: String| match texts.insert(key.to_owned(), value) {
        None => Ok(()),
        Some(_) => Err(FileError::Contents(format!(
            "a note is called {key}, which means something else in this format; rename it"
        ))),
    };
    let names: Vec<&str> = network
        .trunk()
        .iter()
        .map(|l| l.activation().name())
        .collect();
    match names.as_slice() {
        [] => {}
        [first, rest @ ..] if rest.iter().all(|name| name == first) => {
            put(ACTIVATION, (*first).to_owned())?;
        }
        several => put(ACTIVATION, several.join(","))?,
    }
    if !metadata.class_names.is_empty() {
        put(
            CLASS_NAMES,
            serde_json::json!(metadata.class_names).to_string(),
        )?;
    }
    if let Some(scale) = metadata.input_scale {
        put(INPUT_SCALE, scale.to_string())?;
    }
    if layout == Layout::PyTorch {
        put(FORMAT, "pt".to_owned())?;
    }
    Ok(texts)
}

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
//! `class_names` (a JSON list), `input_scale`, and the notes of the model's metadata under their own
//! names. A file without an `activation` is read by saying it in [`ReadOptions::activation`].

mod file;
mod read;

use std::collections::BTreeMap;
use std::path::Path;

pub use file::{Element, Tensor, TensorFile, is_safetensors};

use ndarray::ArrayView1;

use crate::activation::Activation;
use crate::container::write_whole;
use crate::error::FileError;
use crate::model::Model;

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

impl Model {
    /// The model as a safetensors file's bytes; equal models give equal bytes.
    ///
    /// # Errors
    /// [`FileError::Contents`] if there are class names for another number of logits or a note
    /// under a name that means something else, or if names and metadata take more than 4 MiB.
    pub fn to_safetensors(&self, layout: Layout) -> Result<Vec<u8>, FileError> {
        let mut file = TensorFile::default();
        for (l, layer) in self.network.layers().iter().enumerate() {
            let bias = ArrayView1::from(layer.bias());
            match layout {
                Layout::PyTorch => {
                    file.add(format!("{}.weight", 2 * l), &layer.weight().t())?;
                    file.add(format!("{}.bias", 2 * l), &bias)?;
                }
                Layout::Keras => {
                    let name = match l {
                        0 => "dense".to_owned(),
                        l => format!("dense_{l}"),
                    };
                    file.add(format!("{name}/kernel"), &layer.weight())?;
                    file.add(format!("{name}/bias"), &bias)?;
                }
            }
        }
        file.metadata = self.texts(layout)?;
        file.to_bytes()
    }

    /// Reads a safetensors file's bytes.
    ///
    /// # Errors
    /// [`FileError::Contents`] for what is no such file, for a tensor that is missing, too many or
    /// misshapen, by its name, and for layers that do not make a network. Never panics, and
    /// allocates at most twice what the layers take, beside the header as
    /// [`TensorFile::from_bytes`].
    pub fn from_safetensors(bytes: &[u8], options: &ReadOptions) -> Result<Self, FileError> {
        read::model(bytes, options)
    }

    /// Writes the model to a safetensors file, whole or not at all; see [`write_whole`].
    ///
    /// # Errors
    /// As [`to_safetensors`](Self::to_safetensors), and [`FileError::Io`].
    pub fn save_safetensors(&self, path: &Path, layout: Layout) -> Result<(), FileError> {
        write_whole(path, &self.to_safetensors(layout)?)
    }

    /// The metadata of the file.
    fn texts(&self, layout: Layout) -> Result<BTreeMap<String, String>, FileError> {
        let (network, metadata) = (&self.network, &self.metadata);
        metadata.check(network.outputs())?;
        let mut texts = metadata.notes.clone();
        let mut put = |key: &str, value: String| match texts.insert(key.to_owned(), value) {
            None => Ok(()),
            Some(_) => Err(FileError::Contents(format!(
                "a note is called {key}, which means something else in this format; rename it"
            ))),
        };
        let trunk = network.trunk().iter();
        let mut names: Vec<&str> = trunk.map(|layer| layer.activation().name()).collect();
        let all = names.join(",");
        names.dedup();
        match names.as_slice() {
            [] => {}
            [one] => put(ACTIVATION, (*one).to_owned())?,
            _ => put(ACTIVATION, all)?,
        }
        if !metadata.class_names.is_empty() {
            let names = serde_json::json!(metadata.class_names);
            put(CLASS_NAMES, names.to_string())?;
        }
        if let Some(scale) = metadata.input_scale {
            put(INPUT_SCALE, scale.to_string())?;
        }
        if layout == Layout::PyTorch {
            put(FORMAT, "pt".to_owned())?;
        }
        Ok(texts)
    }
}

/// Keys of the metadata that mean something here.
const ACTIVATION: &str = "activation";
const CLASS_NAMES: &str = "class_names";
const INPUT_SCALE: &str = "input_scale";
/// What tools of PyTorch look for.
const FORMAT: &str = "format";

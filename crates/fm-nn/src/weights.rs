//! A network's weights as bytes, as a file and as a digest.
//!
//! The only module that uses `bincode`, for the description of the layers.

use fm_matmul::Matrix;
use std::path::Path;

use bincode::{Decode, Encode};
use sha2::{Digest, Sha256};

use crate::activation::Activation;
use crate::container::{self, HEADER, Kind, length_error};
use crate::dense::Dense;
use crate::error::FileError;
use crate::file::{read_whole, write_whole};
use crate::model::{Metadata, Model};
use crate::network::Network;

/// Files of weights.
pub(crate) const WEIGHTS: Kind = Kind {
    magic: *b"FMNNFILE",
    what: "a saved network",
    newest: 2,
    max_description: 64 * 1024,
};

/// What decoding a description may allocate: those that are written are a few hundred bytes.
const DECODE_LIMIT: usize = 64 * 1024;

/// What a file says of a layer, apart from its floats.
#[derive(Encode, Decode)]
struct LayerDescription {
    inputs: u64,
    outputs: u64,
    activation: u8,
}

/// Numbers of the activations in files; never renumbered.
const ACTIVATIONS: [(u8, Activation); 8] = [
    (0, Activation::Identity),
    (1, Activation::Selu),
    (2, Activation::Relu),
    (3, Activation::Elu),
    (4, Activation::LeakyRelu),
    (5, Activation::Tanh),
    (6, Activation::Sigmoid),
    (7, Activation::Gelu),
];

/// What a file says apart from the floats.
#[derive(Encode, Decode)]
struct Description {
    layers: Vec<LayerDescription>,
    class_names: Vec<String>,
    input_scale: Option<f32>,
    notes: Vec<(String, String)>,
}

impl Description {
    fn encode(&self) -> Vec<u8> {
        let config = bincode::config::standard();
        bincode::encode_to_vec(self, config).expect("encoding to memory cannot fail")
    }

    /// Reads what [`encode`](Self::encode) wrote, to its last byte. Allocates little, whatever
    /// lengths are in it.
    fn decode(bytes: &[u8]) -> Result<Self, FileError> {
        let config = bincode::config::standard().with_limit::<DECODE_LIMIT>();
        let (description, used) = bincode::decode_from_slice(bytes, config).map_err(|error| {
            FileError::Contents(format!(
                "the description at offset {HEADER} cannot be decoded: {error}"
            ))
        })?;
        match used == bytes.len() {
            true => Ok(description),
            false => Err(length_error(
                (HEADER + used) as u64,
                (HEADER + bytes.len()) as u64,
            )),
        }
    }
}

/// A network and its metadata as a file's bytes.
pub(crate) fn encode(network: &Network, metadata: &Metadata) -> Result<Vec<u8>, FileError> {
    metadata.check(network.outputs())?;
    let notes = metadata.notes.iter();
    let description = Description {
        layers: network.layers().iter().map(describe).collect(),
        class_names: metadata.class_names.clone(),
        input_scale: metadata.input_scale,
        notes: notes.map(|(k, v)| (k.clone(), v.clone())).collect(),
    };
    let description = description.encode();
    // What is written must be readable: the limits of reading are those of memory, not of bytes.
    let readable = Description::decode(&description).is_ok();
    if !readable || description.len() > WEIGHTS.max_description as usize {
        return Err(FileError::Contents(format!(
            "layers and metadata take {} bytes, more than a description may have",
            description.len()
        )));
    }
    Ok(container::write(&WEIGHTS, &description, |payload| {
        for slice in network.layers().iter().flat_map(floats) {
            payload.extend(slice.iter().flat_map(|x| x.to_le_bytes()));
        }
    }))
}

/// Reads what [`encode`] wrote.
pub(crate) fn decode(bytes: &[u8]) -> Result<(Network, Metadata), FileError> {
    let contents = container::read(&WEIGHTS, bytes)?;
    let description = Description::decode(contents.description)?;
    let network = read_layers(&description.layers, contents.payload)?;
    let metadata = Metadata {
        class_names: description.class_names,
        input_scale: description.input_scale,
        notes: description.notes.into_iter().collect(),
    };
    metadata.check(network.outputs())?;
    Ok((network, metadata))
}

fn impossible() -> FileError {
    FileError::contents("the description has no layers, an empty one, or one of impossible size")
}

/// The layers from their descriptions and floats.
fn read_layers(description: &[LayerDescription], mut floats: &[u8]) -> Result<Network, FileError> {
    // All counts are checked against the file before a matrix is allocated.
    let mut expected = 0u64;
    for layer in description {
        // A row of no columns, or a column of no rows, would be as large as the file says.
        if layer.inputs == 0 || layer.outputs == 0 {
            return Err(impossible());
        }
        let count = layer
            .inputs
            .checked_add(1)
            .and_then(|n| n.checked_mul(layer.outputs));
        let bytes = count.and_then(|n| n.checked_mul(4));
        expected = bytes
            .and_then(|n| n.checked_add(expected))
            .ok_or_else(impossible)?;
    }
    if expected != floats.len() as u64 {
        return Err(length_error(expected, floats.len() as u64));
    }
    let mut layers = Vec::with_capacity(description.len());
    for layer in description {
        let activation = ACTIVATIONS
            .iter()
            .find(|(number, _)| *number == layer.activation);
        let (_, activation) = activation.ok_or_else(|| {
            let found = layer.activation;
            FileError::Contents(format!(
                "activation number {found} is unknown; update the program"
            ))
        })?;
        let (inputs, outputs) = (layer.inputs as usize, layer.outputs as usize);
        let weight = take(&mut floats, inputs, outputs);
        let bias = take(&mut floats, 1, outputs);
        layers.push(Dense::from_matrices(weight, bias, *activation));
    }
    let head = layers.pop().ok_or_else(impossible)?;
    Ok(Network::new(layers, head)?)
}

impl Model {
    /// The model as a file's bytes, in the native format.
    ///
    /// # Errors
    /// [`FileError::Contents`] if there are class names for another number of logits or more text
    /// than a description may have (some 60 kB), so that it could not be read again.
    pub fn to_bytes(&self) -> Result<Vec<u8>, FileError> {
        encode(&self.network, &self.metadata)
    }

    /// The kind of file that [`to_bytes`](Self::to_bytes) writes.
    pub const KIND: Kind = WEIGHTS;

    /// Reads what [`to_bytes`](Self::to_bytes) wrote.
    ///
    /// # Errors
    /// [`FileError`] for anything else; never panics, and allocates no more than the layers take,
    /// each row of which is a multiple of 16 floats.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FileError> {
        let (network, metadata) = decode(bytes)?;
        Ok(Self { network, metadata })
    }

    /// Writes the model to a file, whole or not at all; see [`write_whole`].
    ///
    /// # Errors
    /// As [`to_bytes`](Self::to_bytes), and [`FileError::Write`].
    pub fn save(&self, path: &Path) -> Result<(), FileError> {
        write_whole(path, &self.to_bytes()?)
    }

    /// Reads a file that [`save`](Self::save) wrote.
    ///
    /// # Errors
    /// [`FileError::Read`] if it cannot be read, else as [`from_bytes`](Self::from_bytes).
    pub fn load(path: &Path) -> Result<Self, FileError> {
        Self::from_bytes(&read_whole(path)?)
    }
}

impl Network {
    /// The network as a file's bytes, without [`Metadata`]; with it, see [`Model::to_bytes`].
    ///
    /// [`Model::to_bytes`]: crate::Model::to_bytes
    ///
    /// # Panics
    /// With more layers, over a thousand, than a description has room for.
    pub fn to_bytes(&self) -> Vec<u8> {
        encode(self, &Metadata::default()).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote.
    ///
    /// # Errors
    /// As [`Model::from_bytes`](crate::Model::from_bytes).
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FileError> {
        decode(bytes).map(|(network, _)| network)
    }

    /// SHA-256, in hex, of every layer's shape, weights and biases as little-endian bytes: equal
    /// exactly where the weights are equal to the bit.
    pub fn digest(&self) -> String {
        digest(self.layers())
    }

    /// As [`digest`](Self::digest), of the trunk alone.
    pub fn trunk_digest(&self) -> String {
        digest(self.trunk())
    }
}

fn digest(layers: &[Dense]) -> String {
    let mut hasher = Sha256::new();
    for layer in layers {
        hasher.update((layer.inputs() as u64).to_le_bytes());
        hasher.update((layer.outputs() as u64).to_le_bytes());
        let mut row_bytes = Vec::with_capacity(4 * layer.outputs());
        for row in floats(layer) {
            row_bytes.clear();
            row_bytes.extend(row.iter().flat_map(|x| x.to_le_bytes()));
            hasher.update(&row_bytes);
        }
    }
    hasher
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn describe(layer: &Dense) -> LayerDescription {
    let activation = ACTIVATIONS
        .iter()
        .find(|(_, activation)| *activation == layer.activation());
    let (activation, _) = activation.expect("every activation has a number");
    LayerDescription {
        inputs: layer.inputs() as u64,
        outputs: layer.outputs() as u64,
        activation: *activation,
    }
}

/// A layer's floats in the order of the file: the weights row by row, then the biases.
fn floats(layer: &Dense) -> impl Iterator<Item = &[f32]> {
    (0..layer.inputs())
        .map(|row| layer.weight.row(row))
        .chain([layer.bias()])
}

/// Takes a matrix from the front of little-endian floats that are known to hold it.
fn take(floats: &mut &[u8], rows: usize, cols: usize) -> Matrix {
    let mut matrix = Matrix::zeros(rows, cols);
    for row in 0..rows {
        let (bytes, rest) = floats.split_at(4 * cols);
        *floats = rest;
        for (x, bytes) in matrix.row_mut(row).iter_mut().zip(bytes.chunks_exact(4)) {
            *x = f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        }
    }
    matrix
}

//! A network's weights as bytes, as a file and as a digest.
//!
//! The only module that uses `bincode`, for the description of the layers.

use std::path::Path;

use bincode::{Decode, Encode, config};
use fm_matmul::Matrix;
use sha2::{Digest, Sha256};

use crate::activation::Activation;
use crate::container::{self, HEADER, Kind, length_error, read_whole, write_whole};
use crate::dense::Dense;
use crate::error::FileError;
use crate::model::{Metadata, Model};
use crate::network::Network;

/// What decoding a description may allocate: those that are written are a few hundred bytes.
const DECODE_LIMIT: usize = 64 * 1024;

/// What a file says apart from the floats.
#[derive(Encode, Decode)]
struct Description {
    /// Inputs, outputs and place in [`Activation::ALL`] of each layer.
    layers: Vec<(u64, u64, u8)>,
    class_names: Vec<String>,
    input_scale: Option<f32>,
    notes: Vec<(String, String)>,
}

impl Description {
    /// Reads a description to its last byte. Allocates little, whatever lengths are in it.
    fn decode(bytes: &[u8]) -> Result<Self, FileError> {
        let config = config::standard().with_limit::<DECODE_LIMIT>();
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
fn encode(network: &Network, metadata: &Metadata) -> Result<Vec<u8>, FileError> {
    metadata.check(network.outputs())?;
    let layers = network.shape();
    let description = Description {
        layers: layers
            .map(|(inputs, outputs, f)| (inputs as u64, outputs as u64, f as u8))
            .collect(),
        class_names: metadata.class_names.clone(),
        input_scale: metadata.input_scale,
        notes: metadata.notes.clone().into_iter().collect(),
    };
    let description = bincode::encode_to_vec(description, config::standard())
        .expect("encoding to memory cannot fail");
    // What is written must be readable: the limits of reading are those of memory, not of bytes.
    if Description::decode(&description).is_err() {
        return Err(FileError::Contents(format!(
            "layers and metadata take {} bytes, more than a description may have",
            description.len()
        )));
    }
    Ok(container::write(&Model::KIND, &description, |payload| {
        for row in network.layers().iter().flat_map(floats) {
            payload.extend(row.iter().flat_map(|x| x.to_le_bytes()));
        }
    }))
}

/// The layers from their descriptions and floats.
fn read_layers(description: &[(u64, u64, u8)], mut floats: &[u8]) -> Result<Network, FileError> {
    // All counts are checked against the file before a matrix is allocated.
    let bytes = description.iter().map(|&(inputs, outputs, _)| {
        let rows = inputs.saturating_add(1);
        rows.saturating_mul(outputs).saturating_mul(4)
    });
    let expected = bytes.fold(0, u64::saturating_add);
    if expected != floats.len() as u64 {
        return Err(length_error(expected, floats.len() as u64));
    }
    // A row of no columns, or a column of no rows, would be as large as the file says.
    let empty = |(inputs, outputs, _): &(u64, u64, u8)| *inputs == 0 || *outputs == 0;
    if description.is_empty() || description.iter().any(empty) {
        let what = "the description has no layers, or one without inputs or outputs";
        return Err(FileError::Contents(what.to_owned()));
    }
    let mut layers = Vec::with_capacity(description.len());
    for &(inputs, outputs, number) in description {
        let activation = Activation::ALL.get(usize::from(number)).ok_or_else(|| {
            FileError::Contents(format!(
                "activation number {number} is unknown; update the program"
            ))
        })?;
        let weight = Matrix::zeros(inputs as usize, outputs as usize);
        let mut layer = Dense::from_weight(weight, *activation);
        let (weight, bias) = layer.parts_mut();
        take(&mut floats, weight);
        take(&mut floats, bias);
        layers.push(layer);
    }
    let head = layers.pop().expect("there are layers");
    Ok(Network::new(layers, head)?)
}

/// Fills a matrix from the front of little-endian floats that are known to be enough.
fn take(floats: &mut &[u8], matrix: &mut Matrix) {
    for row in 0..matrix.rows() {
        let (bytes, rest) = floats.split_at(4 * matrix.cols());
        *floats = rest;
        for (x, bytes) in matrix.row_mut(row).iter_mut().zip(bytes.as_chunks().0) {
            *x = f32::from_le_bytes(*bytes);
        }
    }
}

impl Model {
    /// The kind of file that [`to_bytes`](Self::to_bytes) writes.
    pub const KIND: Kind = Kind {
        magic: *b"FMNNFILE",
        what: "a saved network",
        version: 2,
        max_description: DECODE_LIMIT as u32,
    };

    /// The model as a file's bytes, in the native format.
    ///
    /// # Errors
    /// [`FileError::Contents`] if there are class names for another number of logits or more text
    /// than a description may have (some 60 kB), so that it could not be read again.
    pub fn to_bytes(&self) -> Result<Vec<u8>, FileError> {
        encode(&self.network, &self.metadata)
    }

    /// Reads what [`to_bytes`](Self::to_bytes) wrote.
    ///
    /// # Errors
    /// [`FileError`] for anything else; never panics, and allocates no more than the layers take,
    /// each row of which is a multiple of 16 floats.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FileError> {
        let (description, payload) = container::read(&Self::KIND, bytes)?;
        let description = Description::decode(description)?;
        let network = read_layers(&description.layers, payload)?;
        let metadata = Metadata {
            class_names: description.class_names,
            input_scale: description.input_scale,
            notes: description.notes.into_iter().collect(),
        };
        metadata.check(network.outputs())?;
        Ok(Self { network, metadata })
    }

    /// Writes the model to a file, whole or not at all; see [`write_whole`].
    ///
    /// # Errors
    /// As [`to_bytes`](Self::to_bytes), and [`FileError::Io`].
    pub fn save(&self, path: &Path) -> Result<(), FileError> {
        write_whole(path, &self.to_bytes()?)
    }

    /// Reads a file that [`save`](Self::save) wrote.
    ///
    /// # Errors
    /// [`FileError::Io`] if it cannot be read, else as [`from_bytes`](Self::from_bytes).
    pub fn load(path: &Path) -> Result<Self, FileError> {
        Self::from_bytes(&read_whole(path)?)
    }
}

impl Network {
    /// The network as the bytes of a [`Model`] without [`Metadata`].
    ///
    /// # Panics
    /// With more layers, over a thousand, than a description has room for.
    pub fn to_bytes(&self) -> Vec<u8> {
        encode(self, &Metadata::default()).unwrap_or_else(|error| panic!("{error}"))
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
    let digest = hasher.finalize();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A layer's floats in the order of the file: the weights row by row, then the biases.
fn floats(layer: &Dense) -> impl Iterator<Item = &[f32]> {
    (0..layer.inputs())
        .map(|row| layer.weight.row(row))
        .chain([layer.bias()])
}

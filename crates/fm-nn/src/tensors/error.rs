//! What can be wrong with a file of tensors.

use std::sync::Arc;

use crate::activation::UnknownActivation;
use crate::error::{FileError, NetworkError};

/// Why a file's tensors are not the layers of a network.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum TensorError {
    /// The file cannot be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The eight bytes that say how long the header is speak of something else.
    #[error(
        "not a safetensors file: its header would have {header} bytes, expected at most {most}, \
         in a file of {file}"
    )]
    Framing {
        /// Bytes of the header, as the file says.
        header: u64,
        /// The most that a header may have.
        most: u64,
        /// Bytes of the file.
        file: u64,
    },
    /// The header cannot be decoded, or contradicts itself.
    #[error("the header at offset 8 is not a safetensors header")]
    Header {
        /// What the decoder said.
        source: Arc<serde_json::Error>,
    },
    /// The tensors take another number of bytes than there are.
    #[error("the header speaks of {expected} bytes of tensors, found {found}: the file is damaged")]
    Length {
        /// Bytes of all tensors.
        expected: u64,
        /// Bytes behind the header.
        found: u64,
    },
    /// An array is missing or of another type, or cannot be added.
    #[error("tensor {name:?}: expected {expected}, found {found}")]
    Tensor {
        /// Its name.
        name: String,
        /// What it should be.
        expected: String,
        /// What it is.
        found: String,
    },
    /// Names, shapes and metadata take more bytes than a header may have.
    #[error(
        "names, shapes and metadata take {found} bytes, at most {most} are allowed; \
         shorten the metadata"
    )]
    TooLong {
        /// The most bytes.
        most: usize,
        /// The bytes that they take.
        found: usize,
    },
    /// A value of the metadata is not what its key means.
    #[error("the metadata's {key} is {found}, expected {expected}")]
    Metadata {
        /// The key.
        key: String,
        /// What it must be.
        expected: String,
        /// What it is.
        found: String,
    },
    /// Nothing says what is between two layers.
    #[error(
        "the file does not say the activation of its {hidden} hidden layers: give it, or write \
         it into the file as metadata {{\"activation\": \"relu\"}}"
    )]
    NoActivation {
        /// Number of hidden layers.
        hidden: usize,
    },
    /// An unknown activation.
    #[error("the metadata's activation cannot be used")]
    Activation(#[from] UnknownActivation),
    /// Tensors that are missing, too many, or of another shape.
    #[error("the tensors do not fit: {}", list(.0))]
    Misfit(
        /// Each of them, with its name and what is wrong.
        Vec<String>,
    ),
    /// A layer of this name is not in the file.
    #[error("no layer is called {name:?}; there are {there}")]
    LayerName {
        /// The name.
        name: String,
        /// The names in the file.
        there: String,
    },
    /// A layer does not take what the one below gives.
    #[error(
        "{above} takes {inputs} inputs, but {below}, taken as the layer below it, gives {outputs}; \
         if the layers come in another order, or their weights are stored the other way round, \
         say so"
    )]
    Chain {
        /// Name of the lower layer.
        below: String,
        /// Its outputs.
        outputs: usize,
        /// Name of the upper layer.
        above: String,
        /// Its inputs.
        inputs: usize,
    },
    /// The layers do not make a network.
    #[error("the layers do not make a network")]
    Network(#[from] NetworkError),
}

/// All of a few, the first of many.
fn list(misfits: &[String]) -> String {
    const MOST: usize = 12;
    let mut words = misfits[..misfits.len().min(MOST)].to_vec();
    if misfits.len() > MOST {
        words.push(format!("and {} more", misfits.len() - MOST));
    }
    words.join("; ")
}

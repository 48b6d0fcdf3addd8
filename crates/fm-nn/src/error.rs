//! What can go wrong in this crate.

use std::path::PathBuf;
use std::sync::Arc;

use crate::activation::Activation;
use crate::portable::Level;

/// Why an [`Engine`](crate::Engine) cannot be had.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// The BLAS backend was asked for in a build without it.
    #[error(
        "the blas backend is not built in: build with `--features openblas` \
         (needs OpenBLAS, e.g. Debian's libopenblas-dev)"
    )]
    BlasNotBuiltIn,
    /// The OpenBLAS that the program is linked with cannot be trusted.
    #[error("the linked OpenBLAS cannot be used: {fault} (it calls itself `{config}`)")]
    BlasUnfit {
        /// The library's own description.
        config: String,
        /// What is wrong with it.
        fault: BlasFault,
    },
    /// A vector level was forced that this CPU lacks.
    #[error("this CPU has no {wanted}; its widest vector level is {best}")]
    LevelUnsupported {
        /// The level asked for.
        wanted: Level,
        /// The widest that there is.
        best: Level,
    },
}

/// Why layers do not make a network, or a mask or loss does not fit one.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NetworkError {
    /// A bias is not as long as its layer has outputs.
    #[error("a layer of {outputs} outputs needs as many biases, found {found}")]
    BiasLength {
        /// Outputs of the weight matrix.
        outputs: usize,
        /// Length of the bias.
        found: usize,
    },
    /// A layer does not take what the one below gives.
    #[error("layer {layer} takes {found} inputs, but the layer below gives {expected}")]
    LayerShapes {
        /// Index of the upper layer, counted from the input.
        layer: usize,
        /// Outputs of the layer below.
        expected: usize,
        /// Inputs of the layer.
        found: usize,
    },
    /// The head has an activation of its own.
    #[error("the head gives logits, so its activation must be identity, found {found:?}")]
    HeadActivation {
        /// The activation found.
        found: Activation,
    },
    /// A softmax over one output.
    #[error(
        "a softmax head needs two or more outputs: over one output it is always 1, so nothing is \
         learned; use a sigmoid head (binary cross-entropy) for two classes"
    )]
    SoftmaxOfOne,
    /// A mask is for another number of layers.
    #[error("the freeze mask is for {found} layers, the network has {expected}")]
    MaskLayers {
        /// Layers of the network.
        expected: usize,
        /// Layers of the mask.
        found: usize,
    },
    /// A mask of single elements is not of the shape of what it masks.
    #[error(
        "the freeze mask of layer {layer}'s {what} is {} by {}, expected {} by {}",
        found.0, found.1, expected.0, expected.1
    )]
    MaskShape {
        /// Index of the layer, counted from the input.
        layer: usize,
        /// `weights` or `biases`.
        what: &'static str,
        /// Rows and columns of the weights, or one row of biases.
        expected: (usize, usize),
        /// Rows and columns of the mask.
        found: (usize, usize),
    },
    /// A name that no layer or part has.
    #[error(
        "there is no {name:?} to freeze in a network of {hidden} hidden layers; names are trunk, \
         head, layers.0 and so on from the input, and layers.0.weight, head.bias"
    )]
    MaskName {
        /// The name.
        name: String,
        /// Hidden layers of the network.
        hidden: usize,
    },
    /// A mask leaves nothing to train.
    #[error("the freeze mask freezes every layer, so nothing can be trained; unfreeze the head")]
    AllFrozen,
}

/// Why bytes are not a saved network, or another file of [`container`](crate::container).
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// The file cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// Path of the file.
        path: PathBuf,
        /// What the file system said.
        source: Arc<std::io::Error>,
    },
    /// The file cannot be written.
    #[error("cannot write {}", path.display())]
    Write {
        /// Path of the file.
        path: PathBuf,
        /// What the file system said.
        source: Arc<std::io::Error>,
    },
    /// Something else's file.
    #[error("not {what}: it begins with \"{found}\", expected \"{expected}\"")]
    Magic {
        /// What was to be read, in words: `a saved network`.
        what: &'static str,
        /// How such a file begins.
        expected: String,
        /// The first eight bytes.
        found: String,
    },
    /// Written by a newer version.
    #[error("format version {found} is unknown, this program reads up to {newest}; update it")]
    Version {
        /// The newest version known.
        newest: u32,
        /// The version found.
        found: u32,
    },
    /// Cut short, or with bytes too many.
    #[error("the header asks for {expected} bytes, found {found}: the file is damaged")]
    Length {
        /// Bytes that the header speaks of.
        expected: u64,
        /// Bytes found.
        found: u64,
    },
    /// Some byte is not what was written.
    #[error("the SHA-256 does not match: the file is damaged")]
    Checksum,
    /// The description cannot be decoded.
    #[error("the description at offset {offset} cannot be decoded")]
    Description {
        /// Where it begins.
        offset: usize,
        /// What the decoder said.
        source: Arc<bincode::error::DecodeError>,
    },
    /// The layers have impossible sizes.
    #[error("the description has no layers, an empty one, or one of impossible size")]
    Shape,
    /// An activation without a name.
    #[error("activation number {found} is unknown; update the program")]
    Activation {
        /// The number found.
        found: u8,
    },
    /// The metadata is not for the network, or too long.
    #[error("the model's metadata cannot be right: {reason}")]
    Metadata {
        /// What is wrong.
        reason: String,
    },
    /// The layers do not make a network.
    #[error("the layers do not make a network")]
    Network(#[from] NetworkError),
}

/// Why the linked OpenBLAS cannot be trusted, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BlasFault {
    /// Products from several threads at once share a work buffer.
    #[error(
        "it was built for one thread and without locking, so it returns wrong numbers to several; \
         install the threaded build (Debian's libopenblas0-pthread), build it with USE_LOCKING=1, \
         or choose the portable backend"
    )]
    NoLocking,
    /// Its integers are not those of the functions that are called.
    #[error(
        "it was built with 64-bit integers; install a build with 32-bit integers, \
         or choose the portable backend"
    )]
    WideIntegers,
    /// The self-check at the start found wrong results.
    #[error(
        "{wrong} of {of} products were wrong when computed by {threads} thread(s) at once; \
         install another version, try another kernel through OPENBLAS_CORETYPE, \
         or choose the portable backend"
    )]
    WrongProducts {
        /// Products that were wrong.
        wrong: usize,
        /// Products computed.
        of: usize,
        /// Threads that computed them.
        threads: usize,
    },
}

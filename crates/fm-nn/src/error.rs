//! What can go wrong in this crate.

use std::path::PathBuf;
use std::sync::Arc;

use crate::activation::Activation;

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
    /// A text that does not say what to freeze.
    #[error(
        "{found:?} cannot be frozen; write nothing, trunk, a number of layers, or names joined \
         by + (layers.0, layers.1.bias, head.weight)"
    )]
    Freeze {
        /// The text, or one of the names in it.
        found: String,
    },
    /// A layer that the network does not have.
    #[error(
        "there is no {name:?} to freeze in a network of {hidden} hidden layers; layers are \
         layers.0 and so on from the input, and head"
    )]
    MaskName {
        /// The name.
        name: String,
        /// Hidden layers of the network.
        hidden: usize,
    },
    /// A workspace is for a network of another shape.
    #[error(
        "the workspace is for the network {found}, expected {expected}; make one for each shape"
    )]
    Workspace {
        /// Layers of the network: `784x300 selu, 300x1 identity`.
        expected: String,
        /// Layers of the network that the workspace was made for.
        found: String,
    },
    /// A workspace for inference was given to a training step.
    #[error("the workspace is for inference; make it with Workspace::for_training")]
    Inference,
    /// More rows than there is room for.
    #[error("{rows} rows, at most {capacity} fit; make the workspace larger or the batch smaller")]
    Capacity {
        /// Rows found.
        rows: usize,
        /// The most rows.
        capacity: usize,
    },
    /// Inputs of another number of columns.
    #[error("the inputs have {found} columns, layer {layer} takes {expected}")]
    Inputs {
        /// Index of the layer, counted from the input.
        layer: usize,
        /// Inputs of the layer.
        expected: usize,
        /// Columns found.
        found: usize,
    },
    /// Targets for other rows or outputs.
    #[error("targets of {found}, expected {expected}")]
    Targets {
        /// Rows, or rows by outputs.
        expected: String,
        /// The same of the targets.
        found: String,
    },
    /// A class that the head has no output for.
    #[error("row {row} has class {class}, the head has classes 0 to {}", n_classes - 1)]
    Class {
        /// The row.
        row: usize,
        /// Its class.
        class: u32,
        /// Number of classes, 2 or more.
        n_classes: usize,
    },
    /// A backward pass below the layer where the forward pass began.
    #[error("layer {layer} is trainable, but the forward pass began at layer {first}")]
    BelowForward {
        /// The lowest trainable layer.
        layer: usize,
        /// Where the forward pass began.
        first: usize,
    },
    /// A pass that dropout was not drawn for.
    #[error(
        "dropout was drawn for {drawn} rows from layer {from} on, the pass has {rows} from layer \
         {first} on; draw again"
    )]
    Dropout {
        /// Rows of the pass.
        rows: usize,
        /// Layer at which it begins.
        first: usize,
        /// Rows that were drawn.
        drawn: usize,
        /// Layer from which on they were drawn.
        from: usize,
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
    /// A file of another version.
    #[error("format version {found} is unknown, this program reads version {newest}")]
    Version {
        /// The version that is read.
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
        source: Arc<dyn std::error::Error + Send + Sync>,
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

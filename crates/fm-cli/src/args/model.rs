//! The command lines of single models.

use std::ops::Range;
use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use fm_experiment::protocol::{Phase, parse_phase};
use fm_experiment::single::{self, SingleError};
use fm_nn::tensors::{Layout, ReadOptions};
use fm_nn::{Activation, Backend, Model};

use super::{DataChoice, Format, backend};

/// Where images and labels come from.
#[derive(Debug, Args)]
pub(crate) struct SourceArgs {
    #[command(flatten)]
    pub(crate) data: DataChoice,

    /// An IDX file of your own images, `[rows, height, width]` of bytes, plain or gzip
    #[arg(long, value_name = "FILE", requires = "labels")]
    #[arg(conflicts_with = "data")]
    pub(crate) images: Option<PathBuf>,

    /// The IDX file of their labels, one byte for each image
    #[arg(long, value_name = "FILE", requires = "images")]
    pub(crate) labels: Option<PathBuf>,

    /// Names of the classes of these files, in the order of their numbers [default: the numbers]
    #[arg(long, value_name = "NAME,…", value_delimiter = ',')]
    #[arg(requires = "images")]
    pub(crate) class_names: Vec<String>,
}

/// What every training shares: which rows, and how.
#[derive(Debug, Args)]
pub(crate) struct TrainingArgs {
    #[command(flatten)]
    pub(crate) source: SourceArgs,

    /// The classes to train on, by name or number, in the order of the new labels [default: all]
    #[arg(long, value_name = "CLASS,…", value_delimiter = ',')]
    pub(crate) classes: Vec<String>,

    /// The classes to leave out
    #[arg(long, value_name = "CLASS,…", value_delimiter = ',')]
    #[arg(conflicts_with = "classes")]
    pub(crate) except: Vec<String>,

    /// Rows to train on: the first of the chosen classes [default: all]
    #[arg(long, value_name = "ROWS")]
    pub(crate) rows: Option<usize>,

    /// Rows at the beginning of the training file that are held out and scored after each epoch
    /// [default: a tenth, at most 5000]
    #[arg(long, value_name = "ROWS")]
    pub(crate) validation_rows: Option<usize>,

    /// Rows of a step
    #[arg(long, value_name = "ROWS", default_value_t = 32)]
    pub(crate) batch_size: usize,

    /// The seed of the first weights and of the order of the rows: equal seeds give equal models
    #[arg(long, value_name = "SEED", default_value_t = 42)]
    pub(crate) seed: u64,

    #[command(flatten)]
    pub(crate) backend: BackendChoice,

    /// Replace the file of --out if it exists
    #[arg(long)]
    pub(crate) force: bool,

    /// How to print the result
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct BackendChoice {
    /// Backend for the matrix products: our own kernels, which give the same bits on every machine,
    /// or OpenBLAS
    #[arg(long, value_parser = backend(), default_value = "portable")]
    pub(crate) backend: Backend,
}

/// `fm train`
#[derive(Debug, Args)]
#[command(after_help = "\
A phase of --phase is the inside of a TOML table, with any key that a protocol's [source] may have:
  epochs=20,optimizer.sgd.lr=0.01,optimizer.sgd.momentum=0.9,clip_norm=1

Examples:
  fm train --data sample --rows 2000 --epochs 3 --out small.fmnn   the embedded sample, seconds
  fm train --except sandal,shirt --out source.fmnn                 eight classes, all rows
  fm train --images my-images.idx --labels my-labels.idx.gz        your own files

With the rows, layers and phases of a protocol and a seed, it trains the source model of that seed,
to the bit.")]
pub(crate) struct TrainArgs {
    #[command(flatten)]
    pub(crate) training: TrainingArgs,

    /// Units of the hidden layers, from the input on
    #[arg(long, value_name = "UNITS,…", value_delimiter = ',')]
    #[arg(default_value = "300,100,50,50,50")]
    pub(crate) hidden: Vec<usize>,

    /// Activation of the hidden layers
    #[arg(long, value_parser = activation(), default_value = "selu")]
    pub(crate) activation: Activation,

    /// Epochs: passes over the rows
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub(crate) epochs: usize,

    /// sgd, adam, adamw or rmsprop
    #[arg(long, value_name = "NAME", default_value = "adam")]
    pub(crate) optimizer: String,

    /// Learning rate
    #[arg(long, value_name = "RATE", default_value_t = 1e-3)]
    pub(crate) lr: f64,

    /// A phase with all its settings, in place of the three above; may be given several times
    #[arg(long = "phase", value_name = "PHASE", value_parser = parse_phase, conflicts_with_all = ["epochs", "optimizer", "lr"])]
    pub(crate) phases: Vec<Phase>,

    /// The file of the model
    #[arg(long, value_name = "FILE", default_value = "model.fmnn")]
    pub(crate) out: PathBuf,
}

/// `fm transfer`
#[derive(Debug, Args)]
#[command(after_help = "\
A phase is the inside of a TOML table, with any key that a protocol's phases may have:
  epochs=4,freeze=trunk,optimizer=adam
  epochs=8,freeze=layers.0+layers.1.bias,optimizer.sgd.lr=0.0005,clip_norm=1
freeze is nothing (the default), trunk, a number of layers from the input on, or names of layers with
+ between them (`fm inspect` lists the layers). optimizer is sgd, adam, adamw or rmsprop; a name alone
has the learning rate 0.001.

Examples:
  fm transfer source.fmnn --classes sandal,shirt --rows 200
  fm transfer source.fmnn --data sample --classes 5,6 --rows 200 --out two.fmnn
  fm transfer source.fmnn --classes sandal,shirt --phase epochs=4,freeze=trunk,optimizer=adam \\
      --phase epochs=8,freeze=layers.0+layers.1,optimizer.adam.lr=0.0005")]
pub(crate) struct TransferArgs {
    #[command(flatten)]
    pub(crate) source: ModelArgs,

    #[command(flatten)]
    pub(crate) training: TrainingArgs,

    /// A phase, as below; may be given several times [default: 4 epochs with the trunk frozen,
    /// then 16 with nothing frozen, both with adam at 0.001]
    #[arg(long = "phase", value_name = "PHASE", value_parser = parse_phase)]
    pub(crate) phases: Vec<Phase>,

    /// The file of the new model
    #[arg(long, value_name = "FILE", default_value = "transfer.fmnn")]
    pub(crate) out: PathBuf,
}

/// A model that is read, and what a safetensors file may not say.
#[derive(Debug, Args)]
pub(crate) struct ModelArgs {
    /// The model: native, safetensors, or a checkpoint. It is not changed
    #[arg(value_name = "MODEL")]
    pub(crate) model: PathBuf,

    /// Activation of the hidden layers of a safetensors file [default: what it says]
    #[arg(long, value_name = "ACTIVATION", value_parser = activation())]
    read_activation: Option<Activation>,

    /// Layers of a safetensors file from the input on, without .weight or /kernel [default: all, in
    /// the order of their names]
    #[arg(long, value_name = "NAME,…", value_delimiter = ',')]
    read_layers: Vec<String>,

    /// Names and orientation of its weights [default: told from the names]
    #[arg(long, value_parser = layout())]
    read_layout: Option<Layout>,
}

impl ModelArgs {
    pub(crate) fn open(&self) -> Result<Model, SingleError> {
        let options = ReadOptions {
            activation: self.read_activation,
            layers: self.read_layers.clone(),
            layout: self.read_layout,
        };
        single::open(&self.model, &options)
    }
}

/// PyTorch has 0.weight, `[outputs, inputs]`; Keras has dense/kernel, `[inputs, outputs]`.
fn layout() -> impl TypedValueParser<Value = Layout> {
    PossibleValuesParser::new(["pytorch", "keras"]).map(|name| match name.as_str() {
        "keras" => Layout::Keras,
        _ => Layout::PyTorch,
    })
}

/// `fm evaluate`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  fm evaluate model.fmnn                                on the test images of its classes
  fm evaluate model.fmnn --data sample --format json    on the sample's, for programs")]
pub(crate) struct EvaluateArgs {
    #[command(flatten)]
    pub(crate) model: ModelArgs,

    #[command(flatten)]
    pub(crate) source: SourceArgs,

    /// The classes that the model was trained on, in the order of its labels [default: those in its
    /// file]
    #[arg(long, value_name = "CLASS,…", value_delimiter = ',')]
    pub(crate) classes: Vec<String>,

    #[command(flatten)]
    pub(crate) backend: BackendChoice,

    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

/// `fm predict`
#[derive(Debug, Args)]
#[command(after_help = "\
Pictures are converted to grey and scaled to the size of the training images. If the background is
bright, as on most photographs, bright and dark are exchanged, and a note says so.

Examples:
  fm predict model.fmnn photo.png
  fm predict model.fmnn *.jpg --format json
  fm predict model.fmnn t10k-images-idx3-ubyte.gz --rows 0..10")]
pub(crate) struct PredictArgs {
    #[command(flatten)]
    pub(crate) model: ModelArgs,

    /// PNG or JPEG pictures, or IDX files of images, told apart by their content
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,

    /// Rows of IDX files, counted from 0, without END: 7, 0..10, or 7.. to the last [default: all]
    #[arg(long, value_name = "FIRST..END", value_parser = rows)]
    pub(crate) rows: Option<Range<usize>>,

    #[command(flatten)]
    pub(crate) backend: BackendChoice,

    /// How to print it; json has the probability of every class
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

/// `fm inspect`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  fm inspect model.fmnn                    layers with the names for freezing, and classes
  fm inspect results/notebook-2e           which experiment, and how far it is
  fm inspect train-images-idx3-ubyte.gz    type, shape and range of an array")]
pub(crate) struct InspectArgs {
    /// A model, a checkpoint, a safetensors or IDX file, or a results folder
    #[arg(value_name = "PATH")]
    pub(crate) path: PathBuf,

    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(crate) format: Format,
}

/// `fm convert`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  fm convert model.fmnn model.safetensors                  for nn.Sequential's load_state_dict
  fm convert model.fmnn model.safetensors --layout keras   dense/kernel, dense/bias, …
  fm convert theirs.safetensors model.fmnn --read-activation relu --class-names sandal,shirt")]
pub(crate) struct ConvertArgs {
    #[command(flatten)]
    pub(crate) model: ModelArgs,

    /// The new file, .safetensors or .fmnn
    #[arg(value_name = "OUT")]
    pub(crate) to: PathBuf,

    /// Names and layout of a safetensors file that is written
    #[arg(long, value_parser = layout(), default_value = "pytorch")]
    pub(crate) layout: Layout,

    /// Names of the classes to store, in the order of the labels [default: those of MODEL]
    #[arg(long, value_name = "NAME,…", value_delimiter = ',')]
    pub(crate) class_names: Vec<String>,

    /// Replace OUT if it exists
    #[arg(long)]
    pub(crate) force: bool,
}

/// Activations by their names; an error has the nearest.
fn activation() -> impl TypedValueParser<Value = Activation> {
    PossibleValuesParser::new(Activation::ALL.map(Activation::name))
        .try_map(|name| name.parse::<Activation>())
}

/// `7`, `0..10`, or `7..` to the last.
fn rows(text: &str) -> Result<Range<usize>, String> {
    let parse = |text: &str| text.trim().parse::<usize>().ok();
    let rows = match text.split_once("..") {
        None => parse(text).map(|row| row..row.saturating_add(1)),
        Some((first, "")) => parse(first).map(|first| first..usize::MAX),
        Some((first, end)) => parse(first).zip(parse(end)).map(|(first, end)| first..end),
    };
    let rows = rows.filter(|rows| !rows.is_empty());
    rows.ok_or_else(|| {
        "expected one row (7), rows without the last (0..10), or all from one on (7..)".to_owned()
    })
}

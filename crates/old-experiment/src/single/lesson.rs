//! Training one model, from scratch or on a trunk that is there.

use fm_data::Dataset;
use fm_nn::{Engine, Init, Loss, Metadata, Model, Network, TrunkSpec};
use fm_train::{EpochRecord, Observer, Phase, RowOrder, Seeds, Stream, TrainError, Trainer};

use super::SingleError;
use crate::protocol::NetworkSpec;
use crate::run::SOURCE_TRUNK;
use crate::tasks::{PIXEL_SCALE, labelled};

/// What all of a training shares.
#[derive(Clone, Debug)]
pub struct Lesson {
    /// Computes everything.
    pub engine: Engine,
    /// Rows of a step, 1 or more.
    pub batch_size: usize,
    /// Decides the first weights and the order of the rows.
    pub seed: u64,
}

impl Lesson {
    /// Trains a network; the model says what it was trained on.
    fn fit(
        &self,
        mut network: Network,
        order: Stream,
        phases: &[Phase],
        (train, valid): (&Dataset, Option<&Dataset>),
        scale: f32,
        observer: &mut dyn Observer,
    ) -> Result<(Model, Vec<EpochRecord>), SingleError> {
        let trainer = Trainer {
            engine: self.engine.clone(),
            loss: loss(&network),
            batch_size: self.batch_size,
            order: RowOrder::Shuffled(order),
        };
        let examples = |data| labelled(data, Dataset::labels(data), scale);
        let (rows, valid) = (examples(train)?, valid.map(examples).transpose()?);
        let fit = trainer.fit(&mut network, phases, &rows);
        let history = fit.validation(&valid).observer(observer).run()?;
        let metadata = Metadata {
            class_names: train.class_names().to_vec(),
            input_scale: Some(scale),
            notes: [("data".to_owned(), train.name().to_owned())].into(),
        };
        Ok((Model { network, metadata }, history))
    }
}

/// What a network of this head is trained with: one logit means two classes.
pub(super) fn loss(network: &Network) -> Loss {
    match network.outputs() {
        1 => Loss::BinaryCrossEntropy,
        _ => Loss::SoftmaxCrossEntropy,
    }
}

/// Trains a new network on all classes of `train`, scoring it on `valid` after every epoch.
///
/// # Errors
/// [`SingleError::Train`] if phases, network and data do not fit each other.
pub fn train(
    spec: &NetworkSpec,
    lesson: &Lesson,
    phases: &[Phase],
    train: &Dataset,
    valid: Option<&Dataset>,
    observer: &mut dyn Observer,
) -> Result<(Model, Vec<EpochRecord>), SingleError> {
    if let Some((_, expected, found)) = spec.too_large() {
        return Err(SingleError::Train(TrainError::Setting {
            name: "hidden",
            expected: expected.to_owned(),
            found,
        }));
    }
    let seeds = Seeds::new(lesson.seed);
    let spec = spec.trunk(train.pixels().ncols());
    let trunk = spec.trunk(&mut seeds.stream(SOURCE_TRUNK).rng());
    let (_, outputs) = Loss::for_classes(train.n_classes());
    let head = spec.head(outputs, &mut seeds.stream("source/head").rng());
    let network = Network::new(trunk, head)?;
    let (order, rows) = (seeds.stream("source/shuffle"), (train, valid));
    lesson.fit(network, order, phases, rows, PIXEL_SCALE, observer)
}

/// Trains a copy of a model's trunk under a new head on all classes of `train`; the source stays
/// as it is. Pixels are multiplied by what the source's metadata says, 1/255 where it says nothing.
///
/// # Errors
/// As [`train`], and [`SingleError::Inputs`] for images of another size.
pub fn transfer(
    source: &Model,
    lesson: &Lesson,
    phases: &[Phase],
    train: &Dataset,
    valid: Option<&Dataset>,
    observer: &mut dyn Observer,
) -> Result<(Model, Vec<EpochRecord>), SingleError> {
    check_inputs(source, train.pixels().ncols())?;
    let seeds = Seeds::new(lesson.seed);
    let head = TrunkSpec {
        inputs: source.network.head().inputs(),
        hidden: Vec::new(),
        activation: source.network.head().activation(),
        init: Init::GlorotUniform,
    };
    let (_, outputs) = Loss::for_classes(train.n_classes());
    let head = head.head(outputs, &mut seeds.stream("target/head").rng());
    let network = source.network.with_head(head)?;
    let (order, rows) = (seeds.stream("target/shuffle"), (train, valid));
    // The trunk's features are of pixels on the source's scale.
    let scale = source.metadata.input_scale.unwrap_or(PIXEL_SCALE);
    lesson.fit(network, order, phases, rows, scale, observer)
}

pub(super) fn check_inputs(model: &Model, found: usize) -> Result<(), SingleError> {
    let expected = model.network.inputs();
    if expected == found {
        return Ok(());
    }
    Err(SingleError::Inputs { expected, found })
}

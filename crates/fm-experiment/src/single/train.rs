//! Training one model, from scratch or on the trunk of another.

use fm_data::Dataset;
use fm_nn::{Engine, Init, Metadata, Model, Network};
use fm_train::{EpochRecord, Observer, Seeds};

use super::SingleError;
use crate::protocol::{NetworkSpec, Phase, check_phase};
use crate::tasks::{PIXEL_SCALE, labelled};
use crate::training;

/// What decides a training beside its network, rows and phases.
#[derive(Clone, Debug)]
pub struct Training {
    /// Computes everything.
    pub engine: Engine,
    /// Rows of a step, 1 or more.
    pub batch_size: usize,
    /// The seed of first weights, the order of rows and dropout.
    pub seed: u64,
}

/// Rows to train on.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    /// Trained on.
    pub train: &'a Dataset,
    /// Scored after every epoch.
    pub valid: Option<&'a Dataset>,
}

impl<'a> Rows<'a> {
    /// Rows without validation.
    pub fn of(train: &'a Dataset) -> Self {
        Self { train, valid: None }
    }
}

/// Trains a new network on all classes of the rows; returns it with a record for each epoch.
///
/// # Errors
/// [`SingleError::Unfit`] and [`SingleError::Train`] if phases, network and rows do not fit.
pub fn train(
    spec: &NetworkSpec,
    training: &Training,
    phases: &[Phase],
    rows: &Rows<'_>,
    observer: &mut dyn Observer,
) -> Result<(Model, Vec<EpochRecord>), SingleError> {
    spec.check("hidden")?;
    let network = training::network(spec, rows.train, Seeds::new(training.seed), "source")?;
    training.fit(network, "source", phases, rows, PIXEL_SCALE, observer)
}

/// Trains a copy of a model's trunk under a new head on all classes of the rows. Pixels are
/// multiplied by the input scale of the model's metadata, 1/255 if it has none.
///
/// # Errors
/// As [`train`], and [`SingleError::Unfit`] for images of another size.
pub fn transfer(
    source: &Model,
    training: &Training,
    phases: &[Phase],
    rows: &Rows<'_>,
    observer: &mut dyn Observer,
) -> Result<(Model, Vec<EpochRecord>), SingleError> {
    let scale = scale_of(source, rows.train.pixels().ncols())?;
    // A head is drawn from the width of the layer below and the way of drawing alone.
    let spec = NetworkSpec {
        hidden: vec![source.network.head().inputs()],
        activation: source.network.head().activation(),
        init: Init::GlorotUniform,
    };
    let head = training::head(&spec, rows.train, Seeds::new(training.seed), "target");
    let network = source.network.with_head(head)?;
    training.fit(network, "target", phases, rows, scale, observer)
}

impl Training {
    fn fit(
        &self,
        mut network: Network,
        prefix: &str,
        phases: &[Phase],
        rows: &Rows<'_>,
        scale: f32,
        observer: &mut dyn Observer,
    ) -> Result<(Model, Vec<EpochRecord>), SingleError> {
        let (hidden, classes) = (network.trunk().len(), rows.train.n_classes());
        for (i, phase) in phases.iter().enumerate() {
            check_phase(phase, &format!("phases[{i}]"), hidden, Some(classes))?;
        }
        let (batch, seeds) = (self.batch_size, Seeds::new(self.seed));
        let trainer = training::trainer(&self.engine, &network, batch, seeds, prefix);
        let examples = |data| labelled(data, Dataset::labels(data), scale);
        let (train, valid) = (examples(rows.train)?, rows.valid.map(examples).transpose()?);
        let fit = trainer.fit(&mut network, phases, &train);
        let history = fit.validation(&valid).observer(observer).run()?;
        let metadata = Metadata {
            class_names: rows.train.class_names().to_vec(),
            input_scale: Some(scale),
            notes: [("data".to_owned(), rows.train.name().to_owned())].into(),
        };
        Ok((Model { network, metadata }, history))
    }
}

/// What pixels are multiplied by, of images of as many as the model takes.
pub(super) fn scale_of(model: &Model, found: usize) -> Result<f32, SingleError> {
    let expected = model.network.inputs();
    match expected == found {
        true => Ok(model.metadata.input_scale.unwrap_or(PIXEL_SCALE)),
        false => Err(SingleError::Unfit(format!(
            "the model takes {expected} inputs, and each image of the data has {found} pixels"
        ))),
    }
}

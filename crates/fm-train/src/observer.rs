//! [`Observer`]: callbacks during a training, and the records that they get.

use std::ops::ControlFlow;

use fm_nn::Network;
use serde::{Deserialize, Serialize};

use crate::scores::Scores;

/// The scores of one epoch. Contains no times, so equal trainings have equal records.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct EpochRecord {
    /// Phase, counted from 1.
    pub phase: usize,
    /// Epoch of the whole training, counted from 1 through all phases.
    pub epoch: usize,
    /// Over the epoch's training rows, each scored before the step that used it.
    pub train: Scores,
    /// Over the validation rows, after the epoch; none without validation examples.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid: Option<Scores>,
}

/// One step of a training.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StepRecord {
    /// Phase, counted from 1.
    pub phase: usize,
    /// Epoch of the whole training, counted from 1.
    pub epoch: usize,
    /// Step of the epoch, counted from 1.
    pub step: usize,
    /// Mean loss of the batch before the step.
    pub loss: f64,
}

/// Callbacks of a training, for progress, logs, scores of every epoch, or to end it. By default
/// each does nothing and continues.
///
/// A closure of an [`EpochRecord`] and the network is an observer of epochs:
///
/// ```
/// # use fm_nn::{Activation, FreezeMask, Init, Loss, Network, TrunkSpec};
/// # use fm_train::{EpochRecord, Evaluator, Examples, Phase, Seeds, Sgd, Trainer};
/// # use std::ops::ControlFlow;
/// # let points = ndarray::Array2::from_shape_fn((40, 1), |(i, _)| i as f32 / 20.0 - 1.0);
/// # let labels: Vec<u8> = (0..40).map(|i| u8::from(i >= 20)).collect();
/// # let train = Examples::new(&points, &labels)?;
/// # let held_out = train;
/// # let (seeds, spec) = (Seeds::new(42), TrunkSpec {
/// #     inputs: 1, hidden: vec![8], activation: Activation::Selu, init: Init::GlorotUniform });
/// # let mut rng = seeds.stream("weights").rng();
/// # let mut network = Network::new(spec.trunk(&mut rng), spec.head(1, &mut rng))?;
/// # let trainer = Trainer::new(Loss::BinaryCrossEntropy, seeds.stream("shuffle"));
/// # let phases = [Phase::new(4, FreezeMask::none(2), Sgd::plain(0.1))];
/// // Score held-out rows after every epoch.
/// let mut evaluator = Evaluator::new(&network, trainer.engine.clone());
/// let mut scores = Vec::new();
/// let mut each_epoch = |_: &EpochRecord, network: &Network| {
///     scores.push(evaluator.evaluate(network, &held_out, Loss::BinaryCrossEntropy));
///     ControlFlow::Continue(())
/// };
/// trainer.fit(&mut network, &phases, &train).observer(&mut each_epoch).run()?;
/// assert_eq!(scores.len(), 4);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Observer {
    /// Called after every step; [`ControlFlow::Break`] ends the training.
    fn step(&mut self, step: &StepRecord) -> ControlFlow<()> {
        let _ = step;
        ControlFlow::Continue(())
    }

    /// Called after every epoch and its validation; [`ControlFlow::Break`] ends the training.
    fn epoch(&mut self, epoch: &EpochRecord, network: &Network) -> ControlFlow<()> {
        let _ = (epoch, network);
        ControlFlow::Continue(())
    }

    /// Called at the end of phase `phase`, counted from 1, unless the training was ended before.
    fn phase(&mut self, phase: usize, network: &Network) {
        let _ = (phase, network);
    }
}

impl<F: FnMut(&EpochRecord, &Network) -> ControlFlow<()>> Observer for F {
    fn epoch(&mut self, epoch: &EpochRecord, network: &Network) -> ControlFlow<()> {
        self(epoch, network)
    }
}

/// Does nothing.
impl Observer for () {}

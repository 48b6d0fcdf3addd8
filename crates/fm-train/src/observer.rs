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
/// use std::ops::ControlFlow;
///
/// use fm_nn::Network;
/// use fm_train::{EpochRecord, Observer};
///
/// let mut losses = Vec::new();
/// let mut each_epoch = |epoch: &EpochRecord, _: &Network| {
///     losses.push(epoch.train.loss);
///     ControlFlow::Continue(())
/// };
/// let observer: &mut dyn Observer = &mut each_epoch; // for `Training::observer`
/// # let _ = observer;
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

//! [`Fit`]: a training with its data, about to start.

use fm_nn::Network;

use crate::checkpoint::Checkpoint;
use crate::error::TrainError;
use crate::examples::{Data, Examples};
use crate::observer::{EpochRecord, Observer};
use crate::phase::Phase;
use crate::trainer::Trainer;
use crate::training::Training;

impl Trainer {
    /// A training of `network` through `phases` on `train`: add validation examples or an observer
    /// if needed, then [`run`](Fit::run) it.
    ///
    /// The outputs of layers below the lowest trainable one are computed once per phase, not once
    /// per epoch.
    pub fn fit<'a>(
        &'a self,
        network: &'a mut Network,
        phases: &'a [Phase],
        train: &'a Examples<'_>,
    ) -> Fit<'a> {
        Fit {
            trainer: self,
            network,
            phases,
            data: Data {
                train: train.reborrow(),
                valid: None,
            },
            observer: None,
        }
    }
}

/// A training that has not started, made by [`Trainer::fit`].
#[must_use = "call `run`, `start` or `resume`"]
pub struct Fit<'a> {
    trainer: &'a Trainer,
    network: &'a mut Network,
    phases: &'a [Phase],
    data: Data<'a>,
    observer: Option<&'a mut dyn Observer>,
}

impl<'a> Fit<'a> {
    /// Scores the network on these examples, if any, after every epoch.
    pub fn validation<'b: 'a>(mut self, valid: impl Into<Option<&'a Examples<'b>>>) -> Self {
        self.data.valid = valid.into().map(Examples::reborrow);
        self
    }

    /// Calls the observer during the training.
    pub fn observer(mut self, observer: &'a mut dyn Observer) -> Self {
        self.observer = Some(observer);
        self
    }

    /// Trains to the end and returns one record per epoch.
    ///
    /// # Errors
    /// [`TrainError`] if examples, network, loss and phases do not fit each other, before anything
    /// is changed; [`TrainError::Diverged`] if a loss or a weight is no longer finite.
    pub fn run(self) -> Result<Vec<EpochRecord>, TrainError> {
        self.start()?.finish()
    }

    /// Starts a training that runs epoch by epoch, so that it can be saved between epochs.
    ///
    /// # Errors
    /// [`TrainError`] if examples, network, loss and phases do not fit each other.
    pub fn start(self) -> Result<Training<'a>, TrainError> {
        self.check()?;
        Ok(self.training())
    }

    /// Continues a training from a checkpoint, with the same bits as without the interruption. The
    /// network gets the checkpoint's weights, whatever its own.
    ///
    /// The phases must equal those of the checkpoint, which are
    /// [`Checkpoint::phases`].
    ///
    /// # Errors
    /// [`TrainError::Checkpoint`] names the first difference of network, phases, loss, batches or
    /// numbers of rows; else as [`start`](Self::start). The network is not changed then.
    pub fn resume(self, checkpoint: &Checkpoint) -> Result<Training<'a>, TrainError> {
        self.check()?;
        let setup = self.trainer.setup(&self.data);
        checkpoint.check(self.network, self.phases, &setup)?;
        let mut training = self.training();
        training.restore(checkpoint)?;
        Ok(training)
    }

    fn check(&self) -> Result<(), TrainError> {
        self.trainer.check(self.network, self.phases, &self.data)
    }

    fn training(self) -> Training<'a> {
        Training::new(
            self.trainer,
            self.network,
            self.phases,
            self.data,
            self.observer,
        )
    }
}

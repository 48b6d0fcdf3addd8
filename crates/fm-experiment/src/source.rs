//! The training on the source task, which can be gone on with after any epoch.

use fm_nn::Network;
use fm_train::{Checkpoint, EpochRecord, Seeds};

use crate::error::ExperimentError;
use crate::run::{Progress, Run, Watch, train_error};
use crate::streams::Streams;
use crate::tasks::examples;

impl Run<'_> {
    /// Trains the source model of a seed.
    ///
    /// # Errors
    /// [`ExperimentError::Train`] names seed and training; [`ExperimentError::Cancelled`].
    pub fn source(
        &self,
        seed: u64,
        progress: &dyn Progress,
    ) -> Result<(Network, Vec<EpochRecord>), ExperimentError> {
        self.source_from(seed, None, &mut |_| Ok(()), progress)
    }

    /// As [`source`](Self::source), but goes on from a checkpoint where there is one, and hands
    /// `keep` one after every epoch. The model is the same to the bit.
    ///
    /// # Errors
    /// As [`source`](Self::source), and what `keep` returns.
    pub fn source_from(
        &self,
        seed: u64,
        begun: Option<&Checkpoint>,
        keep: &mut dyn FnMut(&Checkpoint) -> Result<(), ExperimentError>,
        progress: &dyn Progress,
    ) -> Result<(Network, Vec<EpochRecord>), ExperimentError> {
        let failed = |error| train_error(seed, "source", error);
        let (seeds, task) = (Seeds::new(seed), &self.tasks.source);
        let mut network = self.source_network(seeds).map_err(failed)?;
        let phases = std::slice::from_ref(&self.protocol.source);
        let streams = Streams::of(seeds, "source");
        let (trainer, phases) = self.trainer(&network, phases, streams);
        let train = examples(&task.train).map_err(failed)?;
        let valid = examples(&task.valid).map_err(failed)?;
        let training = match begun {
            None => trainer.start(&mut network, &phases, &train, Some(&valid)),
            Some(begun) => trainer.resume(&mut network, &phases, begun, &train, Some(&valid)),
        };
        let mut training = training.map_err(failed)?;
        progress.advance(task.epoch_work() * training.history().len() as u64);
        let mut watch = Watch::new(progress, task);
        while training.epoch(&mut watch).map_err(failed)?.is_some() {
            if let Some(checkpoint) = training.checkpoint() {
                keep(&checkpoint)?;
            }
        }
        if watch.cancelled {
            return Err(ExperimentError::Cancelled);
        }
        let history = training.finish(&mut watch).map_err(failed)?;
        Ok((network, history))
    }
}

//! One training of a curve: no validation unless a phase hangs on it, scored once.

use fm_nn::Network;
use fm_train::{Scores, TrainError};

use crate::error::ExperimentError;
use crate::protocol::PhaseSpec;
use crate::run::{Progress, Run, train_error};
use crate::streams::Streams;
use crate::tasks::examples;
use crate::watch::Watch;

impl Run<'_> {
    /// Trains what `begin` gives on the target task and scores it on its test rows.
    pub(super) fn curve_training(
        &self,
        seed: u64,
        training: &str,
        begin: impl FnOnce() -> Result<Network, TrainError>,
        phases: &[PhaseSpec],
        streams: Streams,
        progress: &dyn Progress,
    ) -> Result<(Network, Scores), ExperimentError> {
        let task = &self.tasks.target;
        let trained = || {
            let mut network = begin()?;
            let train = examples(&task.train)?;
            let valid = match phases.iter().any(PhaseSpec::needs_validation) {
                true => Some(examples(&task.valid)?),
                false => None,
            };
            let mut watch = Watch::of(progress, task, valid.is_some());
            let rows = (&train, valid.as_ref());
            self.fit_on(&mut network, rows, phases, streams, &mut watch)?;
            if watch.cancelled {
                return Ok(None);
            }
            let (test, _) = self.score(&network, task)?;
            Ok(Some((network, test)))
        };
        let trained = trained().map_err(|error| train_error(seed, training, error))?;
        trained.ok_or(ExperimentError::Cancelled)
    }
}

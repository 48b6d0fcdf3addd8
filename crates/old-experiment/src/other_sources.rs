//! Source trainings beside the one of a run: on other classes, on shuffled labels.

use fm_nn::Network;
use fm_train::{EpochRecord, Scores, Seeds, shuffle};

use crate::curves::TrainingSeeds;
use crate::error::ExperimentError;
use crate::protocol::PhaseSpec;
use crate::run::{Progress, Run, train_error};
use crate::source::{KeepCheckpoints, SourceJob, SourceTraining};

impl Run<'_> {
    /// Trains the source model of a seed as [`source`](Self::source) does, without scoring its
    /// epochs unless something hangs on that, and scores it on its test rows.
    pub(crate) fn source_alone(
        &self,
        seed: u64,
        progress: &dyn Progress,
    ) -> Result<(Network, Scores), ExperimentError> {
        let task = &self.tasks.source;
        let network = self.source_of(seed, TrainingSeeds::one(seed), progress)?;
        let (test, _) = self
            .score(&network, task)
            .map_err(|error| train_error(seed, "source", error))?;
        Ok((network, test))
    }

    /// Trains a source model whose weights and order may come from two seeds; `seed` is named where
    /// it fails.
    pub(crate) fn source_of(
        &self,
        seed: u64,
        seeds: TrainingSeeds,
        progress: &dyn Progress,
    ) -> Result<Network, ExperimentError> {
        let phase = &self.protocol.source;
        let job = SourceJob {
            seed,
            seeds,
            which: SourceTraining::Source,
            labels: self.tasks.source.train.labels(),
            phase,
            validated: phase.needs_validation(),
            kept: &(),
        };
        self.train_source(&job, progress)
            .map(|(network, _)| network)
    }

    /// Trains a second source model, from the first's weights and in its order of rows, on labels
    /// that a stream of the seed has shuffled; for all its epochs, since validation scores say
    /// nothing of it.
    pub(crate) fn shuffled_source(
        &self,
        seed: u64,
        kept: &dyn KeepCheckpoints,
        progress: &dyn Progress,
    ) -> Result<(Network, Vec<EpochRecord>), ExperimentError> {
        let (seeds, task) = (Seeds::new(seed), &self.tasks.source);
        let mut order: Vec<u32> = vec![0; task.train.rows()];
        shuffle(
            &mut order,
            &mut seeds.stream("shuffled-source/labels").rng(),
        );
        let labels: Vec<u8> = order
            .iter()
            .map(|&row| task.train.labels()[row as usize])
            .collect();
        let phase = PhaseSpec {
            early_stopping: None,
            reduce_on_plateau: None,
            ..self.protocol.source.clone()
        };
        let job = SourceJob {
            seed,
            seeds: TrainingSeeds::one(seed),
            which: SourceTraining::Shuffled,
            labels: &labels,
            phase: &phase,
            validated: phase.needs_validation(),
            kept,
        };
        self.train_source(&job, progress)
    }
}

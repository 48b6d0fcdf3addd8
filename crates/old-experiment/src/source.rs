//! The trainings on the source task, which can be gone on with after any epoch.

use fm_nn::Network;
use fm_train::{Checkpoint, EpochRecord};

use crate::curves::TrainingSeeds;
use crate::error::ExperimentError;
use crate::protocol::PhaseSpec;
use crate::run::{Progress, Run, train_error};
use crate::streams::Streams;
use crate::tasks::{PIXEL_SCALE, examples, labelled};
use crate::watch::Watch;

/// One of a seed's trainings on the source task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceTraining {
    /// The one whose trunk is reused.
    Source,
    /// The one on shuffled labels, where an arm begins with it.
    Shuffled,
}

impl SourceTraining {
    /// In errors.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Shuffled => "the shuffled source",
        }
    }
}

/// Where the source trainings of a seed are kept while they are under way.
pub trait KeepCheckpoints {
    /// Where a training stands; none where it is still to begin.
    ///
    /// # Errors
    /// A checkpoint that cannot be read or is damaged.
    fn begun(&self, which: SourceTraining) -> Result<Option<Checkpoint>, ExperimentError>;

    /// Keeps where a training stands; called after every epoch.
    ///
    /// # Errors
    /// What the file system says.
    fn keep(&self, which: SourceTraining, checkpoint: &Checkpoint) -> Result<(), ExperimentError>;
}

/// Keeps nothing.
impl KeepCheckpoints for () {
    fn begun(&self, _: SourceTraining) -> Result<Option<Checkpoint>, ExperimentError> {
        Ok(None)
    }

    fn keep(&self, _: SourceTraining, _: &Checkpoint) -> Result<(), ExperimentError> {
        Ok(())
    }
}

/// What a training on the source task is made of.
pub(crate) struct SourceJob<'a> {
    /// Named where it fails.
    pub(crate) seed: u64,
    /// Where weights and order come from.
    pub(crate) seeds: TrainingSeeds,
    pub(crate) which: SourceTraining,
    /// One for each training row.
    pub(crate) labels: &'a [u8],
    pub(crate) phase: &'a PhaseSpec,
    /// Whether its epochs are scored on the validation rows.
    pub(crate) validated: bool,
    pub(crate) kept: &'a dyn KeepCheckpoints,
}

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
        self.source_from(seed, &(), progress)
    }

    /// As [`source`](Self::source), but goes on from where it stands in `kept`, and keeps it there
    /// after every epoch. The model is the same to the bit.
    ///
    /// # Errors
    /// As [`source`](Self::source), and what `kept` returns.
    pub fn source_from(
        &self,
        seed: u64,
        kept: &dyn KeepCheckpoints,
        progress: &dyn Progress,
    ) -> Result<(Network, Vec<EpochRecord>), ExperimentError> {
        let job = SourceJob {
            seed,
            seeds: TrainingSeeds::one(seed),
            which: SourceTraining::Source,
            labels: self.tasks.source.train.labels(),
            phase: &self.protocol.source,
            validated: true,
            kept,
        };
        self.train_source(&job, progress)
    }

    pub(crate) fn train_source(
        &self,
        job: &SourceJob<'_>,
        progress: &dyn Progress,
    ) -> Result<(Network, Vec<EpochRecord>), ExperimentError> {
        let failed = |error| train_error(job.seed, job.which.name(), error);
        let task = &self.tasks.source;
        let begun = job.kept.begun(job.which)?;
        let mut network = self.source_network(job.seeds.init).map_err(failed)?;
        let streams = Streams::of(job.seeds.order, "source");
        let (trainer, phases) = self.trainer(&network, std::slice::from_ref(job.phase), streams);
        let train = labelled(&task.train, job.labels, PIXEL_SCALE).map_err(failed)?;
        let valid = match job.validated {
            true => Some(examples(&task.valid).map_err(failed)?),
            false => None,
        };
        let mut watch = Watch::of(progress, task, job.validated);
        let epoch_work = watch.epoch_work;
        let fit = trainer.fit(&mut network, &phases, &train);
        let fit = fit.validation(&valid).observer(&mut watch);
        let training = match &begun {
            None => fit.start(),
            Some(begun) => fit.resume(begun),
        };
        let mut training = training.map_err(failed)?;
        progress.advance(epoch_work * training.history().len() as u64);
        while training.epoch().map_err(failed)?.is_some() {
            if let Some(checkpoint) = training.checkpoint() {
                job.kept.keep(job.which, &checkpoint)?;
            }
        }
        let history = training.finish().map_err(failed)?;
        if watch.cancelled {
            return Err(ExperimentError::Cancelled);
        }
        Ok((network, history))
    }
}

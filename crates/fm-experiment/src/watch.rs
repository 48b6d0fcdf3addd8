//! [`Observer`]: how the trainings of jobs are watched.

use std::ops::ControlFlow;

use fm_nn::Network;
use fm_train::{EpochRecord, StepRecord};

use crate::error::ExperimentError;
use crate::job::{Cell, Job};
use crate::record::Outcome;

/// Watches jobs, from several threads at once. Every method has a default that does nothing.
pub trait Observer: Sync {
    /// `work` more is done, of what [`Job::work`] counts.
    fn advance(&self, _work: u64) {}

    /// There is `work` more to do than [`Job::work`] counts: a network of no cell is trained, or a tuned
    /// arm again, since its training on all rows diverged.
    fn extend(&self, _work: u64) {}

    /// A cell has ended and its record is kept.
    fn cell_done(&self, _cell: &Cell, _outcome: &Outcome) {}

    /// All cells of a job have ended.
    fn job_done(&self, _job: &Job, _wall_secs: f64) {}

    /// Whether to stop: trainings end at their next step, and finished cells are kept.
    fn cancelled(&self) -> bool {
        false
    }
}

/// Watches nothing.
impl Observer for () {}

/// Watches one training.
pub(crate) struct Watch<'a> {
    observer: &'a dyn Observer,
    epoch_work: u64,
    /// Work of the whole training that was not advanced yet.
    left: u64,
    pub(crate) trunk_sha256: Vec<String>,
    cancelled: bool,
}

impl<'a> Watch<'a> {
    /// A training on so many rows, of so many epochs.
    pub(crate) fn new(observer: &'a dyn Observer, rows: usize, epochs: usize) -> Self {
        Self {
            observer,
            epoch_work: rows as u64,
            left: (rows * epochs) as u64,
            trunk_sha256: Vec::new(),
            cancelled: false,
        }
    }

    /// Advances what early stopping or a failure has left.
    pub(crate) fn finish(&self) -> Result<(), ExperimentError> {
        if self.cancelled {
            return Err(ExperimentError::Cancelled);
        }
        self.observer.advance(self.left);
        Ok(())
    }
}

impl fm_train::Observer for Watch<'_> {
    fn step(&mut self, _: &StepRecord) -> ControlFlow<()> {
        self.cancelled = self.observer.cancelled();
        match self.cancelled {
            true => ControlFlow::Break(()),
            false => ControlFlow::Continue(()),
        }
    }

    fn epoch(&mut self, _: &EpochRecord, _: &Network) -> ControlFlow<()> {
        self.observer.advance(self.epoch_work);
        self.left = self.left.saturating_sub(self.epoch_work);
        ControlFlow::Continue(())
    }

    fn phase(&mut self, _: usize, network: &Network) {
        self.trunk_sha256.push(network.trunk_digest());
    }
}

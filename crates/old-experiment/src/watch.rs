//! [`Watch`]: how one training of a run is watched.

use std::ops::ControlFlow;

use fm_nn::Network;
use fm_train::{EpochRecord, Observer, StepRecord};

use crate::run::Progress;
use crate::tasks::Task;

/// Watches one training of a run.
pub(crate) struct Watch<'a> {
    progress: &'a dyn Progress,
    pub(crate) epoch_work: u64,
    pub(crate) trunk_sha256: Vec<String>,
    pub(crate) cancelled: bool,
}

impl<'a> Watch<'a> {
    pub(crate) fn new(progress: &'a dyn Progress, task: &Task) -> Self {
        let epoch_work = task.epoch_work();
        Self {
            progress,
            epoch_work,
            trunk_sha256: Vec::new(),
            cancelled: false,
        }
    }

    /// Where epochs are scored, or not.
    pub(crate) fn of(progress: &'a dyn Progress, task: &Task, validated: bool) -> Self {
        let epoch_work = match validated {
            true => task.epoch_work(),
            false => task.train_work(),
        };
        Self {
            epoch_work,
            ..Self::new(progress, task)
        }
    }
}

impl Observer for Watch<'_> {
    fn step(&mut self, _: &StepRecord) -> ControlFlow<()> {
        self.cancelled = self.progress.cancelled();
        if self.cancelled {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }

    fn epoch(&mut self, _: &EpochRecord, _: &Network) -> ControlFlow<()> {
        self.progress.advance(self.epoch_work);
        ControlFlow::Continue(())
    }

    fn phase(&mut self, _: usize, network: &Network) {
        self.trunk_sha256.push(network.trunk_digest());
    }
}

//! [`Observer`]: how a training is watched.

use std::ops::ControlFlow;

use fm_nn::Network;

use crate::history::EpochRecord;

/// One step, as an observer sees it.
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

/// Watches a training: for progress, logs, early stopping, tests. Every method has a default that
/// does nothing and goes on.
pub trait Observer {
    /// Called after every step; [`ControlFlow::Break`] ends the training there.
    fn step(&mut self, step: &StepRecord) -> ControlFlow<()> {
        let _ = step;
        ControlFlow::Continue(())
    }

    /// Called after every epoch and its validation; [`ControlFlow::Break`] ends the training.
    fn epoch(&mut self, epoch: &EpochRecord, network: &Network) -> ControlFlow<()> {
        let _ = (epoch, network);
        ControlFlow::Continue(())
    }

    /// Called when phase `phase`, counted from 1, is through with all its epochs.
    fn phase(&mut self, phase: usize, network: &Network) {
        let _ = (phase, network);
    }
}

/// Watches nothing.
impl Observer for () {}

//! [`Trainer`]: what a training is computed with, and the ways to begin one.

use fm_nn::{Engine, Loss, Network};
use serde::{Deserialize, Serialize};

use crate::checkpoint::Checkpoint;
use crate::error::{TrainError, require};
use crate::examples::Examples;
use crate::history::EpochRecord;
use crate::observer::Observer;
use crate::phase::Phase;
use crate::seed::Stream;
use crate::training::Training;

/// How the rows of an epoch are ordered.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowOrder {
    /// As they are.
    Given,
    /// A new permutation each epoch, from the stream's generator of that epoch (counted from 1
    /// through all phases), so trainings with the same stream visit rows in the same order.
    Shuffled(Stream),
}

/// Trains networks.
#[derive(Clone, Debug)]
pub struct Trainer {
    /// Computes everything.
    pub engine: Engine,
    /// What is made small.
    pub loss: Loss,
    /// Rows of a step, 1 or more; the last step of an epoch takes what is left.
    pub batch_size: usize,
    /// The order of an epoch's rows.
    pub order: RowOrder,
}

impl Trainer {
    /// Trains `network` through `phases` on `train`, scoring it on `valid` after every epoch.
    ///
    /// Layers below the lowest trainable one of a phase are computed once for the phase, not once
    /// per epoch. Returns one record per epoch.
    ///
    /// # Errors
    /// [`TrainError`] if rows, network, loss, mask and settings do not fit each other, before
    /// anything is changed; [`TrainError::NotFinite`] if a loss stops being a number.
    pub fn fit(
        &self,
        network: &mut Network,
        phases: &[Phase],
        train: &Examples<'_>,
        valid: Option<&Examples<'_>>,
        observer: &mut dyn Observer,
    ) -> Result<Vec<EpochRecord>, TrainError> {
        self.start(network, phases, train, valid)?.finish(observer)
    }

    /// As [`fit`](Self::fit), but epoch by epoch: between two of them the training can be saved,
    /// or left.
    ///
    /// # Errors
    /// [`TrainError`] if rows, network, loss, mask and settings do not fit each other.
    pub fn start<'a>(
        &'a self,
        network: &'a mut Network,
        phases: &'a [Phase],
        train: &'a Examples<'_>,
        valid: Option<&'a Examples<'_>>,
    ) -> Result<Training<'a>, TrainError> {
        self.check(network, phases, train, valid)?;
        Ok(Training::new(self, network, phases, train, valid))
    }

    /// Goes on with a training from where the checkpoint was taken, to the same bits as without
    /// the stop. `network` is given the checkpoint's weights, whatever it holds.
    ///
    /// The mask and everything else that the checkpoint's phases say is what the training goes on
    /// with: `phases` must be equal to them. [`Checkpoint::phases`] hands them out to those who
    /// have nothing else.
    ///
    /// # Errors
    /// [`TrainError::Checkpoint`] names what differs of network, phases, loss, batches or rows;
    /// else as [`start`](Self::start). The network is left as it is.
    pub fn resume<'a>(
        &'a self,
        network: &'a mut Network,
        phases: &'a [Phase],
        checkpoint: &Checkpoint,
        train: &'a Examples<'_>,
        valid: Option<&'a Examples<'_>>,
    ) -> Result<Training<'a>, TrainError> {
        self.check(network, phases, train, valid)?;
        let setup = self.setup(train, valid);
        checkpoint.check(network, phases, &setup)?;
        network.clone_from(&checkpoint.network);
        let mut training = Training::new(self, network, phases, train, valid);
        training.go_on_from(checkpoint)?;
        Ok(training)
    }

    /// What decides a training beside network and phases.
    pub(crate) fn setup(&self, train: &Examples<'_>, valid: Option<&Examples<'_>>) -> Setup {
        Setup {
            loss: self.loss,
            batch_size: self.batch_size,
            order: self.order,
            train_rows: train.rows(),
            valid_rows: valid.map(Examples::rows),
        }
    }

    fn check(
        &self,
        network: &Network,
        phases: &[Phase],
        train: &Examples<'_>,
        valid: Option<&Examples<'_>>,
    ) -> Result<(), TrainError> {
        let fine = self.batch_size > 0;
        require("batch_size", "1 or more", self.batch_size, fine)?;
        self.loss.check_outputs(network.outputs())?;
        let n_classes = network.outputs().max(2);
        train.check("training", network.inputs(), n_classes)?;
        if let Some(valid) = valid {
            valid.check("validation", network.inputs(), n_classes)?;
        }
        phases
            .iter()
            .try_for_each(|phase| phase.check_with(network, self.loss, valid.is_some()))
    }
}

/// What decides a training beside network and phases; the rows themselves are not looked at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Setup {
    loss: Loss,
    batch_size: usize,
    order: RowOrder,
    train_rows: usize,
    valid_rows: Option<usize>,
}

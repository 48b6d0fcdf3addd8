//! [`Fit`]: a training with its data, about to start.

use fm_nn::Network;

use crate::examples::{Data, Examples};
use crate::observer::Observer;
use crate::phase::Phase;
use crate::trainer::Trainer;

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
    pub(crate) trainer: &'a Trainer,
    pub(crate) network: &'a mut Network,
    pub(crate) phases: &'a [Phase],
    pub(crate) data: Data<'a>,
    pub(crate) observer: Option<&'a mut dyn Observer>,
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
}

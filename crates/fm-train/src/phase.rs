//! [`Phase`]: some epochs under one mask and optimizer, and short recipes of phases.

use fm_nn::{Dropout, FreezeMask, Loss, Network, Objective};
use serde::{Deserialize, Serialize};

use crate::error::{Range, TrainError, at_least_1, require, within};
use crate::optimizer::{Optimizer, OptimizerState};
use crate::schedule::Schedule;
use crate::seed::Stream;
use crate::stopping::{EarlyStopping, Plateau};

/// Some epochs under one freeze mask and one optimizer, which starts fresh.
///
/// ```
/// use fm_nn::FreezeMask;
/// use fm_train::{Phase, Schedule, Sgd, discriminative};
///
/// let phase = Phase {
///     schedule: Schedule::one_cycle(),
///     lr_factors: discriminative(3, 2.6),
///     clip_norm: Some(1.0),
///     ..Phase::new(10, FreezeMask::none(3), Sgd::plain(0.1))
/// };
/// assert_eq!(phase.lr_factors[2], 1.0);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Phase {
    /// Number of epochs, 1 or more.
    pub epochs: usize,
    /// The frozen parameters.
    pub mask: FreezeMask,
    /// The optimizer of all other parameters.
    pub optimizer: Optimizer,
    /// The learning rate over the phase's steps; constant by default.
    pub schedule: Schedule,
    /// A factor on each layer's learning rate, from the input to the head, each above 0; empty,
    /// the default, is 1 for all.
    pub lr_factors: Vec<f64>,
    /// Gradients are scaled down to this norm of all trainable parameters together (Pascanu et
    /// al. 2013), above 0; no limit by default.
    pub clip_norm: Option<f64>,
    /// Dropout of the inputs of each layer but the network's first, from the lowest trainable one
    /// on, and the stream of its draws; none by default. Scoring uses no dropout.
    pub dropout: Option<(Dropout, Stream)>,
    /// Label smoothing, from 0 (the default) to below 1; see [`Objective`]. Training losses are
    /// recorded with it, validation losses without.
    pub label_smoothing: f64,
    /// The weight of each class in the training loss, each above 0; empty, the default, is 1 for
    /// all. Validation losses are not weighted.
    pub class_weights: Vec<f64>,
    /// Ends the phase when validation scores no longer improve; none by default.
    pub early_stopping: Option<EarlyStopping>,
    /// Lowers the learning rate, on top of the schedule, when the validation loss no longer falls;
    /// none by default.
    pub reduce_on_plateau: Option<Plateau>,
}

impl Phase {
    /// A phase with a constant learning rate and no other options.
    pub fn new(epochs: usize, mask: FreezeMask, optimizer: impl Into<Optimizer>) -> Self {
        Self {
            epochs,
            mask,
            optimizer: optimizer.into(),
            schedule: Schedule::Constant,
            lr_factors: Vec::new(),
            clip_norm: None,
            dropout: None,
            label_smoothing: 0.0,
            class_weights: Vec::new(),
            early_stopping: None,
            reduce_on_plateau: None,
        }
    }

    /// The optimizer at the start of the phase, with the phase's factors and clipping. For a
    /// training loop of one's own; the phase's schedule is applied by
    /// [`OptimizerState::set_lr_factor`].
    ///
    /// # Errors
    /// [`TrainError`] if the phase does not fit the network.
    pub fn optimizer_state(&self, network: &Network) -> Result<OptimizerState, TrainError> {
        self.check(network)?;
        let (factors, clip_norm) = (self.lr_factors.clone(), self.clip_norm);
        let state = OptimizerState::new(self.optimizer, factors, clip_norm, &self.mask, network);
        Ok(state)
    }

    /// The phase's objective under a loss.
    pub(crate) fn objective(&self, loss: Loss) -> Objective {
        Objective {
            loss,
            label_smoothing: self.label_smoothing,
            class_weights: self.class_weights.clone(),
        }
    }

    /// Checks what depends on whether there are validation examples.
    pub(crate) fn check_training(&self, validated: bool) -> Result<(), TrainError> {
        let expected = "off without validation examples";
        let validation = |name, on: bool| require(name, expected, "on", validated || !on);
        validation("early_stopping", self.early_stopping.is_some())?;
        validation("reduce_on_plateau", self.reduce_on_plateau.is_some())
    }

    /// Checks the phase for a network.
    pub(crate) fn check(&self, network: &Network) -> Result<(), TrainError> {
        network.check_mask(&self.mask)?;
        self.check_settings(network.layers().len(), network.outputs().max(2))
    }

    /// Checks everything but the mask, for a network of `layers` layers, the head included, and
    /// `n_classes` classes.
    ///
    /// # Errors
    /// [`TrainError::Setting`] names the first setting that is out of range.
    pub fn check_settings(&self, layers: usize, n_classes: usize) -> Result<(), TrainError> {
        at_least_1("epochs", self.epochs)?;
        let optimizer = format!("optimizer.{}", self.optimizer.name());
        within(&optimizer, self.optimizer.check())?;
        within("schedule", self.schedule.check())?;
        let expected = format!("{layers} numbers above 0, one per layer, the head last");
        check_factors("lr_factors", &expected, &self.lr_factors, layers)?;
        Range::ABOVE_0.check("clip_norm", self.clip_norm.unwrap_or(1.0))?;
        let rate = self.dropout.map_or(0.0, |(rule, _)| rule.rate());
        Range::FROM_0_BELOW_1.check("dropout", rate)?;
        Range::FROM_0_BELOW_1.check("label_smoothing", self.label_smoothing)?;
        let expected = format!("{n_classes} numbers above 0, one per class");
        check_factors("class_weights", &expected, &self.class_weights, n_classes)?;
        let stopping = self.early_stopping.map_or(Ok(()), |rule| rule.check());
        within("early_stopping", stopping)?;
        let plateau = self.reduce_on_plateau.map_or(Ok(()), |rule| rule.check());
        within("reduce_on_plateau", plateau)
    }
}

/// Checks that there are no factors, or `count` finite ones above 0. A learning-rate factor of 0
/// would not freeze a layer: momentum would still accumulate.
fn check_factors(
    name: &str,
    expected: &str,
    factors: &[f64],
    count: usize,
) -> Result<(), TrainError> {
    let valid = |f: &f64| *f > 0.0 && f.is_finite();
    let valid = factors.is_empty() || factors.len() == count && factors.iter().all(valid);
    require(name, expected, format!("{factors:?}"), valid)
}

/// Factors on the learning rates of `layers` layers: 1 for the head, and for each layer below it
/// that of the layer above divided by `ratio` (Howard and Ruder 2018, with a ratio of 2.6).
pub fn discriminative(layers: usize, ratio: f64) -> Vec<f64> {
    let from_head = std::iter::successors(Some(1.0), |factor| Some(factor / ratio));
    let mut factors: Vec<f64> = from_head.take(layers).collect();
    factors.reverse();
    factors
}

/// Gradual unfreezing from the top (Howard and Ruder 2018): a phase of `epochs` epochs in which
/// only the head is trainable, one with the layer below it too, and so on down to the input.
pub fn gradual_unfreezing(
    layers: usize,
    epochs: usize,
    optimizer: impl Into<Optimizer>,
) -> Vec<Phase> {
    let optimizer = optimizer.into();
    let frozen = (0..layers).rev();
    frozen
        .map(|k| Phase::new(epochs, FreezeMask::first(k, layers), optimizer))
        .collect()
}

/// fastai's `fine_tune`: only the new head for `frozen_epochs`, then all layers for `epochs` with
/// half the learning rate at the head and a hundredth of that at the input; one cycle in each
/// phase. The rates of the layers between are evenly spaced on a log scale.
pub fn fine_tune(
    layers: usize,
    frozen_epochs: usize,
    epochs: usize,
    optimizer: impl Into<Optimizer>,
) -> [Phase; 2] {
    let optimizer = optimizer.into();
    let one_cycle = |peak, div| Schedule::OneCycle {
        peak,
        div,
        final_div: 1e5,
    };
    let ratio = libm::pow(100.0, 1.0 / layers.saturating_sub(1).max(1) as f64);
    let half = optimizer.with_lr(optimizer.lr() / 2.0);
    [
        Phase {
            schedule: one_cycle(0.99, 25.0),
            ..Phase::new(frozen_epochs, FreezeMask::trunk(layers), optimizer)
        },
        Phase {
            schedule: one_cycle(0.3, 5.0),
            lr_factors: discriminative(layers, ratio),
            ..Phase::new(epochs, FreezeMask::none(layers), half)
        },
    ]
}

//! [`Phase`]: some epochs under one mask and optimizer, and short recipes of phases.

use fm_nn::{Dropout, FreezeMask, Loss, Network, Objective};
use serde::{Deserialize, Serialize};

use crate::error::{TrainError, require};
use crate::optimizer::Optimizer;
use crate::schedule::Schedule;
use crate::seed::Stream;
use crate::stopping::{EarlyStopping, Plateau};

/// Some epochs under one freeze mask and one optimizer, which starts fresh.
///
/// ```
/// use fm_nn::FreezeMask;
/// use fm_train::{Optimizer, Phase, Schedule, Sgd, discriminative};
///
/// let optimizer = Optimizer::Sgd(Sgd::plain(0.1));
/// let phase = Phase {
///     schedule: Schedule::one_cycle(),
///     lr_factors: discriminative(3, 2.6),
///     clip_norm: Some(1.0),
///     ..Phase::new(10, FreezeMask::none(3), optimizer)
/// };
/// assert_eq!(phase.lr_factors[2], 1.0);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Phase {
    /// Number of epochs, 1 or more.
    pub epochs: usize,
    /// What is frozen.
    pub mask: FreezeMask,
    /// How the rest is updated.
    pub optimizer: Optimizer,
    /// How the learning rate goes over the phase's steps; constant by default.
    pub schedule: Schedule,
    /// What each layer's learning rate is multiplied by, from the input on, each above 0; none,
    /// the default, is 1 for all.
    pub lr_factors: Vec<f64>,
    /// The longest that the gradient of all trainable parameters together may be, above 0; none
    /// by default. Longer ones are scaled down (Pascanu et al. 2013).
    pub clip_norm: Option<f64>,
    /// What is left out of the inputs of each layer but the network's first, from the lowest
    /// trainable one on, and the stream that decides it; none by default. Scoring leaves nothing
    /// out.
    pub dropout: Option<(Dropout, Stream)>,
    /// How far targets are spread over all classes, from 0 (the default) to below 1; see
    /// [`Objective`]. Training losses are recorded as smoothed, validation losses are plain.
    pub label_smoothing: f64,
    /// What each class counts in the training loss, each above 0; none, the default, is 1 for
    /// all. Validation losses are plain.
    pub class_weights: Vec<f64>,
    /// Ends the phase when validation no longer improves; none by default.
    pub early_stopping: Option<EarlyStopping>,
    /// Lowers the learning rate, on top of the schedule, when the validation loss no longer
    /// falls; none by default.
    pub reduce_on_plateau: Option<Plateau>,
}

impl Phase {
    /// A phase at a constant learning rate.
    pub fn new(epochs: usize, mask: FreezeMask, optimizer: Optimizer) -> Self {
        Self {
            epochs,
            mask,
            optimizer,
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

    /// What the phase makes small under a loss.
    pub(crate) fn objective(&self, loss: Loss) -> Objective {
        Objective {
            loss,
            label_smoothing: self.label_smoothing,
            class_weights: self.class_weights.clone(),
        }
    }

    /// Checks what depends on the loss and on whether there are validation examples.
    pub(crate) fn check_with(
        &self,
        network: &Network,
        loss: Loss,
        validated: bool,
    ) -> Result<(), TrainError> {
        self.check(network)?;
        if loss == Loss::MeanSquaredError {
            let cross = "left alone with a mean squared error, which has no classes";
            let smoothing = self.label_smoothing;
            require("label_smoothing", cross, smoothing, smoothing == 0.0)?;
            if let Some(weight) = self.class_weights.first() {
                return Err(TrainError::setting("class_weights", cross, weight));
            }
        }
        let validation = |name, wanted: bool| {
            let alone = "left alone without validation examples";
            require(name, alone, "it", validated || !wanted)
        };
        validation("early_stopping", self.early_stopping.is_some())?;
        validation("reduce_on_plateau", self.reduce_on_plateau.is_some())
    }

    /// Checks the phase for a network.
    pub(crate) fn check(&self, network: &Network) -> Result<(), TrainError> {
        network.check_mask(&self.mask)?;
        self.check_settings(network.layers().len(), network.outputs().max(2))
    }

    /// Checks everything but the mask, for a network of `layers` whose head knows `n_classes`.
    ///
    /// # Errors
    /// [`TrainError::Setting`] names the one that cannot be; [`TrainError::LrFactors`] and
    /// [`TrainError::ClassWeights`] where there are too many or too few.
    pub fn check_settings(&self, layers: usize, n_classes: usize) -> Result<(), TrainError> {
        require("epochs", "1 or more", self.epochs, self.epochs > 0)?;
        self.optimizer.check()?;
        self.schedule.check()?;
        check_lr_factors(&self.lr_factors, layers)?;
        self.clip_norm.map_or(Ok(()), check_clip_norm)?;
        self.dropout
            .map_or(Ok(()), |(rule, _)| check_dropout(rule))?;
        check_label_smoothing(self.label_smoothing)?;
        check_class_weights(&self.class_weights, n_classes)?;
        self.early_stopping.map_or(Ok(()), |rule| rule.check())?;
        self.reduce_on_plateau.map_or(Ok(()), |rule| rule.check())
    }
}

fn check_lr_factors(factors: &[f64], layers: usize) -> Result<(), TrainError> {
    if !factors.is_empty() && factors.len() != layers {
        let found = factors.len();
        return Err(TrainError::LrFactors { layers, found });
    }
    match factors.iter().find(|f| !(**f > 0.0 && f.is_finite())) {
        // Zero is not freezing: momentum would gather.
        Some(wrong) => Err(TrainError::setting(
            "lr_factors",
            "numbers above 0 (a mask freezes)",
            wrong,
        )),
        None => Ok(()),
    }
}

fn check_clip_norm(norm: f64) -> Result<(), TrainError> {
    let fine = norm > 0.0 && norm.is_finite();
    require("clip_norm", "a number above 0", norm, fine)
}

fn check_dropout(dropout: Dropout) -> Result<(), TrainError> {
    let rate = dropout.rate();
    let fine = (0.0..1.0).contains(&rate);
    require("dropout", "from 0 to below 1", rate, fine)
}

fn check_label_smoothing(smoothing: f64) -> Result<(), TrainError> {
    let fine = (0.0..1.0).contains(&smoothing);
    require("label_smoothing", "from 0 to below 1", smoothing, fine)
}

fn check_class_weights(weights: &[f64], n_classes: usize) -> Result<(), TrainError> {
    if !weights.is_empty() && weights.len() != n_classes {
        let found = weights.len();
        return Err(TrainError::ClassWeights { n_classes, found });
    }
    match weights.iter().find(|w| !(**w > 0.0 && w.is_finite())) {
        Some(wrong) => {
            let expected = "numbers above 0";
            Err(TrainError::setting("class_weights", expected, wrong))
        }
        None => Ok(()),
    }
}

/// Factors on the learning rates of `layers` layers: 1 for the head, and each layer below it
/// `ratio` times less than the one above (Howard and Ruder 2018, who take 2.6).
pub fn discriminative(layers: usize, ratio: f64) -> Vec<f64> {
    let from_head = std::iter::successors(Some(1.0), |factor| Some(factor / ratio));
    let mut factors: Vec<f64> = from_head.take(layers).collect();
    factors.reverse();
    factors
}

/// Gradual unfreezing from the top (Howard and Ruder 2018): a phase of `epochs` with the head
/// alone trainable, one with the layer below it too, and so on down to the input.
pub fn gradual_unfreezing(layers: usize, epochs: usize, optimizer: Optimizer) -> Vec<Phase> {
    let frozen = (0..layers).rev();
    frozen
        .map(|k| Phase::new(epochs, FreezeMask::first(k, layers), optimizer))
        .collect()
}

/// fastai's `fine_tune`: the new head alone for `frozen_epochs`, then everything for `epochs` at
/// half the learning rate, down to a hundredth of that at the input; one cycle in each phase.
///
/// Layers lie evenly, by ratio, between the two learning rates.
pub fn fine_tune(
    layers: usize,
    frozen_epochs: usize,
    epochs: usize,
    optimizer: Optimizer,
) -> [Phase; 2] {
    let one_cycle = |peak, div| Schedule::OneCycle {
        peak,
        div,
        final_div: 1e5,
    };
    let ratio = libm::pow(100.0, 1.0 / layers.saturating_sub(1).max(1) as f64);
    [
        Phase {
            schedule: one_cycle(0.99, 25.0),
            ..Phase::new(frozen_epochs, FreezeMask::trunk(layers), optimizer)
        },
        Phase {
            schedule: one_cycle(0.3, 5.0),
            lr_factors: discriminative(layers, ratio),
            ..Phase::new(
                epochs,
                FreezeMask::none(layers),
                optimizer.with_lr(optimizer.lr() / 2.0),
            )
        },
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Sgd;

    #[test]
    fn recipes_freeze_and_slow_down_from_the_input_on() {
        let optimizer = Optimizer::Sgd(Sgd::plain(0.1));
        let phases = gradual_unfreezing(3, 2, optimizer);
        let lowest: Vec<_> = phases.iter().map(|p| p.mask.lowest_trainable()).collect();
        assert_eq!(lowest, [Some(2), Some(1), Some(0)]);

        assert_eq!(discriminative(3, 2.0), [0.25, 0.5, 1.0]);

        let [head, all] = fine_tune(3, 1, 4, optimizer);
        assert_eq!((head.epochs, all.epochs), (1, 4));
        assert_eq!(head.mask, FreezeMask::trunk(3));
        assert_eq!(all.mask, FreezeMask::none(3));
        assert_eq!(all.optimizer.lr(), 0.05);
        for (found, expected) in all.lr_factors.iter().zip([0.01, 0.1, 1.0]) {
            assert!((found - expected).abs() < 1e-15, "{:?}", all.lr_factors);
        }
        for phase in [head, all] {
            assert_eq!(phase.schedule.check(), Ok(()));
        }
    }
}

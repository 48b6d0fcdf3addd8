//! [`EarlyStopping`] and [`Plateau`]: rules that depend on validation scores.

use serde::{Deserialize, Serialize};

use crate::error::{Range, TrainError, at_least_1};

/// Ends a phase when its validation scores no longer improve. However the phase ends, also by an
/// observer, the network then has the weights of the phase's best epoch (Keras' `EarlyStopping`
/// with `restore_best_weights`).
///
/// In TOML `{ patience = 3 }`, `{ patience = 5, min_delta = 1e-3, monitor = "accuracy" }`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EarlyStopping {
    /// Epochs without improvement after which the phase ends, 1 or more.
    pub patience: usize,
    /// An improvement must be larger than this; 0 by default.
    #[serde(default)]
    pub min_delta: f64,
    /// The score that must improve; the loss by default.
    #[serde(default)]
    pub monitor: Monitor,
}

/// A validation score.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Monitor {
    /// The mean loss; lower is better.
    #[default]
    Loss,
    /// The accuracy; higher is better.
    Accuracy,
}

impl EarlyStopping {
    /// Stops when the loss has not fallen for `patience` epochs.
    pub fn new(patience: usize) -> Self {
        Self {
            patience,
            min_delta: 0.0,
            monitor: Monitor::Loss,
        }
    }

    /// Returns an error for the first setting that is out of range.
    pub(crate) fn check(&self) -> Result<(), TrainError> {
        at_least_1("patience", self.patience)?;
        Range::FROM_0.check("min_delta", self.min_delta)
    }
}

/// Multiplies the learning rate by `factor` when the validation loss has not fallen for more than
/// `patience` epochs (PyTorch's `ReduceLROnPlateau` with a relative threshold).
///
/// In TOML `{}` for the defaults, or `{ factor = 0.5, patience = 2 }`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Plateau {
    /// Above 0, below 1; 0.1 by default.
    pub factor: f64,
    /// Epochs without improvement before the rate changes, 10 by default.
    pub patience: usize,
    /// Improvement is a loss below `best·(1 − threshold)`; from 0 to below 1, 1e-4 by default.
    pub threshold: f64,
    /// Epochs after a change that are not counted; 0 by default.
    pub cooldown: usize,
    /// The lowest fraction of the original learning rate, from 0 (the default) to 1.
    pub min_factor: f64,
}

impl Default for Plateau {
    fn default() -> Self {
        Self {
            factor: 0.1,
            patience: 10,
            threshold: 1e-4,
            cooldown: 0,
            min_factor: 0.0,
        }
    }
}

impl Plateau {
    /// The factor on the learning rate after each of these epochs' validation losses.
    ///
    /// ```
    /// use fm_train::Plateau;
    ///
    /// let plateau = Plateau { factor: 0.5, patience: 1, ..Plateau::default() };
    /// assert_eq!(plateau.factors(&[0.9, 0.8, 0.8, 0.8, 0.8]), [1.0, 1.0, 1.0, 0.5, 0.5]);
    /// ```
    pub fn factors(&self, losses: &[f64]) -> Vec<f64> {
        let mut state = PlateauState::default();
        let after = losses.iter().map(|&loss| {
            state.add(self, loss);
            state.factor
        });
        after.collect()
    }

    /// Returns an error for the first setting that is out of range.
    pub(crate) fn check(&self) -> Result<(), TrainError> {
        Range::ABOVE_0_BELOW_1.check("factor", self.factor)?;
        Range::FROM_0_BELOW_1.check("threshold", self.threshold)?;
        Range::FROM_0_TO_1.check("min_factor", self.min_factor)
    }
}

/// The state of a plateau.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PlateauState {
    best: Option<f64>,
    bad: usize,
    cooldown: usize,
    /// The factor on the learning rate.
    pub(crate) factor: f64,
}

impl Default for PlateauState {
    fn default() -> Self {
        Self {
            best: None,
            bad: 0,
            cooldown: 0,
            factor: 1.0,
        }
    }
}

impl PlateauState {
    /// Adds the validation loss of an epoch.
    pub(crate) fn add(&mut self, rule: &Plateau, loss: f64) {
        let better = |best: f64| loss < best * (1.0 - rule.threshold);
        if self.best.is_none_or(better) {
            (self.best, self.bad) = (Some(loss), 0);
        } else {
            self.bad = self.bad.saturating_add(1);
        }
        if self.cooldown > 0 {
            self.cooldown -= 1;
            self.bad = 0;
        }
        if self.bad > rule.patience {
            self.factor = (self.factor * rule.factor).max(rule.min_factor);
            (self.cooldown, self.bad) = (rule.cooldown, 0);
        }
    }
}

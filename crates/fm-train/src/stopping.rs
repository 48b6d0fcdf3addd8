//! [`EarlyStopping`] and [`Plateau`]: what a phase makes of its validation scores.

use serde::{Deserialize, Serialize};

use crate::error::{TrainError, require};
use crate::metrics::Scores;

/// Ends a phase when its validation scores no longer improve. However the phase ends, the network
/// is given back the weights of its best epoch (Keras' `EarlyStopping` with
/// `restore_best_weights`).
///
/// In TOML `{ patience = 3 }`, `{ patience = 5, min_delta = 1e-3, monitor = "accuracy" }`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EarlyStopping {
    /// Epochs without improvement after which the phase ends, 1 or more.
    pub patience: usize,
    /// How much better than the best so far counts as improvement: more than this, 0 by default.
    #[serde(default)]
    pub min_delta: f64,
    /// What shall improve; the loss by default.
    #[serde(default)]
    pub monitor: Monitor,
}

/// A validation score that is watched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Monitor {
    /// The mean loss, which shall fall.
    #[default]
    Loss,
    /// The accuracy, which shall rise.
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

    /// Checks every setting.
    ///
    /// # Errors
    /// [`TrainError::Setting`] names the one that cannot be.
    pub fn check(&self) -> Result<(), TrainError> {
        require("patience", "1 or more", self.patience, self.patience > 0)?;
        let fine = self.min_delta >= 0.0 && self.min_delta.is_finite();
        require("min_delta", "a number from 0 on", self.min_delta, fine)
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
    /// Epochs without improvement that are put up with, 10 by default.
    pub patience: usize,
    /// Improvement is a loss below `best·(1 − threshold)`; from 0 to below 1, 1e-4 by default.
    pub threshold: f64,
    /// Epochs after a change in which nothing is counted; 0 by default.
    pub cooldown: usize,
    /// The least that the learning rate comes down to, as a fraction of what it would be; from 0
    /// (the default) to 1.
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
    /// What the learning rate is multiplied by after each of these epochs' validation losses.
    ///
    /// ```
    /// use fm_train::Plateau;
    ///
    /// let plateau = Plateau { factor: 0.5, patience: 1, ..Plateau::default() };
    /// assert_eq!(plateau.factors(&[0.9, 0.8, 0.8, 0.8, 0.8]), [1.0, 1.0, 1.0, 0.5, 0.5]);
    /// ```
    pub fn factors(&self, losses: &[f64]) -> Vec<f64> {
        let mut state = PlateauState::new();
        let after = losses.iter().map(|&loss| {
            state.see(self, loss);
            state.factor
        });
        after.collect()
    }

    /// Checks every setting.
    ///
    /// # Errors
    /// [`TrainError::Setting`] names the one that cannot be.
    pub fn check(&self) -> Result<(), TrainError> {
        let fine = self.factor > 0.0 && self.factor < 1.0;
        require("factor", "above 0, below 1", self.factor, fine)?;
        let fine = (0.0..1.0).contains(&self.threshold);
        require("threshold", "from 0 to below 1", self.threshold, fine)?;
        let fine = (0.0..=1.0).contains(&self.min_factor);
        require("min_factor", "from 0 to 1", self.min_factor, fine)
    }
}

/// What early stopping remembers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Stopper {
    /// The best score so far, turned so that less is better.
    best: Option<f64>,
    /// Epochs since.
    waited: usize,
}

impl Stopper {
    /// Takes an epoch's scores; whether they are the best so far.
    pub(crate) fn improves(&mut self, rule: &EarlyStopping, scores: &Scores) -> bool {
        let score = match rule.monitor {
            Monitor::Loss => scores.loss,
            Monitor::Accuracy => -scores.accuracy,
        };
        let better = self.best.is_none_or(|best| score < best - rule.min_delta);
        if better {
            (self.best, self.waited) = (Some(score), 0);
        } else {
            self.waited += 1;
        }
        better
    }

    /// Whether the phase shall end.
    pub(crate) fn stops(&self, rule: &EarlyStopping) -> bool {
        self.waited >= rule.patience
    }
}

/// What a plateau remembers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PlateauState {
    best: Option<f64>,
    bad: usize,
    cooldown: usize,
    /// What the learning rate is multiplied by.
    pub(crate) factor: f64,
}

impl PlateauState {
    pub(crate) fn new() -> Self {
        Self {
            best: None,
            bad: 0,
            cooldown: 0,
            factor: 1.0,
        }
    }

    /// Takes an epoch's validation loss.
    pub(crate) fn see(&mut self, rule: &Plateau, loss: f64) {
        let better = |best: f64| loss < best * (1.0 - rule.threshold);
        if self.best.is_none_or(better) {
            (self.best, self.bad) = (Some(loss), 0);
        } else {
            self.bad += 1;
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

//! [`Phase`]: some epochs under one freeze mask and optimizer, and short recipes of phases.

use std::fmt;

use fm_nn::{Dropout, Freeze, FreezeMask, Network};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::json;

use crate::error::{Range, TrainError, at_least_1, require, within};
use crate::optimizer::{Optimizer, OptimizerState};
use crate::schedule::Schedule;
use crate::stopping::{EarlyStopping, Plateau};

/// Some epochs under one freeze mask and one optimizer, which starts fresh.
///
/// In files only `epochs` and `optimizer` are required.
///
/// ```
/// use fm_nn::Freeze;
/// use fm_train::{Phase, Schedule, Sgd};
///
/// let phase = Phase {
///     schedule: Schedule::one_cycle(),
///     lr_factors: vec![0.1, 0.3, 1.0],
///     clip_norm: Some(1.0),
///     ..Phase::new(10, Freeze::Nothing, Sgd::plain(0.1))
/// };
/// # assert!(phase.check_settings(3, 2).is_ok());
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Phase {
    /// Number of epochs, 1 or more.
    pub epochs: usize,
    /// What is frozen; nothing by default. A [`FreezeMask`] converts into it.
    #[serde(default)]
    pub freeze: Freeze,
    /// The optimizer of all other parameters. In files its name alone has a learning rate of 1e-3.
    #[serde(deserialize_with = "optimizer")]
    pub optimizer: Optimizer,
    /// The learning rate over the phase's steps; constant by default.
    #[serde(default, skip_serializing_if = "is_default")]
    pub schedule: Schedule,
    /// Lowers the learning rate, on top of the schedule, when the validation loss no longer falls;
    /// none by default.
    #[serde(default, skip_serializing_if = "is_default")]
    pub reduce_on_plateau: Option<Plateau>,
    /// A factor on each layer's learning rate, from the input to the head, each above 0; empty,
    /// the default, is 1 for all.
    #[serde(default, skip_serializing_if = "is_default")]
    pub lr_factors: Vec<f64>,
    /// Gradients are scaled down to this norm of all trainable parameters together (Pascanu et
    /// al. 2013), above 0; no limit by default.
    #[serde(default, skip_serializing_if = "is_default")]
    pub clip_norm: Option<f64>,
    /// Dropout of the inputs of each layer but the network's first, from the lowest trainable one
    /// on; none by default. Scoring uses no dropout. Needs
    /// [`Trainer::dropout`](crate::Trainer::dropout).
    #[serde(default, skip_serializing_if = "is_default")]
    pub dropout: Option<Dropout>,
    /// Label smoothing, from 0 (the default) to below 1; see [`Objective`](fm_nn::Objective). Training losses are
    /// recorded with it, validation losses without.
    #[serde(default, skip_serializing_if = "is_default")]
    pub label_smoothing: f64,
    /// The weight of each class in the training loss, each above 0; empty, the default, is 1 for
    /// all. Validation losses are not weighted.
    #[serde(default, skip_serializing_if = "is_default")]
    pub class_weights: Vec<f64>,
    /// Ends the phase when validation scores no longer improve; none by default.
    #[serde(default, skip_serializing_if = "is_default")]
    pub early_stopping: Option<EarlyStopping>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// An optimizer by its name, or with its settings.
fn optimizer<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Optimizer, D::Error> {
    struct OptimizerVisitor;

    impl<'de> Visitor<'de> for OptimizerVisitor {
        type Value = Optimizer;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(
                "\"sgd\", \"adam\", \"adamw\", \"rmsprop\", or one of them with its settings",
            )
        }

        fn visit_str<E: Error>(self, name: &str) -> Result<Optimizer, E> {
            serde_json::from_value(json!({ name: { "lr": 1e-3 } })).map_err(E::custom)
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Optimizer, A::Error> {
            Optimizer::deserialize(MapAccessDeserializer::new(map))
        }
    }

    deserializer.deserialize_any(OptimizerVisitor)
}

impl Phase {
    /// A phase with a constant learning rate and no other options.
    pub fn new(epochs: usize, freeze: impl Into<Freeze>, optimizer: impl Into<Optimizer>) -> Self {
        Self {
            epochs,
            freeze: freeze.into(),
            optimizer: optimizer.into(),
            schedule: Schedule::Constant,
            reduce_on_plateau: None,
            lr_factors: Vec::new(),
            clip_norm: None,
            dropout: None,
            label_smoothing: 0.0,
            class_weights: Vec::new(),
            early_stopping: None,
        }
    }

    /// The optimizer at the start of the phase, with the phase's factors and clipping. For a
    /// training loop of one's own; the phase's schedule is applied by
    /// [`OptimizerState::set_lr_factor`].
    ///
    /// # Errors
    /// [`TrainError`] if the phase does not fit the network.
    pub fn optimizer_state(&self, network: &Network) -> Result<OptimizerState, TrainError> {
        let (factors, mask) = (self.lr_factors.clone(), self.check(network)?);
        let state = OptimizerState::new(self.optimizer, factors, self.clip_norm, &mask, network);
        Ok(state)
    }

    /// Whether validation scores decide something in the training.
    pub fn needs_validation(&self) -> bool {
        self.early_stopping.is_some() || self.reduce_on_plateau.is_some()
    }

    /// Checks the phase for a network and returns its mask.
    pub(crate) fn check(&self, network: &Network) -> Result<FreezeMask, TrainError> {
        let layers = network.layers().len();
        let mask = self.freeze.mask(layers)?;
        network.check_mask(&mask)?;
        self.check_settings(layers, network.outputs().max(2))?;
        Ok(mask)
    }

    /// Checks everything but what is frozen, for a network of `layers` layers, the head included,
    /// and `n_classes` classes.
    ///
    /// # Errors
    /// [`TrainError::Setting`] names the first setting that is out of range.
    pub fn check_settings(&self, layers: usize, n_classes: usize) -> Result<(), TrainError> {
        at_least_1("epochs", self.epochs)?;
        let optimizer = format!("optimizer.{}", self.optimizer.name());
        within(&optimizer, self.optimizer.check())?;
        within("schedule", self.schedule.check())?;
        check_factors(
            "lr_factors",
            &self.lr_factors,
            layers,
            "layer, the head last",
        )?;
        Range::ABOVE_0.check("clip_norm", self.clip_norm.unwrap_or(1.0))?;
        let rate = self.dropout.map_or(0.0, Dropout::rate);
        Range::FROM_0_BELOW_1.check("dropout", rate)?;
        Range::FROM_0_BELOW_1.check("label_smoothing", self.label_smoothing)?;
        check_factors("class_weights", &self.class_weights, n_classes, "class")?;
        if let Some(rule) = &self.early_stopping {
            within("early_stopping", rule.check())?;
        }
        let plateau = self.reduce_on_plateau.map_or(Ok(()), |rule| rule.check());
        within("reduce_on_plateau", plateau)
    }
}

/// Checks that there are no factors, or `count` finite ones above 0. A learning-rate factor of 0
/// would not freeze a layer: momentum would still accumulate.
fn check_factors(name: &str, factors: &[f64], count: usize, each: &str) -> Result<(), TrainError> {
    let valid = |f: &f64| *f > 0.0 && f.is_finite();
    let valid = factors.is_empty() || factors.len() == count && factors.iter().all(valid);
    let expected = format!("{count} numbers above 0, one per {each}");
    require(name, &expected, format!("{factors:?}"), valid)
}

/// Gradual unfreezing from the top (Howard and Ruder 2018): a phase of `epochs` epochs in which
/// only the head is trainable, one with the layer below it too, and so on down to the input.
pub fn gradual_unfreezing(
    layers: usize,
    epochs: usize,
    optimizer: impl Into<Optimizer>,
) -> Vec<Phase> {
    let optimizer = optimizer.into();
    let frozen = (0..layers).rev().map(Freeze::First);
    frozen
        .map(|freeze| Phase::new(epochs, freeze, optimizer))
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
    let from_head = std::iter::successors(Some(1.0), |factor| Some(factor / ratio));
    let mut lr_factors: Vec<f64> = from_head.take(layers).collect();
    lr_factors.reverse();
    let half = optimizer.with_lr(optimizer.lr() / 2.0);
    [
        Phase {
            schedule: one_cycle(0.99, 25.0),
            ..Phase::new(frozen_epochs, Freeze::Trunk, optimizer)
        },
        Phase {
            schedule: one_cycle(0.3, 5.0),
            lr_factors,
            ..Phase::new(epochs, Freeze::Nothing, half)
        },
    ]
}

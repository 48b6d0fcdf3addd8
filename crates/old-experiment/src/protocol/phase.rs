//! [`PhaseSpec`]: every key of a phase, and what each must keep to.

use fm_nn::Dropout;
use fm_train::{EarlyStopping, Optimizer, Phase, Plateau, Schedule, Stream, TrainError};
use serde::{Deserialize, Serialize};

use super::Freeze;
use super::check::Part::{self, Key};
use super::check::{Problem, at_least_one, check_optimizer, problem};

/// Some epochs under one freeze mask and one optimizer, which starts fresh: the source training
/// (`[source]`), or one of an arm's phases.
///
/// Only `epochs` and `optimizer` are required. This is every key there is:
///
/// ```
/// use fm_experiment::protocol::PhaseSpec;
///
/// let phase: PhaseSpec = toml::from_str(r#"
///     epochs = 20                 # 1 or more
///     freeze = "trunk"            # or "nothing" (the default), or a number of layers: 2
///     optimizer = { adam = { lr = 1e-3, weight_decay = 1e-4 } }   # or sgd, adamw, rmsprop
///
///     ## The learning rate over the phase's steps: "constant" (the default), or one of
///     ##   { step = { every_epochs = 5, gamma = 0.1 } }
///     ##   { cosine = { end = 0.0 } }
///     ##   { linear_warmup = { steps = 100, start = 0.0, then = { cosine = {} } } }
///     ##   { one_cycle = { peak = 0.3, div = 25, final_div = 10000 } }
///     schedule = { cosine = {} }
///     ## On top of it, less when the validation loss has not fallen for more than `patience` epochs.
///     reduce_on_plateau = { factor = 0.1, patience = 10, threshold = 1e-4, cooldown = 0, min_factor = 0 }
///     ## One factor on the learning rate for each layer, the head last; 1 by default.
///     lr_factors = [0.1, 0.3, 1.0]
///     ## The longest that the gradient of all parameters together may be; no limit by default.
///     clip_norm = 1.0
///
///     ## Hidden outputs left out in training: { standard = 0.2 }, or { alpha = 0.05 } for SELU.
///     dropout = { alpha = 0.05 }
///     ## Targets spread over all classes by this much, from 0 (the default) to below 1.
///     label_smoothing = 0.1
///     ## What each class counts, by its label in the task; 1 by default.
///     class_weights = [1.0, 2.5]
///     ## Ends the phase after `patience` epochs without improvement by more than `min_delta`, and
///     ## gives the best epoch's weights back. monitor = "loss" (the default) or "accuracy".
///     early_stopping = { patience = 3, min_delta = 0.0, monitor = "loss" }
/// "#)?;
/// assert_eq!(phase.epochs, 20);
/// # Ok::<(), toml::de::Error>(())
/// ```
///
/// An L2 penalty is the `weight_decay` of `sgd`, `adam` and `rmsprop`; that of `adamw` is decoupled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PhaseSpec {
    /// Number of epochs, 1 or more.
    pub epochs: usize,
    /// What is frozen; nothing by default.
    #[serde(default)]
    pub freeze: Freeze,
    /// The optimizer.
    pub optimizer: Optimizer,
    /// How the learning rate goes over the phase's steps; constant by default.
    #[serde(default, skip_serializing_if = "is_default")]
    pub schedule: Schedule,
    /// Lowers the learning rate when the validation loss no longer falls; none by default.
    #[serde(default, skip_serializing_if = "is_default")]
    pub reduce_on_plateau: Option<Plateau>,
    /// Factors on the layers' learning rates, the head last; none is 1 for all.
    #[serde(default, skip_serializing_if = "is_default")]
    pub lr_factors: Vec<f64>,
    /// The longest that the gradient of all parameters together may be; no limit by default.
    #[serde(default, skip_serializing_if = "is_default")]
    pub clip_norm: Option<f64>,
    /// Hidden outputs left out in training; none by default.
    #[serde(default, skip_serializing_if = "is_default")]
    pub dropout: Option<Dropout>,
    /// How far targets are spread over all classes, 0 by default.
    #[serde(default, skip_serializing_if = "is_default")]
    pub label_smoothing: f64,
    /// What each class counts, by its label in the task; none is 1 for all.
    #[serde(default, skip_serializing_if = "is_default")]
    pub class_weights: Vec<f64>,
    /// Ends the phase when validation no longer improves; none by default.
    #[serde(default, skip_serializing_if = "is_default")]
    pub early_stopping: Option<EarlyStopping>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl PhaseSpec {
    /// A phase of which nothing else is said.
    pub fn new(epochs: usize, freeze: Freeze, optimizer: Optimizer) -> Self {
        Self {
            epochs,
            freeze,
            optimizer,
            schedule: Schedule::default(),
            reduce_on_plateau: None,
            lr_factors: Vec::new(),
            clip_norm: None,
            dropout: None,
            label_smoothing: 0.0,
            class_weights: Vec::new(),
            early_stopping: None,
        }
    }

    /// The phase of a network of `layers`, the head included; `dropout` is the stream that decides
    /// what is left out.
    pub fn phase(&self, layers: usize, dropout: Stream) -> Phase {
        Phase {
            epochs: self.epochs,
            mask: self.freeze.mask(layers),
            optimizer: self.optimizer,
            schedule: self.schedule.clone(),
            lr_factors: self.lr_factors.clone(),
            clip_norm: self.clip_norm,
            dropout: self.dropout.map(|rule| (rule, dropout)),
            label_smoothing: self.label_smoothing,
            class_weights: self.class_weights.clone(),
            early_stopping: self.early_stopping,
            reduce_on_plateau: self.reduce_on_plateau,
        }
    }

    /// Whether validation scores decide something of the training.
    pub(crate) fn needs_validation(&self) -> bool {
        self.early_stopping.is_some() || self.reduce_on_plateau.is_some()
    }

    /// Checks the phase at `key` for a task of `n_classes` and a network of `hidden` layers under
    /// its head.
    pub(super) fn check(
        &self,
        key: &[Part],
        hidden: usize,
        n_classes: usize,
    ) -> Result<(), Problem> {
        let at = |name| [key, &[Key(name)]].concat();
        at_least_one(&at("epochs"), self.epochs)?;
        if let Freeze::First(k) = self.freeze
            && k > hidden
        {
            let expected = format!("at most {hidden}, the hidden layers");
            problem(&at("freeze"), expected, k)?;
        }
        check_optimizer(&at("optimizer"), &self.optimizer)?;
        if let Err(TrainError::Setting {
            name,
            expected,
            found,
        }) = self.schedule.check()
        {
            let expected = format!("a schedule whose {name} is {expected}");
            problem(&at("schedule"), expected, found)?;
        }
        let plateau = self.reduce_on_plateau.map_or(Ok(()), |rule| rule.check());
        inside(&at("reduce_on_plateau"), plateau)?;
        let stopping = self.early_stopping.map_or(Ok(()), |rule| rule.check());
        inside(&at("early_stopping"), stopping)?;
        let stream = fm_train::Seeds::new(0).stream("checked");
        let phase = self.phase(hidden + 1, stream);
        match phase.check_settings(hidden + 1, n_classes) {
            Ok(()) => Ok(()),
            Err(error) => inside(key, Err(error)),
        }
    }
}

/// A setting of the table at `key`.
fn inside(key: &[Part], checked: Result<(), TrainError>) -> Result<(), Problem> {
    match checked {
        Ok(()) => Ok(()),
        Err(TrainError::Setting {
            name,
            expected,
            found,
        }) => problem(&[key, &[Key(name)]].concat(), expected, found),
        Err(other) => problem(key, "what can be trained", other),
    }
}

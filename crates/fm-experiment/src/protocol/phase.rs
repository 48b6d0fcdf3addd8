//! [`PhaseSpec`]: every key of a phase, and what each must keep to.

use std::fmt;
use std::str::FromStr;

use fm_nn::Dropout;
use fm_train::{EarlyStopping, Optimizer, Phase, Plateau, Schedule, Stream, TrainError};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::json;

use super::error::{Problem, problem, require};
use super::text::parse_table;
use super::{Freeze, is_default};
use crate::names::likely;

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
///     optimizer = { adam = { lr = 1e-3, weight_decay = 1e-4 } }   # or sgd, adamw, rmsprop, or a name alone: "adam"
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
/// On a command line a phase is the inside of such a table, in which words need no quotes:
///
/// ```
/// use fm_experiment::protocol::{Freeze, PhaseSpec};
///
/// let phase: PhaseSpec = "epochs=4,freeze=trunk,optimizer.sgd.lr=0.01,clip_norm=1".parse()?;
/// assert_eq!((phase.epochs, phase.freeze), (4, Freeze::Trunk));
/// assert_eq!("epochs=4,optimizer=adam".parse::<PhaseSpec>()?.optimizer.lr(), 1e-3);
/// # Ok::<(), fm_experiment::protocol::PhaseTextError>(())
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
    /// The optimizer; by its name alone with a learning rate of 1e-3.
    #[serde(deserialize_with = "optimizer")]
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

/// Why a text is not a phase.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid phase {text:?} (an example is epochs=4,freeze=trunk,optimizer=adam): {reason}")]
pub struct PhaseTextError {
    text: String,
    reason: String,
}

impl FromStr for PhaseSpec {
    type Err = PhaseTextError;

    fn from_str(text: &str) -> Result<Self, PhaseTextError> {
        parse_table(text).map_err(|reason| PhaseTextError {
            text: text.to_owned(),
            reason,
        })
    }
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
            let settings = json!({ name: { "lr": 1e-3 } });
            serde_json::from_value(settings).map_err(|error| {
                let message = error.to_string();
                E::custom(format!("{message}{}", likely(&message)))
            })
        }

        fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Optimizer, A::Error> {
            Optimizer::deserialize(MapAccessDeserializer::new(map))
        }
    }

    deserializer.deserialize_any(OptimizerVisitor)
}

impl PhaseSpec {
    /// A phase with the defaults for everything else.
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
    /// what dropout leaves out.
    ///
    /// # Errors
    /// [`TrainError::Network`] if the network does not have a layer that is to be frozen.
    pub fn phase(&self, layers: usize, dropout: Stream) -> Result<Phase, TrainError> {
        Ok(Phase {
            epochs: self.epochs,
            mask: self.freeze.mask(layers)?,
            optimizer: self.optimizer,
            schedule: self.schedule.clone(),
            lr_factors: self.lr_factors.clone(),
            clip_norm: self.clip_norm,
            dropout: self.dropout.map(|rule| (rule, dropout)),
            label_smoothing: self.label_smoothing,
            class_weights: self.class_weights.clone(),
            early_stopping: self.early_stopping,
            reduce_on_plateau: self.reduce_on_plateau,
        })
    }

    /// Whether validation scores decide something in the training.
    pub(crate) fn needs_validation(&self) -> bool {
        self.early_stopping.is_some() || self.reduce_on_plateau.is_some()
    }

    /// Checks the phase at `at` for a network of `hidden` layers under its head, and a task of
    /// `n_classes` where that is known.
    pub(crate) fn check(
        &self,
        at: &str,
        hidden: usize,
        n_classes: Option<usize>,
    ) -> Result<(), Problem> {
        let freeze = format!("{at}.freeze");
        if let Freeze::First(k) = self.freeze {
            let expected = format!("at most {hidden}, the number of hidden layers");
            require(k <= hidden, &freeze, expected, k)?;
        }
        let exists = self.freeze.mask(hidden + 1).is_ok();
        let expected = format!("layers.0 to layers.{} or head", hidden.saturating_sub(1));
        require(exists, freeze, expected, &self.freeze)?;
        let stream = fm_train::Seeds::new(0).stream("checked");
        let n_classes = n_classes.unwrap_or_else(|| self.class_weights.len().max(2));
        let phase = self.phase(hidden + 1, stream);
        match phase.and_then(|phase| phase.check_settings(hidden + 1, n_classes)) {
            Ok(()) => Ok(()),
            Err(TrainError::Setting {
                name,
                expected,
                found,
            }) => problem(format!("{at}.{name}"), expected, found),
            Err(other) => problem(at, "a phase that can be trained", other),
        }
    }
}

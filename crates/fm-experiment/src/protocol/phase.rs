//! Phases as protocols and command lines have them.

use fm_train::{Phase, TrainError};

use super::Freeze;
use super::error::{Problem, problem, require};
use super::text::parse_table;

/// Reads a phase as a command line has it: the inside of a TOML table, in which words need no
/// quotes.
///
/// ```
/// use fm_experiment::protocol::{Freeze, parse_phase};
///
/// let phase = parse_phase("epochs=4,freeze=trunk,optimizer.sgd.lr=0.01,clip_norm=1")?;
/// assert_eq!((phase.epochs, phase.freeze), (4, Freeze::Trunk));
/// assert_eq!(parse_phase("epochs=4,optimizer=adam")?.optimizer.lr(), 1e-3);
/// # Ok::<(), fm_experiment::protocol::PhaseTextError>(())
/// ```
///
/// These are all keys, in a command line, in a protocol's `[source]` and in the phases of its arms.
/// Only `epochs` and `optimizer` are required. This is every key there is:
///
/// ```
/// use fm_experiment::protocol::Phase;
///
/// let phase: Phase = toml::from_str(r#"
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
/// An L2 penalty is the `weight_decay` of `sgd`, `adam` and `rmsprop`; that of `adamw` is decoupled.
///
/// # Errors
/// [`PhaseTextError`] names the key.
pub fn parse_phase(text: &str) -> Result<Phase, PhaseTextError> {
    parse_table(text).map_err(|reason| PhaseTextError {
        text: text.to_owned(),
        reason,
    })
}

/// Why a text is not a phase.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid phase {text:?} (an example is epochs=4,freeze=trunk,optimizer=adam): {reason}")]
pub struct PhaseTextError {
    text: String,
    reason: String,
}

/// Checks the phase at `at` for a network of `hidden` layers under its head, and a task of
/// `n_classes` where that is known.
pub(crate) fn check_phase(
    phase: &Phase,
    at: &str,
    hidden: usize,
    n_classes: Option<usize>,
) -> Result<(), Problem> {
    let freeze = format!("{at}.freeze");
    if let Freeze::First(k) = phase.freeze {
        let expected = format!("at most {hidden}, the number of hidden layers");
        require(k <= hidden, &freeze, expected, k)?;
    }
    let exists = phase.freeze.mask(hidden + 1).is_ok();
    let expected = format!("layers.0 to layers.{} or head", hidden.saturating_sub(1));
    require(exists, freeze, expected, &phase.freeze)?;
    let n_classes = n_classes.unwrap_or_else(|| phase.class_weights.len().max(2));
    match phase.check_settings(hidden + 1, n_classes) {
        Ok(()) => Ok(()),
        Err(TrainError::Setting {
            name,
            expected,
            found,
        }) => problem(format!("{at}.{name}"), expected, found),
        Err(other) => problem(at, "a phase that can be trained", other),
    }
}

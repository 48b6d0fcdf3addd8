//! [`Trainer`]: the settings that all phases of a training share.

use fm_nn::{Engine, Loss, Network};
use serde::{Deserialize, Serialize};

use crate::error::{TrainError, at_least_1};
use crate::examples::{Data, Examples, too_deep};
use crate::phase::Phase;
use crate::scores::{Evaluator, Scores};
use crate::seed::Stream;

/// The order of the rows in an epoch.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowOrder {
    /// The order of the examples.
    Given,
    /// A new permutation each epoch, from the stream's generator of that epoch (counted from 1
    /// through all phases): trainings with the same stream visit rows in the same order.
    Shuffled(Stream),
}

impl From<Stream> for RowOrder {
    fn from(stream: Stream) -> Self {
        Self::Shuffled(stream)
    }
}

/// Trains networks; [`fit`](Self::fit) starts a training.
///
/// ```
/// use fm_nn::Loss;
/// use fm_train::{Seeds, Trainer};
///
/// let trainer = Trainer {
///     batch_size: 128,
///     ..Trainer::new(Loss::SoftmaxCrossEntropy, Seeds::new(42).stream("shuffle"))
/// };
/// # let _ = trainer;
/// ```
#[derive(Clone, Debug)]
pub struct Trainer {
    /// Computes everything; [`Engine::portable`] by default.
    pub engine: Engine,
    /// The objective that is minimised.
    pub loss: Loss,
    /// Rows of a step, 1 or more, 32 by default; the last step of an epoch uses the remaining rows.
    pub batch_size: usize,
    /// The order of the rows in an epoch.
    pub order: RowOrder,
}

impl Trainer {
    /// A trainer with batches of 32 rows on the portable engine. `order` is a [`RowOrder`], or the
    /// [`Stream`] that shuffles the rows.
    pub fn new(loss: Loss, order: impl Into<RowOrder>) -> Self {
        Self {
            engine: Engine::portable(),
            loss,
            batch_size: 32,
            order: order.into(),
        }
    }

    /// Scores `network` on `examples` with the trainer's loss; [`Evaluator`] does so with buffers
    /// that are allocated once.
    ///
    /// # Errors
    /// As [`Evaluator::evaluate`].
    pub fn evaluate(
        &self,
        network: &Network,
        examples: &Examples<'_>,
    ) -> Result<Scores, TrainError> {
        Evaluator::new(network, self.engine.clone()).evaluate(network, examples, self.loss)
    }

    /// The settings that a checkpoint compares.
    pub(crate) fn setup(&self, data: &Data<'_>) -> Setup {
        Setup {
            loss: self.loss,
            batch_size: self.batch_size,
            order: self.order,
            train_rows: data.train.rows(),
            valid_rows: data.valid.map(|valid| valid.rows()),
        }
    }

    /// Checks that everything fits the network.
    pub(crate) fn check(
        &self,
        network: &Network,
        phases: &[Phase],
        data: &Data<'_>,
    ) -> Result<(), TrainError> {
        at_least_1("batch_size", self.batch_size)?;
        self.loss.check_outputs(network.outputs())?;
        for (what, examples) in data.parts() {
            examples.check(what, network)?;
        }
        for phase in phases {
            phase.check(network)?;
            phase.check_training(data.valid.is_some())?;
            let most = phase.mask.lowest_trainable().unwrap_or(0);
            for (what, examples) in data.parts() {
                let found = examples.layer();
                if found > most {
                    return Err(too_deep(what, most, found));
                }
            }
        }
        Ok(())
    }
}

/// What determines a training besides network and phases; the rows themselves are not compared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Setup {
    loss: Loss,
    batch_size: usize,
    order: RowOrder,
    train_rows: usize,
    valid_rows: Option<usize>,
}

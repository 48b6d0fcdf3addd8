//! [`Trainer`]: the settings that all phases of a training share.

use fm_nn::{Engine, Loss, Network};

use crate::error::TrainError;
use crate::examples::Examples;
use crate::scores::{Evaluator, Scores};
use crate::seed::Stream;

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
    /// Shuffles the rows, each epoch with its own generator (counted from 1 through all phases):
    /// trainings with the same stream visit rows in the same order. None: the examples' order.
    pub order: Option<Stream>,
    /// Decides what dropout leaves out, by epoch like `order`; phases with dropout need it, none by
    /// default.
    pub dropout: Option<Stream>,
}

impl Trainer {
    /// A trainer with batches of 32 rows on the portable engine; `order` shuffles the rows.
    pub fn new(loss: Loss, order: impl Into<Option<Stream>>) -> Self {
        Self {
            engine: Engine::portable(),
            loss,
            batch_size: 32,
            order: order.into(),
            dropout: None,
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
}

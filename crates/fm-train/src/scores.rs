//! [`Scores`] of a network on examples, and the [`Evaluator`] that computes them.

use fm_nn::{Engine, Loss, Network, Objective, Rows, Workspace};
use ndarray::{Array2, ArrayView2, s};
use serde::{Deserialize, Serialize};

use crate::error::TrainError;
use crate::examples::{Batch, Examples};
use crate::metrics::predict;

/// Rows that are scored together.
const CHUNK: usize = 256;

/// Mean loss and accuracy over some rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// Mean loss over the rows.
    pub loss: f64,
    /// Fraction of the rows whose class is predicted, from 0 to 1.
    pub accuracy: f64,
    /// Number of rows whose class is predicted; a row with a NaN logit is not among them.
    pub correct: usize,
    /// Number of rows.
    pub rows: usize,
}

impl Scores {
    /// Fraction of the rows whose class is not predicted, from the counts, so that equal counts are
    /// equal errors to the bit.
    pub fn error(&self) -> f64 {
        (self.rows - self.correct) as f64 / self.rows as f64
    }

    /// Adds rows, `loss` being the sum over all.
    pub(crate) fn add(&mut self, loss_sum: f64, logits: ArrayView2<'_, f32>, classes: &[u32]) {
        self.loss += loss_sum;
        self.rows += classes.len();
        let predicted = logits.rows().into_iter().map(predict);
        let correct = predicted
            .zip(classes)
            .filter(|(p, class)| *p == Some(**class));
        self.correct += correct.count();
    }

    /// The scores whose `loss` was the sum.
    pub(crate) fn mean(self) -> Self {
        let rows = self.rows.max(1) as f64;
        Self {
            loss: self.loss / rows,
            accuracy: self.correct as f64 / rows,
            ..self
        }
    }
}

/// Scores networks of one shape, with buffers that are allocated once.
#[derive(Debug)]
pub struct Evaluator {
    workspace: Workspace,
    batch: Batch,
}

impl Evaluator {
    /// Buffers for networks of the shape of `network`.
    pub fn new(network: &Network, engine: Engine) -> Self {
        Self {
            workspace: Workspace::for_inference(network, engine, CHUNK),
            // Allocated at the first use, since features have fewer columns than inputs.
            batch: Batch::new(CHUNK, 0),
        }
    }

    /// Scores `network` on `examples`.
    ///
    /// # Errors
    /// [`TrainError`] if there are no rows, or they do not fit the network or the loss.
    pub fn evaluate(
        &mut self,
        network: &Network,
        examples: &Examples<'_>,
        loss: Loss,
    ) -> Result<Scores, TrainError> {
        let (scores, _) = self.evaluate_rows(network, examples, loss)?;
        Ok(scores)
    }

    /// As [`evaluate`](Self::evaluate), with the logits that were scored, `[rows, outputs]`.
    ///
    /// # Errors
    /// As [`evaluate`](Self::evaluate).
    pub fn evaluate_rows(
        &mut self,
        network: &Network,
        examples: &Examples<'_>,
        loss: Loss,
    ) -> Result<(Scores, Array2<f32>), TrainError> {
        loss.check_outputs(network.outputs())?;
        examples.check("evaluated", network)?;
        let cols = examples.inputs.cols();
        if self.batch.inputs.cols() != cols {
            self.batch = Batch::new(CHUNK, cols);
        }
        let mut tally = Scores::default();
        let mut logits = Array2::zeros((examples.rows(), network.outputs()));
        for start in (0..examples.rows()).step_by(CHUNK) {
            let end = examples.rows().min(start + CHUNK);
            let engine = self.workspace.engine();
            self.batch
                .gather(engine, examples, end - start, |i| start + i);
            let rows = Rows::of(&self.batch.inputs).first(end - start);
            let layers = examples.layer..network.layers().len();
            network.forward(layers, rows, &mut self.workspace)?;
            let classes = &self.batch.classes;
            let sum = self.workspace.loss(&Objective::plain(loss), classes);
            let found = self.workspace.logits();
            tally.add(sum, found, classes);
            logits.slice_mut(s![start..end, ..]).assign(&found);
        }
        Ok((tally.mean(), logits))
    }
}

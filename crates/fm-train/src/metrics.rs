//! Scores of a network on examples.

use fm_nn::{Engine, Loss, Network, Rows, Targets, Workspace};
use ndarray::{Array2, ArrayView2, s};
use serde::{Deserialize, Serialize};

use crate::classification::predict;
use crate::error::TrainError;
use crate::examples::{Batch, Examples};

/// Rows that are scored together.
const EVALUATION_ROWS: usize = 256;

/// Mean loss and accuracy over some rows.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// Mean loss over the rows.
    pub loss: f64,
    /// Fraction of rows whose class is predicted.
    pub accuracy: f64,
    /// Number of them.
    pub correct: usize,
    /// Number of rows.
    pub rows: usize,
}

/// Sums that become [`Scores`].
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) loss: f64,
    correct: usize,
    rows: usize,
}

impl Tally {
    pub(crate) fn add(&mut self, loss_sum: f64, logits: ArrayView2<'_, f32>, classes: &[u32]) {
        self.loss += loss_sum;
        self.rows += classes.len();
        let predicted = logits.rows().into_iter().zip(classes);
        self.correct += predicted
            .filter(|(row, class)| predict(row.iter()) == **class)
            .count();
    }

    pub(crate) fn scores(&self) -> Scores {
        let rows = self.rows.max(1) as f64;
        Scores {
            loss: self.loss / rows,
            accuracy: self.correct as f64 / rows,
            correct: self.correct,
            rows: self.rows,
        }
    }
}

/// Buffers for scoring a network; made once and used for every epoch.
#[derive(Debug)]
pub struct Evaluator {
    workspace: Workspace,
    batch: Batch,
    first: usize,
}

impl Evaluator {
    /// Buffers for networks of the shape of `network`.
    pub fn new(network: &Network, engine: Engine) -> Self {
        Self::from_layer(network, engine, 0)
    }

    /// Buffers for scoring from layer `first` on, the inputs being those of that layer.
    pub(crate) fn from_layer(network: &Network, engine: Engine, first: usize) -> Self {
        let cols = network.layers()[first].inputs();
        Self {
            workspace: Workspace::for_inference(network, engine, EVALUATION_ROWS),
            batch: Batch::new(EVALUATION_ROWS, cols),
            first,
        }
    }

    /// Scores `network` on `examples`.
    ///
    /// # Errors
    /// [`TrainError`] if there are no rows or they do not fit the network or loss.
    pub fn evaluate(
        &mut self,
        network: &Network,
        examples: &Examples<'_>,
        loss: Loss,
    ) -> Result<Scores, TrainError> {
        self.tally(network, examples, loss, |_, _| {})
    }

    /// As [`evaluate`](Self::evaluate), with the logits that the scores are of, `[rows, outputs]`.
    ///
    /// # Errors
    /// As [`evaluate`](Self::evaluate).
    pub fn evaluate_rows(
        &mut self,
        network: &Network,
        examples: &Examples<'_>,
        loss: Loss,
    ) -> Result<(Scores, Array2<f32>), TrainError> {
        let mut all = Array2::zeros((examples.rows(), network.outputs()));
        let scores = self.tally(network, examples, loss, |logits, start| {
            all.slice_mut(s![start..start + logits.nrows(), ..])
                .assign(&logits);
        })?;
        Ok((scores, all))
    }

    /// Hands the logits of every chunk on, with the number of its first row.
    fn tally(
        &mut self,
        network: &Network,
        examples: &Examples<'_>,
        loss: Loss,
        mut each: impl FnMut(ArrayView2<'_, f32>, usize),
    ) -> Result<Scores, TrainError> {
        loss.check_outputs(network.outputs())?;
        let inputs = network.layers()[self.first].inputs();
        examples.check("evaluated", inputs, network.outputs().max(2))?;
        let mut tally = Tally::default();
        self.for_each_chunk(network, examples, |workspace, classes, start| {
            let sum = workspace.loss(loss, Targets::Classes(classes));
            let logits = workspace.logits();
            tally.add(sum, logits, classes);
            each(logits.slice(s![..classes.len(), ..]), start);
        })?;
        Ok(tally.scores())
    }

    /// The logits of every row, `[rows, outputs]`.
    ///
    /// # Errors
    /// As [`evaluate`](Self::evaluate).
    pub fn logits(
        &mut self,
        network: &Network,
        examples: &Examples<'_>,
    ) -> Result<Array2<f32>, TrainError> {
        let inputs = network.layers()[self.first].inputs();
        examples.check("evaluated", inputs, network.outputs().max(2))?;
        let mut logits = Array2::zeros((examples.rows(), network.outputs()));
        self.for_each_chunk(network, examples, |workspace, classes, start| {
            logits
                .slice_mut(s![start..start + classes.len(), ..])
                .assign(&workspace.logits());
        })?;
        Ok(logits)
    }

    fn for_each_chunk(
        &mut self,
        network: &Network,
        examples: &Examples<'_>,
        mut f: impl FnMut(&Workspace, &[u32], usize),
    ) -> Result<(), TrainError> {
        for start in (0..examples.rows()).step_by(EVALUATION_ROWS) {
            let end = examples.rows().min(start + EVALUATION_ROWS);
            let engine = self.workspace.engine();
            self.batch
                .gather(engine, examples, end - start, |i| start + i);
            let rows = Rows::of(&self.batch.inputs).first(end - start);
            network.forward_from(self.first, rows, &mut self.workspace)?;
            f(&self.workspace, &self.batch.classes, start);
        }
        Ok(())
    }
}

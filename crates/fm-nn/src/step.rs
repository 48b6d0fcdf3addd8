//! One call for a training step, one for predictions.

use std::ops::Range;

use fm_matmul::{Engine, Matrix, Rows};
use ndarray::{Array2, Axis, Slice};

use crate::error::NetworkError;
use crate::freeze::FreezeMask;
use crate::gradient::Update;
use crate::inputs::Inputs;
use crate::loss::{Loss, Objective, check_classes};
use crate::network::Network;
use crate::workspace::Workspace;

/// Rows that are predicted together.
const CHUNK: usize = 256;

impl Network {
    /// One step on a batch, `inputs` of `[rows, inputs]`: forward, loss, backward, and `update` on
    /// what `mask` leaves trainable. Returns the mean loss before the step.
    ///
    /// The update is an optimizer: [`Descent`](crate::Descent), or one of a training crate.
    ///
    /// # Errors
    /// As [`forward`](Self::forward) and [`backward`](Self::backward), and also if the classes are
    /// not those of these rows and this head. Nothing is changed then.
    pub fn train_step<'a>(
        &mut self,
        inputs: impl Into<Inputs<'a>>,
        classes: &[u32],
        loss: Loss,
        mask: &FreezeMask,
        update: &mut impl Update,
        workspace: &mut Workspace,
    ) -> Result<f64, NetworkError> {
        let inputs = inputs.into();
        let (rows, cols) = (inputs.rows(), inputs.cols());
        loss.check_outputs(self.outputs())?;
        check_classes(classes, rows, self.outputs())?;
        workspace.check(self, rows, 0)?;
        let level = workspace.engine.level();
        let batch = workspace.batch.take();
        let mut batch = batch
            .filter(|batch| batch.cols() == cols)
            .unwrap_or_else(|| Matrix::zeros(workspace.capacity(), cols));
        inputs.gather(level, rows, |i| i, &mut batch);
        let input = Rows::of(&batch).first(rows);
        self.forward(0..self.layers().len(), input, workspace)?;
        let sum = workspace.loss(&Objective::plain(loss), classes);
        self.backward(input, workspace, mask, update)?;
        workspace.batch = Some(batch);
        Ok(sum / rows.max(1) as f64)
    }

    /// The logits of every row of `inputs`, `[rows, outputs]`.
    ///
    /// # Errors
    /// [`NetworkError`] if the inputs have another number of columns.
    pub fn predict<'a>(
        &self,
        inputs: impl Into<Inputs<'a>>,
        engine: &Engine,
    ) -> Result<Array2<f32>, NetworkError> {
        self.features(0..self.layers().len(), inputs, engine)
    }

    /// What the layers in `range` give for every row of `inputs`, which are those of the lowest of
    /// them: `[rows, units]` of the highest.
    ///
    /// # Errors
    /// As [`predict`](Self::predict).
    ///
    /// # Panics
    /// If the range is empty, or there are fewer layers.
    pub fn features<'a>(
        &self,
        range: Range<usize>,
        inputs: impl Into<Inputs<'a>>,
        engine: &Engine,
    ) -> Result<Array2<f32>, NetworkError> {
        let inputs = inputs.into();
        let (rows, last) = (inputs.rows(), range.end - 1);
        let chunk = rows.min(CHUNK);
        let mut workspace = Workspace::for_inference(self, engine.clone(), chunk);
        let mut batch = Matrix::zeros(chunk, inputs.cols());
        let mut out = Array2::zeros((rows, self.layers()[last].outputs()));
        for start in (0..rows).step_by(CHUNK) {
            let n = chunk.min(rows - start);
            inputs.gather(engine.level(), n, |i| start + i, &mut batch);
            self.forward(range.clone(), Rows::of(&batch).first(n), &mut workspace)?;
            out.slice_axis_mut(Axis(0), Slice::from(start..start + n))
                .assign(&workspace.output(last));
        }
        Ok(out)
    }
}

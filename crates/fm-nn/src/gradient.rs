//! Gradients of a layer, and the optimizer that they are passed to.

use fm_matmul::elementwise::map;
use fm_matmul::{Engine, Job, Level, Matrix, Rows, Start};
use ndarray::{ArrayView1, Zip};

use crate::dense::Dense;
use crate::freeze::{FreezeMask, LayerMask, PartMask};

/// An optimizer as the backward pass sees it.
pub trait Update {
    /// Called once per step and trainable layer, from the head down. `layer` may be changed: the
    /// pass has finished with its weights.
    fn update(&mut self, layer_idx: usize, layer: &mut Dense, gradient: LayerGradient<'_>);

    /// Called once per step, after the last layer, with all of them and the step's mask: for what
    /// needs every gradient before the first change, such as clipping. Does nothing by default.
    fn finish(&mut self, layers: &mut [Dense], mask: &FreezeMask) {
        let _ = (layers, mask);
    }
}

/// Plain gradient descent, `W ← W − lr·∇W`: the optimizer for [`train_step`] where no other is at
/// hand.
///
/// [`train_step`]: crate::Network::train_step
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Descent {
    /// The learning rate.
    pub lr: f32,
}

impl Update for Descent {
    fn update(&mut self, _: usize, layer: &mut Dense, gradient: LayerGradient<'_>) {
        gradient.descend(layer, self.lr, &mut None);
    }
}

/// The gradient of the mean loss with respect to one layer's parameters, not yet multiplied out.
#[derive(Debug)]
pub struct LayerGradient<'a> {
    engine: &'a Engine,
    /// The layer's inputs: `[rows, inputs]`.
    inputs: Rows<'a>,
    /// With respect to the layer's outputs before the activation: `[rows, outputs]`.
    delta: &'a mut Matrix,
    mask: &'a LayerMask,
}

impl<'a> LayerGradient<'a> {
    /// The gradient that follows from a layer's inputs, `[rows, inputs]`, and its `delta`, the
    /// gradient with respect to its outputs before the activation, `[rows, outputs]`; `mask` is
    /// what is frozen of the layer.
    ///
    /// # Panics
    /// If `delta` has fewer rows, or the mask is for another layer.
    pub fn new(
        engine: &'a Engine,
        inputs: Rows<'a>,
        delta: &'a mut Matrix,
        mask: &'a LayerMask,
    ) -> Self {
        let (rows, room) = (inputs.rows(), delta.rows());
        assert!(rows <= room, "{rows} rows, delta has {room}");
        let fits = mask.check(0, inputs.cols(), delta.cols()).is_ok();
        assert!(fits, "the freeze mask is for another layer");
        Self {
            engine,
            inputs,
            delta,
            mask,
        }
    }

    /// What is frozen of the layer at this step.
    pub fn mask(&self) -> &'a LayerMask {
        self.mask
    }

    /// The vector level for an optimizer's own loops.
    pub fn level(&self) -> Level {
        self.engine.level()
    }

    /// Plain gradient descent, `W ← W + Xᵀ·(−lr·D)`: accumulated straight into the weights, with
    /// no gradient buffer. What the mask freezes keeps its bytes.
    ///
    /// A mask of single weights needs a copy of the weights, which is made in `scratch`, to be
    /// passed to the layer's next step.
    pub fn descend(self, layer: &mut Dense, lr: f32, scratch: &mut Option<Matrix>) {
        let used = self.inputs.rows() * self.delta.stride();
        let delta = &mut self.delta.padded_mut()[..used];
        map(self.engine.level(), delta, |d| d * -lr);
        let (weight, bias) = layer.parts_mut();
        match &self.mask.weight {
            PartMask::Frozen => {}
            PartMask::Trainable => self.product(Start::Out, weight),
            PartMask::Elements(rows) => {
                let shape = (weight.rows(), weight.cols());
                let before = match scratch {
                    Some(before) if (before.rows(), before.cols()) == shape => before,
                    other => other.insert(Matrix::zeros(shape.0, shape.1)),
                };
                before.padded_mut().copy_from_slice(weight.padded());
                self.product(Start::Out, weight);
                for (row, frozen) in rows.iter().enumerate() {
                    Zip::from(weight.view_mut().row_mut(row))
                        .and(before.view().row(row))
                        .and(ArrayView1::from(frozen))
                        .for_each(|w, before, frozen| *w = if *frozen { *before } else { *w });
                }
            }
        }
        self.add_rows(bias);
    }

    /// Multiplies the weights' gradient out into `weight`, `[inputs, outputs]`; zero where the
    /// mask freezes.
    ///
    /// # Panics
    /// If the shape is not that of the layer's weights.
    pub fn write_weight_to(&self, weight: &mut Matrix) {
        if self.mask.weight.is_frozen() {
            weight.padded_mut().fill(0.0);
            return;
        }
        self.product(Start::Zero, weight);
        if let PartMask::Elements(rows) = &self.mask.weight {
            for (row, frozen) in rows.iter().enumerate() {
                Zip::from(weight.view_mut().row_mut(row))
                    .and(ArrayView1::from(frozen))
                    .for_each(|g, frozen| *g = if *frozen { 0.0 } else { *g });
            }
        }
    }

    /// Adds the biases' gradient up into `bias`, one row; zero where the mask freezes.
    pub fn write_bias_to(&self, bias: &mut Matrix) {
        bias.padded_mut().fill(0.0);
        self.add_rows(bias);
    }

    fn product(&self, start: Start<'_>, weight: &mut Matrix) {
        self.engine
            .product(self.inputs.t(), self.delta, start, weight);
    }

    /// Adds the rows of delta to those of the biases, one row, that are trainable.
    fn add_rows(&self, bias: &mut Matrix) {
        let deltas = self.delta.padded().chunks_exact(self.delta.stride());
        let deltas = deltas.take(self.inputs.rows());
        match &self.mask.bias {
            PartMask::Frozen => {}
            PartMask::Trainable => {
                let sums = bias.padded_mut();
                self.engine.level().dispatch(AddRows { sums, deltas });
            }
            PartMask::Elements(rows) => {
                for delta in deltas {
                    let sums = bias.row_mut(0).iter_mut().zip(delta);
                    let trainable = sums.zip(&rows[0]).filter(|(_, frozen)| !**frozen);
                    trainable.for_each(|((b, d), _)| *b += d);
                }
            }
        }
    }
}

/// Adds rows to `sums`, one after the other.
struct AddRows<'a, D> {
    sums: &'a mut [f32],
    deltas: D,
}

impl<'a, D: Iterator<Item = &'a [f32]>> Job for AddRows<'_, D> {
    type Out = ();
    #[inline(always)]
    fn run(self) {
        for delta in self.deltas {
            for (sum, d) in self.sums.iter_mut().zip(delta) {
                *sum += d;
            }
        }
    }
}

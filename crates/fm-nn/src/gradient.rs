//! What a training step hands to an optimizer, layer by layer.

use crate::dense::Dense;
use crate::elementwise::{map, zip};
use crate::engine::Engine;
use crate::matrix::Matrix;
use crate::portable::Level;
use crate::product::{Lhs, Out, Rhs, Shape, Start};
use crate::workspace::Rows;

/// An optimizer as the backward pass sees it.
pub trait Update {
    /// Called once per step and trainable layer, from the head down. `layer` may be changed: the
    /// pass has finished with its weights.
    fn update(&mut self, layer_idx: usize, layer: &mut Dense, gradient: LayerGradient<'_>);
}

/// The gradient of the mean loss with respect to one layer's parameters, not yet multiplied out.
#[derive(Debug)]
pub struct LayerGradient<'a> {
    engine: &'a Engine,
    rows: usize,
    /// The layer's inputs, transposed: `[inputs, rows]`.
    inputs: Lhs<'a>,
    /// With respect to the layer's outputs before the activation: `[rows, outputs]`.
    delta: &'a mut Matrix,
}

impl<'a> LayerGradient<'a> {
    /// The gradient that follows from a layer's inputs, `[rows, inputs]`, and its `delta`, the
    /// gradient with respect to its outputs before the activation, `[rows, outputs]`.
    ///
    /// # Panics
    /// If `delta` has fewer rows.
    pub fn new(engine: &'a Engine, inputs: Rows<'a>, delta: &'a mut Matrix) -> Self {
        assert!(
            inputs.rows <= delta.rows(),
            "{} rows, delta has {}",
            inputs.rows,
            delta.rows()
        );
        Self {
            engine,
            rows: inputs.rows,
            inputs: inputs.transposed(),
            delta,
        }
    }

    /// The vector level for an optimizer's own loops.
    pub fn level(&self) -> Level {
        self.engine.level()
    }

    /// Plain gradient descent, `W ← W + Xᵀ·(−lr·D)`: accumulated straight into the weights, with
    /// no gradient buffer.
    pub fn descend(self, layer: &mut Dense, lr: f32) {
        let used = self.rows * self.delta.stride();
        let delta = &mut self.delta.padded_mut()[..used];
        map(self.engine.level(), delta, |d| d * -lr);
        let (weight, bias) = layer.parts_mut();
        self.product(Start::Out, weight);
        self.add_rows(bias);
    }

    /// Multiplies the gradient out into `weight`, `[inputs, outputs]`, and `bias`, one row.
    ///
    /// # Panics
    /// If the shapes are not the layer's.
    pub fn write_to(&self, weight: &mut Matrix, bias: &mut Matrix) {
        self.product(Start::Zero, weight);
        bias.padded_mut().fill(0.0);
        self.add_rows(bias);
    }

    fn product(&self, start: Start<'_>, weight: &mut Matrix) {
        assert_eq!(weight.cols(), self.delta.cols(), "columns of the weights");
        let shape = Shape {
            m: weight.rows(),
            n: weight.cols(),
            k: self.rows,
        };
        let rhs = Rhs {
            data: self.delta.padded(),
            stride: self.delta.stride(),
        };
        let stride = weight.stride();
        let out = Out {
            data: weight.padded_mut(),
            stride,
        };
        self.engine.product(shape, self.inputs, rhs, start, out);
    }

    /// Adds the rows of the delta to `bias`, one row.
    fn add_rows(&self, bias: &mut Matrix) {
        let deltas = self.delta.padded().chunks_exact(self.delta.stride());
        for delta in deltas.take(self.rows) {
            zip(self.engine.level(), bias.padded_mut(), delta, |b, d| b + d);
        }
    }
}

/// The gradients of every trainable layer, multiplied out: an [`Update`] that changes nothing.
#[derive(Clone, Debug, Default)]
pub struct Gradients {
    layers: Vec<Option<(Matrix, Matrix)>>,
}

impl Gradients {
    /// Weight gradient `[inputs, outputs]` and bias gradient `[1, outputs]` of a layer; none if
    /// it was frozen.
    pub fn layer(&self, layer_idx: usize) -> Option<(&Matrix, &Matrix)> {
        let (weight, bias) = self.layers.get(layer_idx)?.as_ref()?;
        Some((weight, bias))
    }
}

impl Update for Gradients {
    fn update(&mut self, layer_idx: usize, layer: &mut Dense, gradient: LayerGradient<'_>) {
        if self.layers.len() <= layer_idx {
            self.layers.resize(layer_idx + 1, None);
        }
        let (weight, bias) = self.layers[layer_idx].get_or_insert_with(|| {
            (
                Matrix::zeros(layer.inputs(), layer.outputs()),
                Matrix::zeros(1, layer.outputs()),
            )
        });
        gradient.write_to(weight, bias);
    }
}

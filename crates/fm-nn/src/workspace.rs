//! [`Workspace`]: every buffer that a forward and a backward pass need, allocated once.

use ndarray::{ArrayView2, s};
use rand_core::Rng;

use crate::dropout::{Dropout, DropoutBuffers};
use crate::engine::Engine;
use crate::loss::{Loss, Targets};
use crate::matrix::Matrix;
use crate::network::Network;
use crate::objective::Objective;
use crate::product::Lhs;

/// Rows of f32, `[rows, cols]`, each contiguous: the inputs of a pass.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    pub(crate) data: &'a [f32],
    pub(crate) stride: usize,
    pub(crate) rows: usize,
    pub(crate) cols: usize,
}

impl<'a> Rows<'a> {
    /// The rows of a matrix.
    pub fn of(matrix: &'a Matrix) -> Self {
        Self {
            data: matrix.padded(),
            stride: matrix.stride(),
            rows: matrix.rows(),
            cols: matrix.cols(),
        }
    }

    /// The first `rows` of these.
    ///
    /// # Panics
    /// If there are fewer.
    pub fn first(self, rows: usize) -> Self {
        assert!(rows <= self.rows, "{rows} of {} rows", self.rows);
        Self { rows, ..self }
    }

    /// Row-major rows in a slice.
    ///
    /// # Panics
    /// If the slice does not hold `rows * cols` floats.
    pub fn of_slice(data: &'a [f32], rows: usize, cols: usize) -> Self {
        assert_eq!(data.len(), rows * cols, "floats of {rows} rows of {cols}");
        Self {
            data,
            stride: cols,
            rows,
            cols,
        }
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of columns.
    pub fn cols(&self) -> usize {
        self.cols
    }

    pub(crate) fn lhs(&self) -> Lhs<'a> {
        Lhs {
            data: self.data,
            row_stride: self.stride,
            col_stride: 1,
        }
    }

    pub(crate) fn transposed(&self) -> Lhs<'a> {
        Lhs {
            data: self.data,
            row_stride: 1,
            col_stride: self.stride,
        }
    }
}

/// The buffers of a pass through one shape of network, and the engine that computes it.
///
/// Made once and used for every step; nothing is allocated afterwards.
#[derive(Clone, Debug)]
pub struct Workspace {
    pub(crate) engine: Engine,
    capacity: usize,
    /// Rows of the latest forward pass.
    pub(crate) rows: usize,
    /// The layer at which the latest forward pass began.
    pub(crate) first: usize,
    /// Per layer, after the activation: `[capacity, outputs]`.
    pub(crate) outputs: Vec<Matrix>,
    /// Per layer whose activation needs it, before the activation.
    pub(crate) preactivations: Vec<Option<Matrix>>,
    /// Per layer, gradient before the activation; empty in a workspace for inference.
    pub(crate) deltas: Vec<Matrix>,
    pub(crate) turned: Turned,
    pub(crate) dropout: Option<DropoutBuffers>,
}

/// What is turned on the way from a layer's delta to that of the layer below it.
#[derive(Clone, Debug)]
pub(crate) struct Turned {
    /// A delta transposed: `[outputs, capacity]` of the widest layer.
    pub(crate) delta: Matrix,
    /// The gradient of a layer's inputs, transposed: `[inputs, capacity]`.
    pub(crate) input_delta: Matrix,
}

impl Workspace {
    /// Buffers for training steps on up to `capacity` rows.
    pub fn for_training(network: &Network, engine: Engine, capacity: usize) -> Self {
        let mut workspace = Self::for_inference(network, engine, capacity);
        let layers = network.layers();
        workspace.deltas = layers
            .iter()
            .map(|layer| Matrix::zeros(capacity, layer.outputs()))
            .collect();
        let outputs = layers
            .iter()
            .map(|layer| layer.outputs())
            .max()
            .unwrap_or(0);
        let inputs = layers.iter().map(|layer| layer.inputs()).max().unwrap_or(0);
        workspace.turned = Turned {
            delta: Matrix::zeros(outputs, capacity),
            input_delta: Matrix::zeros(inputs, capacity),
        };
        workspace
    }

    /// Buffers for forward passes on up to `capacity` rows.
    pub fn for_inference(network: &Network, engine: Engine, capacity: usize) -> Self {
        let layers = network.layers();
        let outputs = |layer: &crate::Dense| Matrix::zeros(capacity, layer.outputs());
        Self {
            engine,
            capacity,
            rows: 0,
            first: 0,
            outputs: layers.iter().map(outputs).collect(),
            preactivations: layers
                .iter()
                .map(|layer| layer.activation().keeps_input().then(|| outputs(layer)))
                .collect(),
            deltas: Vec::new(),
            turned: Turned {
                delta: Matrix::zeros(0, 0),
                input_delta: Matrix::zeros(0, 0),
            },
            dropout: None,
        }
    }

    /// From now on passes leave out inputs of every layer but the first, as
    /// [`draw_dropout`](Self::draw_dropout) decides; or none, as in a new workspace.
    pub fn set_dropout(&mut self, network: &Network, dropout: Option<Dropout>) {
        self.dropout = dropout.map(|dropout| DropoutBuffers::new(dropout, network, self.capacity));
    }

    /// Decides what the next pass, of `rows` rows and from layer `first` on, leaves out. Takes one
    /// word of `rng` for each input of each layer but the network's first, row by row, from the
    /// lowest layer up: the same bits whatever the engine.
    ///
    /// # Panics
    /// If there is no room for so many rows.
    pub fn draw_dropout(&mut self, first: usize, rows: usize, rng: &mut impl Rng) {
        if let Some(dropout) = &mut self.dropout {
            dropout.draw(first, rows, rng);
        }
    }

    /// The most rows of a pass.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// The engine that computes the passes.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// What layer `layer` gave in the latest forward pass, `[rows, outputs]`.
    ///
    /// # Panics
    /// If there is no such layer.
    pub fn output(&self, layer: usize) -> ArrayView2<'_, f32> {
        self.outputs[layer].view().slice_move(s![..self.rows, ..])
    }

    /// The logits of the latest forward pass, `[rows, outputs]`.
    pub fn logits(&self) -> ArrayView2<'_, f32> {
        self.output(self.outputs.len() - 1)
    }

    /// The loss of the latest forward pass, summed over its rows.
    pub fn loss(&self, loss: Loss, targets: Targets<'_>) -> f64 {
        loss.sum(&self.outputs[self.outputs.len() - 1], targets, self.rows)
    }

    /// As [`loss`](Self::loss), and keeps the gradient of the mean for the backward pass.
    ///
    /// # Panics
    /// If the workspace is one for inference.
    pub fn loss_and_gradient(&mut self, loss: Loss, targets: Targets<'_>) -> f64 {
        let head = self.outputs.len() - 1;
        let delta = self
            .deltas
            .last_mut()
            .expect("a workspace made for training");
        loss.sum_and_gradient(&self.outputs[head], targets, self.rows, delta)
    }

    /// The objective of the latest forward pass, the mean over its rows times their number; keeps
    /// the gradient of the mean for the backward pass.
    ///
    /// # Panics
    /// If the workspace is one for inference, or as [`Objective::sum_and_gradient`].
    pub fn objective_and_gradient(&mut self, objective: &Objective, classes: &[u32]) -> f64 {
        if objective.is_plain() {
            return self.loss_and_gradient(objective.loss, Targets::Classes(classes));
        }
        let head = self.outputs.len() - 1;
        let delta = self
            .deltas
            .last_mut()
            .expect("a workspace made for training");
        objective.sum_and_gradient(&self.outputs[head], classes, self.rows, delta)
    }
}

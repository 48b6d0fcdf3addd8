//! [`Workspace`]: every buffer that a forward and a backward pass need, allocated once.

use fm_matmul::{Engine, Matrix, Scratch};
use ndarray::{ArrayView2, Axis};
use rand_core::Rng;

use crate::activation::Activation;
use crate::dropout::{Dropout, DropoutBuffers};
use crate::error::{NetworkError, at_most};
use crate::loss::{Loss, Targets};
use crate::network::Network;
use crate::objective::Objective;

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
    pub(crate) scratch: Scratch,
    pub(crate) dropout: Option<DropoutBuffers>,
    /// The rows of [`Network::train_step`].
    pub(crate) batch: Option<Matrix>,
    /// Inputs, outputs and activation of each layer of the network that it is for.
    layers: Vec<LayerShape>,
}

/// Inputs, outputs and activation of a layer.
type LayerShape = (usize, usize, Activation);

fn layer_shapes(network: &Network) -> impl Iterator<Item = LayerShape> {
    let layers = network.layers().iter();
    layers.map(|layer| (layer.inputs(), layer.outputs(), layer.activation()))
}

/// Layers in a line: `784x300 selu, 300x1 identity`.
fn shape_text(layers: impl Iterator<Item = LayerShape>) -> String {
    let layers = layers.map(|(inputs, outputs, f)| format!("{inputs}x{outputs} {f}"));
    layers.collect::<Vec<_>>().join(", ")
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
        // Backward, a layer's delta is transposed and multiplied with its weights, but not the first's.
        let above = layers.iter().skip(1);
        let outputs = above.clone().map(|layer| layer.outputs()).max();
        let inputs = above.map(|layer| layer.inputs()).max();
        workspace.scratch = Scratch::new(capacity, outputs.unwrap_or(0), inputs.unwrap_or(0));
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
            scratch: Scratch::new(0, 0, 0),
            dropout: None,
            batch: None,
            layers: layer_shapes(network).collect(),
        }
    }

    /// From the next [`draw_dropout`](Self::draw_dropout) on, passes drop inputs of every layer but
    /// the first; until then, and with `None`, they drop nothing.
    pub fn set_dropout(&mut self, network: &Network, dropout: Option<Dropout>) {
        self.dropout = dropout.map(|dropout| DropoutBuffers::new(dropout, network, self.capacity));
    }

    /// Decides what passes of up to `rows` rows and from layer `first` or a higher one on drop. Takes one
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

    /// Checks that the workspace was made for a network of this shape.
    pub(crate) fn check(&self, network: &Network) -> Result<(), NetworkError> {
        let fits = layer_shapes(network).eq(self.layers.iter().copied());
        match fits {
            true => Ok(()),
            false => Err(NetworkError::misfit(
                "network of the workspace",
                shape_text(layer_shapes(network)),
                shape_text(self.layers.iter().copied()),
            )),
        }
    }

    /// Checks that there is room for a pass of `rows` rows from layer `first` on.
    pub(crate) fn check_rows(&self, rows: usize, first: usize) -> Result<(), NetworkError> {
        at_most("rows of a workspace", self.capacity, rows)?;
        let dropout = self.dropout.as_ref();
        dropout.map_or(Ok(()), |dropout| dropout.check(rows, first))
    }

    pub(crate) fn check_for_training(&self) -> Result<(), NetworkError> {
        match self.deltas.is_empty() {
            true => Err(NetworkError::Inference),
            false => Ok(()),
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
        self.outputs[layer].view().split_at(Axis(0), self.rows).0
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
        let rows = self.rows;
        let (logits, delta) = self.head();
        loss.sum_and_gradient(logits, targets, rows, delta)
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
        let rows = self.rows;
        let (logits, delta) = self.head();
        objective.sum_and_gradient(logits, classes, rows, delta)
    }

    /// The logits, and the gradient with respect to them.
    fn head(&mut self) -> (&Matrix, &mut Matrix) {
        let delta = self.deltas.last_mut();
        let delta = delta.expect("a workspace made for training");
        (&self.outputs[self.outputs.len() - 1], delta)
    }
}

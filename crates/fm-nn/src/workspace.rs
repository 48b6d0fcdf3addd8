//! [`Workspace`]: every buffer that a forward and a backward pass need, allocated once.

use fm_matmul::{Engine, Matrix, Scratch};
use ndarray::{ArrayView2, ArrayViewMut2, Axis};
use rand_core::Rng;

use crate::activation::Activation;
use crate::dense::Dense;
use crate::dropout::{Drawn, Dropout};
use crate::error::{NetworkError, at_most};
use crate::loss::Objective;
use crate::network::Network;

/// The buffers of a pass through one shape of network, and the engine that computes it.
///
/// Made once and used for every step; nothing is allocated afterwards.
#[derive(Clone, Debug)]
pub struct Workspace {
    pub(crate) engine: Engine,
    capacity: usize,
    /// Rows of the latest forward pass.
    pub(crate) rows: usize,
    /// The layer at which the latest forward pass began, and the one before which it ended.
    pub(crate) first: usize,
    pub(crate) end: usize,
    /// Per layer, after the activation: `[capacity, outputs]`.
    pub(crate) outputs: Vec<Matrix>,
    /// Per layer whose activation needs it, before the activation.
    pub(crate) preactivations: Vec<Option<Matrix>>,
    /// Per layer, gradient before the activation; empty in a workspace for inference.
    pub(crate) deltas: Vec<Matrix>,
    pub(crate) scratch: Scratch,
    pub(crate) dropout: Option<Drawn>,
    /// The rows of [`Network::train_step`].
    pub(crate) batch: Option<Matrix>,
    /// Shape of the network that it is for.
    layers: Vec<(usize, usize, Activation)>,
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
        let outputs = |layer: &Dense| Matrix::zeros(capacity, layer.outputs());
        Self {
            engine,
            capacity,
            rows: 0,
            first: 0,
            end: 0,
            outputs: layers.iter().map(outputs).collect(),
            preactivations: layers
                .iter()
                .map(|layer| layer.activation().keeps_input().then(|| outputs(layer)))
                .collect(),
            deltas: Vec::new(),
            scratch: Scratch::new(0, 0, 0),
            dropout: None,
            batch: None,
            layers: network.shape().collect(),
        }
    }

    /// Decides what passes of up to `rows` rows and from layer `first` or a higher one on drop;
    /// before the first call they drop nothing. Takes one word of `rng` for each input of each
    /// layer but the network's first, row by row, from the lowest layer up: the same bits whatever
    /// the engine.
    ///
    /// # Panics
    /// If there is no room for so many rows, or no layer `first`.
    pub fn draw_dropout(
        &mut self,
        dropout: Dropout,
        first: usize,
        rows: usize,
        rng: &mut impl Rng,
    ) {
        let trunk = &self.layers[..self.layers.len() - 1];
        let drawn = self.dropout.get_or_insert_with(|| {
            let units: Vec<usize> = trunk.iter().map(|(_, units, _)| *units).collect();
            Drawn::new(dropout, &units, self.capacity)
        });
        drawn.draw(dropout, first, rows, rng);
    }

    /// Checks that the workspace is for a network of this shape, and that there is room for a pass
    /// of `rows` rows from layer `first` on.
    pub(crate) fn check(
        &self,
        network: &Network,
        rows: usize,
        first: usize,
    ) -> Result<(), NetworkError> {
        if !network.shape().eq(self.layers.iter().copied()) {
            // `784x300 selu, 300x1 identity`
            let text = |layers: Vec<(usize, usize, Activation)>| {
                let layers = layers.iter();
                let layers = layers.map(|(inputs, outputs, f)| format!("{inputs}x{outputs} {f}"));
                layers.collect::<Vec<_>>().join(", ")
            };
            let (expected, found) = (network.shape().collect(), self.layers.clone());
            let what = "network of the workspace";
            return Err(NetworkError::misfit(what, text(expected), text(found)));
        }
        at_most("rows of a workspace", self.capacity, rows)?;
        let dropout = self.dropout.as_ref();
        dropout.map_or(Ok(()), |dropout| dropout.check(rows, first))
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

    /// The objective of the latest forward pass, the mean over its rows times their number; a
    /// workspace for training keeps the gradient of the mean for the backward pass.
    ///
    /// # Panics
    /// If there are fewer classes than rows, or as [`Objective::sum`].
    pub fn loss(&mut self, objective: &Objective, classes: &[u32]) -> f64 {
        let logits = &self.outputs[self.outputs.len() - 1];
        objective.sum(logits, &classes[..self.rows], self.deltas.last_mut())
    }

    /// Where a loss of your own writes its gradient with respect to the logits of the latest
    /// forward pass, `[rows, outputs]`, for the backward pass.
    ///
    /// # Panics
    /// If the workspace is one for inference.
    pub fn logits_gradient_mut(&mut self) -> ArrayViewMut2<'_, f32> {
        let gradient = self.deltas.last_mut().expect("a workspace for training");
        gradient.view_mut().split_at(Axis(0), self.rows).0
    }
}

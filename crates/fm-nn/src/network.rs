//! [`Network`]: a trunk of dense layers and a head, forward and backward.

use rand_core::Rng;
use serde::{Deserialize, Serialize};

use crate::activation::Activation;
use crate::dense::Dense;
use crate::elementwise::zip;
use crate::engine::Engine;
use crate::error::NetworkError;
use crate::freeze::{FreezeMask, layer_name};
use crate::gradient::{LayerGradient, Update};
use crate::init::Init;
use crate::matrix::Matrix;
use crate::product::{Out, Rhs, Shape, Start};
use crate::transpose::transpose;
use crate::workspace::{Rows, Turned, Workspace};

/// The shape of a trunk: what is reused between tasks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrunkSpec {
    /// Number of inputs.
    pub inputs: usize,
    /// Units of each hidden layer, from the input on.
    pub hidden: Vec<usize>,
    /// Activation of every hidden layer.
    pub activation: Activation,
    /// How weights are drawn, those of a head too.
    pub init: Init,
}

impl TrunkSpec {
    /// Draws the hidden layers.
    pub fn trunk(&self, rng: &mut impl Rng) -> Vec<Dense> {
        let inputs = std::iter::once(&self.inputs).chain(&self.hidden);
        inputs
            .zip(&self.hidden)
            .map(|(&inputs, &units)| Dense::new(inputs, units, self.activation, self.init, rng))
            .collect()
    }

    /// Draws a head of `outputs` logits.
    pub fn head(&self, outputs: usize, rng: &mut impl Rng) -> Dense {
        let inputs = *self.hidden.last().unwrap_or(&self.inputs);
        Dense::new(inputs, outputs, Activation::Identity, self.init, rng)
    }
}

/// Dense layers: a trunk, and a head that gives logits.
///
/// See the crate's first page for a training step.
#[derive(Clone, Debug, PartialEq)]
pub struct Network {
    layers: Vec<Dense>,
}

impl Network {
    /// A network of the hidden layers `trunk` under `head`.
    ///
    /// # Errors
    /// [`NetworkError::LayerShapes`] where a layer does not take what the one below gives;
    /// [`NetworkError::HeadActivation`] if the head has an activation: losses take logits.
    pub fn new(trunk: Vec<Dense>, head: Dense) -> Result<Self, NetworkError> {
        if head.activation() != Activation::Identity {
            return Err(NetworkError::HeadActivation {
                found: head.activation(),
            });
        }
        let mut layers = trunk;
        layers.push(head);
        for (below, pair) in layers.windows(2).enumerate() {
            if pair[0].outputs() != pair[1].inputs() {
                return Err(NetworkError::LayerShapes {
                    layer: below + 1,
                    expected: pair[0].outputs(),
                    found: pair[1].inputs(),
                });
            }
        }
        Ok(Self { layers })
    }

    /// A copy of this network's trunk under another head.
    ///
    /// # Errors
    /// As [`Network::new`].
    pub fn with_head(&self, head: Dense) -> Result<Self, NetworkError> {
        Self::new(self.trunk().to_vec(), head)
    }

    /// Every layer, the head last.
    pub fn layers(&self) -> &[Dense] {
        &self.layers
    }

    /// Every layer, the head last, to be changed.
    pub fn layers_mut(&mut self) -> &mut [Dense] {
        &mut self.layers
    }

    /// The hidden layers.
    pub fn trunk(&self) -> &[Dense] {
        &self.layers[..self.layers.len() - 1]
    }

    /// The head.
    pub fn head(&self) -> &Dense {
        &self.layers[self.layers.len() - 1]
    }

    /// The name of layer `layer` in masks and messages: `layers.0` and so on, `head` for the last.
    pub fn layer_name(&self, layer: usize) -> String {
        layer_name(layer, self.layers.len())
    }

    /// Number of inputs.
    pub fn inputs(&self) -> usize {
        self.layers[0].inputs()
    }

    /// Number of logits.
    pub fn outputs(&self) -> usize {
        self.head().outputs()
    }

    /// Number of weights and biases.
    pub fn parameters(&self) -> usize {
        self.layers.iter().map(Dense::parameters).sum()
    }

    /// Number of weights and biases that `mask` leaves trainable.
    pub fn trainable_parameters(&self, mask: &FreezeMask) -> usize {
        let layers = self.layers.iter().enumerate();
        layers
            .map(|(l, layer)| layer.parameters() - layer.frozen_parameters(mask.layer(l)))
            .sum()
    }

    /// Checks that `mask` is for this network and leaves something to train.
    ///
    /// # Errors
    /// [`NetworkError::MaskLayers`], [`NetworkError::MaskShape`], [`NetworkError::AllFrozen`].
    pub fn check_mask(&self, mask: &FreezeMask) -> Result<(), NetworkError> {
        self.check_mask_fits(mask)?;
        mask.lowest_trainable()
            .map(|_| ())
            .ok_or(NetworkError::AllFrozen)
    }

    /// As [`check_mask`](Self::check_mask), but everything may be frozen.
    pub(crate) fn check_mask_fits(&self, mask: &FreezeMask) -> Result<(), NetworkError> {
        if mask.layers() != self.layers.len() {
            let (expected, found) = (self.layers.len(), mask.layers());
            return Err(NetworkError::MaskLayers { expected, found });
        }
        for (l, layer) in self.layers.iter().enumerate() {
            mask.check_shape(l, layer.inputs(), layer.outputs())?;
        }
        Ok(())
    }

    /// Computes every layer's outputs for `input`, `[rows, inputs]`; read them from `workspace`.
    ///
    /// # Panics
    /// As [`forward_from`](Self::forward_from).
    pub fn forward(&self, input: Rows<'_>, workspace: &mut Workspace) {
        self.forward_from(0, input, workspace);
    }

    /// As [`forward`](Self::forward), but starts at layer `first`: `input` is what the layer
    /// below it gives, computed before.
    ///
    /// # Panics
    /// If `input` has other columns than layer `first` has inputs or more rows than the
    /// workspace's capacity, or the workspace was made for another shape.
    pub fn forward_from(&self, first: usize, input: Rows<'_>, workspace: &mut Workspace) {
        self.forward_range(first..self.layers.len(), input, workspace);
    }

    /// Computes the outputs of the layers in `range` only, `input` being those of the layer below.
    ///
    /// # Panics
    /// As [`forward_from`](Self::forward_from).
    pub fn forward_range(
        &self,
        range: std::ops::Range<usize>,
        input: Rows<'_>,
        workspace: &mut Workspace,
    ) {
        let rows = input.rows;
        assert!(
            rows <= workspace.capacity(),
            "{rows} rows, capacity {}",
            workspace.capacity()
        );
        (workspace.rows, workspace.first) = (rows, range.start);
        let level = workspace.engine.level();
        for l in range.clone() {
            let layer = &self.layers[l];
            let (below, here) = workspace.outputs.split_at_mut(l);
            let x = if l == range.start {
                input
            } else {
                Rows::of(&below[l - 1]).first(rows)
            };
            let x = match &mut workspace.dropout {
                Some(dropout) if l > 0 => dropout.apply(level, l, x),
                _ => x,
            };
            assert_eq!(x.cols, layer.inputs(), "columns of the inputs of layer {l}");
            let (n, stride) = (layer.outputs(), here[0].stride());
            let shape = Shape {
                m: rows,
                n,
                k: x.cols,
            };
            let rhs = Rhs {
                data: layer.weight.padded(),
                stride: layer.weight.stride(),
            };
            let out = Out {
                data: here[0].padded_mut(),
                stride,
            };
            workspace
                .engine
                .product(shape, x.lhs(), rhs, Start::Row(layer.bias.padded()), out);
            // Padding and all: whole vectors, and nobody sees what the padding becomes.
            let used = rows * stride;
            let outputs = &mut here[0].padded_mut()[..used];
            if let Some(kept) = &mut workspace.preactivations[l] {
                kept.padded_mut()[..used].copy_from_slice(outputs);
            }
            layer.activation().apply(level, outputs);
        }
    }

    /// Hands the gradient of each layer that `mask` does not freeze whole to `update`, from the head
    /// down to the lowest of them and no further.
    ///
    /// Call it after [`forward`](Self::forward) on the same `input` and
    /// [`Workspace::loss_and_gradient`]. With a mask that freezes everything it does nothing.
    ///
    /// # Panics
    /// If the mask does not fit the network ([`check_mask`](Self::check_mask)), or leaves a layer
    /// trainable below the one where the forward pass began.
    pub fn backward(
        &mut self,
        input: Rows<'_>,
        workspace: &mut Workspace,
        mask: &FreezeMask,
        update: &mut impl Update,
    ) {
        assert_eq!(mask.layers(), self.layers.len(), "layers of the mask");
        let Some(lowest) = mask.lowest_trainable() else {
            return;
        };
        let first = workspace.first;
        assert!(
            lowest >= first,
            "layer {lowest} is trainable, forward began at {first}"
        );
        for l in (lowest..self.layers.len()).rev() {
            if l > lowest {
                self.delta_below(l, workspace);
            }
            if mask.is_frozen(l) {
                continue;
            }
            let x = match &workspace.dropout {
                Some(dropout) if l > 0 => dropout.values(l),
                _ if l == first => input,
                _ => Rows::of(&workspace.outputs[l - 1]),
            };
            let delta = &mut workspace.deltas[l];
            let gradient = LayerGradient::new(&workspace.engine, x.first(workspace.rows), delta);
            let gradient = gradient.with_mask(mask.layer(l));
            update.update(l, &mut self.layers[l], gradient);
        }
        update.finish(&mut self.layers, mask);
    }

    /// The gradient of the mean loss with respect to the inputs, `[rows, inputs]`, after a
    /// backward pass that went down to the first layer and left the weights as they were.
    pub fn input_gradient(&self, workspace: &mut Workspace) -> Matrix {
        let mut out = Matrix::zeros(workspace.rows, self.inputs());
        let (rows, turned) = (workspace.rows, &mut workspace.turned);
        self.input_delta(
            0,
            &workspace.engine,
            rows,
            &workspace.deltas[0],
            &mut out,
            turned,
        );
        out
    }

    /// From layer `l`'s delta that of the layer below it.
    fn delta_below(&self, l: usize, workspace: &mut Workspace) {
        let (below, above) = workspace.deltas.split_at_mut(l);
        let (rows, turned) = (workspace.rows, &mut workspace.turned);
        let delta = &mut below[l - 1];
        self.input_delta(l, &workspace.engine, rows, &above[0], delta, turned);
        let kept = workspace.preactivations[l - 1]
            .as_ref()
            .unwrap_or(&workspace.outputs[l - 1]);
        let used = rows * delta.stride();
        let (delta, kept) = (&mut delta.padded_mut()[..used], &kept.padded()[..used]);
        let level = workspace.engine.level();
        if let Some(dropout) = &workspace.dropout {
            let factors = &dropout.factors(l).padded()[..used];
            zip(level, delta, factors, |d, factor| d * factor);
        }
        let activation = self.layers[l - 1].activation();
        activation.backward(level, delta, kept);
    }

    /// The gradient of layer `l`'s inputs, `D·Wᵀ`: of the first `rows` rows of `out`.
    fn input_delta(
        &self,
        l: usize,
        engine: &Engine,
        rows: usize,
        delta: &Matrix,
        out: &mut Matrix,
        turned: &mut Turned,
    ) {
        let weight = &self.layers[l].weight;
        let (inputs, outputs) = (weight.rows(), weight.cols());
        let shape = Shape {
            m: rows,
            n: inputs,
            k: outputs,
        };
        if engine.takes_transposed(shape) {
            let rhs = Rhs {
                data: weight.padded(),
                stride: weight.stride(),
            };
            let stride = out.stride();
            let out = Out {
                data: out.padded_mut(),
                stride,
            };
            engine.product_transposed(shape, Rows::of(delta).lhs(), rhs, out);
            return;
        }
        // As `W·Dᵀ`, so that only the small `D` and what comes of it are ever turned.
        transpose(delta, rows, outputs, &mut turned.delta);
        let shape = Shape {
            m: inputs,
            n: rows,
            k: outputs,
        };
        let rhs = Rhs {
            data: turned.delta.padded(),
            stride: turned.delta.stride(),
        };
        let stride = turned.input_delta.stride();
        let product = Out {
            data: turned.input_delta.padded_mut(),
            stride,
        };
        engine.product(shape, Rows::of(weight).lhs(), rhs, Start::Zero, product);
        transpose(&turned.input_delta, inputs, rows, out);
    }
}

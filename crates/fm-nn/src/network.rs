//! [`Network`]: a trunk of dense layers and a head.

use rand_core::Rng;
use serde::{Deserialize, Serialize};

use crate::activation::Activation;
use crate::dense::Dense;
use crate::error::{NetworkError, same};
use crate::freeze::{FreezeMask, layer_name};
use crate::init::Init;

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

    /// Draws a whole network of `outputs` logits, its trunk first.
    pub fn network(&self, outputs: usize, rng: &mut impl Rng) -> Network {
        let mut layers = self.trunk(rng);
        layers.push(self.head(outputs, rng));
        Network { layers }
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
    /// [`NetworkError`] where a layer does not take what the one below gives, and if the
    /// head has an activation: losses take logits.
    pub fn new(trunk: Vec<Dense>, head: Dense) -> Result<Self, NetworkError> {
        let what = "activation of the head, which gives logits";
        same(what, Activation::Identity, head.activation())?;
        let mut layers = trunk;
        layers.push(head);
        for (layer, pair) in (1..).zip(layers.windows(2)) {
            let what = format_args!("inputs of layer {layer}, outputs of the layer below");
            same(what, pair[0].outputs(), pair[1].inputs())?;
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

    /// Inputs, outputs and activation of every layer.
    pub fn shape(&self) -> impl Iterator<Item = (usize, usize, Activation)> {
        let layers = self.layers.iter();
        layers.map(|layer| (layer.inputs(), layer.outputs(), layer.activation()))
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

    /// The lowest layer of which `mask` leaves something to train.
    ///
    /// # Errors
    /// [`NetworkError`] if the mask is for another network, or leaves nothing.
    pub fn check_mask(&self, mask: &FreezeMask) -> Result<usize, NetworkError> {
        let (layers, masks) = (&self.layers, &mask.layers);
        same("layers of the freeze mask", layers.len(), masks.len())?;
        for (l, (layer, mask)) in layers.iter().zip(masks).enumerate() {
            mask.check(l, layer.inputs(), layer.outputs())?;
        }
        mask.lowest_trainable().ok_or_else(|| {
            let all = "the freeze mask freezes every layer, so nothing can be trained; unfreeze \
                       the head";
            NetworkError(all.to_owned())
        })
    }
}

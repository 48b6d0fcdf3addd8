//! Where a training first stops being numbers.

use std::fmt;

use fm_nn::{Network, Workspace};
use ndarray::ArrayView2;

/// The first thing, in the order of a forward pass, that is NaN or infinite.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FirstNotFinite {
    /// The inputs of the batch.
    Inputs,
    /// A layer's weights or biases: the step before made them so.
    Weights {
        /// Name of the layer, `layers.0` and so on, or `head`.
        layer: String,
    },
    /// What a layer gives, from inputs, weights and biases that are all finite.
    Activations {
        /// Name of the layer.
        layer: String,
    },
    /// Nothing but the loss.
    Loss,
}

impl fmt::Display for FirstNotFinite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Inputs => f.write_str("the inputs"),
            Self::Weights { layer } => write!(f, "the weights of {layer}"),
            Self::Activations { layer } => write!(f, "the activations of {layer}"),
            Self::Loss => f.write_str("the loss itself"),
        }
    }
}

/// Looks for it after a forward pass of `inputs` from layer `first` on.
pub(crate) fn first_not_finite(
    network: &Network,
    first: usize,
    inputs: ArrayView2<'_, f32>,
    workspace: &Workspace,
) -> FirstNotFinite {
    for (l, layer) in network.layers().iter().enumerate() {
        let name = || network.layer_name(l);
        if l == first && !inputs.iter().all(|x| x.is_finite()) {
            return match l.checked_sub(1) {
                None => FirstNotFinite::Inputs,
                // The inputs are what a frozen trunk gives.
                Some(below) => FirstNotFinite::Activations {
                    layer: network.layer_name(below),
                },
            };
        }
        let mut parameters = layer.weight().into_iter().chain(layer.bias());
        if !parameters.all(|x| x.is_finite()) {
            return FirstNotFinite::Weights { layer: name() };
        }
        if l >= first && !workspace.output(l).iter().all(|x| x.is_finite()) {
            return FirstNotFinite::Activations { layer: name() };
        }
    }
    FirstNotFinite::Loss
}

//! [`FreezeMask`]: what a training step leaves alone, by layer, by part or by element.

mod part;
mod text;

use std::fmt;
use std::ops::BitOr;

use ndarray::Array2;
use serde::{Deserialize, Serialize};

pub use part::PartMask;
pub use text::Freeze;

use crate::error::{NetworkError, same};

/// What is frozen: whole layers, the weights or the biases of a layer, or single elements.
///
/// A mask is handed to each step, not stored in a layer: it acts at once and cannot be forgotten.
/// Frozen bytes do not change: no gradient, no momentum, no decay.
///
/// Masks are put together with `|`: frozen in either. It panics where two masks cannot be for one
/// network; [`union`](Self::union) returns an error there.
///
/// ```
/// use fm_nn::FreezeMask;
/// use ndarray::Array2;
///
/// let mask = FreezeMask::first(2, 3);
/// assert_eq!(mask.to_string(), "layers 0-1 of 3 frozen");
/// assert_eq!(mask.lowest_trainable(), Some(2));
///
/// // The weights of layer 1 but not its biases, and one weight of the head.
/// let pinned = Array2::from_shape_fn((2, 3), |(input, unit)| (input, unit) == (1, 0));
/// let mask = FreezeMask::parse("layers.0+layers.1.weight", 3)?;
/// let mask = mask | FreezeMask::weight_elements(2, pinned, 3);
/// assert_eq!(
///     mask.to_string(),
///     "layer 0 of 3 frozen; layer 1: weights; layer 2: 1 of 6 weights"
/// );
/// # Ok::<(), fm_nn::NetworkError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FreezeMask {
    layers: Vec<LayerMask>,
}

/// What is frozen of one layer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayerMask {
    weight: PartMask,
    bias: PartMask,
}

/// The mask of a layer of which nothing is frozen.
pub(crate) static TRAINABLE: LayerMask = LayerMask {
    weight: PartMask::TRAINABLE,
    bias: PartMask::TRAINABLE,
};

impl LayerMask {
    fn whole(frozen: bool) -> Self {
        let part = if frozen {
            PartMask::FROZEN
        } else {
            PartMask::TRAINABLE
        };
        Self {
            weight: part.clone(),
            bias: part,
        }
    }

    /// What is frozen of the weights, `[inputs, outputs]`.
    pub fn weight(&self) -> &PartMask {
        &self.weight
    }

    /// What is frozen of the biases, as `[1, outputs]`.
    pub fn bias(&self) -> &PartMask {
        &self.bias
    }

    /// Whether the whole layer is frozen.
    pub fn is_frozen(&self) -> bool {
        self.weight.is_frozen() && self.bias.is_frozen()
    }

    /// Checks that patterns of elements are of the shape of layer `layer`.
    pub(crate) fn check_shape(
        &self,
        layer: usize,
        inputs: usize,
        outputs: usize,
    ) -> Result<(), NetworkError> {
        let weight = (&self.weight, "weights", (inputs, outputs));
        for (part, what, expected) in [weight, (&self.bias, "biases", (1, outputs))] {
            if let Some(found) = part.shape()
                && found != expected
            {
                return Err(misshaped(layer, what, expected, found));
            }
        }
        Ok(())
    }
}

impl FreezeMask {
    /// Everything trainable, for a network of `layers`.
    pub fn none(layers: usize) -> Self {
        Self::first(0, layers)
    }

    /// The first `k` of `layers` frozen, counted from the input.
    pub fn first(k: usize, layers: usize) -> Self {
        Self::from_flags((0..layers).map(|layer| layer < k).collect())
    }

    /// Every layer but the head frozen.
    pub fn trunk(layers: usize) -> Self {
        Self::first(layers.saturating_sub(1), layers)
    }

    /// One flag per layer, from the input to the head; true is frozen.
    pub fn from_flags(frozen: Vec<bool>) -> Self {
        Self {
            layers: frozen.into_iter().map(LayerMask::whole).collect(),
        }
    }

    /// The weights of layer `layer` of `layers` frozen, not its biases.
    ///
    /// # Panics
    /// If there is no such layer.
    pub fn weight(layer: usize, layers: usize) -> Self {
        Self::part(layer, layers, |mask| mask.weight = PartMask::FROZEN)
    }

    /// The biases of layer `layer` of `layers` frozen, not its weights.
    ///
    /// # Panics
    /// If there is no such layer.
    pub fn bias(layer: usize, layers: usize) -> Self {
        Self::part(layer, layers, |mask| mask.bias = PartMask::FROZEN)
    }

    /// Those weights of layer `layer` of `layers` frozen that are true in `frozen`,
    /// `[inputs, outputs]`. A unit is a column, with its bias: see [`units`](Self::units).
    ///
    /// # Panics
    /// If there is no such layer.
    pub fn weight_elements(layer: usize, frozen: Array2<bool>, layers: usize) -> Self {
        let part = PartMask::from_elements(frozen);
        Self::part(layer, layers, |mask| mask.weight = part)
    }

    /// Those biases of layer `layer` of `layers` frozen that are true in `frozen`, `[outputs]`.
    ///
    /// # Panics
    /// If there is no such layer.
    pub fn bias_elements(layer: usize, frozen: &[bool], layers: usize) -> Self {
        let row = Array2::from_shape_fn((1, frozen.len()), |(_, unit)| frozen[unit]);
        let part = PartMask::from_elements(row);
        Self::part(layer, layers, |mask| mask.bias = part)
    }

    /// Those units of layer `layer` of `layers` frozen that are true in `frozen`, `[outputs]`:
    /// each one's bias, and its weights of all `inputs`.
    ///
    /// # Panics
    /// If there is no such layer.
    pub fn units(layer: usize, inputs: usize, frozen: &[bool], layers: usize) -> Self {
        let shape = (inputs, frozen.len());
        let weights = Array2::from_shape_fn(shape, |(_, unit)| frozen[unit]);
        let weights = Self::weight_elements(layer, weights, layers);
        weights | Self::bias_elements(layer, frozen, layers)
    }

    /// Frozen where either mask is.
    ///
    /// # Errors
    /// [`NetworkError::Misfit`] if the masks cannot be for one network.
    pub fn union(&self, other: &Self) -> Result<Self, NetworkError> {
        same(MASK_LAYERS, self.layers(), other.layers())?;
        let pairs = self.layers.iter().zip(&other.layers).enumerate();
        let layers = pairs.map(|(layer, (a, b))| {
            let both = |part: fn(&LayerMask) -> &PartMask, what| {
                let or = part(a).or(part(b));
                or.map_err(|[expected, found]| misshaped(layer, what, expected, found))
            };
            Ok(LayerMask {
                weight: both(LayerMask::weight, "weights")?,
                bias: both(LayerMask::bias, "biases")?,
            })
        });
        Ok(Self {
            layers: layers.collect::<Result<_, _>>()?,
        })
    }

    fn part(layer: usize, layers: usize, freeze: impl FnOnce(&mut LayerMask)) -> Self {
        assert!(layer < layers, "layer {layer} of {layers}");
        let mut mask = Self::none(layers);
        freeze(&mut mask.layers[layer]);
        mask
    }

    /// Number of layers that the mask is for.
    pub fn layers(&self) -> usize {
        self.layers.len()
    }

    /// What is frozen of layer `layer`.
    ///
    /// # Panics
    /// If there is no such layer.
    pub fn layer(&self, layer: usize) -> &LayerMask {
        &self.layers[layer]
    }

    /// Whether the whole of layer `layer` is frozen.
    ///
    /// # Panics
    /// If there is no such layer.
    pub fn is_frozen(&self, layer: usize) -> bool {
        self.layers[layer].is_frozen()
    }

    /// The lowest layer, from the input on, of which something is trainable: backward goes down
    /// to it and no further, and what lies below computes the same for a row at every step. None
    /// if all is frozen.
    pub fn lowest_trainable(&self) -> Option<usize> {
        self.layers.iter().position(|layer| !layer.is_frozen())
    }
}

/// What does not fit if a mask is for another number of layers.
pub(crate) const MASK_LAYERS: &str = "layers of the freeze mask";

/// A pattern of other rows and columns.
fn misshaped(
    layer: usize,
    what: &str,
    expected: (usize, usize),
    found: (usize, usize),
) -> NetworkError {
    let what = format_args!("freeze mask of layer {layer}'s {what}");
    let shape = |(rows, cols)| format!("{rows} by {cols}");
    NetworkError::misfit(what, shape(expected), shape(found))
}

impl BitOr for FreezeMask {
    type Output = Self;

    /// # Panics
    /// Where [`union`](FreezeMask::union) returns an error.
    fn bitor(self, other: Self) -> Self {
        self.union(&other).unwrap_or_else(|e| panic!("{e}"))
    }
}

impl fmt::Display for FreezeMask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n = self.layers();
        let whole: Vec<usize> = (0..n).filter(|&layer| self.is_frozen(layer)).collect();
        let partly = |mask: &LayerMask| !mask.is_frozen() && *mask != TRAINABLE;
        match whole.as_slice() {
            [] if self.layers.iter().any(partly) => write!(f, "no whole layer of {n} frozen")?,
            [] => write!(f, "nothing of {n} layers frozen")?,
            [one] => write!(f, "layer {one} of {n} frozen")?,
            [first, .., last] if last - first + 1 == whole.len() => {
                write!(f, "layers {first}-{last} of {n} frozen")?;
            }
            some => {
                let names: Vec<String> = some.iter().map(usize::to_string).collect();
                write!(f, "layers {} of {n} frozen", names.join(", "))?;
            }
        }
        for (layer, mask) in self.layers.iter().enumerate().filter(|(_, m)| partly(m)) {
            let parts = [(&mask.weight, "weights"), (&mask.bias, "biases")];
            let parts = parts.iter().filter_map(|(part, what)| describe(part, what));
            let parts: Vec<String> = parts.collect();
            write!(f, "; layer {layer}: {}", parts.join(" and "))?;
        }
        Ok(())
    }
}

/// What is frozen of a part, in words; none if nothing is.
fn describe(part: &PartMask, what: &str) -> Option<String> {
    match part.elements() {
        Some(elements) => {
            let of = elements.len();
            Some(format!("{} of {of} {what}", part.frozen_of(of)))
        }
        None => part.is_frozen().then(|| what.to_owned()),
    }
}

//! [`FreezeMask`]: which layers a training step leaves alone.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Which layers are frozen.
///
/// A mask is handed to each step, not stored in a layer: it acts at once and cannot be forgotten.
/// A frozen layer's bytes do not change: no gradient, no momentum, no decay.
///
/// ```
/// use fm_nn::FreezeMask;
///
/// let mask = FreezeMask::first(2, 3);
/// assert_eq!(mask.to_string(), "layers 0-1 of 3 frozen");
/// assert_eq!(mask.lowest_trainable(), Some(2));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FreezeMask {
    frozen: Vec<bool>,
}

impl FreezeMask {
    /// Everything trainable, for a network of `layers`.
    pub fn none(layers: usize) -> Self {
        Self {
            frozen: vec![false; layers],
        }
    }

    /// The first `k` of `layers` frozen, counted from the input.
    pub fn first(k: usize, layers: usize) -> Self {
        Self {
            frozen: (0..layers).map(|layer| layer < k).collect(),
        }
    }

    /// Every layer but the head frozen.
    pub fn trunk(layers: usize) -> Self {
        Self::first(layers.saturating_sub(1), layers)
    }

    /// One flag per layer, from the input to the head; true is frozen.
    pub fn from_flags(frozen: Vec<bool>) -> Self {
        Self { frozen }
    }

    /// Number of layers that the mask is for.
    pub fn layers(&self) -> usize {
        self.frozen.len()
    }

    /// Whether layer `layer` is frozen.
    ///
    /// # Panics
    /// If there is no such layer.
    pub fn is_frozen(&self, layer: usize) -> bool {
        self.frozen[layer]
    }

    /// The trainable layer nearest to the input: backward goes down to it and no further, and
    /// what lies below computes the same for a row at every step. None if all is frozen.
    pub fn lowest_trainable(&self) -> Option<usize> {
        self.frozen.iter().position(|frozen| !frozen)
    }
}

impl fmt::Display for FreezeMask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n = self.layers();
        let frozen: Vec<usize> = (0..n).filter(|&layer| self.frozen[layer]).collect();
        match frozen.as_slice() {
            [] => write!(f, "nothing of {n} layers frozen"),
            [one] => write!(f, "layer {one} of {n} frozen"),
            [first, .., last] if last - first + 1 == frozen.len() => {
                write!(f, "layers {first}-{last} of {n} frozen")
            }
            some => {
                let names: Vec<String> = some.iter().map(usize::to_string).collect();
                write!(f, "layers {} of {n} frozen", names.join(", "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_say_what_they_freeze() {
        assert_eq!(
            FreezeMask::none(3).to_string(),
            "nothing of 3 layers frozen"
        );
        assert_eq!(FreezeMask::trunk(2).to_string(), "layer 0 of 2 frozen");
        let odd = FreezeMask::from_flags(vec![true, false, true]);
        assert_eq!(odd.to_string(), "layers 0, 2 of 3 frozen");
        assert_eq!(odd.lowest_trainable(), Some(1));
        assert_eq!(FreezeMask::first(3, 3).lowest_trainable(), None);
    }
}

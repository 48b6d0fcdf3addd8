//! Masks put together: the union, as a method and as `|`.

use std::ops::BitOr;

use super::{FreezeMask, LayerMask};
use crate::error::NetworkError;

impl FreezeMask {
    /// Frozen where either mask is.
    ///
    /// # Errors
    /// [`NetworkError::MaskLayers`] or [`NetworkError::MaskShape`] if the masks cannot be for one
    /// network.
    pub fn union(&self, other: &Self) -> Result<Self, NetworkError> {
        let (expected, found) = (self.layers(), other.layers());
        if expected != found {
            return Err(NetworkError::MaskLayers { expected, found });
        }
        let pairs = self.layers.iter().zip(&other.layers).enumerate();
        let layers = pairs.map(|(layer, (a, b))| {
            let shape = |what| {
                move |[expected, found]: [(usize, usize); 2]| NetworkError::MaskShape {
                    layer,
                    what,
                    expected,
                    found,
                }
            };
            Ok(LayerMask {
                weight: a.weight.or(&b.weight).map_err(shape("weights"))?,
                bias: a.bias.or(&b.bias).map_err(shape("biases"))?,
            })
        });
        Ok(Self {
            layers: layers.collect::<Result<_, _>>()?,
        })
    }
}

impl BitOr for FreezeMask {
    type Output = Self;

    /// # Panics
    /// Where [`union`](FreezeMask::union) returns an error.
    fn bitor(self, other: Self) -> Self {
        self.union(&other).unwrap_or_else(|e| panic!("{e}"))
    }
}

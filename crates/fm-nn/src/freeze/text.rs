//! [`Freeze`]: what to freeze, as people write it, before the network is known.

use std::fmt;
use std::str::FromStr;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{FreezeMask, layer_name};
use crate::error::NetworkError;

/// What to freeze, the same in configuration files and on the command line:
///
/// | text | frozen |
/// |---|---|
/// | `nothing` | nothing; the default |
/// | `trunk` | every layer but the head |
/// | `2` | the first two layers, counted from the input; in files also a number |
/// | `layers.0+layers.1.bias` | these layers (`layers.0`, …, `head`), and `.weight` or `.bias` of these |
///
/// ```
/// use fm_nn::{Freeze, FreezeMask};
///
/// let freeze: Freeze = "layers.0+layers.1.bias".parse()?;
/// let mask = FreezeMask::first(1, 3) | FreezeMask::bias(1, 3);
/// assert_eq!(freeze.mask(3)?, mask);
/// assert_eq!("2".parse::<Freeze>()?, Freeze::First(2));
/// # Ok::<(), fm_nn::NetworkError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Freeze {
    /// Everything is trainable.
    #[default]
    Nothing,
    /// Every layer but the head.
    Trunk,
    /// The first so many layers.
    First(usize),
    /// Layers and parts by their names.
    Parts(Vec<LayerPart>),
}

/// A layer, or its weights or biases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LayerPart {
    /// Index of the layer, counted from the input; none is the head.
    pub layer: Option<usize>,
    /// `weight`, `bias`, or none for both.
    pub part: Option<Part>,
}

/// Half of a layer's parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The weights.
    Weight,
    /// The biases.
    Bias,
}

impl Freeze {
    /// The mask for a network of `layers`, the head included.
    ///
    /// # Errors
    /// [`NetworkError::MaskName`] if the network has no such layer, or fewer layers.
    pub fn mask(&self, layers: usize) -> Result<FreezeMask, NetworkError> {
        let hidden = layers.saturating_sub(1);
        let unknown = |name: String| NetworkError::MaskName { name, hidden };
        match self {
            Self::Nothing => Ok(FreezeMask::none(layers)),
            Self::Trunk => Ok(FreezeMask::trunk(layers)),
            Self::First(k) if *k > layers => Err(unknown(k.to_string())),
            Self::First(k) => Ok(FreezeMask::first(*k, layers)),
            Self::Parts(parts) => parts
                .iter()
                .try_fold(FreezeMask::none(layers), |mask, part| {
                    let layer = part.layer.unwrap_or(hidden);
                    // The last layer is called `head` only.
                    if part.layer.is_some_and(|layer| layer >= hidden) || layer >= layers {
                        return Err(unknown(part.to_string()));
                    }
                    mask.union(&match part.part {
                        Some(Part::Weight) => FreezeMask::weight(layer, layers),
                        Some(Part::Bias) => FreezeMask::bias(layer, layers),
                        None => FreezeMask::weight(layer, layers) | FreezeMask::bias(layer, layers),
                    })
                }),
        }
    }
}

impl FreezeMask {
    /// The mask that a text describes, as [`Freeze`] has it, for a network of `layers`.
    ///
    /// ```
    /// use fm_nn::FreezeMask;
    ///
    /// assert_eq!(FreezeMask::parse("trunk", 3)?, FreezeMask::first(2, 3));
    /// assert_eq!(FreezeMask::parse("head.weight", 3)?, FreezeMask::weight(2, 3));
    /// # Ok::<(), fm_nn::NetworkError>(())
    /// ```
    ///
    /// # Errors
    /// [`NetworkError::Freeze`] for another text, [`NetworkError::MaskName`] for a layer that the
    /// network does not have.
    pub fn parse(text: &str, layers: usize) -> Result<Self, NetworkError> {
        text.parse::<Freeze>()?.mask(layers)
    }
}

impl FromStr for Freeze {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        match text {
            "nothing" => return Ok(Self::Nothing),
            "trunk" => return Ok(Self::Trunk),
            _ => {}
        }
        if let Some(k) = number(text) {
            return Ok(Self::First(k));
        }
        let parts = text.split('+').map(|name| {
            layer_part(name).ok_or_else(|| NetworkError::Freeze {
                found: name.to_owned(),
            })
        });
        parts.collect::<Result<_, _>>().map(Self::Parts)
    }
}

/// A number without signs or leading zeros.
fn number(text: &str) -> Option<usize> {
    let k = text.parse().ok();
    k.filter(|k: &usize| k.to_string() == text)
}

fn layer_part(name: &str) -> Option<LayerPart> {
    let (layer, part) = match name.rsplit_once('.') {
        Some((layer, "weight")) => (layer, Some(Part::Weight)),
        Some((layer, "bias")) => (layer, Some(Part::Bias)),
        _ => (name, None),
    };
    let layer = match layer {
        "head" => None,
        hidden => Some(number(hidden.strip_prefix("layers.")?)?),
    };
    Some(LayerPart { layer, part })
}

impl fmt::Display for LayerPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.layer {
            Some(layer) => f.write_str(&layer_name(layer, usize::MAX))?,
            None => f.write_str("head")?,
        }
        f.write_str(match self.part {
            Some(Part::Weight) => ".weight",
            Some(Part::Bias) => ".bias",
            None => "",
        })
    }
}

impl fmt::Display for Freeze {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("nothing"),
            Self::Trunk => f.write_str("trunk"),
            Self::First(k) => write!(f, "{k}"),
            Self::Parts(parts) => {
                let names: Vec<String> = parts.iter().map(LayerPart::to_string).collect();
                f.write_str(&names.join("+"))
            }
        }
    }
}

impl Serialize for Freeze {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::First(k) => serializer.serialize_u64(*k as u64),
            text => serializer.collect_str(text),
        }
    }
}

impl<'de> Deserialize<'de> for Freeze {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FreezeVisitor;

        impl Visitor<'_> for FreezeVisitor {
            type Value = Freeze;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("\"nothing\", \"trunk\", a number of layers or names of layers")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Freeze, E> {
                text.parse().map_err(E::custom)
            }

            fn visit_u64<E: Error>(self, k: u64) -> Result<Freeze, E> {
                usize::try_from(k)
                    .map(Freeze::First)
                    .map_err(|_| E::custom("too many layers"))
            }

            fn visit_i64<E: Error>(self, k: i64) -> Result<Freeze, E> {
                let k = u64::try_from(k);
                self.visit_u64(k.map_err(|_| E::custom("a negative number of layers"))?)
            }
        }

        deserializer.deserialize_any(FreezeVisitor)
    }
}

//! [`Freeze`]: what to freeze, as people write it, before the network is known.

use std::fmt;
use std::str::FromStr;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::FreezeMask;
use crate::error::NetworkError;

/// What to freeze, the same in configuration files and on the command line:
///
/// | text | frozen |
/// |---|---|
/// | `nothing` | nothing; the default |
/// | `trunk` | every layer but the head |
/// | `2` | the first two layers, counted from the input; in files also a number |
/// | `layers.0+layers.1.bias` | what is named: `layers.0`, …, `head`, their `.weight` or `.bias`, `trunk` |
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
    /// Names of layers and parts, joined by `+`.
    Parts(String),
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
            Self::Parts(names) => {
                names
                    .split('+')
                    .try_fold(FreezeMask::none(layers), |mask, name| {
                        let (layer, part) = match named(name)? {
                            Named::Trunk => return mask.union(&FreezeMask::trunk(layers)),
                            // The last layer is called `head` only.
                            Named::Hidden(layer, _) if layer >= hidden => {
                                return Err(unknown(name.to_owned()));
                            }
                            Named::Hidden(layer, part) => (layer, part),
                            Named::Head(_) if layers == 0 => return Err(unknown(name.to_owned())),
                            Named::Head(part) => (hidden, part),
                        };
                        mask.union(&match part {
                            "weight" => FreezeMask::weight(layer, layers),
                            "bias" => FreezeMask::bias(layer, layers),
                            _ => {
                                FreezeMask::weight(layer, layers) | FreezeMask::bias(layer, layers)
                            }
                        })
                    })
            }
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
        text.split('+')
            .try_for_each(|name| named(name).map(|_| ()))?;
        Ok(Self::Parts(text.to_owned()))
    }
}

/// A number without signs or leading zeros.
fn number(text: &str) -> Option<usize> {
    let k = text.parse().ok();
    k.filter(|k: &usize| k.to_string() == text)
}

/// What a name stands for; the part is `weight`, `bias` or empty.
enum Named<'a> {
    Trunk,
    Hidden(usize, &'a str),
    Head(&'a str),
}

fn named(name: &str) -> Result<Named<'_>, NetworkError> {
    let (layer, part) = match name.rsplit_once('.') {
        Some((layer, part @ ("weight" | "bias"))) => (layer, part),
        _ => (name, ""),
    };
    match layer.strip_prefix("layers.").and_then(number) {
        Some(layer) => Ok(Named::Hidden(layer, part)),
        None if layer == "head" => Ok(Named::Head(part)),
        None if name == "trunk" => Ok(Named::Trunk),
        None => Err(NetworkError::Freeze {
            found: name.to_owned(),
        }),
    }
}

impl fmt::Display for Freeze {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("nothing"),
            Self::Trunk => f.write_str("trunk"),
            Self::First(k) => write!(f, "{k}"),
            Self::Parts(names) => f.write_str(names),
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

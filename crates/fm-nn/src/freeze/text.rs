//! [`Freeze`]: what to freeze, as people write it, before the network is known.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

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
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
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
    /// [`NetworkError::Freeze`] if the network has no such layer, or fewer layers.
    pub fn mask(&self, layers: usize) -> Result<FreezeMask, NetworkError> {
        let names = match self {
            Self::Nothing => return Ok(FreezeMask::none(layers)),
            Self::Trunk => return Ok(FreezeMask::trunk(layers)),
            Self::First(k) if *k > layers => {
                let expected = format!("at most {layers} layers");
                return Err(refused(&k.to_string(), expected));
            }
            Self::First(k) => return Ok(FreezeMask::first(*k, layers)),
            Self::Parts(names) => names,
        };
        let mut mask = FreezeMask::none(layers);
        for name in names.split('+') {
            let (layer, part) = match (named(name)?, layers.checked_sub(1)) {
                (Named::Trunk, _) => {
                    mask = mask | FreezeMask::trunk(layers);
                    continue;
                }
                (Named::Head(part), Some(hidden)) => (hidden, part),
                // The last layer is called `head` only.
                (Named::Hidden(layer, part), Some(hidden)) if layer < hidden => (layer, part),
                (_, hidden) => {
                    let hidden = hidden.unwrap_or(0);
                    let expected = format!("head, or the name of one of {hidden} hidden layers");
                    return Err(refused(name, expected));
                }
            };
            if part != "bias" {
                mask = mask | FreezeMask::weight(layer, layers);
            }
            if part != "weight" {
                mask = mask | FreezeMask::bias(layer, layers);
            }
        }
        Ok(mask)
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
    /// [`NetworkError::Freeze`] for another text, and for a layer that the network does not have.
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
        None => {
            let expected = "nothing, trunk, a number of layers, or names joined by + (layers.0, \
                            layers.1.bias, head.weight)";
            Err(refused(name, expected.to_owned()))
        }
    }
}

fn refused(found: &str, expected: String) -> NetworkError {
    let found = found.to_owned();
    NetworkError::Freeze { expected, found }
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

/// What to freeze, in a file.
#[derive(Serialize, Deserialize)]
#[serde(
    untagged,
    expecting = "expected \"nothing\", \"trunk\", a number of layers or names of layers"
)]
enum Written {
    Number(usize),
    Text(String),
}

impl From<Freeze> for Written {
    fn from(freeze: Freeze) -> Self {
        match freeze {
            Freeze::First(k) => Self::Number(k),
            text => Self::Text(text.to_string()),
        }
    }
}

impl TryFrom<Written> for Freeze {
    type Error = NetworkError;

    fn try_from(written: Written) -> Result<Self, NetworkError> {
        match written {
            Written::Number(k) => Ok(Self::First(k)),
            Written::Text(text) => text.parse(),
        }
    }
}

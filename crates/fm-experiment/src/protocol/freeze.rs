//! [`Freeze`]: what a phase freezes, as protocols and `--phase` write it.

use std::fmt;
use std::str::FromStr;

use fm_nn::{FreezeMask, NetworkError};
use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What a phase freezes: `"nothing"` (the default), `"trunk"`, a number of layers from the input
/// on, or names of layers and parts joined by `+`, such as `"layers.0+layers.1.bias"`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Freeze {
    /// Everything is trainable.
    #[default]
    Nothing,
    /// Every layer but the head.
    Trunk,
    /// The first layers, so many.
    First(usize),
    /// The layers and parts of these names.
    Named(Vec<String>),
}

impl Freeze {
    /// The mask for a network of `layers`, the head included.
    ///
    /// # Errors
    /// [`NetworkError::MaskName`] for a name that the network does not have.
    pub fn mask(&self, layers: usize) -> Result<FreezeMask, NetworkError> {
        Ok(match self {
            Self::Nothing => FreezeMask::none(layers),
            Self::Trunk => FreezeMask::trunk(layers),
            Self::First(k) => FreezeMask::first(*k, layers),
            Self::Named(names) => {
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                FreezeMask::named(&names, layers)?
            }
        })
    }

    /// The one spelling of equal settings for `hidden` hidden layers, so that equal trainings have
    /// equal keys.
    pub(crate) fn canonical(&self, hidden: usize) -> Self {
        match self {
            Self::First(0) => Self::Nothing,
            Self::First(k) if *k == hidden => Self::Trunk,
            other => other.clone(),
        }
    }
}

impl FromStr for Freeze {
    type Err = std::convert::Infallible;

    /// Any text is valid here; names are checked against the network's layers.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(match text {
            "nothing" => Self::Nothing,
            "trunk" => Self::Trunk,
            names => Self::Named(
                names
                    .split('+')
                    .map(|name| name.trim().to_owned())
                    .collect(),
            ),
        })
    }
}

impl fmt::Display for Freeze {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("nothing"),
            Self::Trunk => f.write_str("trunk"),
            Self::First(k) => write!(f, "{k}"),
            Self::Named(names) => f.write_str(&names.join("+")),
        }
    }
}

impl Serialize for Freeze {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::First(k) => serializer.serialize_u64(*k as u64),
            text => serializer.serialize_str(&text.to_string()),
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
                Ok(text.parse().unwrap_or_default())
            }

            fn visit_u64<E: Error>(self, k: u64) -> Result<Freeze, E> {
                let k = usize::try_from(k);
                k.map(Freeze::First)
                    .map_err(|_| E::custom("too many layers"))
            }

            fn visit_i64<E: Error>(self, k: i64) -> Result<Freeze, E> {
                let invalid = || E::invalid_value(Unexpected::Signed(k), &self);
                usize::try_from(k).map(Freeze::First).map_err(|_| invalid())
            }
        }

        deserializer.deserialize_any(FreezeVisitor)
    }
}

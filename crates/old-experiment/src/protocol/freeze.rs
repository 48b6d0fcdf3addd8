//! [`Freeze`]: what a phase freezes, as protocols write it.

use std::fmt;

use fm_nn::FreezeMask;
use serde::de::{Error, Expected, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::single::{nearest, perhaps};

/// What a phase freezes: in TOML `"nothing"`, `"trunk"`, or a number of layers from the input on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Freeze {
    /// Everything is trainable; the default.
    #[default]
    Nothing,
    /// Every layer but the head.
    Trunk,
    /// The first so many layers.
    First(usize),
}

impl Freeze {
    /// The mask for a network of `layers`, the head included.
    pub fn mask(self, layers: usize) -> FreezeMask {
        match self {
            Self::Nothing => FreezeMask::none(layers),
            Self::Trunk => FreezeMask::trunk(layers),
            Self::First(k) => FreezeMask::first(k, layers),
        }
    }
}

impl Serialize for Freeze {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Nothing => serializer.serialize_str("nothing"),
            Self::Trunk => serializer.serialize_str("trunk"),
            Self::First(k) => serializer.serialize_u64(*k as u64),
        }
    }
}

impl<'de> Deserialize<'de> for Freeze {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FreezeVisitor;

        impl Visitor<'_> for FreezeVisitor {
            type Value = Freeze;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("\"nothing\", \"trunk\" or a number of layers")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Freeze, E> {
                match text {
                    "nothing" => Ok(Freeze::Nothing),
                    "trunk" => Ok(Freeze::Trunk),
                    other => {
                        let near = perhaps(", ", nearest(other, ["nothing", "trunk"]).as_deref());
                        let found = Unexpected::Str(other);
                        let expected: &dyn Expected = &self;
                        Err(E::custom(format!(
                            "invalid value: {found}, expected {expected}{near}"
                        )))
                    }
                }
            }

            fn visit_u64<E: Error>(self, k: u64) -> Result<Freeze, E> {
                let k = usize::try_from(k);
                k.map(Freeze::First)
                    .map_err(|_| E::custom("too many layers"))
            }

            fn visit_i64<E: Error>(self, k: i64) -> Result<Freeze, E> {
                let wrong = || E::invalid_value(Unexpected::Signed(k), &self);
                usize::try_from(k).map(Freeze::First).map_err(|_| wrong())
            }
        }

        deserializer.deserialize_any(FreezeVisitor)
    }
}

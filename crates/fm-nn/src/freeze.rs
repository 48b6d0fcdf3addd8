//! [`FreezeMask`]: what a training step leaves alone, by layer, by part or by element, and
//! [`Freeze`]: the same as people write it.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use ndarray::ArrayView2;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::{NetworkError, same};

/// What is frozen: whole layers, the weights or the biases of a layer, or single elements.
///
/// A mask is handed to each step, not stored in a layer: it acts at once and cannot be forgotten.
/// Frozen bytes do not change: no gradient, no momentum, no decay. A mask for another network is
/// refused by every step.
///
/// ```
/// use fm_nn::{FreezeMask, PartMask};
/// use ndarray::Array2;
///
/// let mask = FreezeMask::parse("trunk", 3)?;
/// assert_eq!(mask, FreezeMask::first(2, 3));
/// assert_eq!(mask.lowest_trainable(), Some(2));
///
/// // The weights of layer 1 but not its biases, and one weight of the head.
/// let mut mask = FreezeMask::parse("layers.0+layers.1.weight", 3)?;
/// let pinned = Array2::from_shape_fn((2, 3), |(input, unit)| (input, unit) == (1, 0));
/// mask.layers[2].weight = PartMask::elements(pinned.view());
/// assert_eq!(mask.to_string(), "layers.0+layers.1.weight+1 of 6 of head.weight frozen");
/// # Ok::<(), fm_nn::NetworkError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FreezeMask {
    /// From the input to the head.
    pub layers: Vec<LayerMask>,
}

/// What is frozen of one layer; nothing by default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayerMask {
    /// Of the weights.
    pub weight: PartMask,
    /// Of the biases.
    pub bias: PartMask,
}

/// What is frozen of a layer's weights, or of its biases.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartMask {
    /// Nothing.
    #[default]
    Trainable,
    /// All.
    Frozen,
    /// The elements that are true: `inputs` rows of `outputs` for weights, one row for biases.
    Elements(Vec<Vec<bool>>),
}

impl PartMask {
    /// A pattern of the shape of the weights, `[inputs, outputs]`, or of the biases,
    /// `[1, outputs]`; true is frozen. One that is all true or all false is the whole that it is.
    pub fn elements(frozen: ArrayView2<'_, bool>) -> Self {
        if frozen.iter().all(|&frozen| frozen) {
            return Self::Frozen;
        }
        if !frozen.iter().any(|&frozen| frozen) {
            return Self::Trainable;
        }
        Self::Elements(frozen.rows().into_iter().map(|row| row.to_vec()).collect())
    }

    /// Whether all is frozen, also element by element, as a mask from a file may have it.
    pub fn is_frozen(&self) -> bool {
        match self {
            Self::Trainable => false,
            Self::Frozen => true,
            Self::Elements(frozen) => frozen.iter().flatten().all(|&frozen| frozen),
        }
    }
}

impl LayerMask {
    /// Whether the whole layer is frozen.
    pub fn is_frozen(&self) -> bool {
        self.weight.is_frozen() && self.bias.is_frozen()
    }

    /// Checks that the mask is for a layer of so many inputs and outputs; `layer` is its index.
    pub(crate) fn check(
        &self,
        layer: usize,
        inputs: usize,
        outputs: usize,
    ) -> Result<(), NetworkError> {
        let weight = (&self.weight, "weights", inputs);
        for (part, what, rows) in [weight, (&self.bias, "biases", 1)] {
            let PartMask::Elements(frozen) = part else {
                continue;
            };
            let what = format_args!("freeze mask of layer {layer}'s {what}");
            same(format_args!("rows of the {what}"), rows, frozen.len())?;
            for row in frozen {
                same(format_args!("columns of the {what}"), outputs, row.len())?;
            }
        }
        Ok(())
    }
}

impl FreezeMask {
    /// Everything trainable, for a network of `layers`.
    pub fn none(layers: usize) -> Self {
        Self {
            layers: vec![LayerMask::default(); layers],
        }
    }

    /// The first `k` of `layers` frozen, counted from the input.
    pub fn first(k: usize, layers: usize) -> Self {
        let mut mask = Self::none(layers);
        mask.freeze(0..k.min(layers), "");
        mask
    }

    /// Every layer but the head frozen.
    pub fn trunk(layers: usize) -> Self {
        Self::first(layers.saturating_sub(1), layers)
    }

    /// The mask that a text describes, as [`Freeze`] has it, for a network of `layers`.
    ///
    /// # Errors
    /// [`NetworkError`] for another text, and for a layer that the network does not have.
    pub fn parse(text: &str, layers: usize) -> Result<Self, NetworkError> {
        text.parse::<Freeze>()?.mask(layers)
    }

    /// The lowest layer, from the input on, of which something is trainable: backward goes down
    /// to it and no further, and what lies below computes the same for a row at every step. None
    /// if all is frozen.
    pub fn lowest_trainable(&self) -> Option<usize> {
        self.layers.iter().position(|layer| !layer.is_frozen())
    }

    /// Freezes `weight` or `bias` of some layers, or both where the part is empty.
    fn freeze(&mut self, layers: Range<usize>, part: &str) {
        for mask in &mut self.layers[layers] {
            if part != "bias" {
                mask.weight = PartMask::Frozen;
            }
            if part != "weight" {
                mask.bias = PartMask::Frozen;
            }
        }
    }
}

impl fmt::Display for FreezeMask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut frozen = Vec::new();
        for (l, mask) in self.layers.iter().enumerate() {
            let layer = layer_name(l, self.layers.len());
            if mask.is_frozen() {
                frozen.push(layer);
                continue;
            }
            for (part, name) in [(&mask.weight, "weight"), (&mask.bias, "bias")] {
                match part {
                    PartMask::Trainable => {}
                    PartMask::Frozen => frozen.push(format!("{layer}.{name}")),
                    PartMask::Elements(rows) => {
                        let (n, of) =
                            (rows.iter().flatten().filter(|x| **x), rows.iter().flatten());
                        let (n, of) = (n.count(), of.count());
                        frozen.push(format!("{n} of {of} of {layer}.{name}"));
                    }
                }
            }
        }
        match frozen.is_empty() {
            true => f.write_str("nothing frozen"),
            false => write!(f, "{} frozen", frozen.join("+")),
        }
    }
}

/// The name of layer `layer` of `layers`: `layers.0` and so on, `head` for the last.
pub(crate) fn layer_name(layer: usize, layers: usize) -> String {
    match layer + 1 == layers {
        true => "head".to_owned(),
        false => format!("layers.{layer}"),
    }
}

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
/// assert_eq!("trunk".parse::<Freeze>()?.mask(3)?, FreezeMask::first(2, 3));
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
    /// A mask for networks of one number of layers, perhaps of single elements.
    Mask(FreezeMask),
}

impl From<FreezeMask> for Freeze {
    fn from(mask: FreezeMask) -> Self {
        Self::Mask(mask)
    }
}

impl Freeze {
    /// The mask for a network of `layers`, the head included.
    ///
    /// # Errors
    /// [`NetworkError`] if the network has no such layer, or fewer layers. That a
    /// [`Mask`](Self::Mask) fits is checked where it is used.
    pub fn mask(&self, layers: usize) -> Result<FreezeMask, NetworkError> {
        match self {
            Self::Nothing => Ok(FreezeMask::none(layers)),
            Self::Trunk => Ok(FreezeMask::trunk(layers)),
            Self::First(k) if *k > layers => Err(refused(&k.to_string(), layers)),
            Self::First(k) => Ok(FreezeMask::first(*k, layers)),
            Self::Mask(mask) => Ok(mask.clone()),
            Self::Parts(names) => {
                let mut mask = FreezeMask::none(layers);
                for name in names.split('+') {
                    let (named, part) = named(name, layers)?;
                    mask.freeze(named, part);
                }
                Ok(mask)
            }
        }
    }
}

impl FromStr for Freeze {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        match (text, number(text)) {
            ("nothing", _) => Ok(Self::Nothing),
            ("trunk", _) => Ok(Self::Trunk),
            (_, Some(k)) => Ok(Self::First(k)),
            (names, None) => {
                let known = |name| named(name, usize::MAX).map(|_| ());
                names.split('+').try_for_each(known)?;
                Ok(Self::Parts(names.to_owned()))
            }
        }
    }
}

/// A number without signs or leading zeros.
fn number(text: &str) -> Option<usize> {
    let k = text.parse().ok();
    k.filter(|k: &usize| k.to_string() == text)
}

/// The layers that a name stands for in a network of `layers`, and the part: `weight`, `bias` or
/// empty.
fn named(name: &str, layers: usize) -> Result<(Range<usize>, &str), NetworkError> {
    let (layer, part) = match name.rsplit_once('.') {
        Some((layer, part @ ("weight" | "bias"))) => (layer, part),
        _ => (name, ""),
    };
    let head = layers.saturating_sub(1);
    match layer.strip_prefix("layers.").and_then(number) {
        // The last layer is called `head` only.
        Some(layer) if layer < head => Ok((layer..layer + 1, part)),
        None if layer == "head" => Ok((head..layers, part)),
        None if name == "trunk" => Ok((0..head, "")),
        _ => Err(refused(name, layers)),
    }
}

fn refused(found: &str, layers: usize) -> NetworkError {
    let here = match layers {
        usize::MAX => String::new(),
        layers => format!("; this network has {layers} layers, the last of them the head"),
    };
    NetworkError(format!(
        "{found:?} cannot be frozen; expected nothing, trunk, a number of layers, or names joined \
         by + (layers.0, layers.1.bias, head.weight){here}"
    ))
}

impl fmt::Display for Freeze {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("nothing"),
            Self::Trunk => f.write_str("trunk"),
            Self::First(k) => write!(f, "{k}"),
            Self::Parts(names) => f.write_str(names),
            Self::Mask(mask) => mask.fmt(f),
        }
    }
}

impl Serialize for Freeze {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::First(k) => k.serialize(serializer),
            Self::Mask(mask) => mask.serialize(serializer),
            text => serializer.collect_str(text),
        }
    }
}

impl<'de> Deserialize<'de> for Freeze {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FreezeVisitor)
    }
}

struct FreezeVisitor;

impl<'de> Visitor<'de> for FreezeVisitor {
    type Value = Freeze;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"nothing\", \"trunk\", a number of layers or names of layers")
    }

    fn visit_u64<E: Error>(self, k: u64) -> Result<Freeze, E> {
        self.visit_i64(k.try_into().map_err(E::custom)?)
    }

    fn visit_i64<E: Error>(self, k: i64) -> Result<Freeze, E> {
        let layers = usize::try_from(k).map(Freeze::First);
        layers.map_err(|_| E::invalid_value(Unexpected::Signed(k), &self))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Freeze, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Freeze, A::Error> {
        FreezeMask::deserialize(MapAccessDeserializer::new(map)).map(Freeze::Mask)
    }
}

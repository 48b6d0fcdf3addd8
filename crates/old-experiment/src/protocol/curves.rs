//! [`CurvesSpec`]: what is trained beside the arms where a curve is asked for.

use std::fmt;

use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The curves of a protocol, a table each. They are part of the recipe whether or not they are
/// trained, so that a curve can be added to a finished folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CurvesSpec {
    /// Test error over the number of target rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub samples: Option<SamplesSpec>,
    /// Test error over the number of layers reused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub depth: Option<DepthSpec>,
    /// Test errors of other target tasks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pairs: Option<PairsSpec>,
    /// Where the spread over seeds comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vary: Option<VarySpec>,
}

impl CurvesSpec {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Arms on more and fewer target rows, all of a seed on its one source model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SamplesSpec {
    /// Target rows of each point, the first in dataset order, ascending. Points with more rows
    /// than the data has are left out.
    pub rows: Vec<RowCount>,
    /// Names of the arms; the others are compared with the first.
    pub arms: Vec<String>,
    /// How long a point is trained.
    #[serde(default)]
    pub budget: Budget,
}

/// How long arms are trained on another number of rows than the protocol's `target_rows`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Budget {
    /// The arm's epochs; the steps grow and shrink with the rows.
    Epochs,
    /// The arm's epochs, and where rows are fewer than `target_rows`, so many more that no phase
    /// takes fewer steps than it does there: what a point of few rows shows is then the few
    /// rows, and not a training cut short.
    #[default]
    Steps,
}

/// A number of target rows: in TOML a number, or `"all"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowCount {
    /// The first so many.
    First(usize),
    /// All there are.
    All,
}

impl RowCount {
    /// The rows of `available`; none where there are not so many.
    pub fn of(self, available: usize) -> Option<usize> {
        match self {
            Self::First(rows) => (rows <= available).then_some(rows),
            Self::All => Some(available),
        }
    }
}

/// The first k layers reused and the rest new, for k from 0 to the number of hidden layers: the
/// curves AnB, AnB+, BnB and BnB+ of Yosinski et al. 2014.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DepthSpec {
    /// Name of the arm with a fresh trunk whose phases every training here has, but for what they
    /// freeze. Its own network is the base whose layers BnB and BnB+ reuse.
    pub arm: String,
}

/// The experiment on other target tasks of two classes, each with a source training of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PairsSpec {
    /// Names of the arms; the others are compared with the first.
    pub arms: Vec<String>,
    /// The first so many seeds of the plan; all by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seeds: Option<usize>,
}

/// The experiment with one source of randomness varied by the seed and the others held at one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VarySpec {
    /// Names of the arms; the others are compared with the first.
    pub arms: Vec<String>,
    /// The seed that what is not varied comes from.
    #[serde(default)]
    pub held_seed: u64,
}

/// What a seed moves. The protocol's own runs move weights and order, and hold the rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Varied {
    /// First weights, of source and target.
    Init,
    /// The order of rows, of source and target, and what dropout leaves out.
    Order,
    /// Which target rows are trained on: as many as the protocol says, drawn so that each class has
    /// its share.
    Subset,
    /// All three.
    All,
}

impl Varied {
    /// All four, as tables show them.
    pub const ALL: [Self; 4] = [Self::Init, Self::Order, Self::Subset, Self::All];

    /// As in commands and folders.
    pub fn name(self) -> &'static str {
        match self {
            Self::Init => "init",
            Self::Order => "order",
            Self::Subset => "subset",
            Self::All => "all",
        }
    }
}

impl Serialize for RowCount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::First(rows) => serializer.serialize_u64(*rows as u64),
            Self::All => serializer.serialize_str("all"),
        }
    }
}

impl<'de> Deserialize<'de> for RowCount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct RowsVisitor;

        impl Visitor<'_> for RowsVisitor {
            type Value = RowCount;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number of rows, or \"all\"")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<RowCount, E> {
                match text {
                    "all" => Ok(RowCount::All),
                    other => Err(E::invalid_value(Unexpected::Str(other), &self)),
                }
            }

            fn visit_u64<E: Error>(self, rows: u64) -> Result<RowCount, E> {
                let rows = usize::try_from(rows);
                rows.map(RowCount::First)
                    .map_err(|_| E::custom("too many rows"))
            }

            fn visit_i64<E: Error>(self, rows: i64) -> Result<RowCount, E> {
                let wrong = || E::invalid_value(Unexpected::Signed(rows), &self);
                usize::try_from(rows)
                    .map(RowCount::First)
                    .map_err(|_| wrong())
            }
        }

        deserializer.deserialize_any(RowsVisitor)
    }
}

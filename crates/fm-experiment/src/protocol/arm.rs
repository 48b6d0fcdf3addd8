//! [`Arm`]: one way of training on the target task.

use serde::{Deserialize, Serialize};

use super::{Phase, is_default};

/// One way of training on the target task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arm {
    /// Name in tables and records.
    pub name: String,
    /// What the arm does, as the subject of a sentence: "reusing the trunk". The name by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub says: Option<String>,
    /// Where the trunk comes from.
    pub trunk: TrunkOrigin,
    /// How many layers from the input on are reused; the others are new. All by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reuse: Option<usize>,
    /// Which named streams of the seed new layers and the order of rows come from.
    #[serde(default, skip_serializing_if = "is_default")]
    pub streams: Streams,
    /// The phases, in order.
    pub phases: Vec<Phase>,
}

impl Arm {
    /// What the arm does, as the subject of a sentence.
    pub fn says(&self) -> &str {
        self.says.as_deref().unwrap_or(&self.name)
    }
}

/// Where an arm's trunk comes from. The head is new, and the same in every arm of a seed that has
/// the same streams.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TrunkOrigin {
    /// New weights, the same in every such arm of a seed. In TOML `"fresh"`.
    Fresh,
    /// A copy of the trunk trained on the source task: `"source"`.
    Source,
    /// A copy of a trunk trained as the source's is, from the same weights in the same order, but
    /// on labels that a stream of the seed has shuffled: `"shuffled-source"`. It shows what remains
    /// of a gain without what the labels taught. Costs a second source training.
    ShuffledSource,
    /// A copy of the trunk that another arm of the seed has trained: `{ arm = "scratch" }`.
    Arm(String),
}

/// Which named streams an arm draws from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Streams {
    /// Those that the arms of a seed share: `target/head`, `target/trunk`, `target/shuffle`.
    #[default]
    Target,
    /// Others, so that a network that reuses an arm's layers does not repeat that arm's training.
    Depth,
}

impl Streams {
    pub(crate) fn prefix(self) -> &'static str {
        match self {
            Self::Target => "target",
            Self::Depth => "depth",
        }
    }
}

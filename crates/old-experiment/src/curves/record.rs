//! What the parts of curves leave, and how the parts are called.

use std::fmt;

use fm_data::published::CLASS_NAMES;
use fm_train::Scores;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::ExperimentError;
use crate::folder::ResultsFolder;
use crate::plan::Identity;
use crate::protocol::{Protocol, Varied};

/// A curve that can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Curve {
    /// Test error over the number of target rows.
    Samples,
    /// Test error over the number of layers reused.
    Depth,
    /// Test errors of other target tasks.
    Pairs,
    /// The spread of test errors by what the seed moves.
    Vary,
}

impl Curve {
    /// Its name in protocols, folders and commands.
    pub fn name(self) -> &'static str {
        match self {
            Self::Samples => "samples",
            Self::Depth => "depth",
            Self::Pairs => "pairs",
            Self::Vary => "vary",
        }
    }
}

impl fmt::Display for Curve {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What is trained and kept as one: a curve of a seed, or a pair of classes of a seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CurvePart {
    /// All points of [`Curve::Samples`].
    Samples {
        /// The seed.
        seed: u64,
    },
    /// All points of [`Curve::Depth`].
    Depth {
        /// The seed.
        seed: u64,
    },
    /// One pair of [`Curve::Pairs`].
    Pair {
        /// The classes, ascending; the first is label 0.
        classes: [u8; 2],
        /// The seed.
        seed: u64,
    },
    /// A seed of [`Curve::Vary`] that moves one thing.
    Vary {
        /// What it moves.
        varied: Varied,
        /// The seed.
        seed: u64,
    },
}

impl CurvePart {
    /// Its seed.
    pub fn seed(self) -> u64 {
        match self {
            Self::Samples { seed } | Self::Depth { seed } => seed,
            Self::Pair { seed, .. } | Self::Vary { seed, .. } => seed,
        }
    }

    /// The curve it is a part of.
    pub fn curve(self) -> Curve {
        match self {
            Self::Samples { .. } => Curve::Samples,
            Self::Depth { .. } => Curve::Depth,
            Self::Pair { .. } => Curve::Pairs,
            Self::Vary { .. } => Curve::Vary,
        }
    }

    /// The name of its record in a results folder.
    pub(crate) fn file(self) -> String {
        match self {
            Self::Samples { seed } => format!("curves/samples/seed-{seed:04}.json"),
            Self::Depth { seed } => format!("curves/depth/seed-{seed:04}.json"),
            Self::Pair {
                classes: [a, b],
                seed,
            } => format!("curves/pairs/{a}-{b}/seed-{seed:04}.json"),
            Self::Vary { varied, seed } => {
                format!("curves/vary/{}/seed-{seed:04}.json", varied.name())
            }
        }
    }
}

/// `samples, seed 42`; `pair 5-6, seed 42`.
impl fmt::Display for CurvePart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Samples { seed } => write!(f, "samples, seed {seed}"),
            Self::Depth { seed } => write!(f, "depth, seed {seed}"),
            Self::Pair {
                classes: [a, b],
                seed,
            } => write!(f, "pair {a}-{b}, seed {seed}"),
            Self::Vary { varied, seed } => write!(f, "vary {}, seed {seed}", varied.name()),
        }
    }
}

/// Every pair of Fashion-MNIST's classes: 45, ascending.
pub fn all_pairs() -> Vec<[u8; 2]> {
    let classes = CLASS_NAMES.len() as u8;
    (0..classes)
        .flat_map(|a| (a + 1..classes).map(move |b| [a, b]))
        .collect()
}

/// An arm at one point.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PointArm {
    /// Name of the arm.
    pub name: String,
    /// Epochs it was trained for, all phases together.
    pub epochs: usize,
    /// On the test rows of the target task.
    pub test: Scores,
}

/// One seed of [`Curve::Samples`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SamplesRecord {
    /// The seed.
    pub seed: u64,
    /// By number of rows, ascending.
    pub points: Vec<SamplesPoint>,
}

/// A number of target rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SamplesPoint {
    /// The rows trained on.
    pub rows: usize,
    /// In the order of the protocol's table.
    pub arms: Vec<PointArm>,
}

/// One of the curves of Yosinski et al. 2014; see the [module](super).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum DepthCurve {
    /// The source network's layers, frozen.
    #[serde(rename = "AnB")]
    SourceFrozen,
    /// The source network's layers, trained on.
    #[serde(rename = "AnB+")]
    SourceTrained,
    /// The base network's layers, frozen.
    #[serde(rename = "BnB")]
    BaseFrozen,
    /// The base network's layers, trained on.
    #[serde(rename = "BnB+")]
    BaseTrained,
}

impl DepthCurve {
    /// All four.
    pub const ALL: [Self; 4] = [
        Self::SourceFrozen,
        Self::SourceTrained,
        Self::BaseFrozen,
        Self::BaseTrained,
    ];

    /// As the paper calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::SourceFrozen => "AnB",
            Self::SourceTrained => "AnB+",
            Self::BaseFrozen => "BnB",
            Self::BaseTrained => "BnB+",
        }
    }

    /// Which layers are reused and what becomes of them.
    pub fn says(self) -> &'static str {
        match self {
            Self::SourceFrozen => "source layers, frozen",
            Self::SourceTrained => "source layers, trained on",
            Self::BaseFrozen => "own layers, frozen",
            Self::BaseTrained => "own layers, trained on",
        }
    }
}

/// One seed of [`Curve::Depth`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DepthRecord {
    /// The seed.
    pub seed: u64,
    /// The base network B: the same scores as the arm's.
    pub base: Scores,
    /// No layer reused, the same in all four curves.
    pub none_reused: Scores,
    /// By layers reused, ascending, the four curves of each.
    pub points: Vec<DepthPoint>,
}

/// So many layers reused in one of the curves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DepthPoint {
    /// The first so many layers are reused; 1 to the number of hidden layers.
    pub layers: usize,
    /// The curve.
    pub curve: DepthCurve,
    /// On the test rows of the target task.
    pub test: Scores,
}

/// One pair of classes and seed of [`Curve::Pairs`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PairRecord {
    /// The seed.
    pub seed: u64,
    /// The target classes.
    pub classes: [u8; 2],
    /// The source network, trained on the other classes, on their test rows.
    pub source: Scores,
    /// In the order of the protocol's table.
    pub arms: Vec<PointArm>,
}

/// One seed of [`Curve::Vary`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VaryRecord {
    /// The seed.
    pub seed: u64,
    /// What it moves; the rest is of the seed held.
    pub varied: Varied,
    /// In the order of the protocol's table.
    pub arms: Vec<PointArm>,
}

/// All records of curves that a folder has.
#[derive(Clone, Debug, Default)]
pub(crate) struct CurveRecords {
    pub(crate) samples: Vec<SamplesRecord>,
    pub(crate) depth: Vec<DepthRecord>,
    /// By pair, then by seed.
    pub(crate) pairs: Vec<PairRecord>,
    /// By what is varied, then by seed.
    pub(crate) vary: Vec<VaryRecord>,
}

impl CurveRecords {
    /// Those of a plan's seeds, in their order.
    pub(crate) fn read(
        folder: &ResultsFolder,
        identity: &Identity,
    ) -> Result<Self, ExperimentError> {
        let mut records = Self::default();
        let seeds = || identity.seeds.iter().copied();
        let curves = &identity.protocol.curves;
        if curves.samples.is_some() {
            records.samples = read(folder, seeds().map(|seed| CurvePart::Samples { seed }))?;
        }
        if curves.depth.is_some() {
            records.depth = read(folder, seeds().map(|seed| CurvePart::Depth { seed }))?;
        }
        if curves.pairs.is_some() && folder.path().join("curves/pairs").is_dir() {
            let parts = all_pairs().into_iter();
            let parts = parts
                .flat_map(|classes| seeds().map(move |seed| CurvePart::Pair { classes, seed }));
            records.pairs = read(folder, parts)?;
        }
        if curves.vary.is_some() {
            let parts = Varied::ALL.into_iter();
            let parts =
                parts.flat_map(|varied| seeds().map(move |seed| CurvePart::Vary { varied, seed }));
            records.vary = read(folder, parts)?;
        }
        Ok(records)
    }
}

impl CurveRecords {
    /// The first record that the protocol cannot have left, and why.
    pub(crate) fn problem(&self, protocol: &Protocol) -> Option<(CurvePart, String)> {
        let curves = &protocol.curves;
        let samples = self.samples.iter().find_map(|record| {
            let seed = record.seed;
            let rows = |r: &SamplesRecord| r.points.iter().map(|p| p.rows).collect::<Vec<_>>();
            let (expected, found) = (rows(&self.samples[0]), rows(record));
            let same = (expected != found || found.is_empty())
                .then(|| format!("expected points of {expected:?} rows, found {found:?}"));
            let names = &curves.samples.as_ref()?.arms;
            let arms = || {
                record
                    .points
                    .iter()
                    .find_map(|p| arms_problem(names, &p.arms))
            };
            let problem = same.or_else(arms);
            problem.map(|reason| (CurvePart::Samples { seed }, reason))
        });
        let depth = || {
            self.depth.iter().find_map(|record| {
                let hidden = protocol.network.hidden.len();
                let found = record.points.iter().map(|p| (p.layers, p.curve));
                let layers = (1..=hidden).flat_map(|k| DepthCurve::ALL.map(|curve| (k, curve)));
                let shape = (!found.eq(layers))
                    .then(|| format!("expected four points for each of {hidden} layers"));
                let tests = record.points.iter().map(|p| &p.test);
                let mut tests = tests.chain([&record.base, &record.none_reused]);
                let problem = shape.or_else(|| tests.find_map(scores_problem));
                let seed = record.seed;
                problem.map(|reason| (CurvePart::Depth { seed }, reason))
            })
        };
        let pairs = || {
            self.pairs.iter().find_map(|record| {
                let names = &curves.pairs.as_ref()?.arms;
                let problem =
                    arms_problem(names, &record.arms).or_else(|| scores_problem(&record.source));
                let (classes, seed) = (record.classes, record.seed);
                problem.map(|reason| (CurvePart::Pair { classes, seed }, reason))
            })
        };
        let vary = || {
            self.vary.iter().find_map(|record| {
                let names = &curves.vary.as_ref()?.arms;
                let (varied, seed) = (record.varied, record.seed);
                let problem = arms_problem(names, &record.arms);
                problem.map(|reason| (CurvePart::Vary { varied, seed }, reason))
            })
        };
        samples.or_else(depth).or_else(pairs).or_else(vary)
    }
}

fn arms_problem(expected: &[String], arms: &[PointArm]) -> Option<String> {
    let found: Vec<&String> = arms.iter().map(|arm| &arm.name).collect();
    if !expected.iter().eq(found.iter().copied()) {
        return Some(format!("expected the arms {expected:?}, found {found:?}"));
    }
    arms.iter().find_map(|arm| scores_problem(&arm.test))
}

fn scores_problem(scores: &Scores) -> Option<String> {
    let Scores { correct, rows, .. } = *scores;
    (rows == 0 || correct > rows).then(|| format!("{correct} of {rows} test rows are right"))
}

fn read<T: DeserializeOwned>(
    folder: &ResultsFolder,
    parts: impl Iterator<Item = CurvePart>,
) -> Result<Vec<T>, ExperimentError> {
    let mut records = Vec::new();
    for part in parts {
        records.extend(folder.read_json(&part.file())?);
    }
    Ok(records)
}

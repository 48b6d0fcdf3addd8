//! [`Analysis`]: the descriptions and comparisons that documents and `summary.json` are made from.

use fm_experiment::protocol::Moved;
use fm_experiment::{CellResult, Compared, Place, Point, Record, Results, Series};
use fm_stats::{Comparison, Description, Settings, StatsError, correct_for_family, describe};
use serde::Serialize;

use super::names::plain;
use super::sentences::{Scope, sentence};

/// The numbers of a report.
pub(crate) struct Analysis<'a> {
    pub(crate) results: &'a Results,
    pub(crate) settings: Settings,
    /// The source network.
    pub(crate) source: Scores,
    /// The arms of the main table, in the protocol's order.
    pub(crate) arms: Vec<(String, Scores)>,
    /// The comparisons of the main table that have a pair of scores.
    pub(crate) comparisons: Vec<Compared>,
    /// The sweeps, in the order of asking.
    pub(crate) sweeps: Vec<Sweep<'a>>,
}

/// The scores of a model over the seeds.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Scores {
    pub(crate) test_accuracy: Measure,
    pub(crate) test_error: Measure,
    pub(crate) test_loss: Measure,
}

/// A number of each seed, and what they show.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Measure {
    /// Of the seeds that have the number; `None` if no seed has.
    #[serde(flatten)]
    pub(crate) description: Option<Description>,
    /// In the order of the seeds; `None` where the training diverged or is missing.
    pub(crate) per_seed: Vec<Option<f64>>,
}

/// A sweep: an entry per point.
pub(crate) struct Sweep<'a> {
    /// Its index among the plan's series.
    index: usize,
    pub(crate) series: &'a Series,
    pub(crate) points: Vec<SweepPoint<'a>>,
}

/// A point of a sweep.
pub(crate) struct SweepPoint<'a> {
    pub(crate) point: &'a Point,
    /// Of the point's arms, in their order.
    pub(crate) scores: Vec<Scores>,
    /// In the order of the series' pairings; `None` where no seed has both arms.
    pub(crate) compared: Vec<Option<Compared>>,
    /// Trainings that diverged.
    pub(crate) failed: usize,
}

impl<'a> Analysis<'a> {
    /// Describes and compares. Comparisons of the main table are a family, those of each sweep
    /// another.
    pub(crate) fn of(results: &'a Results) -> Result<Self, StatsError> {
        let settings = Settings::default();
        let series = 0..results.plan.series.len();
        let sweeps = series.map(|index| Sweep::of(results, index, &settings));
        let mut sweeps: Vec<Sweep<'_>> = sweeps.collect::<Result<_, _>>()?;
        // The main table is a series with one point.
        let main = sweeps.remove(0).points.remove(0);
        Ok(Self {
            source: Scores::of(results.by_seed(0, 0, None), &settings)?,
            arms: main.point.arms.iter().cloned().zip(main.scores).collect(),
            comparisons: main.compared.into_iter().flatten().collect(),
            sweeps,
            results,
            settings,
        })
    }

    /// How an arm is called in a sentence: "reusing the trunk".
    pub(crate) fn says<'b>(&'b self, arm: &'b str) -> &'b str {
        let known = self.results.protocol().arm(arm);
        known.map_or(arm, |arm| arm.says())
    }

    /// What the results of the main table hold for.
    pub(crate) fn scope(&self) -> Scope {
        let point = &self.results.main().points[0];
        let crossed = |c: &Compared| c.comparison.crossed.is_some();
        Scope {
            rows: point.target_rows(),
            training_drawn: point.protocol().seed.moves.contains(&Moved::TargetRows),
            test_drawn: self.comparisons.iter().any(crossed),
        }
    }

    /// A comparison of the main table in a sentence.
    pub(crate) fn sentence(&self, compared: &Compared, scope: Option<Scope>) -> String {
        let pairing = &compared.pairing;
        let names = [&pairing.arm, &pairing.against].map(|arm| self.says(arm));
        sentence(&compared.comparison, names, scope)
    }

    /// The place of an arm in the main table, which decides its colour.
    pub(crate) fn colour(&self, arm: &str) -> Option<usize> {
        self.arms.iter().position(|(name, _)| name == arm)
    }
}

impl<'a> Sweep<'a> {
    fn of(results: &'a Results, index: usize, settings: &Settings) -> Result<Self, StatsError> {
        let series = &results.plan.series[index];
        let mut points = Vec::new();
        for (place, point) in series.points.iter().enumerate() {
            let cells = |arm| results.by_seed(index, place, Some(arm));
            let arms = 0..point.arms.len();
            let scores = arms.clone().map(|arm| Scores::of(cells(arm), settings));
            let pairings = series.pairings.iter();
            let compared = pairings.map(|p| results.compare_at(index, place, p, settings));
            let diverged = |c: &&CellResult| c.outcome.is_some() && c.scores().is_none();
            points.push(SweepPoint {
                point,
                scores: scores.collect::<Result<_, _>>()?,
                compared: compared.collect::<Result<_, _>>()?,
                failed: arms.flat_map(cells).filter(diverged).count(),
            });
        }
        let all = points.iter_mut().flat_map(|point| &mut point.compared);
        correct_for_family(all.flatten().map(|c| &mut c.comparison));
        Ok(Self {
            index,
            series,
            points,
        })
    }

    /// The arms of every point.
    pub(crate) fn arms(&self) -> &'a [String] {
        self.series.points.first().map_or(&[], |point| &point.arms)
    }

    /// The name of one of the sweep's files: its own name, or its number where that has other signs than
    /// letters, digits, `-` and `_`.
    pub(crate) fn file(&self, what: &str) -> String {
        let name = self.series.name().unwrap_or_default();
        plain(&match plain(name) == name && !name.is_empty() {
            true => format!("{name}-{what}"),
            false => format!("sweep-{}-{what}", self.index),
        })
    }

    /// Comparisons in the sweep.
    pub(crate) fn family(&self) -> usize {
        let all = self.points.iter().flat_map(|point| &point.compared);
        all.flatten().count()
    }
}

impl SweepPoint<'_> {
    /// The comparison of a pairing, by its place in the series.
    pub(crate) fn comparison(&self, pairing: usize) -> Option<&Comparison> {
        Some(&self.compared.get(pairing)?.as_ref()?.comparison)
    }
}

impl Scores {
    fn of<'a>(
        cells: impl Iterator<Item = &'a CellResult>,
        settings: &Settings,
    ) -> Result<Self, StatsError> {
        let cells: Vec<&CellResult> = cells.collect();
        let measure = |value: &dyn Fn(&CellResult) -> Option<f64>| {
            let per_seed: Vec<Option<f64>> = cells.iter().map(|cell| value(cell)).collect();
            let found: Vec<f64> = per_seed.iter().copied().flatten().collect();
            let description = match found.is_empty() {
                true => None,
                false => Some(describe(&found, settings)?),
            };
            Ok(Measure {
                description,
                per_seed,
            })
        };
        Ok(Self {
            test_accuracy: measure(&|cell| Some(cell.scores()?.accuracy))?,
            test_error: measure(&CellResult::error)?,
            test_loss: measure(&|cell| Some(cell.scores()?.loss))?,
        })
    }
}

/// The records of a model of the main table that exist, by seed; no arm is the source network.
pub(crate) fn main_records(
    results: &Results,
    arm: Option<usize>,
) -> impl Iterator<Item = (u64, &Record)> {
    let seeds = results.main().seeds.iter();
    seeds.filter_map(move |&seed| Some((seed, results.record(main_place(arm, seed))?)))
}

/// The place of a cell of the main table.
pub(crate) fn main_place(arm: Option<usize>, seed: u64) -> Place {
    Place {
        series: 0,
        point: 0,
        arm,
        seed,
    }
}

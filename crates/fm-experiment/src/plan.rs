//! [`Plan`]: the cells of a request.
//!
//! The main table and every sweep is a [`Series`] of [`Point`]s, and a point has a cell for its
//! source network and for each arm, of every seed. Nothing else knows what a question is.

use std::collections::BTreeSet;
use std::slice;

use serde_json::Value;

use crate::data::Labels;
use crate::error::ExperimentError;
use crate::key::Key;
use crate::point::Point;
use crate::protocol::{
    Arm, Freeze, Pairing, Phase, Problem, Protocol, RowCount, Streams, SweepSpec, TrunkOrigin,
    Values, require,
};
use crate::recipe::{Recipe, RowsUsed};
use crate::request::{NamedSweep, Request};

/// All cells that a request asks for.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The main table first, then the sweeps in the order of asking.
    pub series: Vec<Series>,
    /// Classes of the dataset.
    pub class_names: Vec<String>,
}

/// Points that are shown together.
#[derive(Clone, Debug)]
pub struct Series {
    /// The sweep; `None` for the main table.
    pub sweep: Option<NamedSweep>,
    /// The keys that differ between the points.
    pub axes: Vec<String>,
    /// The points; one for the main table.
    pub points: Vec<Point>,
    /// The seeds, ascending.
    pub seeds: Vec<u64>,
    /// Which arms are compared at every point.
    pub pairings: Vec<Pairing>,
}

/// A cell's place in a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Index of the series.
    pub series: usize,
    /// Index of the point in the series.
    pub point: usize,
    /// Index of the arm at the point; `None` for the source network.
    pub arm: Option<usize>,
    /// The seed.
    pub seed: u64,
}

impl Series {
    /// The name of the sweep; `None` for the main table.
    pub fn name(&self) -> Option<&str> {
        self.sweep.as_ref().map(|sweep| sweep.name.as_str())
    }
}

impl Plan {
    /// Enumerates the cells of a request on a dataset.
    ///
    /// Points of a sweep that ask for more target rows than there are, are left out.
    ///
    /// # Errors
    /// [`ExperimentError::Protocol`] for values that are not allowed, and for more rows than the
    /// dataset has.
    pub fn new(request: &Request, data: &Labels) -> Result<Self, ExperimentError> {
        let base = Base { request, data };
        let mut series = vec![base.series(None)?];
        for sweep in &request.sweeps {
            series.push(base.series(Some(sweep))?);
        }
        Ok(Self {
            series,
            class_names: data.class_names.clone(),
        })
    }

    /// The places of all cells, series by series, seed by seed, so that a run that is cut short has
    /// whole seeds.
    pub fn places(&self) -> impl Iterator<Item = Place> + use<> {
        let mut places = Vec::new();
        for (series, of) in self.series.iter().enumerate() {
            for &seed in &of.seeds {
                for (point, at) in of.points.iter().enumerate() {
                    places.extend(at.models().map(|arm| Place {
                        series,
                        point,
                        arm,
                        seed,
                    }));
                }
            }
        }
        places.into_iter()
    }

    /// The recipe of a cell.
    pub fn recipe(&self, place: Place) -> Recipe {
        self.series[place.series].points[place.point].recipe(place.arm, place.seed)
    }

    /// What the model of a cell is called: the name of its arm, or `source`.
    pub fn model(&self, place: Place) -> &str {
        let point = &self.series[place.series].points[place.point];
        place.arm.map_or("source", |arm| point.arms[arm].as_str())
    }

    pub(crate) fn work(&self, place: Place, recipe: &Recipe) -> u64 {
        let source_rows = self.series[place.series].points[place.point].source_rows;
        recipe.work(source_rows)
    }

    /// The key of the source network that a cell is trained beside: cells with equal ones make a
    /// job.
    pub(crate) fn group(&self, place: Place) -> Key {
        self.recipe(Place { arm: None, ..place }).key()
    }
}

/// Axes, points and pairings of a series. In place of a point that asks for more target rows than
/// there are, what is wrong.
type Axes = (Vec<String>, Vec<Result<Point, Problem>>, Vec<Pairing>);

struct Base<'a> {
    request: &'a Request,
    data: &'a Labels,
}

impl Base<'_> {
    /// A sweep, or the main table.
    fn series(&self, named: Option<&NamedSweep>) -> Result<Series, ExperimentError> {
        let main = SweepSpec::default();
        let sweep = named.map_or(&main, |named| &named.sweep);
        let seeds = self.request.seeds.iter().copied();
        let seeds = seeds.take(sweep.seeds.unwrap_or(usize::MAX));
        let (axes, points, pairings) = match &sweep.layers_of {
            Some(arm) => self.depth(arm)?,
            None => self.grid(sweep)?,
        };
        let mut points_or = require(false, "sweeps", "over one or more values", "none");
        let points = points.into_iter();
        let points = points.filter_map(|point| point.map_err(|few| points_or = Err(few)).ok());
        let mut points: Vec<Point> = points.collect();
        if points.is_empty() {
            points_or.map_err(|problem| problem.of(&self.request.protocol.name))?;
        }
        if axes.len() == 1 {
            // "all" may be a number of rows that is listed too. At a seed that nothing is held at,
            // what a seed moves tells points apart.
            let held = points.iter().map(|point| point.protocol.seed.held);
            let held: BTreeSet<u64> = held.collect();
            let seed = (0..).find(|seed| !held.contains(seed)).unwrap_or_default();
            let mut known = BTreeSet::new();
            points.retain(|point| {
                let cells = point.models().map(|arm| point.recipe(arm, seed).key());
                known.insert(cells.collect::<Vec<Key>>())
            });
        }
        Ok(Series {
            sweep: named.cloned(),
            axes,
            points,
            seeds: seeds.collect(),
            pairings,
        })
    }

    /// Every combination of the axes' values; of no axes the protocol as it is.
    fn grid(&self, sweep: &SweepSpec) -> Result<Axes, ExperimentError> {
        let protocol = &self.request.protocol;
        let mut combinations: Vec<Vec<Value>> = vec![Vec::new()];
        for values in sweep.over.values() {
            let values = match values {
                Values::List(values) => values.clone(),
                Values::Word(_) => pairs(self.data.class_names.len()),
            };
            let with = |before: &Vec<Value>| {
                let each = values.iter().map(slice::from_ref);
                let each = each.map(|value| [&before[..], value].concat());
                each.collect::<Vec<_>>()
            };
            combinations = combinations.iter().flat_map(with).collect();
        }
        let axes: Vec<String> = sweep.over.keys().cloned().collect();
        let mut points = Vec::new();
        for values in combinations {
            let fixed = sweep.set.clone().into_iter();
            let values_of_axes = axes.iter().cloned().zip(values.iter().cloned());
            let overrides: Vec<_> = fixed.chain(values_of_axes).collect();
            let protocol = match overrides.as_slice() {
                [] => protocol.clone(),
                overrides => protocol.with(overrides)?,
            };
            points.push(self.point(protocol, values, sweep)?);
        }
        let arms: Vec<&str> = sweep.arms.iter().map(String::as_str).collect();
        let pairings = match arms.is_empty() {
            true => protocol.pairings(),
            false => Pairing::with_first(&arms),
        };
        Ok((axes, points, pairings))
    }

    /// The first k layers reused, for every k: AnB, AnB+, BnB and BnB+ of Yosinski et al. 2014.
    fn depth(&self, base: &str) -> Result<Axes, ExperimentError> {
        let protocol = &self.request.protocol;
        let sweep = SweepSpec {
            arms: DEPTH_ARMS.map(|(name, _)| name.to_owned()).to_vec(),
            ..SweepSpec::default()
        };
        let mut points = Vec::new();
        for layers in 0..=protocol.network.hidden.len() {
            let mut at = protocol.clone();
            if let Some(base) = protocol.arm(base) {
                at.arms.extend(depth_arms(base, layers));
            }
            points.push(self.point(at, vec![layers.into()], &sweep)?);
        }
        let pairings = [("AnB", "BnB"), ("AnB+", "BnB+")];
        let pairings = pairings.map(|(arm, against)| Pairing::new(arm, against));
        Ok((vec!["arms.*.reuse".to_owned()], points, pairings.to_vec()))
    }

    /// What is wrong if the protocol asks for more target rows than there are.
    fn point(
        &self,
        protocol: Protocol,
        values: Vec<Value>,
        sweep: &SweepSpec,
    ) -> Result<Result<Point, Problem>, ExperimentError> {
        let target_classes = protocol.target_classes(&self.data.class_names)?;
        let used = RowsUsed::of(&protocol.data);
        let counts = used.per_class(&self.data.train, self.data.class_names.len());
        let classes = target_classes.iter();
        let available: usize = classes.map(|&class| counts[usize::from(class)]).sum();
        let asked = protocol.task.target_rows;
        let Some(rows) = asked.of(available).filter(|&rows| rows > 0) else {
            let whose = format!("these classes in {}", self.data.identity.name);
            return Ok(Err(Problem {
                key: "task.target_rows".to_owned(),
                expected: format!("at most {available}, the training rows of {whose}"),
                found: serde_json::json!(asked).to_string(),
            }));
        };
        let arms: Vec<String> = match sweep.arms.as_slice() {
            [] => protocol.arms.iter().map(|arm| arm.name.clone()).collect(),
            arms => arms.to_vec(),
        };
        Ok(Ok(Point {
            values,
            trials: protocol.trials(&arms, rows)?,
            arms,
            dataset: self.data.identity.digest(),
            backend: self.request.backend,
            protocol,
            target_classes,
            source_rows: counts.iter().sum::<usize>() - available,
            rows,
            protocol_rows: match self.request.protocol.task.target_rows {
                RowCount::First(rows) => rows,
                RowCount::All => available,
            },
            budget: sweep.budget,
        }))
    }
}

fn pairs(n_classes: usize) -> Vec<Value> {
    let pair = |a: usize| (a + 1..n_classes).map(move |b| serde_json::json!([a, b]));
    (0..n_classes).flat_map(pair).collect()
}

/// The networks that reuse layers, as Yosinski et al. call them: those of the source (A) or of the base
/// arm's own network (B), frozen or, with a plus, trained on.
const DEPTH_ARMS: [(&str, &str); 4] = [
    ("AnB", "reusing source layers, frozen"),
    ("AnB+", "reusing source layers, trained on"),
    ("BnB", "reusing its own layers, frozen"),
    ("BnB+", "reusing its own layers, trained on"),
];

fn depth_arms(base: &Arm, layers: usize) -> impl Iterator<Item = Arm> + '_ {
    DEPTH_ARMS.into_iter().map(move |(name, says)| {
        let freeze = match name.ends_with('+') {
            true => Freeze::Nothing,
            false => Freeze::First(layers),
        };
        let phases = base.phases.iter().map(|phase| Phase {
            freeze: freeze.clone(),
            ..phase.clone()
        });
        Arm {
            name: name.to_owned(),
            says: Some(says.to_owned()),
            trunk: match name.starts_with('A') {
                true => TrunkOrigin::Source,
                false => TrunkOrigin::Arm(base.name.clone()),
            },
            reuse: Some(layers),
            streams: Streams::Depth,
            phases: phases.collect(),
        }
    })
}

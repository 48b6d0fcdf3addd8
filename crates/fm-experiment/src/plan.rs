//! [`Plan`]: the cells of a request.
//!
//! The main table and every sweep is a [`Series`] of [`Point`]s, and a point has a cell for its
//! source network and for each arm, of every seed. Nothing else knows what a question is.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::sync::Arc;

use serde_json::Value;

use crate::data::Labels;
use crate::error::ExperimentError;
use crate::key::Key;
use crate::protocol::{
    Arm, Budget, Freeze, Pairing, PhaseSpec, Protocol, RowCount, Streams, SweepSpec, Trial,
    TrunkOrigin, Values,
};
use crate::recipe::{Context, Recipe};
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

/// A protocol with the values of the axes set.
#[derive(Clone, Debug)]
pub struct Point {
    /// The values of the axes, in their order.
    pub values: Vec<Value>,
    /// Names of the arms that are trained.
    pub arms: Vec<String>,
    /// What the recipes are made from.
    context: Arc<Context>,
}

/// A cell's place in a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

impl Point {
    /// The protocol at this point.
    pub fn protocol(&self) -> &Protocol {
        &self.context.protocol
    }

    /// Numbers of the target classes.
    pub fn target_classes(&self) -> &[u8] {
        &self.context.target_classes
    }

    /// Target rows that arms are trained on.
    pub fn target_rows(&self) -> usize {
        self.context.rows
    }

    /// The settings that an arm chooses from; none if it is not tuned.
    pub fn trials(&self, arm: &str) -> &[Trial] {
        self.context.trials.get(arm).map_or(&[], Vec::as_slice)
    }

    /// The recipe of an arm, or of the source network.
    pub fn recipe(&self, arm: Option<usize>, seed: u64) -> Recipe {
        let arm = arm.and_then(|arm| self.context.protocol.arm(self.arms.get(arm)?));
        match arm {
            Some(arm) => self.context.arm(arm, seed),
            None => self.context.source(seed),
        }
    }
}

impl Plan {
    /// Enumerates the cells of a request on a dataset.
    ///
    /// Points of a sweep that ask for more target rows than there are, are left out.
    ///
    /// # Errors
    /// [`ExperimentError::Protocol`] for values that are not allowed, [`ExperimentError::Rows`] if
    /// the dataset has too few rows.
    pub fn new(request: &Request, data: &Labels) -> Result<Self, ExperimentError> {
        let base = Base { request, data };
        let mut series = vec![base.main()?];
        for sweep in &request.sweeps {
            series.push(base.sweep(sweep)?);
        }
        Ok(Self {
            series,
            class_names: data.class_names.clone(),
        })
    }

    /// The places of all cells, series by series, seed by seed, so that a run that is cut short has
    /// whole seeds.
    pub fn places(&self) -> impl Iterator<Item = Place> + '_ {
        self.series.iter().enumerate().flat_map(|(s, series)| {
            series.seeds.iter().flat_map(move |&seed| {
                series
                    .points
                    .iter()
                    .enumerate()
                    .flat_map(move |(p, point)| {
                        let arms = (0..point.arms.len()).map(Some);
                        std::iter::once(None).chain(arms).map(move |arm| Place {
                            series: s,
                            point: p,
                            arm,
                            seed,
                        })
                    })
            })
        })
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

    /// Rows that a cell's trainings go through, all epochs together; of a tuned arm, the most there
    /// may be.
    pub(crate) fn work(&self, place: Place, recipe: &Recipe) -> u64 {
        let source_rows = self.series[place.series].points[place.point]
            .context
            .source_rows;
        recipe.work(source_rows)
    }

    /// The key of the source network that a cell is trained beside: cells with equal ones make a
    /// job.
    pub(crate) fn group(&self, place: Place) -> Key {
        self.recipe(Place { arm: None, ..place }).key()
    }
}

/// Axes, points and pairings of a series.
type Axes = (Vec<String>, Vec<Point>, Vec<Pairing>);

struct Base<'a> {
    request: &'a Request,
    data: &'a Labels,
}

impl Base<'_> {
    fn main(&self) -> Result<Series, ExperimentError> {
        let protocol = &self.request.protocol;
        let point = self.point(protocol.clone(), Vec::new(), None)?;
        let Some(point) = point else {
            return Err(self.too_few_rows(&protocol.task.target_rows));
        };
        Ok(Series {
            sweep: None,
            axes: Vec::new(),
            points: vec![point],
            seeds: self.request.seeds.clone(),
            pairings: protocol.pairings(),
        })
    }

    fn sweep(&self, named: &NamedSweep) -> Result<Series, ExperimentError> {
        let sweep = &named.sweep;
        let seeds = self.request.seeds.iter().copied();
        let seeds = seeds.take(sweep.seeds.unwrap_or(usize::MAX));
        let (axes, points, pairings) = match &sweep.layers_of {
            Some(arm) => self.depth(arm)?,
            None => self.grid(sweep)?,
        };
        if points.is_empty() {
            let more = format!("at every point of the sweep {} more", named.name);
            return Err(self.too_few_rows(&more));
        }
        Ok(Series {
            sweep: Some(named.clone()),
            axes,
            points,
            seeds: seeds.collect(),
            pairings,
        })
    }

    /// Every combination of the axes' values.
    fn grid(&self, sweep: &SweepSpec) -> Result<Axes, ExperimentError> {
        let mut combinations: Vec<Vec<Value>> = vec![Vec::new()];
        for values in sweep.over.values() {
            let values = match values {
                Values::List(values) => values.clone(),
                Values::Word(_) => pairs(self.data.class_names.len()),
            };
            let with = |before: &Vec<Value>| {
                let before = before.clone();
                let each = values.clone().into_iter();
                each.map(move |value| [&before[..], &[value]].concat())
                    .collect::<Vec<_>>()
            };
            combinations = combinations.iter().flat_map(with).collect();
        }
        let axes: Vec<String> = sweep.over.keys().cloned().collect();
        let mut points: Vec<Point> = Vec::new();
        for values in combinations {
            let fixed = sweep.set.clone().into_iter();
            let values_of_axes = axes.iter().cloned().zip(values.iter().cloned());
            let overrides: Vec<_> = fixed.chain(values_of_axes).collect();
            let protocol = self.request.protocol.with(&overrides)?;
            points.extend(self.point(protocol, values, Some(sweep))?);
        }
        if axes.len() == 1 {
            // "all" may be a number of rows that is listed too. At a seed that nothing is held at,
            // what a seed moves tells points apart.
            let held = points.iter().map(|point| point.protocol().seed.held);
            let held: BTreeSet<u64> = held.collect();
            let seed = (0..).find(|seed| !held.contains(seed)).unwrap_or_default();
            let mut known = BTreeSet::new();
            points.retain(|point| known.insert(point.recipe(Some(0), seed).key()));
        }
        let pairings = match sweep.arms.split_first() {
            None => self.request.protocol.pairings(),
            Some((first, others)) => others.iter().map(|arm| pairing(arm, first)).collect(),
        };
        Ok((axes, points, pairings))
    }

    /// The first k layers reused, for every k: AnB, AnB+, BnB and BnB+ of Yosinski et al. 2014.
    fn depth(&self, base: &str) -> Result<Axes, ExperimentError> {
        let protocol = &self.request.protocol;
        let mut points = Vec::new();
        for layers in 0..=protocol.network.hidden.len() {
            let mut at = protocol.clone();
            if let Some(base) = protocol.arm(base) {
                at.arms.extend(depth_arms(base, layers));
            }
            let sweep = SweepSpec {
                arms: DEPTH_ARMS.map(str::to_owned).to_vec(),
                ..SweepSpec::default()
            };
            points.extend(self.point(at, vec![layers.into()], Some(&sweep))?);
        }
        let [anb, anb_plus, bnb, bnb_plus] = DEPTH_ARMS;
        let pairings = vec![pairing(anb, bnb), pairing(anb_plus, bnb_plus)];
        Ok((vec!["arms.*.reuse".to_owned()], points, pairings))
    }

    /// `None` if the data has fewer target rows than the protocol asks for.
    fn point(
        &self,
        protocol: Protocol,
        values: Vec<Value>,
        sweep: Option<&SweepSpec>,
    ) -> Result<Option<Point>, ExperimentError> {
        let target_classes = protocol.target_classes(&self.data.class_names)?;
        let mut context = Context {
            dataset: self.data.identity.digest(),
            backend: self.request.backend,
            protocol,
            target_classes,
            source_rows: 0,
            rows: 0,
            protocol_rows: 0,
            budget: sweep.map_or(Budget::default(), |sweep| sweep.budget),
            trials: BTreeMap::new(),
        };
        let counts = self.data.class_rows(&context.source(0).rows);
        let classes = context.target_classes.iter();
        let available: usize = classes.map(|&class| counts[usize::from(class)]).sum();
        context.source_rows = counts.iter().sum::<usize>() - available;
        let own = self.request.protocol.task.target_rows;
        let (Some(rows), Some(protocol_rows)) = (
            context.protocol.task.target_rows.of(available),
            own.of(available).or(match own {
                RowCount::First(rows) => Some(rows),
                RowCount::All => None,
            }),
        ) else {
            return Ok(None);
        };
        if rows == 0 {
            return Ok(None);
        }
        (context.rows, context.protocol_rows) = (rows, protocol_rows);
        context.protocol.check_folds(rows)?;
        let arms: Vec<String> = match sweep {
            Some(sweep) if !sweep.arms.is_empty() => sweep.arms.clone(),
            _ => {
                let arms = context.protocol.arms.iter();
                arms.map(|arm| arm.name.clone()).collect()
            }
        };
        context.trials = context.protocol.trials(&arms)?;
        Ok(Some(Point {
            values,
            arms,
            context: Arc::new(context),
        }))
    }

    fn too_few_rows(&self, asked: &dyn Display) -> ExperimentError {
        ExperimentError::Rows {
            protocol: self.request.protocol.name.clone(),
            dataset: self.data.identity.name.clone(),
            asked: format!("{asked} training rows of the target task"),
            key: "task.target_rows",
        }
    }
}

fn pairing(arm: &str, against: &str) -> Pairing {
    Pairing {
        arm: arm.to_owned(),
        against: against.to_owned(),
    }
}

/// Every pair of classes, ascending.
fn pairs(n_classes: usize) -> Vec<Value> {
    let pair = |a: usize| (a + 1..n_classes).map(move |b| serde_json::json!([a, b]));
    (0..n_classes).flat_map(pair).collect()
}

/// The four networks that reuse layers, as Yosinski et al. call them.
pub const DEPTH_ARMS: [&str; 4] = ["AnB", "AnB+", "BnB", "BnB+"];

/// The four networks with their first layers reused: from the source (A) or from the `base` arm's
/// own network (B), frozen or, with a plus, trained on.
fn depth_arms(base: &Arm, layers: usize) -> impl Iterator<Item = Arm> + '_ {
    let own = TrunkOrigin::Arm(base.name.clone());
    let trunks = [TrunkOrigin::Source, TrunkOrigin::Source, own.clone(), own];
    let says = [
        "reusing source layers, frozen",
        "reusing source layers, trained on",
        "reusing its own layers, frozen",
        "reusing its own layers, trained on",
    ];
    let arms = DEPTH_ARMS.into_iter().zip(trunks).zip(says).enumerate();
    arms.map(move |(i, ((name, trunk), says))| {
        let freeze = match i % 2 {
            0 => Freeze::First(layers),
            _ => Freeze::Nothing,
        };
        let phases = base.phases.iter().map(|phase| PhaseSpec {
            freeze: freeze.clone(),
            ..phase.clone()
        });
        Arm {
            name: name.to_owned(),
            says: Some(says.to_owned()),
            trunk,
            reuse: Some(layers),
            streams: Streams::Depth,
            phases: phases.collect(),
        }
    })
}

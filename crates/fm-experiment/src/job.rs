//! [`Job`]: what is scheduled, a source network and its missing cells.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::key::Key;
use crate::parallel::in_parallel;
use crate::plan::{Place, Plan};
use crate::recipe::Recipe;

/// A source network and cells that are trained beside it.
///
/// An untuned arm takes a small part of its source training, so cells that share a source are best
/// trained together. A cell takes seconds; each is kept when it ends.
#[derive(Clone, Debug)]
pub struct Job {
    /// The key of the source network.
    pub source: Key,
    /// Its cells.
    pub cells: Vec<Cell>,
}

impl Job {
    /// Rows that its trainings go through, all epochs together: what an observer is told of. Of tuned
    /// arms, the most there may be.
    pub fn work(&self) -> u64 {
        self.cells.iter().map(|cell| cell.work).sum()
    }
}

/// A cell that is to be trained.
#[derive(Clone, Debug)]
pub struct Cell {
    /// Its name in the store.
    pub key: Key,
    /// What decides it.
    pub recipe: Recipe,
    /// Rows that its trainings go through, all epochs together.
    pub work: u64,
    /// `source`, or the name of an arm, for messages.
    pub model: String,
    /// The seed, for messages.
    pub seed: u64,
    /// Whether every epoch is scored on the validation rows, for the learning curves of a report.
    pub validate: bool,
    /// Whether the images of the test rows are kept, for the galleries of a report.
    pub keep_images: bool,
    /// Whether the network is kept: of the main table every source, and the arms of the lowest seed.
    pub keep_model: bool,
}

/// The jobs of the cells that are in the plan and not in `done`, in the plan's order.
pub fn jobs(plan: &Plan, done: &BTreeSet<Key>) -> Vec<Job> {
    let mut jobs: Vec<Job> = Vec::new();
    let mut by_source: BTreeMap<Key, usize> = BTreeMap::new();
    let mut seen: BTreeSet<Key> = BTreeSet::new();
    let lowest = plan.series[0].seeds.first();
    let cells = keyed(plan, |place, key, recipe| {
        (!done.contains(&key)).then(|| (recipe, plan.group(place)))
    });
    for (place, key, missing) in cells {
        // Two questions may have a cell in common; the first asks for more of it.
        let Some((recipe, source)) = missing.filter(|_| seen.insert(key)) else {
            continue;
        };
        let main = place.series == 0;
        let cell = Cell {
            key,
            work: plan.work(place, &recipe),
            model: plan.model(place).to_owned(),
            seed: place.seed,
            // The training of a tuned arm is as long as its rows have chosen; no mean of such curves
            // is shown.
            validate: main && recipe.arm.as_ref().is_none_or(|arm| arm.tuning.is_none()),
            keep_images: main && place.arm.is_some(),
            keep_model: main && (place.arm.is_none() || Some(&place.seed) == lowest),
            recipe,
        };
        let job = *by_source.entry(source).or_insert_with(|| {
            let cells = Vec::new();
            jobs.push(Job { source, cells });
            jobs.len() - 1
        });
        jobs[job].cells.push(cell);
    }
    jobs
}

/// Every place of a plan in its order, its key, and a function of its recipe: recipes and their
/// keys are what takes time in a large plan.
pub(crate) fn keyed<R: Send>(
    plan: &Plan,
    of: impl Fn(Place, Key, Recipe) -> R + Sync,
) -> Vec<(Place, Key, R)> {
    let places: Vec<Place> = plan.places().collect();
    in_parallel(&places, |&place| {
        let recipe = plan.recipe(place);
        let key = recipe.key();
        (place, key, of(place, key, recipe))
    })
}

/// One of `count` shares of the jobs, by the hash of their source: every job is in one share, and
/// the shares of processes that know nothing of each other do not overlap.
///
/// Shares are uneven: of 200 jobs in 20 shares the largest has about 17.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Slice {
    /// Counted from 1.
    pub index: u64,
    /// Number of shares.
    pub count: u64,
}

impl Slice {
    /// Whether the job of a source network is in this share.
    pub fn contains(&self, source: &Key) -> bool {
        Self::of(source, self.count) == *self
    }

    /// The share of `count` that the job of a source network is in.
    pub fn of(source: &Key, count: u64) -> Self {
        let index = source.number() % count + 1;
        Self { index, count }
    }
}

impl fmt::Display for Slice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

impl From<Slice> for String {
    fn from(slice: Slice) -> Self {
        slice.to_string()
    }
}

impl TryFrom<String> for Slice {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let numbers = text.split_once('/');
        let numbers = numbers.and_then(|(i, n)| Some((i.parse().ok()?, n.parse().ok()?)));
        match numbers {
            Some((index, count)) if (1..=count).contains(&index) => Ok(Self { index, count }),
            _ => Err(format!(
                "invalid slice {text:?}: write I/N with I from 1 to N, such as 3/8"
            )),
        }
    }
}

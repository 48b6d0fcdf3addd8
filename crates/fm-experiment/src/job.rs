//! [`Job`]: what is scheduled, a source network and its missing cells.

use std::collections::{BTreeMap, BTreeSet};

use crate::data::Labels;
use crate::plan::{Place, Plan};
use crate::recipe::{Key, Recipe};

/// A source network and cells that are trained beside it.
///
/// An arm takes a small part of its source training, so cells that share a source are best trained
/// together. A job takes seconds; what it has finished is kept when it is cut off.
#[derive(Clone, Debug)]
pub struct Job {
    /// The key of the source network.
    pub source: Key,
    /// Its cells.
    pub cells: Vec<Cell>,
}

impl Job {
    /// Rows that its trainings go through, all epochs together: what an observer is told of.
    pub fn work(&self, data: &Labels) -> u64 {
        let Some(first) = self.cells.first() else {
            return 0;
        };
        let counts = data.class_rows(&first.recipe.rows);
        let targets = &first.recipe.target_classes;
        let target_rows = targets.iter().map(|&class| counts[usize::from(class)]);
        let source_rows = counts.iter().sum::<usize>() - target_rows.sum::<usize>();
        self.cells
            .iter()
            .map(|cell| cell.recipe.work(source_rows))
            .sum()
    }
}

/// A cell that is to be trained.
#[derive(Clone, Debug)]
pub struct Cell {
    /// Its name in the store.
    pub key: Key,
    /// What decides it.
    pub recipe: Recipe,
    /// `source`, or the name of an arm, for messages.
    pub model: String,
    /// The seed, for messages.
    pub seed: u64,
    /// Whether every epoch is scored on the validation rows, for the learning curves of a report.
    pub validate: bool,
    /// Whether the network is kept.
    pub keep_model: bool,
}

/// The jobs of the cells that are in the plan and not in `done`, in the plan's order.
pub fn jobs(plan: &Plan, done: &BTreeSet<Key>) -> Vec<Job> {
    let mut jobs: Vec<Job> = Vec::new();
    let mut by_source: BTreeMap<Key, usize> = BTreeMap::new();
    let mut seen: BTreeSet<Key> = BTreeSet::new();
    for place in plan.places() {
        let recipe = plan.recipe(place);
        let key = recipe.key();
        // Two questions may have a cell in common; the first asks for more of it.
        if done.contains(&key) || !seen.insert(key) {
            continue;
        }
        let cell = Cell {
            key,
            model: plan.model(place).to_owned(),
            seed: place.seed,
            // The training of a tuned arm is as long as its rows have chosen; no mean of such curves
            // is shown.
            validate: place.series == 0
                && recipe.arm.as_ref().is_none_or(|arm| arm.tuning.is_none()),
            keep_model: keeps_model(plan, place),
            recipe,
        };
        let source = plan.group(place);
        let job = *by_source.entry(source).or_insert_with(|| {
            let cells = Vec::new();
            jobs.push(Job { source, cells });
            jobs.len() - 1
        });
        jobs[job].cells.push(cell);
    }
    jobs
}

/// Of the main table every source network, and the arms of the lowest seed.
fn keeps_model(plan: &Plan, place: Place) -> bool {
    let lowest = plan.series[0].seeds.first() == Some(&place.seed);
    place.series == 0 && (place.arm.is_none() || lowest)
}

/// One of `count` shares of the jobs, by the hash of their source: every job is in one share, and
/// the shares of processes that know nothing of each other do not overlap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slice {
    /// Counted from 1.
    pub index: u64,
    /// Number of shares.
    pub count: u64,
}

impl Slice {
    /// Whether a job is in this share.
    pub fn contains(&self, job: &Job) -> bool {
        job.source.number() % self.count == self.index - 1
    }
}

impl std::str::FromStr for Slice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
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

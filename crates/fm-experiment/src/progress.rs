//! [`Progress`]: how far a request is, from the names of a store's files. No record is opened.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::data::Labels;
use crate::error::ExperimentError;
use crate::job::{Slice, keyed};
use crate::key::Key;
use crate::plan::{Place, Plan};
use crate::request::Request;
use crate::results::merged;
use crate::store::Store;

/// How far a request is.
#[derive(Clone, Debug)]
pub struct Progress {
    /// What was asked.
    pub request: Request,
    /// The cells' places.
    pub plan: Plan,
    /// Cells by series, in the plan's order.
    pub series: Vec<Counts>,
    /// Cells that diverged, each once.
    pub diverged: Vec<(Place, Key)>,
    /// Of the jobs that have missing cells, by source network, the [work](crate::Job::work).
    pub jobs: BTreeMap<Key, u64>,
    /// Missing cells, each once, though several series may ask for it.
    pub missing: usize,
    /// Seconds that the missing jobs take on one thread, as fast as before; `None` without timings.
    pub thread_secs: Option<f64>,
    /// Jobs that were timed.
    pub timed: usize,
    /// The most jobs that a process ran at the same time.
    pub threads: usize,
}

/// Cells of a series by how they ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Scored.
    pub done: usize,
    /// Diverged.
    pub diverged: usize,
    /// Not trained yet.
    pub missing: usize,
}

impl Progress {
    /// Of what was asked last of the store at `path`, together with what was asked before of the
    /// same recipe.
    ///
    /// # Errors
    /// A store that was never asked, and damaged files.
    pub fn read(path: &Path) -> Result<Self, ExperimentError> {
        let store = Store::read(path)?;
        let (request, _) = merged(&store)?;
        Self::of(request, &store.labels()?, Some(&store))
    }

    /// Of a request and nothing else, in a store that may not exist yet.
    pub(crate) fn of(
        request: Request,
        labels: &Labels,
        store: Option<&Store>,
    ) -> Result<Self, ExperimentError> {
        let plan = Plan::new(&request, labels)?;
        let listing = store.map(Store::listing).transpose()?.unwrap_or_default();
        let timings = store.map(Store::timings).transpose()?.unwrap_or_default();
        // Of a missing cell the job that trains it, and its work.
        let cells = keyed(&plan, |place, key, recipe| {
            let missing = !listing.done.contains(&key);
            missing.then(|| (plan.group(place), plan.work(place, &recipe)))
        });
        let mut series = vec![Counts::default(); plan.series.len()];
        let (mut jobs, mut diverged) = (BTreeMap::new(), Vec::new());
        let (mut seen, mut missing) = (BTreeSet::new(), 0);
        for (place, key, job) in cells {
            let counts = &mut series[place.series];
            let is_new = seen.insert(key);
            if let Some((source, work)) = job {
                counts.missing += 1;
                if is_new {
                    missing += 1;
                    *jobs.entry(source).or_default() += work;
                }
            } else if listing.diverged.contains(&key) {
                counts.diverged += 1;
                if is_new {
                    diverged.push((place, key));
                }
            } else {
                counts.done += 1;
            }
        }
        let timed_work: u64 = timings.iter().map(|timing| timing.work).sum();
        let took: f64 = timings.iter().map(|timing| timing.wall_secs).sum();
        let left: u64 = jobs.values().sum();
        Ok(Self {
            request,
            plan,
            series,
            diverged,
            jobs,
            missing,
            thread_secs: (timed_work > 0).then(|| took / timed_work as f64 * left as f64),
            timed: timings.len(),
            threads: timings.iter().map(|timing| timing.jobs).max().unwrap_or(1),
        })
    }

    /// Whether a share of the jobs has missing cells.
    pub fn is_open(&self, slice: Option<Slice>) -> bool {
        let in_slice = |source| slice.is_none_or(|slice| slice.contains(source));
        self.jobs.keys().any(in_slice)
    }
}

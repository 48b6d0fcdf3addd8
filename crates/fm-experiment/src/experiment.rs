//! [`Experiment`]: from a protocol and data to results, in a few lines.

use std::path::Path;

use fm_nn::{Backend, Engine};

use crate::data::Data;
use crate::error::ExperimentError;
use crate::executor::Executor;
use crate::job::{Job, jobs};
use crate::plan::Plan;
use crate::progress::Progress;
use crate::protocol::{Protocol, require};
use crate::request::Request;
use crate::results::{Results, merge};
use crate::seeds::SeedList;
use crate::store::{MadeWith, Store};
use crate::watch::Observer;

/// A request, the data it is asked of, and what carries it out.
#[derive(Debug)]
pub struct Experiment {
    /// What is asked.
    pub request: Request,
    /// Of which data.
    pub data: Data,
    /// What carries it out.
    pub executor: Executor,
    /// Where and with what, for people.
    pub made_with: MadeWith,
}

impl Experiment {
    /// A protocol on a dataset: seeds 1 to 30, the portable backend, one thread per core.
    pub fn new(protocol: Protocol, data: Data) -> Self {
        Self {
            request: Request::new(protocol, &SeedList::standard(), Backend::Portable),
            data,
            executor: Executor::new(Engine::portable()),
            made_with: MadeWith::default(),
        }
    }

    /// Over these seeds.
    #[must_use]
    pub fn seeds(mut self, seeds: &SeedList) -> Self {
        self.request.seeds = seeds.seeds().to_vec();
        self
    }

    /// With this engine.
    #[must_use]
    pub fn engine(mut self, engine: Engine) -> Self {
        self.request.backend = engine.backend();
        self.executor.engine = engine;
        self
    }

    /// Opens the store at `path` and enumerates the jobs that are missing there.
    ///
    /// # Errors
    /// A request that does not fit the data; a folder of something else or of other data.
    pub fn open(&self, path: &Path) -> Result<(Store, Vec<Job>), ExperimentError> {
        // Before anything is created, so that a request that is refused leaves nothing.
        let labels = self.data.labels();
        let plan = Plan::new(&self.request, &labels)?;
        self.check_rows()?;
        let store = Store::open(path, &labels)?;
        let jobs = jobs(&plan, &store.keys()?);
        Ok((store, jobs))
    }

    /// Whether the dataset has the rows that the protocol takes from the beginning of its files.
    fn check_rows(&self) -> Result<(), ExperimentError> {
        let Protocol { name, data, .. } = &self.request.protocol;
        let dataset = &self.data.identity.name;
        for (asked, part, key) in [
            (data.train_rows, &self.data.train, "data.train_rows"),
            (data.test_rows, &self.data.test, "data.test_rows"),
        ] {
            let (asked, rows) = (asked.unwrap_or(0), part.rows());
            let expected = format!("at most {rows}, the rows of {dataset}");
            let checked = require(asked <= rows, key, expected, asked);
            checked.map_err(|problem| problem.of(name))?;
        }
        Ok(())
    }

    /// Trains what is missing in the store at `path`, and reads the results.
    ///
    /// Any number of processes may do the same at once. Run again after an interruption, it trains
    /// what is still missing.
    ///
    /// # Errors
    /// As [`open`](Self::open) and [`Executor::run`].
    pub fn run(&self, path: &Path, observer: &dyn Observer) -> Result<Results, ExperimentError> {
        let (store, jobs) = self.open(path)?;
        self.carry_out(&store, &jobs, observer)?;
        self.results(store)
    }

    /// Trains jobs into a store that [`open`](Self::open) gave: all of them, or those of a
    /// [`Slice`](crate::Slice).
    ///
    /// # Errors
    /// As [`Executor::run`].
    pub fn carry_out(
        &self,
        store: &Store,
        jobs: &[Job],
        observer: &dyn Observer,
    ) -> Result<(), ExperimentError> {
        self.ask(store)?;
        self.executor.run(jobs, &self.data, store, observer)
    }

    /// Keeps the request in a store, for readers who do not know it.
    pub fn ask(&self, store: &Store) -> Result<(), ExperimentError> {
        store.ask(&self.request, &self.made_with)
    }

    /// How far the request is in the store at `path`, which need not exist. Nothing is created.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn progress(&self, path: &Path) -> Result<Progress, ExperimentError> {
        self.check_rows()?;
        let labels = self.data.labels();
        let store = path.join("store.json").exists();
        let store = store.then(|| Store::open(path, &labels)).transpose()?;
        Progress::of(self.request.clone(), &labels, store.as_ref())
    }

    /// Reads the results of the request, with what was asked before of the same recipe.
    pub fn results(&self, store: Store) -> Result<Results, ExperimentError> {
        let asked = store.asked()?.into_iter().map(|asked| asked.request);
        let request = merge(self.request.clone(), asked);
        Results::exactly(store, request, self.made_with.clone())
    }
}

/// The backend of a request that does not name one: the one that the store at `path` was last asked
/// with, else the portable one. A rule and never a measurement, so that two runs cannot differ.
pub fn default_backend(path: &Path) -> Result<Backend, ExperimentError> {
    if !path.join("store.json").exists() {
        return Ok(Backend::Portable);
    }
    let asked = Store::read(path)?.asked()?;
    let latest = asked.first().map(|asked| asked.request.backend);
    Ok(latest.unwrap_or(Backend::Portable))
}

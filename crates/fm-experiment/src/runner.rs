//! [`Runner`]: all seeds of a plan, side by side.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use crate::error::ExperimentError;
use crate::folder::ResultsFolder;
use crate::predictions::TestImages;
use crate::run::{Progress, Run, RunRecord};

/// Watches a plan being carried out, from several threads at once.
pub trait PlanObserver: Sync {
    /// `work` more of what [`Tasks::work`](crate::Tasks::work) counts is done.
    fn advance(&self, work: u64) {
        let _ = work;
    }

    /// A run has ended and its record is kept.
    fn seed_done(&self, record: &RunRecord, wall_secs: f64) {
        let _ = (record, wall_secs);
    }

    /// Whether to end: runs stop at their next step and leave nothing.
    fn cancelled(&self) -> bool {
        false
    }
}

/// Watches nothing.
impl PlanObserver for () {}

/// Carries out a plan's runs and keeps their records.
#[derive(Debug)]
pub struct Runner<'a> {
    /// Everything but the seed.
    pub run: Run<'a>,
    /// Where records are kept.
    pub folder: &'a ResultsFolder,
    /// Runs side by side, each in a thread of its own.
    pub jobs: NonZeroUsize,
    /// Threads that share each run's large products (portable backend only); no bit depends on it.
    pub threads: NonZeroUsize,
}

impl Runner<'_> {
    /// The seeds of `seeds` whose record, or what it names, is not there yet.
    ///
    /// # Errors
    /// A record that cannot be read or is damaged.
    pub fn missing(&self, seeds: &[u64]) -> Result<Vec<u64>, ExperimentError> {
        let mut missing = Vec::new();
        for &seed in seeds {
            if !self.folder.is_done(seed)? {
                missing.push(seed);
            }
        }
        Ok(missing)
    }

    /// Carries out the runs of `seeds`, whether their records are there or not.
    ///
    /// The records do not depend on the number of jobs. After the first error no run is begun
    /// and the others end at their next step.
    ///
    /// # Errors
    /// That of the lowest seed that failed.
    pub fn carry_out(
        &self,
        seeds: &[u64],
        observer: &dyn PlanObserver,
    ) -> Result<(), ExperimentError> {
        let images = TestImages::of(&self.run.tasks.target.test);
        self.folder.keep_test_images(&images)?;
        let next = AtomicUsize::new(0);
        let failed = AtomicBool::new(false);
        let errors = Mutex::new(BTreeMap::new());
        let timings = Mutex::new(self.folder.read_json("timings.json")?.unwrap_or_default());
        let worker = || {
            let progress = RunProgress {
                observer,
                failed: &failed,
            };
            // A team of threads works on one run at a time.
            let mut run = self.run.clone();
            run.engine = run.engine.with_threads(self.threads.get());
            while let Some(&seed) = seeds.get(next.fetch_add(1, Ordering::Relaxed)) {
                if progress.cancelled() {
                    break;
                }
                let started = Instant::now();
                let result = self.one(&run, seed, &progress).and_then(|record| {
                    let wall_secs = started.elapsed().as_secs_f64();
                    self.keep_timing(&timings, seed, wall_secs)?;
                    observer.seed_done(&record, wall_secs);
                    Ok(())
                });
                if let Err(error) = result {
                    failed.store(true, Ordering::Relaxed);
                    lock(&errors).insert(rank(seed, &error), error);
                }
            }
        };
        thread::scope(|scope| {
            // The calling thread is one of the workers.
            for _ in 1..self.jobs.get().min(seeds.len()) {
                scope.spawn(worker);
            }
            worker();
        });
        let first = lock(&errors).pop_first();
        match first {
            Some((_, error)) => Err(error),
            None if observer.cancelled() => Err(ExperimentError::Cancelled),
            None => Ok(()),
        }
    }

    fn one(
        &self,
        run: &Run<'_>,
        seed: u64,
        progress: &dyn Progress,
    ) -> Result<RunRecord, ExperimentError> {
        let (source, history) = run.source(seed, progress)?;
        self.folder.keep_model(seed, &source)?;
        let finished = run.arms(seed, &source, history, progress)?;
        // The record comes last: once it is there, so is all that belongs to it.
        if let Some((shown, arm)) = self.folder.shown()
            && shown == seed
        {
            let name = &finished.record.arms[arm].name;
            let network = &finished.networks[arm];
            self.folder.keep_arm_model(seed, name, network)?;
        }
        self.folder.keep_predictions(seed, &finished.predictions)?;
        self.folder.keep_record(&finished.record)?;
        Ok(finished.record)
    }

    fn keep_timing(
        &self,
        timings: &Mutex<BTreeMap<u64, Timing>>,
        seed: u64,
        wall_secs: f64,
    ) -> Result<(), ExperimentError> {
        let mut timings = lock(timings);
        timings.insert(
            seed,
            Timing {
                wall_secs,
                jobs: self.jobs.get(),
            },
        );
        self.folder.write_json("timings.json", &*timings)
    }
}

/// What a run took.
#[derive(Clone, Copy, Debug, serde::Serialize, serde::Deserialize)]
struct Timing {
    wall_secs: f64,
    /// Runs side by side at the time.
    jobs: usize,
}

/// Runs that were stopped because another failed come last.
fn rank(seed: u64, error: &ExperimentError) -> (bool, u64) {
    (matches!(error, ExperimentError::Cancelled), seed)
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // A panic elsewhere is propagated by the scope; what is in here stays usable.
    mutex
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

struct RunProgress<'a> {
    observer: &'a dyn PlanObserver,
    failed: &'a AtomicBool,
}

impl Progress for RunProgress<'_> {
    fn advance(&self, work: u64) {
        self.observer.advance(work);
    }

    fn cancelled(&self) -> bool {
        self.failed.load(Ordering::Relaxed) || self.observer.cancelled()
    }
}

//! [`Executor`]: jobs on the threads of this process.

use std::any::Any;
use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Instant;

use fm_nn::Engine;

use crate::data::Data;
use crate::error::ExperimentError;
use crate::job::{Cell, Job};
use crate::record::Outcome;
use crate::store::{Store, Timing};
use crate::tasks::LatestTasks;
use crate::trainings::Trainings;
use crate::watch::Observer;

/// Carries out jobs on the threads of this process.
#[derive(Clone, Debug)]
pub struct Executor {
    /// Jobs at the same time, each in a thread of its own.
    pub threads: NonZeroUsize,
    /// Computes everything.
    pub engine: Engine,
}

impl Executor {
    /// One thread per core.
    pub fn new(engine: Engine) -> Self {
        let threads = thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        Self { threads, engine }
    }

    /// Trains the missing cells of jobs and keeps their records.
    ///
    /// The records depend neither on the number of threads nor on what other processes do in the
    /// store. After an error no job is begun, the others stop at their next step, and what is
    /// finished is kept.
    ///
    /// # Errors
    /// The first that a job met, a panic too; [`ExperimentError::Cancelled`].
    pub fn run(
        &self,
        jobs: &[Job],
        data: &Data,
        store: &Store,
        observer: &dyn Observer,
    ) -> Result<(), ExperimentError> {
        let next = AtomicUsize::new(0);
        let stop = Stop {
            observer,
            failed: AtomicBool::new(false),
        };
        let threads = self.threads.get().min(jobs.len());
        let latest = LatestTasks::default();
        let first_error: Mutex<Option<ExperimentError>> = Mutex::new(None);
        // The hasher's keys come from the system's randomness, so that no process has the same name.
        let random = RandomState::new().hash_one(());
        let timings = format!("{}-{random:016x}.jsonl", std::process::id());
        let work = |job: &Job| -> Result<(), ExperimentError> {
            let started = Instant::now();
            let Some(first) = job.cells.first() else {
                return Ok(());
            };
            let mut trainings = Trainings {
                tasks: latest.of(data, &first.recipe)?,
                engine: &self.engine,
                store,
                observer: &stop,
                source: job.source,
                shared: BTreeMap::new(),
            };
            for cell in &job.cells {
                trainings.cell(cell)?;
            }
            let wall_secs = started.elapsed().as_secs_f64();
            let timing = Timing {
                job: job.source.to_string(),
                cells: job.cells.len(),
                work: job.work(),
                wall_secs,
                jobs: threads,
            };
            store.keep_timing(&timings, &timing)?;
            observer.job_done(job, wall_secs);
            Ok(())
        };
        let thread = || {
            while let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                if stop.cancelled() {
                    break;
                }
                let ended = catch_unwind(AssertUnwindSafe(|| work(job)));
                let ended = ended.unwrap_or_else(|panic| Err(panicked(panic.as_ref())));
                if let Err(error) = ended {
                    stop.failed.store(true, Ordering::Relaxed);
                    let mut first = first_error.lock().unwrap_or_else(PoisonError::into_inner);
                    // Those that stop because of an error say only that they were stopped.
                    if matches!(*first, None | Some(ExperimentError::Cancelled)) {
                        *first = Some(error);
                    }
                }
            }
        };
        thread::scope(|scope| {
            // The calling thread is one of them.
            for _ in 1..threads {
                scope.spawn(thread);
            }
            thread();
        });
        match first_error
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner)
        {
            Some(error) => Err(error),
            None if observer.cancelled() => Err(ExperimentError::Cancelled),
            None => Ok(()),
        }
    }
}

/// The observer of jobs, which also stops them after an error.
struct Stop<'a> {
    observer: &'a dyn Observer,
    failed: AtomicBool,
}

impl Observer for Stop<'_> {
    fn advance(&self, work: u64) {
        self.observer.advance(work);
    }

    fn extend(&self, work: u64) {
        self.observer.extend(work);
    }

    fn cell_done(&self, cell: &Cell, outcome: &Outcome) {
        self.observer.cell_done(cell, outcome);
    }

    fn cancelled(&self) -> bool {
        self.failed.load(Ordering::Relaxed) || self.observer.cancelled()
    }
}

fn panicked(panic: &(dyn Any + Send)) -> ExperimentError {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref().map(String::as_str));
    ExperimentError::Panic(text.unwrap_or("no message").to_owned())
}

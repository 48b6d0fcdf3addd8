//! [`Runner`]: all seeds of a plan, side by side.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Mutex;
use std::time::Instant;

use crate::curves::CurvePart;
use crate::error::ExperimentError;
use crate::folder::ResultsFolder;
use crate::predictions::TestImages;
use crate::run::{Progress, Run, RunRecord};
use crate::side_by_side::{lock, side_by_side};

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

    /// A part of a curve has ended and its record is kept.
    fn curve_done(&self, part: CurvePart, wall_secs: f64) {
        let _ = (part, wall_secs);
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
    /// A source training that was begun goes on from its last finished epoch. The records depend
    /// neither on that nor on the number of jobs. After the first error no run is begun
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
        let timings = Mutex::new(self.folder.read_json("timings.json")?.unwrap_or_default());
        side_by_side(seeds, self.jobs, observer, &|&seed, progress| {
            let started = Instant::now();
            let record = self.one(&self.run, seed, progress)?;
            let wall_secs = started.elapsed().as_secs_f64();
            self.keep_timing(&timings, seed, wall_secs)?;
            observer.seed_done(&record, wall_secs);
            Ok(())
        })?;
        self.folder.drop_old_checkpoints()
    }

    fn one(
        &self,
        run: &Run<'_>,
        seed: u64,
        progress: &dyn Progress,
    ) -> Result<RunRecord, ExperimentError> {
        let kept = self.folder.checkpoints(seed);
        let trained = run.source_from(seed, &kept, progress);
        let (source, history) = trained.map_err(|error| kept.explain(error))?;
        let tasks = run.tasks;
        let classes = tasks.source.train.class_names();
        self.folder.keep_model(seed, &source, classes)?;
        let finished = run.arms_from(seed, (&source, history), &kept, progress);
        let finished = finished.map_err(|error| kept.explain(error))?;
        // The record comes last: once it is there, so is all that belongs to it.
        if let Some((shown, arm)) = self.folder.shown()
            && shown == seed
        {
            let name = &finished.record.arms[arm].name;
            let network = &finished.networks[arm];
            let classes = tasks.target.train.class_names();
            self.folder.keep_arm_model(seed, name, network, classes)?;
        }
        self.folder.keep_predictions(seed, &finished.predictions)?;
        self.folder.keep_record(&finished.record)?;
        kept.remove()?;
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
pub(crate) struct Timing {
    pub(crate) wall_secs: f64,
    /// Runs side by side at the time.
    pub(crate) jobs: usize,
}

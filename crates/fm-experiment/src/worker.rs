//! Carrying out one [`Job`]: its source network, then its cells.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use fm_data::Dataset;
use fm_nn::{Engine, Network};
use fm_train::{predicted_classes, probabilities};
use ndarray::{Array2, ArrayView2};

use crate::data::Data;
use crate::error::ExperimentError;
use crate::job::{Cell, Job};
use crate::key::Key;
use crate::recipe::{ArmRecipe, Recipe, RowsUsed};
use crate::record::{Failure, Outcome, Predictions, Record};
use crate::store::Store;
use crate::tasks::{Tasks, examples};
use crate::test_rows::{TestImages, TestRows};
use crate::training;
use crate::trainings::{Training, Trainings, train_error};
use crate::watch::Observer;

/// What the jobs of a process share.
pub(crate) struct Worker<'a> {
    pub(crate) data: &'a Data,
    pub(crate) engine: &'a Engine,
    pub(crate) store: &'a Store,
    pub(crate) observer: &'a dyn Observer,
    pub(crate) splits: &'a Splits,
}

/// The tasks that were split last, the latest first, so that jobs of one task share its rows.
pub(crate) struct Splits {
    latest: Mutex<Vec<(SplitKey, Arc<Tasks>)>>,
    keep: usize,
}

type SplitKey = (RowsUsed, Vec<u8>);

impl Splits {
    /// Keeps so many.
    pub(crate) fn new(keep: usize) -> Self {
        Self {
            latest: Mutex::default(),
            keep,
        }
    }

    fn get(&self, data: &Data, recipe: &Recipe) -> Result<Arc<Tasks>, ExperimentError> {
        let key = (recipe.rows.clone(), recipe.target_classes.clone());
        let mut latest = self.latest.lock().unwrap_or_else(|e| e.into_inner());
        if let Some((_, tasks)) = latest.iter().find(|(other, _)| *other == key) {
            return Ok(tasks.clone());
        }
        let tasks = Arc::new(Tasks::split(data, &key.0, &key.1)?);
        latest.insert(0, (key, tasks.clone()));
        latest.truncate(self.keep);
        Ok(tasks)
    }
}

impl Worker<'_> {
    /// Trains the cells of a job that have no record yet and keeps their records. Returns the
    /// seconds that it took.
    pub(crate) fn run(&self, job: &Job) -> Result<f64, ExperimentError> {
        let started = Instant::now();
        let Some(first) = job.cells.first() else {
            return Ok(0.0);
        };
        let tasks = self.splits.get(self.data, &first.recipe)?;
        let mut trainings = Trainings::new(tasks, self.engine, self.store, self.observer);
        for cell in &job.cells {
            self.cell(cell, &job.source, &mut trainings)?;
        }
        Ok(started.elapsed().as_secs_f64())
    }

    /// Trains a cell and keeps its record, unless another process has done so meanwhile.
    fn cell(
        &self,
        cell: &Cell,
        source: &Key,
        trainings: &mut Trainings<'_>,
    ) -> Result<(), ExperimentError> {
        if let Some(record) = self.store.record(&cell.key)? {
            let source_rows = trainings.tasks.source.train.rows();
            self.observer.advance(cell.recipe.work(source_rows));
            self.observer.cell_done(cell, &record.outcome);
            return Ok(());
        }
        let record = match &cell.recipe.arm {
            None => self.source_cell(cell, trainings)?,
            Some(arm) => self.arm_cell(cell, arm, source, trainings)?,
        };
        self.store.keep(&record)?;
        self.observer.cell_done(cell, &record.outcome);
        Ok(())
    }

    fn source_cell(
        &self,
        cell: &Cell,
        trainings: &mut Trainings<'_>,
    ) -> Result<Record, ExperimentError> {
        let tasks = trainings.tasks.clone();
        let test = &tasks.source.test;
        let mut record = self.record(cell, &TestRows::of(test))?;
        let trained = trainings.source(cell, false, cell.validate)?;
        match &trained {
            Err(failure) => record.outcome = Outcome::Failed(failure.clone()),
            Ok(trained) => {
                let logits = self.score(cell, trained, test, &mut record)?;
                record.predictions = logits.map(|logits| classes(logits.view()));
                record.source_sha256 = Some(trained.network.digest());
                self.keep_model(cell, &trained.network, tasks.source.train.class_names())?;
            }
        }
        trainings.provide(trained.map(|trained| trained.network));
        Ok(record)
    }

    fn arm_cell(
        &self,
        cell: &Cell,
        arm: &ArmRecipe,
        source: &Key,
        trainings: &mut Trainings<'_>,
    ) -> Result<Record, ExperimentError> {
        let tasks = trainings.tasks.clone();
        let test = &tasks.target.test;
        let mut record = self.record(cell, &TestRows::of(test))?;
        if cell.keep_images {
            let images = || TestImages::of(test);
            self.store.keep_test_images(&record.test_rows, images)?;
        }
        let reused = trainings.source_of(cell, source)?;
        record.source_sha256 = reused.as_ref().ok().and_then(|s| s.map(Network::digest));
        match trainings.arm(cell, arm, source, cell.validate)? {
            Err(failure) => record.outcome = Outcome::Failed(failure),
            Ok(trained) => {
                let logits = self.score(cell, &trained, test, &mut record)?;
                record.predictions = logits.map(Predictions::Logits);
                self.keep_model(cell, &trained.network, tasks.target.train.class_names())?;
                trainings.keep_base(cell, arm, trained.network);
            }
        }
        Ok(record)
    }

    /// Scores a trained network for a record, and returns its outputs; `None` for outputs that are
    /// not finite, which is a failure of the training.
    fn score(
        &self,
        cell: &Cell,
        trained: &Training,
        test: &Dataset,
        record: &mut Record,
    ) -> Result<Option<Array2<f32>>, ExperimentError> {
        record.history.clone_from(&trained.history);
        record.trunk_sha256.clone_from(&trained.trunk_sha256);
        record.tuned.clone_from(&trained.tuned);
        let network = &trained.network;
        let scored = examples(test).and_then(|test| training::score(network, &test, self.engine));
        let (scores, logits) = scored.map_err(|error| train_error(cell, error))?;
        if scores.loss.is_finite() {
            record.outcome = Outcome::Scored(scores);
            return Ok(Some(logits));
        }
        let last = trained.history.last();
        let task = cell.recipe.arm.as_ref().map_or("source", |_| "target");
        record.outcome = Outcome::Failed(Failure {
            training: task.to_owned(),
            phase: last.map_or(0, |epoch| epoch.phase),
            epoch: last.map_or(0, |epoch| epoch.epoch),
            step: 0,
            reason: format!("the test loss is {} after the last epoch", scores.loss),
        });
        Ok(None)
    }

    /// The record of a cell before its training.
    fn record(&self, cell: &Cell, rows: &TestRows) -> Result<Record, ExperimentError> {
        Ok(Record {
            recipe: cell.recipe.clone(),
            outcome: Outcome::Failed(Failure::default()),
            history: Vec::new(),
            trunk_sha256: Vec::new(),
            source_sha256: None,
            tuned: None,
            test_rows: self.store.keep_test_rows(rows)?,
            predictions: None,
        })
    }

    fn keep_model(
        &self,
        cell: &Cell,
        network: &Network,
        class_names: &[String],
    ) -> Result<(), ExperimentError> {
        if !cell.keep_model {
            return Ok(());
        }
        let path = self.store.model_path(&cell.model, cell.seed, &cell.key);
        self.store.keep_model(&path, network, class_names)
    }
}

/// The predicted class of each row and its probability.
fn classes(logits: ArrayView2<'_, f32>) -> Predictions {
    // A network that was scored has finite logits.
    let classes = predicted_classes(logits).unwrap_or_default();
    let probabilities = probabilities(logits);
    let of_class = classes.iter().zip(probabilities.rows());
    let probability = of_class.map(|(&class, row)| row[class as usize] as f32);
    Predictions::Classes {
        probability: probability.collect(),
        // Labels are u8, so classes are too.
        class: classes.into_iter().map(|class| class as u8).collect(),
    }
}

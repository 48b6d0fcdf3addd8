//! Carrying out one [`Job`]: its source network, then its cells.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use fm_nn::{Engine, Network};
use fm_train::{predicted_classes, probabilities};
use ndarray::ArrayView2;

use crate::data::Data;
use crate::error::ExperimentError;
use crate::job::{Cell, Job};
use crate::key::Key;
use crate::recipe::{Recipe, RowsUsed};
use crate::record::{Failure, Outcome, Predictions, Record};
use crate::store::Store;
use crate::tasks::{Tasks, examples};
use crate::test_rows::{TestImages, TestRows};
use crate::training::{self, Stop};
use crate::trainings::Trainings;
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
        let record = match self.store.record(&cell.key)? {
            Some(record) => {
                self.observer.advance(cell.work);
                record
            }
            None => {
                let record = self.trained(cell, source, trainings);
                let record = record.map_err(|stop| stop.of(cell))?;
                self.store.keep(&record)?;
                record
            }
        };
        self.observer.cell_done(cell, &record.outcome);
        Ok(())
    }

    /// Trains a cell and scores its network on the test rows.
    fn trained(
        &self,
        cell: &Cell,
        source: &Key,
        trainings: &mut Trainings<'_>,
    ) -> Result<Record, Stop> {
        let tasks = trainings.tasks.clone();
        let arm = cell.recipe.arm.as_ref();
        let task = match arm {
            None => &tasks.source,
            Some(_) => &tasks.target,
        };
        let mut record = Record {
            recipe: cell.recipe.clone(),
            outcome: Outcome::Failed(Failure::default()),
            history: Vec::new(),
            trunk_sha256: Vec::new(),
            source_sha256: None,
            tuned: None,
            test_rows: self.store.keep_test_rows(&TestRows::of(&task.test))?,
            predictions: None,
        };
        if cell.keep_images {
            let images = || TestImages::of(&task.test);
            self.store.keep_test_images(&record.test_rows, images)?;
        }
        let trained = match arm {
            None => trainings.source_cell(cell),
            Some(arm) => {
                let reused = trainings.source_of(cell, source);
                let reused = reused.map(|network| network.map(Network::digest));
                reused.and_then(|digest| {
                    record.source_sha256 = digest;
                    trainings.arm_cell(cell, arm, source)
                })
            }
        };
        let trained = match trained {
            Ok(trained) => trained,
            Err(Stop::Diverged(failure)) => {
                record.outcome = Outcome::Failed(failure);
                return Ok(record);
            }
            Err(other) => return Err(other),
        };
        let network = &trained.network;
        if arm.is_none() {
            record.source_sha256 = Some(network.digest());
        }
        if cell.keep_model {
            let path = self.store.model_path(&cell.model, cell.seed, &cell.key);
            let names = task.train.class_names();
            self.store.keep_model(&path, network, names)?;
        }
        let (scores, logits) = training::score(network, &examples(&task.test)?, self.engine)?;
        if scores.loss.is_finite() {
            record.outcome = Outcome::Scored(scores);
            record.predictions = Some(match arm {
                None => classes(logits.view()),
                Some(_) => Predictions::Logits(logits),
            });
        } else {
            let last = trained.history.last();
            record.outcome = Outcome::Failed(Failure {
                training: arm.map_or("source", |_| "target").to_owned(),
                phase: last.map_or(0, |epoch| epoch.phase),
                epoch: last.map_or(0, |epoch| epoch.epoch),
                step: 0,
                reason: format!("the test loss is {} after the last epoch", scores.loss),
            });
        }
        record.history = trained.history;
        record.trunk_sha256 = trained.trunk_sha256;
        record.tuned = trained.tuned;
        Ok(record)
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

//! Training the cells of a job, and what each leaves.

use fm_nn::{Metadata, Model};
use fm_train::{predicted_classes, probabilities};
use ndarray::ArrayView2;

use crate::error::ExperimentError;
use crate::job::Cell;
use crate::record::{Failure, Outcome, Predictions, Record};
use crate::tasks::{PIXEL_SCALE, examples};
use crate::training::{self, Stop};
use crate::trainings::{Trainings, no_source};

impl Trainings<'_> {
    /// Trains a cell and keeps its record, unless another process has done so meanwhile.
    pub(crate) fn cell(&mut self, cell: &Cell) -> Result<(), ExperimentError> {
        let record = match self.store.record(&cell.key)? {
            Some(record) => {
                self.observer.advance(cell.work);
                record
            }
            None => {
                let record = self.trained(cell).map_err(|stop| stop.of(cell))?;
                self.store.keep(&record)?;
                record
            }
        };
        self.observer.cell_done(cell, &record.outcome);
        Ok(())
    }

    /// Trains a cell and scores its network on the test rows.
    fn trained(&mut self, cell: &Cell) -> Result<Record, Stop> {
        let tasks = self.tasks.clone();
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
            test_rows: self.store.keep_test_rows(&task.test, cell.keep_images)?,
            predictions: None,
        };
        let trained = self.source(cell).and_then(|source| {
            record.source_sha256 = source.as_ref().map(|source| source.network.digest());
            match arm {
                None => source.ok_or_else(no_source),
                Some(arm) => self.arm_cell(cell, arm),
            }
        });
        let trained = match trained {
            Err(Stop::Diverged(failure)) => {
                record.outcome = Outcome::Failed(failure);
                return Ok(record);
            }
            trained => trained?,
        };
        let network = &trained.network;
        if cell.keep_model {
            let metadata = Metadata {
                class_names: task.train.class_names().to_vec(),
                input_scale: Some(PIXEL_SCALE),
                ..Metadata::default()
            };
            let network = network.clone();
            let path = self.store.model_path(&cell.model, cell.seed, &cell.key);
            self.store.keep_model(&path, &Model { network, metadata })?;
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

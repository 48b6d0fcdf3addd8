//! [`Tasks`]: a dataset's rows split by class into source and target task.

use std::sync::{Arc, Mutex, PoisonError};

use fm_data::{DataError, Dataset, TaskSplit};
use fm_train::{Examples, Inputs, Seeds, TrainError, shuffle};
use ndarray::{Array2, Axis};
use rand_core::Rng;

use crate::data::Data;
use crate::protocol::ValidationAt;
use crate::recipe::{ArmRecipe, LabelNoise, Recipe, RowsUsed};

/// Pixels are scaled from 0 to 255 to 0 to 1.
pub(crate) const PIXEL_SCALE: f32 = 1.0 / 255.0;

#[derive(Clone, Debug)]
pub(crate) struct Task {
    /// Trained on; of the target task all rows, from which an arm takes its own.
    pub(crate) train: Dataset,
    /// Scored after every epoch, where that is asked for.
    pub(crate) valid: Dataset,
    /// Scored once, at the end.
    pub(crate) test: Dataset,
}

#[derive(Clone, Debug)]
pub(crate) struct Tasks {
    /// The rows and target classes that they are split from.
    of: (RowsUsed, Vec<u8>),
    pub(crate) source: Task,
    pub(crate) target: Task,
}

impl Tasks {
    fn split(data: &Data, of: (RowsUsed, Vec<u8>)) -> Result<Self, DataError> {
        let (rows, target_classes) = (&of.0, &of.1);
        let first = |data: &Dataset, rows: Option<usize>| match rows {
            Some(rows) => data.first(rows),
            None => Ok(data.clone()),
        };
        let test = first(&data.test, rows.test)?;
        let train = first(&data.train, rows.train)?;
        let (valid, train) = match rows.validation_at {
            ValidationAt::End if rows.validation < train.rows() => {
                let (train, valid) = train.hold_out(train.rows() - rows.validation)?;
                (valid, train)
            }
            // With too many rows to hold out at the end, the error is that of the start.
            _ => train.hold_out(rows.validation)?,
        };
        let split = TaskSplit::new(target_classes, train.n_classes())?;
        let task = |of: &dyn Fn(&Dataset) -> Result<Dataset, DataError>| {
            Ok::<_, DataError>(Task {
                train: of(&train)?,
                valid: of(&valid)?,
                test: of(&test)?,
            })
        };
        Ok(Self {
            source: task(&|part| split.source(part))?,
            target: task(&|part| split.target(part))?,
            of,
        })
    }

    /// The target rows that an arm is trained on, with its label noise.
    pub(crate) fn target_rows(&self, arm: &ArmRecipe) -> Result<Dataset, DataError> {
        let all = &self.target.train;
        let rows = match arm.rows_seed {
            Some(seed) => {
                let mut rng = Seeds::new(seed).stream("target/subset").rng();
                all.stratified(arm.rows, &mut rng)
            }
            None => all.first(arm.rows),
        }?;
        let Some(LabelNoise { share, seed }) = arm.label_noise else {
            return Ok(rows);
        };
        let mut labels = rows.labels().to_vec();
        let mut rng = Seeds::new(seed).stream("target/label-noise").rng();
        let mut order = vec![0; labels.len()];
        shuffle(&mut order, &mut rng);
        let exchanged = (share * labels.len() as f64).round() as usize;
        let others = all.n_classes() as u32 - 1;
        for &row in &order[..exchanged] {
            let label = &mut labels[row as usize];
            let step = 1 + rng.next_u32() % others;
            *label = ((u32::from(*label) + step) % (others + 1)) as u8;
        }
        with(&rows, rows.pixels().to_owned(), labels)
    }
}

/// The tasks that were split last, so that jobs of one task share its rows.
#[derive(Default)]
pub(crate) struct LatestTasks(Mutex<Option<Arc<Tasks>>>);

impl LatestTasks {
    pub(crate) fn of(&self, data: &Data, recipe: &Recipe) -> Result<Arc<Tasks>, DataError> {
        let of = (recipe.rows.clone(), recipe.target_classes.clone());
        let mut latest = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(tasks) = latest.as_ref().filter(|tasks| tasks.of == of) {
            return Ok(tasks.clone());
        }
        Ok(latest.insert(Arc::new(Tasks::split(data, of)?)).clone())
    }
}

/// Other rows of the classes of a dataset.
fn with(data: &Dataset, pixels: Array2<u8>, labels: Vec<u8>) -> Result<Dataset, DataError> {
    let (names, size) = (data.class_names(), data.image_size());
    Dataset::new(data.name(), pixels, labels, names, size)
}

/// The fold of each row, each fold with its share of every class; which, is decided by a stream of
/// the seed.
pub(crate) fn fold_of_rows(labels: &[u8], folds: usize, seeds: Seeds) -> Vec<usize> {
    let mut order = vec![0; labels.len()];
    shuffle(&mut order, &mut seeds.stream("target/folds").rng());
    // Stable, so that each class keeps its random order. Dealt out in turn, the folds differ by
    // a row at most, and so does each class in them.
    order.sort_by_key(|&row| labels[row as usize]);
    let mut fold_of = vec![0; order.len()];
    for (place, row) in order.into_iter().enumerate() {
        fold_of[row as usize] = place % folds;
    }
    fold_of
}

/// Of each fold the other rows, and its own.
pub(crate) fn folds(
    data: &Dataset,
    folds: usize,
    seeds: Seeds,
) -> Result<Vec<[Dataset; 2]>, DataError> {
    let fold_of = fold_of_rows(data.labels(), folds, seeds);
    let part = |fold: usize, held_out: bool| {
        let rows = (0..fold_of.len()).filter(|&row| (fold_of[row] == fold) == held_out);
        let rows: Vec<usize> = rows.collect();
        let labels = rows.iter().map(|&row| data.labels()[row]).collect();
        with(data, data.pixels().select(Axis(0), &rows), labels)
    };
    let parts = (0..folds).map(|fold| Ok([part(fold, false)?, part(fold, true)?]));
    parts.collect()
}

/// Labels in the order that a stream of the seed gives them.
pub(crate) fn shuffled_labels_of(labels: &[u8], seeds: Seeds) -> Vec<u8> {
    let mut order: Vec<u32> = vec![0; labels.len()];
    let stream = seeds.stream("shuffled-source/labels");
    shuffle(&mut order, &mut stream.rng());
    order.iter().map(|&row| labels[row as usize]).collect()
}

/// A dataset as a training takes it.
pub(crate) fn examples(data: &Dataset) -> Result<Examples<'_>, TrainError> {
    labelled(data, data.labels(), PIXEL_SCALE)
}

/// The images of a dataset under any labels, pixels multiplied by `scale`.
pub(crate) fn labelled<'a>(
    data: &'a Dataset,
    labels: &'a [u8],
    scale: f32,
) -> Result<Examples<'a>, TrainError> {
    let values = data.pixels();
    Examples::new(Inputs::U8 { values, scale }, labels)
}

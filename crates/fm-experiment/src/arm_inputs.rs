//! [`ArmInputs`]: what the training of an arm is given, for other programs.
//!
//! ```python
//! from safetensors.numpy import load_file
//! cell = load_file("linear-probe-seed-0001.safetensors")
//! LogisticRegression().fit(cell["train.features"], cell["train.labels"])
//! ```

use std::collections::{BTreeMap, BTreeSet};

use fm_data::Dataset;
use fm_nn::tensors::TensorFile;
use fm_nn::{Engine, FileError, Network};
use fm_train::{Seeds, Stream, shuffle};
use ndarray::{Array2, ArrayView1};

use crate::data::Data;
use crate::error::ExperimentError;
use crate::job::{Cell, Job};
use crate::recipe::{Recipe, Tuning};
use crate::store::Store;
use crate::tasks::{LatestTasks, examples, fold_of_rows};
use crate::training::Stop;
use crate::trainings::Trainings;

/// What the training of an arm is given: its rows, the weights that it starts from, and the order of
/// the rows. Another program can repeat the training with them.
#[derive(Clone, Debug)]
pub struct ArmInputs {
    /// What decides the cell.
    pub recipe: Recipe,
    /// The target rows trained on, with their label noise.
    pub train: Dataset,
    /// The fold in which each of them is held out; empty if the arm is not tuned.
    pub train_folds: Vec<usize>,
    /// Outputs of the last hidden layer of `begin` for each of them, `[rows, units]`: the features of
    /// a linear probe.
    pub train_features: Array2<f32>,
    /// The target task's test rows.
    pub test: Dataset,
    /// Their features.
    pub test_features: Array2<f32>,
    /// The network that the training starts from.
    pub begin: Network,
    /// Decides the order of rows: epoch n, counted from 1 over all phases, takes them in the order of
    /// [`shuffle`] with generator n.
    pub order: Stream,
}

impl ArmInputs {
    /// Of an arm's cell in a job. A source network that the cell reuses is read from the store, or
    /// trained again if it was not kept.
    ///
    /// `None` for the cell of a source network, and where the training that it starts from diverged.
    ///
    /// # Errors
    /// Damaged files of the store, and data that does not fit.
    pub fn new(
        job: &Job,
        cell: &Cell,
        data: &Data,
        store: &Store,
        engine: &Engine,
    ) -> Result<Option<Self>, ExperimentError> {
        let recipe = cell.recipe.clone();
        let Some(arm) = &recipe.arm else {
            return Ok(None);
        };
        let tasks = LatestTasks::default().of(data, &recipe)?;
        let (train, test) = (tasks.target_rows(arm)?, tasks.target.test.clone());
        let mut trainings = Trainings {
            tasks,
            engine,
            store,
            observer: &(),
            source: job.source,
            shared: BTreeMap::new(),
        };
        let begin = match trainings.begin(cell, arm) {
            Err(Stop::Diverged(_)) => return Ok(None),
            begin => begin.map_err(|stop| stop.of(cell))?,
        };
        let features = |data: &Dataset| {
            let layers = begin.trunk().len();
            let rows = examples(data).map_err(|error| Stop::from(error).of(cell))?;
            let features = begin.features(0..layers, rows.inputs(), engine);
            features.map_err(|error| Stop::from(error).of(cell))
        };
        let seeds = Seeds::new(recipe.order_seed);
        let folds = |tuning: &Tuning| fold_of_rows(train.labels(), tuning.folds, seeds);
        Ok(Some(Self {
            train_folds: arm.tuning.as_ref().map_or_else(Vec::new, folds),
            train_features: features(&train)?,
            test_features: features(&test)?,
            order: seeds.stream(&format!("{}/shuffle", arm.streams.prefix())),
            train,
            test,
            begin,
            recipe,
        }))
    }

    /// The rows in the order in which each epoch takes them, `[epochs, rows]`, for a training of
    /// `rows` rows: all, or those that are left without a fold, in ascending order.
    fn row_order(&self, rows: usize) -> Array2<u32> {
        let epochs = self.recipe.epochs();
        let mut all = vec![0; epochs * rows];
        for (epoch, order) in (1..).zip(all.chunks_mut(rows)) {
            shuffle(order, &mut self.order.nth(epoch));
        }
        Array2::from_shape_vec((epochs, rows), all).expect("an order of each epoch")
    }

    /// As a safetensors file.
    ///
    /// | array | type | shape |
    /// |---|---|---|
    /// | `train.pixels`, `test.pixels` | u8 | rows, pixels |
    /// | `train.labels`, `test.labels` | u8 | rows |
    /// | `train.features`, `test.features` | f32 | rows, units |
    /// | `train.folds`, if tuned | u32 | rows |
    /// | `order.N`: of a training of N rows, all or without a fold | u32 | epochs, N |
    /// | `begin.layers.0.weight`, …, `begin.head.weight` | f32 | inputs, outputs |
    /// | `begin.layers.0.bias`, …, `begin.head.bias` | f32 | outputs |
    ///
    /// The metadata has the cell's `recipe`, JSON, and its `key`.
    ///
    /// # Errors
    /// [`FileError::Contents`] for a recipe of several megabytes.
    pub fn to_safetensors(&self) -> Result<Vec<u8>, FileError> {
        let mut file = TensorFile::default();
        for (i, layer) in self.begin.layers().iter().enumerate() {
            let name = format!("begin.{}", self.begin.layer_name(i));
            file.add(format!("{name}.weight"), &layer.weight())?;
            file.add(format!("{name}.bias"), &ArrayView1::from(layer.bias()))?;
        }
        file.add("train.features", &self.train_features)?;
        file.add("test.features", &self.test_features)?;
        let rows = self.train.rows();
        let mut counts = BTreeSet::from([rows]);
        if !self.train_folds.is_empty() {
            let folds: Vec<u32> = self.train_folds.iter().map(|&fold| fold as u32).collect();
            file.add("train.folds", &ArrayView1::from(&folds))?;
            let held_out = |fold| folds.iter().filter(|&of| of == fold).count();
            let folds: BTreeSet<&u32> = folds.iter().collect();
            counts.extend(folds.into_iter().map(|fold| rows - held_out(fold)));
        }
        for rows in counts {
            file.add(format!("order.{rows}"), &self.row_order(rows))?;
        }
        for (name, data) in [("train", &self.train), ("test", &self.test)] {
            file.add(format!("{name}.pixels"), &data.pixels())?;
            file.add(format!("{name}.labels"), &ArrayView1::from(data.labels()))?;
        }
        let mut tell = |name: &str, text| file.metadata.insert(name.to_owned(), text);
        tell("recipe", self.recipe.canonical());
        tell("key", self.recipe.key().to_string());
        file.to_bytes()
    }
}

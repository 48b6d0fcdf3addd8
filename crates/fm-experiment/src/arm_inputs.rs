//! [`ArmInputs`]: what the training of an arm is given, for other programs.
//!
//! ```python
//! from safetensors.numpy import load_file
//! cell = load_file("linear-probe-seed-0001.safetensors")
//! LogisticRegression().fit(cell["train.features"], cell["train.labels"])
//! ```

use std::collections::BTreeMap;

use fm_data::Dataset;
use fm_nn::tensors::TensorFile;
use fm_nn::{Engine, FileError, Network};
use fm_train::{Features, Seeds, Stream, shuffle};
use ndarray::{Array2, ArrayView1};

use crate::data::Data;
use crate::error::ExperimentError;
use crate::job::{Cell, Job};
use crate::recipe::{Recipe, Tuning};
use crate::store::Store;
use crate::tasks::{Tasks, examples, fold_of_rows};
use crate::training::Stop;
use crate::trainings::Trainings;

/// What the training of an arm is given: its rows, the weights that it starts from, and the order of
/// the rows. Another program can repeat the training with them.
#[derive(Clone, Debug)]
pub struct ArmInputs {
    /// What decides the cell.
    pub recipe: Recipe,
    /// Pixels of the target rows trained on, 0 to 255, `[rows, pixels]`.
    pub train_pixels: Array2<u8>,
    /// The labels that they are trained on, label noise included.
    pub train_labels: Vec<u8>,
    /// The fold in which each of them is held out; empty if the arm is not tuned.
    pub train_folds: Vec<usize>,
    /// Outputs of the last hidden layer of `begin` for each of them, `[rows, units]`: the features of
    /// a linear probe.
    pub train_features: Array2<f32>,
    /// Pixels of the target task's test rows.
    pub test_pixels: Array2<u8>,
    /// Their labels.
    pub test_labels: Vec<u8>,
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
    /// [`ExperimentError`] for damaged files of the store, and for data that does not fit.
    pub fn new(
        job: &Job,
        cell: &Cell,
        data: &Data,
        store: &Store,
        engine: &Engine,
    ) -> Result<Option<Self>, ExperimentError> {
        match Self::of(job, cell, data, store, engine) {
            Ok(inputs) => Ok(inputs),
            Err(Stop::Diverged(_)) => Ok(None),
            Err(stop) => Err(stop.of(cell)),
        }
    }

    fn of(
        job: &Job,
        cell: &Cell,
        data: &Data,
        store: &Store,
        engine: &Engine,
    ) -> Result<Option<Self>, Stop> {
        let recipe = cell.recipe.clone();
        let Some(arm) = &recipe.arm else {
            return Ok(None);
        };
        let tasks = Tasks::split(data, &recipe.rows, &recipe.target_classes)?;
        let (rows, test) = (tasks.target_rows(arm)?, tasks.target.test.clone());
        let mut trainings = Trainings {
            tasks: tasks.into(),
            engine,
            store,
            observer: &(),
            source: job.source,
            shared: BTreeMap::new(),
        };
        let begin = trainings.begin(cell, arm)?;
        let features = |data: &Dataset| {
            let features = Features::new(&begin, begin.trunk().len(), &examples(data)?, engine)?;
            Ok::<_, Stop>(features.values().to_owned())
        };
        let seeds = Seeds::new(recipe.order_seed);
        let folds = |tuning: &Tuning| fold_of_rows(rows.labels(), tuning.folds, seeds);
        Ok(Some(Self {
            train_folds: arm.tuning.as_ref().map_or_else(Vec::new, folds),
            train_features: features(&rows)?,
            test_pixels: test.pixels().to_owned(),
            test_labels: test.labels().to_vec(),
            test_features: features(&test)?,
            order: seeds.stream(&format!("{}/shuffle", arm.streams.prefix())),
            train_pixels: rows.pixels().to_owned(),
            train_labels: rows.labels().to_vec(),
            begin,
            recipe,
        }))
    }

    /// The rows in the order in which each epoch takes them, `[epochs, rows]`, for a training of
    /// `rows` rows: all, or those that are left without a fold, in ascending order.
    pub fn row_order(&self, rows: usize) -> Array2<u32> {
        let epochs = self.recipe.epochs();
        let mut order = vec![0; rows];
        let mut all = Vec::with_capacity(epochs * rows);
        for epoch in 1..=epochs {
            shuffle(&mut order, &mut self.order.nth(epoch as u64));
            all.extend_from_slice(&order);
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
            let name = self.begin.layer_name(i);
            file.add(&format!("begin.{name}.weight"), &layer.weight())?;
            file.add(
                &format!("begin.{name}.bias"),
                &ArrayView1::from(layer.bias()),
            )?;
        }
        file.add("train.features", &self.train_features)?;
        file.add("test.features", &self.test_features)?;
        let rows = self.train_labels.len();
        let mut counts = vec![rows];
        if !self.train_folds.is_empty() {
            let folds: Vec<u32> = self.train_folds.iter().map(|&fold| fold as u32).collect();
            file.add("train.folds", &ArrayView1::from(&folds))?;
            let last = self.train_folds.iter().max().map_or(0, |&fold| fold);
            let of = |fold| self.train_folds.iter().filter(|&&of| of != fold).count();
            counts.extend((0..=last).map(of));
        }
        counts.sort_unstable();
        counts.dedup();
        for rows in counts {
            file.add(&format!("order.{rows}"), &self.row_order(rows))?;
        }
        file.add("train.pixels", &self.train_pixels)?;
        file.add("train.labels", &ArrayView1::from(&self.train_labels))?;
        file.add("test.pixels", &self.test_pixels)?;
        file.add("test.labels", &ArrayView1::from(&self.test_labels))?;
        let metadata = [
            ("recipe", self.recipe.canonical()),
            ("key", self.recipe.key().to_string()),
        ];
        let metadata = metadata.map(|(name, value)| (name.to_owned(), value));
        file.metadata.extend(metadata);
        file.to_bytes()
    }
}

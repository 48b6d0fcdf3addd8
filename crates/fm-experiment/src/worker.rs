//! Carrying out one [`Job`]: its source network, then its cells.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use fm_nn::{Engine, Model, Network};
use fm_train::{EpochRecord, Seeds, TrainError, predicted_classes, probabilities, shuffle};
use ndarray::ArrayView2;

use crate::data::Data;
use crate::error::ExperimentError;
use crate::job::{Cell, Job};
use crate::protocol::PhaseSpec;
use crate::recipe::{ArmRecipe, Key, Recipe, RowsUsed, SourceRecipe, TrunkRecipe};
use crate::record::{Failure, Outcome, Predictions, Record};
use crate::store::Store;
use crate::tasks::{PIXEL_SCALE, Tasks, examples, labelled};
use crate::test_rows::{TestImages, TestRows};
use crate::training::{self, Setup};
use crate::watch::{Observer, Watch};

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
    /// Keeps as many tasks as there are threads.
    pub(crate) fn new(keep: usize) -> Self {
        Self {
            latest: Mutex::default(),
            keep,
        }
    }

    fn get(&self, data: &Data, recipe: &Recipe) -> Result<Arc<Tasks>, ExperimentError> {
        let key = (recipe.rows.clone(), recipe.target_classes.clone());
        let latest = || self.latest.lock().unwrap_or_else(|e| e.into_inner());
        if let Some((_, tasks)) = latest().iter().find(|(other, _)| *other == key) {
            return Ok(tasks.clone());
        }
        let tasks = Arc::new(Tasks::split(data, &key.0, &key.1)?);
        let mut latest = latest();
        latest.insert(0, (key, tasks.clone()));
        latest.truncate(self.keep);
        Ok(tasks)
    }
}

/// A trained network with its history, or where it diverged.
type Trained = Result<(Network, Vec<EpochRecord>, Vec<String>), Failure>;

/// The networks of a job under way.
struct Trainings<'a> {
    worker: &'a Worker<'a>,
    tasks: Arc<Tasks>,
    /// By whether the labels are shuffled.
    sources: HashMap<bool, Result<Network, Failure>>,
    /// Networks of arms whose layers other cells reuse.
    bases: HashMap<String, Result<Network, Failure>>,
}

impl Worker<'_> {
    /// Trains the cells of a job that have no record yet, and keeps their records.
    pub(crate) fn run(&self, job: &Job) -> Result<f64, ExperimentError> {
        let started = Instant::now();
        let Some(first) = job.cells.first() else {
            return Ok(0.0);
        };
        let tasks = self.splits.get(self.data, &first.recipe)?;
        let mut trainings = Trainings {
            worker: self,
            tasks,
            sources: HashMap::new(),
            bases: HashMap::new(),
        };
        for cell in &job.cells {
            trainings.cell(cell, &job.source)?;
        }
        Ok(started.elapsed().as_secs_f64())
    }
}

impl Trainings<'_> {
    /// Trains a cell and keeps its record, unless another process has done it meanwhile.
    fn cell(&mut self, cell: &Cell, source: &Key) -> Result<(), ExperimentError> {
        let store = self.worker.store;
        if let Some(record) = store.record(&cell.key)? {
            let rows = self.rows(&cell.recipe);
            Watch::new(self.worker.observer, cell.recipe.epochs(), rows).finish();
            self.worker.observer.cell_done(cell, &record.outcome);
            return Ok(());
        }
        let record = match &cell.recipe.arm {
            None => self.source_cell(cell)?,
            Some(arm) => self.arm_cell(cell, arm, source)?,
        };
        store.keep(&record)?;
        self.worker.observer.cell_done(cell, &record.outcome);
        Ok(())
    }

    fn source_cell(&mut self, cell: &Cell) -> Result<Record, ExperimentError> {
        let failed = |error| train_error(cell, error);
        let test = &self.tasks.source.test;
        let test_rows = self.worker.store.keep_test_rows(&TestRows::of(test))?;
        let trained = self.train_source(cell, false, cell.validate)?;
        let mut record = Record {
            recipe: cell.recipe.clone(),
            outcome: Outcome::Failed(Failure::default()),
            history: Vec::new(),
            trunk_sha256: Vec::new(),
            source_sha256: None,
            test_rows,
            predictions: None,
        };
        let network = match trained {
            Err(failure) => {
                self.sources.insert(false, Err(failure.clone()));
                record.outcome = Outcome::Failed(failure);
                return Ok(record);
            }
            Ok((network, history, trunk_sha256)) => {
                (record.history, record.trunk_sha256) = (history, trunk_sha256);
                network
            }
        };
        let (scores, logits) =
            training::score(&network, test, &self.worker.engine.clone()).map_err(failed)?;
        record.outcome = Outcome::Scored(scores);
        record.predictions = Some(classes(logits.view()));
        record.source_sha256 = Some(network.digest());
        if cell.keep_model {
            self.keep_model(cell, &network, self.tasks.source.train.class_names())?;
        }
        self.sources.insert(false, Ok(network));
        Ok(record)
    }

    fn arm_cell(
        &mut self,
        cell: &Cell,
        arm: &ArmRecipe,
        source: &Key,
    ) -> Result<Record, ExperimentError> {
        let failed = |error| train_error(cell, error);
        let tasks = self.tasks.clone();
        let rows = TestRows::of(&tasks.target.test);
        let test_rows = self.worker.store.keep_test_rows(&rows)?;
        if cell.validate {
            let images = || TestImages::of(&tasks.target.test);
            self.worker.store.keep_test_images(&test_rows, images)?;
        }
        if let Some(reused) = &cell.recipe.source {
            self.provide_source(cell, reused, source)?;
        }
        let mut record = Record {
            recipe: cell.recipe.clone(),
            outcome: Outcome::Failed(Failure::default()),
            history: Vec::new(),
            trunk_sha256: Vec::new(),
            source_sha256: self.source_of(cell).ok().flatten().map(Network::digest),
            test_rows,
            predictions: None,
        };
        match self.train_arm(cell, arm, cell.validate)? {
            Err(failure) => record.outcome = Outcome::Failed(failure),
            Ok((network, history, trunk_sha256)) => {
                let (scores, logits) =
                    training::score(&network, &tasks.target.test, self.worker.engine)
                        .map_err(failed)?;
                record.outcome = Outcome::Scored(scores);
                record.predictions = Some(Predictions::Logits(logits));
                (record.history, record.trunk_sha256) = (history, trunk_sha256);
                if cell.keep_model {
                    self.keep_model(cell, &network, tasks.target.train.class_names())?;
                }
                self.bases.insert(base_key(&cell.recipe, arm), Ok(network));
            }
        }
        Ok(record)
    }

    fn keep_model(
        &self,
        cell: &Cell,
        network: &Network,
        class_names: &[String],
    ) -> Result<(), ExperimentError> {
        let store = self.worker.store;
        let path = store.model_path(&cell.model, cell.seed, &cell.key);
        store.keep_model(&path, network, class_names)
    }

    /// The source network that a cell reuses; `None` if it reuses none.
    fn source_of(&self, cell: &Cell) -> Result<Option<&Network>, Failure> {
        let Some(reused) = &cell.recipe.source else {
            return Ok(None);
        };
        match self.sources.get(&reused.shuffled_labels) {
            Some(Ok(network)) => Ok(Some(network)),
            Some(Err(failure)) => Err(failure.clone()),
            None => Ok(None),
        }
    }

    /// Makes sure that the source network of a cell is in [`sources`](Self::sources): from an
    /// earlier cell of the job, from the store, or trained again.
    fn provide_source(
        &mut self,
        cell: &Cell,
        reused: &SourceRecipe,
        key: &Key,
    ) -> Result<(), ExperimentError> {
        if self.sources.contains_key(&reused.shuffled_labels) {
            return Ok(());
        }
        if reused.shuffled_labels {
            let trained = self.train_source(cell, true, false)?;
            self.sources
                .insert(true, trained.map(|(network, _, _)| network));
            return Ok(());
        }
        let store = self.worker.store;
        let record = store.record(key)?;
        let recorded = record.as_ref().and_then(|r| r.source_sha256.clone());
        if let Some(Outcome::Failed(failure)) = record.map(|record| record.outcome) {
            self.sources.insert(false, Err(failure));
            return Ok(());
        }
        let same = |network: &Network| recorded.as_ref().is_none_or(|r| *r == network.digest());
        let kept = Model::load(&store.model_path("source", cell.seed, key));
        let kept = kept
            .ok()
            .filter(|model| recorded.is_some() && same(&model.network));
        let network = match kept {
            Some(model) => Ok(model.network),
            None => self
                .train_source(cell, false, false)?
                .map(|(network, _, _)| network),
        };
        if let Ok(network) = &network
            && !same(network)
        {
            return Err(ExperimentError::OtherSource { seed: cell.seed });
        }
        self.sources.insert(false, network);
        Ok(())
    }

    /// Trains the source network of a cell.
    fn train_source(
        &self,
        cell: &Cell,
        shuffled_labels: bool,
        validate: bool,
    ) -> Result<Trained, ExperimentError> {
        let Some(SourceRecipe { phase, .. }) = &cell.recipe.source else {
            return Err(train_error(cell, TrainError::NoRows { what: "source" }));
        };
        let recipe = &cell.recipe;
        let (init, order) = (Seeds::new(recipe.init_seed), Seeds::new(recipe.order_seed));
        let task = &self.tasks.source;
        let shuffled;
        let (labels, phase) = match shuffled_labels {
            false => (task.train.labels(), phase.clone()),
            true => {
                shuffled = shuffled_rows(task.train.labels(), order);
                // Validation scores say nothing of shuffled labels.
                let phase = PhaseSpec {
                    early_stopping: None,
                    reduce_on_plateau: None,
                    ..phase.clone()
                };
                (shuffled.as_slice(), phase)
            }
        };
        let inputs = task.train.pixels().ncols();
        let trunk = training::trunk(&recipe.network, inputs, init, "source");
        let classes = task.train.n_classes();
        let head = training::head(&recipe.network, inputs, classes, init, "source");
        let train = labelled(&task.train, labels, PIXEL_SCALE);
        let begin = Network::new(trunk, head).map_err(TrainError::from);
        let fit = FitOn {
            begin,
            phases: std::slice::from_ref(&phase),
            train,
            valid: (validate && !shuffled_labels).then_some(&task.valid),
            seeds: order,
            prefix: "source",
        };
        self.fit(cell, fit, "source")
    }

    /// Trains an arm of a cell: its own, or one whose layers it reuses.
    fn train_arm(
        &mut self,
        cell: &Cell,
        arm: &ArmRecipe,
        validate: bool,
    ) -> Result<Trained, ExperimentError> {
        let recipe = &cell.recipe;
        let init = Seeds::new(recipe.init_seed);
        let prefix = arm.streams.prefix();
        let tasks = self.tasks.clone();
        let inputs = tasks.target.train.pixels().ncols();
        let classes = tasks.target.train.n_classes();
        let head = training::head(&recipe.network, inputs, classes, init, prefix);
        let fresh = || training::trunk(&recipe.network, inputs, init, prefix);
        let reusing = |from: &Network, layers: Option<usize>| match layers {
            None => from.with_head(head.clone()),
            Some(layers) => {
                let reused = from.trunk()[..layers].iter().cloned();
                let trunk = reused.chain(fresh().into_iter().skip(layers));
                Network::new(trunk.collect(), head.clone())
            }
        };
        let begin = match &arm.trunk {
            TrunkRecipe::Fresh => Network::new(fresh(), head.clone()),
            TrunkRecipe::Source { layers } => match self.source_of(cell) {
                Err(failure) => return Ok(Err(failure)),
                Ok(Some(source)) => reusing(source, *layers),
                Ok(None) => return Err(train_error(cell, TrainError::NoRows { what: "source" })),
            },
            TrunkRecipe::Arm { arm, layers } => match self.base(cell, arm)? {
                Err(failure) => return Ok(Err(failure)),
                Ok(base) => reusing(&base, *layers),
            },
        };
        let rows = tasks.target_rows(arm)?;
        let fit = FitOn {
            begin: begin.map_err(TrainError::from),
            phases: &arm.phases,
            train: examples(&rows),
            valid: validate.then_some(&tasks.target.valid),
            seeds: Seeds::new(recipe.order_seed),
            prefix,
        };
        self.fit(cell, fit, "target")
    }

    /// The network of an arm whose layers a cell reuses.
    fn base(
        &mut self,
        cell: &Cell,
        arm: &ArmRecipe,
    ) -> Result<Result<Network, Failure>, ExperimentError> {
        let key = base_key(&cell.recipe, arm);
        if let Some(base) = self.bases.get(&key) {
            return Ok(base.clone());
        }
        let trained = self.train_arm(cell, arm, false)?;
        let base = trained.map(|(network, _, _)| network);
        self.bases.insert(key, base.clone());
        Ok(base)
    }

    fn fit(
        &self,
        cell: &Cell,
        fit: FitOn<'_>,
        training: &'static str,
    ) -> Result<Trained, ExperimentError> {
        let failed = |error| train_error(cell, error);
        let mut network = fit.begin.map_err(failed)?;
        let train = fit.train.map_err(failed)?;
        let engine = self.worker.engine;
        let setup = Setup::new(engine, cell.recipe.batch_size, fit.seeds, fit.prefix);
        let phases = setup.phases(fit.phases, network.layers().len());
        let needs_validation = fit.phases.iter().any(PhaseSpec::needs_validation);
        let valid = match training {
            "source" => &self.tasks.source.valid,
            _ => &self.tasks.target.valid,
        };
        let valid = (needs_validation || fit.valid.is_some()).then(|| examples(valid));
        let valid = valid.transpose().map_err(failed)?;
        let epochs = fit.phases.iter().map(|phase| phase.epochs).sum();
        let mut watch = Watch::new(self.worker.observer, epochs, train.rows());
        watch.trunk_sha256.push(network.trunk_digest());
        let phases = phases.map_err(failed)?;
        let history = setup.fit(&mut network, &phases, &train, valid.as_ref(), &mut watch);
        if watch.cancelled {
            return Err(ExperimentError::Cancelled);
        }
        watch.finish();
        match history {
            Ok(history) => Ok(Ok((network, history, watch.trunk_sha256))),
            Err(error) => match failure(&error, training) {
                Some(failure) => Ok(Err(failure)),
                None => Err(failed(error)),
            },
        }
    }

    /// Rows that a cell's own training goes through in an epoch.
    fn rows(&self, recipe: &Recipe) -> usize {
        let source = self.tasks.source.train.rows();
        recipe.arm.as_ref().map_or(source, |arm| arm.rows)
    }
}

/// What one training is given.
struct FitOn<'a> {
    begin: Result<Network, TrainError>,
    phases: &'a [PhaseSpec],
    train: Result<fm_train::Examples<'a>, TrainError>,
    valid: Option<&'a fm_data::Dataset>,
    seeds: Seeds,
    prefix: &'a str,
}

/// Labels in the order that a stream of the seed gives them.
fn shuffled_rows(labels: &[u8], seeds: Seeds) -> Vec<u8> {
    let mut order: Vec<u32> = vec![0; labels.len()];
    shuffle(
        &mut order,
        &mut seeds.stream("shuffled-source/labels").rng(),
    );
    order.iter().map(|&row| labels[row as usize]).collect()
}

/// The predicted class of each row and its probability.
fn classes(logits: ArrayView2<'_, f32>) -> Predictions {
    let classes = predicted_classes(logits);
    let probabilities = probabilities(logits);
    let of_class = classes.iter().zip(probabilities.rows());
    let probability = of_class.map(|(&class, row)| row[class as usize] as f32);
    Predictions::Classes {
        probability: probability.collect(),
        // Labels are u8, so classes are too.
        class: classes.into_iter().map(|class| class as u8).collect(),
    }
}

/// Equal for equal trainings of arms: what their recipes say, and of which source.
fn base_key(recipe: &Recipe, arm: &ArmRecipe) -> String {
    let of = (recipe.init_seed, recipe.order_seed, &recipe.source, arm);
    let shuffled = recipe.source.as_ref().is_some_and(|s| s.shuffled_labels);
    let of = (of.0, of.1, shuffled, of.3);
    serde_json::to_string(&of).expect("a recipe is plain data")
}

/// A divergence as a result; other errors are errors.
fn failure(error: &TrainError, training: &str) -> Option<Failure> {
    match error {
        TrainError::NotFinite {
            phase, epoch, step, ..
        } => Some(Failure {
            training: training.to_owned(),
            phase: *phase,
            epoch: *epoch,
            step: *step,
            reason: error.to_string(),
        }),
        _ => None,
    }
}

fn train_error(cell: &Cell, source: TrainError) -> ExperimentError {
    ExperimentError::Train {
        model: cell.model.clone(),
        seed: cell.seed,
        source,
    }
}

//! [`Trainings`]: the networks of a job, each trained once.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use fm_data::Dataset;
use fm_nn::{Engine, Model, Network};
use fm_train::{EpochRecord, Examples, Seeds, TrainError};

use crate::error::ExperimentError;
use crate::job::Cell;
use crate::key::Key;
use crate::protocol::PhaseSpec;
use crate::recipe::{ArmRecipe, SourceRecipe, TrunkRecipe};
use crate::record::{Failure, Outcome, Tuned};
use crate::store::Store;
use crate::tasks::{PIXEL_SCALE, Tasks, examples, labelled, shuffled_labels_of};
use crate::training::{self, Setup};
use crate::tuning::{CrossValidation, every_trial_diverged, is_above_guessing, ranking};
use crate::watch::{Observer, Uncounted, Watch};

/// A training that has ended.
pub(crate) struct Training {
    pub(crate) network: Network,
    pub(crate) history: Vec<EpochRecord>,
    /// Digests of its trunk at the start and after each phase.
    pub(crate) trunk_sha256: Vec<String>,
    /// The result of the cross-validation that chose its phases.
    pub(crate) tuned: Option<Tuned>,
}

/// A training, or where it diverged.
pub(crate) type Trained = Result<Training, Failure>;

/// The networks of a job, each trained once.
pub(crate) struct Trainings<'a> {
    pub(crate) tasks: Arc<Tasks>,
    engine: &'a Engine,
    store: &'a Store,
    observer: &'a dyn Observer,
    /// By whether the labels are shuffled.
    sources: BTreeMap<bool, Result<Network, Failure>>,
    /// Networks of arms, whose layers other cells may reuse.
    bases: BTreeMap<String, Result<Network, Failure>>,
}

/// What one training is given.
struct Fit<'a> {
    begin: Network,
    phases: &'a [PhaseSpec],
    train: Examples<'a>,
    /// Scored after every epoch, where that is asked for or a phase needs it.
    valid: &'a Dataset,
    validate: bool,
    seeds: Seeds,
    prefix: &'a str,
    /// `source` or `target`, for failures.
    task: &'static str,
    observer: &'a dyn Observer,
}

impl<'a> Trainings<'a> {
    pub(crate) fn new(
        tasks: Arc<Tasks>,
        engine: &'a Engine,
        store: &'a Store,
        observer: &'a dyn Observer,
    ) -> Self {
        Self {
            tasks,
            engine,
            store,
            observer,
            sources: BTreeMap::new(),
            bases: BTreeMap::new(),
        }
    }

    /// Gives the job its source network.
    pub(crate) fn provide(&mut self, source: Result<Network, Failure>) {
        self.sources.insert(false, source);
    }

    /// Keeps the network of an arm for cells that reuse its layers.
    pub(crate) fn keep_base(&mut self, cell: &Cell, arm: &ArmRecipe, network: Network) {
        self.bases.insert(base_key(cell, arm), Ok(network));
    }

    /// The source network that a cell reuses, from an earlier cell of the job, from the store, or
    /// trained again; `None` if the cell reuses none. `key` is the source's own cell.
    pub(crate) fn source_of(
        &mut self,
        cell: &Cell,
        key: &Key,
    ) -> Result<Result<Option<&Network>, Failure>, ExperimentError> {
        let Some(SourceRecipe {
            shuffled_labels, ..
        }) = &cell.recipe.source
        else {
            return Ok(Ok(None));
        };
        if !self.sources.contains_key(shuffled_labels) {
            let network = match shuffled_labels {
                true => self
                    .source(cell, true, false)?
                    .map(|trained| trained.network),
                false => self.recorded_source(cell, key)?,
            };
            self.sources.insert(*shuffled_labels, network);
        }
        let source = self.sources[shuffled_labels].as_ref();
        Ok(source.map(Some).map_err(Clone::clone))
    }

    /// The source network whose cell is not part of the job.
    fn recorded_source(
        &self,
        cell: &Cell,
        key: &Key,
    ) -> Result<Result<Network, Failure>, ExperimentError> {
        let record = self.store.record(key)?;
        let recorded = record.as_ref().and_then(|r| r.source_sha256.clone());
        if let Some(Outcome::Failed(failure)) = record.map(|record| record.outcome) {
            return Ok(Err(failure));
        }
        if let Some(recorded) = &recorded
            && let Ok(kept) = Model::load(&self.store.model_path("source", cell.seed, key))
            && kept.network.digest() == *recorded
        {
            return Ok(Ok(kept.network));
        }
        let trained = self.source(cell, false, false)?;
        match trained {
            Ok(trained) if recorded.is_some_and(|r| r != trained.network.digest()) => {
                Err(ExperimentError::OtherSource { seed: cell.seed })
            }
            trained => Ok(trained.map(|trained| trained.network)),
        }
    }

    /// Trains the source network of a cell.
    pub(crate) fn source(
        &self,
        cell: &Cell,
        shuffled_labels: bool,
        validate: bool,
    ) -> Result<Trained, ExperimentError> {
        let failed = |error: TrainError| train_error(cell, error);
        let recipe = &cell.recipe;
        let Some(SourceRecipe { phase, .. }) = &recipe.source else {
            return Err(failed(no_source()));
        };
        let (init, order) = (Seeds::new(recipe.init_seed), Seeds::new(recipe.order_seed));
        let task = &self.tasks.source;
        let mut phase = phase.clone();
        let labels = match shuffled_labels {
            false => task.train.labels().to_vec(),
            true => {
                // Validation scores say nothing of shuffled labels.
                (phase.early_stopping, phase.reduce_on_plateau) = (None, None);
                shuffled_labels_of(task.train.labels(), order)
            }
        };
        let inputs = task.train.pixels().ncols();
        let trunk = training::trunk(&recipe.network, inputs, init, "source");
        let classes = task.train.n_classes();
        let head = training::head(&recipe.network, inputs, classes, init, "source");
        self.fit(
            cell,
            Fit {
                begin: Network::new(trunk, head).map_err(|error| failed(error.into()))?,
                phases: std::slice::from_ref(&phase),
                train: labelled(&task.train, &labels, PIXEL_SCALE).map_err(failed)?,
                valid: &task.valid,
                validate,
                seeds: order,
                prefix: "source",
                task: "source",
                observer: self.observer,
            },
        )
    }

    /// The network that an arm of a cell starts from.
    pub(crate) fn begin(
        &mut self,
        cell: &Cell,
        arm: &ArmRecipe,
        source: &Key,
    ) -> Result<Result<Network, Failure>, ExperimentError> {
        let failed = |error: TrainError| train_error(cell, error);
        let recipe = &cell.recipe;
        let init = Seeds::new(recipe.init_seed);
        let prefix = arm.streams.prefix();
        let target = &self.tasks.target.train;
        let (inputs, classes) = (target.pixels().ncols(), target.n_classes());
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
            TrunkRecipe::Source { layers } => match self.source_of(cell, source)? {
                Err(failure) => return Ok(Err(failure)),
                Ok(Some(source)) => reusing(source, *layers),
                Ok(None) => return Err(failed(no_source())),
            },
            TrunkRecipe::Arm { arm, layers } => match self.base(cell, arm, source)? {
                Err(failure) => return Ok(Err(failure)),
                Ok(base) => reusing(&base, *layers),
            },
        };
        begin.map(Ok).map_err(|error| failed(error.into()))
    }

    /// Trains an arm of a cell: its own, or one whose layers it reuses.
    pub(crate) fn arm(
        &mut self,
        cell: &Cell,
        arm: &ArmRecipe,
        source: &Key,
        validate: bool,
    ) -> Result<Trained, ExperimentError> {
        let failed = |error: TrainError| train_error(cell, error);
        let begin = match self.begin(cell, arm, source)? {
            Err(failure) => return Ok(Err(failure)),
            Ok(begin) => begin,
        };
        let tasks = self.tasks.clone();
        let classes = tasks.target.train.n_classes();
        let rows = tasks.target_rows(arm)?;
        let order = Seeds::new(cell.recipe.order_seed);
        let prefix = arm.streams.prefix();
        let fit = |phases: &[PhaseSpec], observer: &dyn Observer| {
            let fit = Fit {
                begin: begin.clone(),
                phases,
                train: rows.examples().map_err(failed)?,
                valid: &tasks.target.valid,
                validate,
                seeds: order,
                prefix,
                task: "target",
                observer,
            };
            self.fit(cell, fit)
        };
        let Some(tuning) = &arm.tuning else {
            return fit(&arm.phases, self.observer);
        };
        let cross_validation = CrossValidation {
            setup: Setup::new(self.engine, cell.recipe.batch_size, order, prefix),
            engine: self.engine,
            observer: self.observer,
            folds: &rows.folds(tuning.folds, order),
            tuning,
        };
        let scores = match cross_validation.run(&begin).map_err(failed)? {
            ControlFlow::Continue(scores) => scores,
            ControlFlow::Break(()) => return Err(ExperimentError::Cancelled),
        };
        let mut failure = every_trial_diverged(tuning);
        let mut chosen = None;
        let mut skipped = Vec::new();
        for (trial, epochs) in ranking(&scores) {
            let epochs = tuning.epochs[epochs];
            // How many trainings it takes is not known before; they count as one of the most epochs.
            match fit(&tuning.phases(trial, epochs), &Uncounted(self.observer))? {
                Ok(training) if !is_above_guessing(&training.history, classes) => {
                    chosen = Some((training, trial, epochs));
                    break;
                }
                Ok(training) => {
                    chosen.get_or_insert((training, trial, epochs));
                }
                Err(diverged) => failure = diverged,
            }
            skipped.push(trial);
        }
        self.observer.advance((arm.epochs() * arm.rows) as u64);
        let Some((training, trial, epochs)) = chosen else {
            return Ok(Err(failure));
        };
        skipped.retain(|&skipped| skipped != trial);
        let tuned = Tuned {
            scores,
            trial,
            epochs,
            skipped,
        };
        Ok(Ok(Training {
            tuned: Some(tuned),
            ..training
        }))
    }

    /// The network of an arm whose layers a cell reuses.
    fn base(
        &mut self,
        cell: &Cell,
        arm: &ArmRecipe,
        source: &Key,
    ) -> Result<Result<Network, Failure>, ExperimentError> {
        let key = base_key(cell, arm);
        if let Some(base) = self.bases.get(&key) {
            return Ok(base.clone());
        }
        let trained = self.arm(cell, arm, source, false)?;
        let base = trained.map(|trained| trained.network);
        self.bases.insert(key, base.clone());
        Ok(base)
    }

    fn fit(&self, cell: &Cell, fit: Fit<'_>) -> Result<Trained, ExperimentError> {
        let failed = |error: TrainError| train_error(cell, error);
        let mut network = fit.begin;
        let batch = cell.recipe.batch_size;
        let setup = Setup::new(self.engine, batch, fit.seeds, fit.prefix);
        let layers = network.layers().len();
        let phases = setup.phases(fit.phases, layers).map_err(failed)?;
        let validate = fit.validate || fit.phases.iter().any(PhaseSpec::needs_validation);
        let valid = validate.then(|| examples(fit.valid)).transpose();
        let valid = valid.map_err(failed)?;
        let epochs: usize = fit.phases.iter().map(|phase| phase.epochs).sum();
        let rows = fit.train.rows();
        let mut watch = Watch::new(fit.observer, rows, (epochs * rows) as u64);
        watch.trunk_sha256.push(network.trunk_digest());
        let history = setup.fit(
            &mut network,
            &phases,
            &fit.train,
            valid.as_ref(),
            &mut watch,
        );
        if watch.cancelled {
            return Err(ExperimentError::Cancelled);
        }
        watch.finish();
        match history {
            Ok(history) => Ok(Ok(Training {
                network,
                history,
                trunk_sha256: watch.trunk_sha256,
                tuned: None,
            })),
            Err(error) => failure(&error, fit.task)
                .map(Err)
                .ok_or_else(|| failed(error)),
        }
    }
}

/// A network of a source that the recipe does not have.
fn no_source() -> TrainError {
    TrainError::Examples("the recipe has no source task".to_owned())
}

/// Equal for equal trainings of arms within a job: seeds, source and recipe.
fn base_key(cell: &Cell, arm: &ArmRecipe) -> String {
    let recipe = &cell.recipe;
    let shuffled = recipe.source.as_ref().is_some_and(|s| s.shuffled_labels);
    let of = (recipe.init_seed, recipe.order_seed, shuffled, arm);
    serde_json::to_string(&of).expect("a recipe is plain data")
}

/// A divergence as a result; other errors are errors.
fn failure(error: &TrainError, training: &str) -> Option<Failure> {
    match error {
        TrainError::Diverged {
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

pub(crate) fn train_error(cell: &Cell, source: TrainError) -> ExperimentError {
    ExperimentError::Train {
        model: cell.model.clone(),
        seed: cell.seed,
        source,
    }
}

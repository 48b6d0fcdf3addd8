//! [`Trainings`]: the networks of a job, each trained once.

use std::collections::BTreeMap;
use std::sync::Arc;

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
use crate::training::{self, Setup, Stop};
use crate::tuning::{CrossValidation, every_trial_diverged, is_above_guessing, ranking};
use crate::watch::{Observer, Watch};

/// A training that has ended.
pub(crate) struct Training {
    pub(crate) network: Network,
    pub(crate) history: Vec<EpochRecord>,
    /// Digests of its trunk at the start and after each phase.
    pub(crate) trunk_sha256: Vec<String>,
    /// The result of the cross-validation that chose its phases.
    pub(crate) tuned: Option<Tuned>,
}

/// A network, or why its training diverged.
type Trained = Result<Network, Failure>;

/// The networks of a job, each trained once.
pub(crate) struct Trainings<'a> {
    pub(crate) tasks: Arc<Tasks>,
    engine: &'a Engine,
    store: &'a Store,
    observer: &'a dyn Observer,
    /// By whether the labels are shuffled.
    sources: BTreeMap<bool, Trained>,
    /// Networks of arms, whose layers other cells may reuse.
    bases: BTreeMap<String, Trained>,
}

/// What one training on the source or the target task is given.
struct Fit<'a> {
    begin: Network,
    phases: &'a [PhaseSpec],
    train: Examples<'a>,
    /// Whether every epoch is scored on the validation rows. It is where a phase needs it.
    validate: bool,
    /// The first part of the streams' names.
    prefix: &'a str,
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

    /// The source network that a cell reuses, from an earlier cell of the job, from the store, or
    /// trained again; `None` if the cell reuses none. `key` is the source's own cell.
    pub(crate) fn source_of(&mut self, cell: &Cell, key: &Key) -> Result<Option<&Network>, Stop> {
        let Some(source) = &cell.recipe.source else {
            return Ok(None);
        };
        let shuffled = source.shuffled_labels;
        if !self.sources.contains_key(&shuffled) {
            let network = match shuffled {
                true => self.source(cell, source, false).map(|t| t.network),
                false => self.recorded_source(cell, source, key),
            };
            self.sources.insert(shuffled, or_failure(network)?);
        }
        match &self.sources[&shuffled] {
            Ok(network) => Ok(Some(network)),
            Err(failure) => Err(Stop::Diverged(failure.clone())),
        }
    }

    /// The source network whose cell is not part of the job.
    fn recorded_source(
        &self,
        cell: &Cell,
        source: &SourceRecipe,
        key: &Key,
    ) -> Result<Network, Stop> {
        let record = self.store.record(key)?;
        let recorded = record.as_ref().and_then(|r| r.source_sha256.clone());
        if let Some(Outcome::Failed(failure)) = record.map(|record| record.outcome) {
            return Err(Stop::Diverged(failure));
        }
        if let Some(recorded) = &recorded
            && let Ok(kept) = Model::load(&self.store.model_path("source", cell.seed, key))
            && kept.network.digest() == *recorded
        {
            return Ok(kept.network);
        }
        let network = self.source(cell, source, false)?.network;
        if recorded.is_some_and(|recorded| recorded != network.digest()) {
            return Err(ExperimentError::OtherSource { seed: cell.seed }.into());
        }
        Ok(network)
    }

    /// Trains the network of a source cell.
    pub(crate) fn source_cell(&mut self, cell: &Cell) -> Result<Training, Stop> {
        let Some(source) = &cell.recipe.source else {
            return Err(no_source());
        };
        let trained = self.source(cell, source, cell.validate);
        let network = match &trained {
            Ok(trained) => Ok(trained.network.clone()),
            Err(Stop::Diverged(failure)) => Err(failure.clone()),
            Err(_) => return trained,
        };
        self.sources.insert(false, network);
        trained
    }

    fn source(&self, cell: &Cell, source: &SourceRecipe, validate: bool) -> Result<Training, Stop> {
        let recipe = &cell.recipe;
        let init = Seeds::new(recipe.init_seed);
        let train = &self.tasks.source.train;
        let mut phase = source.phase.clone();
        let mut labels = train.labels().to_vec();
        if source.shuffled_labels {
            // Validation scores say nothing of shuffled labels.
            (phase.early_stopping, phase.reduce_on_plateau) = (None, None);
            labels = shuffled_labels_of(&labels, Seeds::new(recipe.order_seed));
        }
        let (inputs, prefix) = (train.pixels().ncols(), "source");
        let trunk = training::trunk(&recipe.network, inputs, init, prefix);
        let head = training::head(&recipe.network, inputs, train.n_classes(), init, prefix);
        self.fit(
            cell,
            Fit {
                begin: Network::new(trunk, head)?,
                phases: std::slice::from_ref(&phase),
                train: labelled(train, &labels, PIXEL_SCALE)?,
                validate,
                prefix,
            },
        )
    }

    /// The network that an arm of a cell starts from.
    pub(crate) fn begin(
        &mut self,
        cell: &Cell,
        arm: &ArmRecipe,
        source: &Key,
    ) -> Result<Network, Stop> {
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
            TrunkRecipe::Source { layers } => {
                let source = self.source_of(cell, source)?;
                reusing(source.ok_or_else(no_source)?, *layers)
            }
            TrunkRecipe::Arm { arm, layers } => reusing(&self.base(cell, arm, source)?, *layers),
        };
        Ok(begin?)
    }

    /// Trains the network of an arm's cell.
    pub(crate) fn arm_cell(
        &mut self,
        cell: &Cell,
        arm: &ArmRecipe,
        source: &Key,
    ) -> Result<Training, Stop> {
        let trained = self.arm(cell, arm, source, cell.validate)?;
        let base = (base_key(cell, arm), Ok(trained.network.clone()));
        self.bases.extend([base]);
        Ok(trained)
    }

    /// Trains an arm of a cell: its own, or one whose layers it reuses.
    fn arm(
        &mut self,
        cell: &Cell,
        arm: &ArmRecipe,
        source: &Key,
        validate: bool,
    ) -> Result<Training, Stop> {
        let begin = self.begin(cell, arm, source)?;
        let rows = self.tasks.target_rows(arm)?;
        let fit = |phases: &[PhaseSpec]| {
            let fit = Fit {
                begin: begin.clone(),
                phases,
                train: rows.examples()?,
                validate,
                prefix: arm.streams.prefix(),
            };
            self.fit(cell, fit)
        };
        let Some(tuning) = &arm.tuning else {
            return fit(&arm.phases);
        };
        let order = Seeds::new(cell.recipe.order_seed);
        let prefix = arm.streams.prefix();
        let cross_validation = CrossValidation {
            setup: Setup::new(self.engine, cell.recipe.batch_size, order, prefix),
            observer: self.observer,
            folds: &rows.folds(tuning.folds, order),
            tuning,
        };
        let scores = cross_validation.run(&begin)?;
        let classes = self.tasks.target.train.n_classes();
        let mut failure = every_trial_diverged(tuning);
        let mut chosen = None;
        let mut skipped = Vec::new();
        // One training on all rows, of the most epochs, is part of the cell's work.
        let mut planned = (arm.epochs() * arm.rows) as u64;
        for (trial, epochs) in ranking(&scores) {
            let epochs = tuning.epochs[epochs];
            let work = (epochs * arm.rows) as u64;
            self.observer.extend(work.saturating_sub(planned));
            planned = planned.saturating_sub(work);
            match fit(&tuning.phases(trial, epochs)) {
                Ok(training) if !is_above_guessing(&training.history, classes) => {
                    chosen = Some((training, trial, epochs));
                    break;
                }
                Ok(training) => {
                    chosen.get_or_insert((training, trial, epochs));
                }
                Err(Stop::Diverged(diverged)) => failure = diverged,
                Err(other) => return Err(other),
            }
            skipped.push(trial);
        }
        self.observer.advance(planned);
        let Some((training, trial, epochs)) = chosen else {
            return Err(Stop::Diverged(failure));
        };
        skipped.retain(|&skipped| skipped != trial);
        let tuned = Tuned {
            scores,
            trial,
            epochs,
            skipped,
        };
        Ok(Training {
            tuned: Some(tuned),
            ..training
        })
    }

    /// The network of an arm whose layers a cell reuses.
    fn base(&mut self, cell: &Cell, arm: &ArmRecipe, source: &Key) -> Result<Network, Stop> {
        let key = base_key(cell, arm);
        if !self.bases.contains_key(&key) {
            let network = self.arm(cell, arm, source, false).map(|t| t.network);
            self.bases.insert(key.clone(), or_failure(network)?);
        }
        self.bases[&key].clone().map_err(Stop::Diverged)
    }

    fn fit(&self, cell: &Cell, fit: Fit<'_>) -> Result<Training, Stop> {
        let (name, task) = match fit.prefix {
            "source" => ("source", &self.tasks.source),
            _ => ("target", &self.tasks.target),
        };
        let (batch, order) = (cell.recipe.batch_size, Seeds::new(cell.recipe.order_seed));
        let setup = Setup::new(self.engine, batch, order, fit.prefix);
        let mut network = fit.begin;
        let phases = setup.phases(fit.phases, network.layers().len())?;
        let validate = fit.validate || fit.phases.iter().any(PhaseSpec::needs_validation);
        let valid = validate.then(|| examples(&task.valid)).transpose()?;
        let epochs: usize = fit.phases.iter().map(|phase| phase.epochs).sum();
        let rows = fit.train.rows();
        let mut watch = Watch::new(self.observer, rows, (epochs * rows) as u64);
        watch.trunk_sha256.push(network.trunk_digest());
        let (train, valid) = (&fit.train, valid.as_ref());
        let history = setup.fit(&mut network, &phases, train, valid, &mut watch);
        if watch.cancelled {
            return Err(ExperimentError::Cancelled.into());
        }
        watch.finish();
        Ok(Training {
            history: history.map_err(|error| diverged(error, name))?,
            network,
            trunk_sha256: watch.trunk_sha256,
            tuned: None,
        })
    }
}

/// A divergence as a result; other errors are errors.
fn diverged(error: TrainError, training: &str) -> Stop {
    let reason = error.to_string();
    match error {
        TrainError::Diverged {
            phase, epoch, step, ..
        } => Stop::Diverged(Failure {
            training: training.to_owned(),
            phase,
            epoch,
            step,
            reason,
        }),
        other => other.into(),
    }
}

/// The network, or why it diverged, to be kept for other cells.
fn or_failure(network: Result<Network, Stop>) -> Result<Trained, Stop> {
    match network {
        Err(Stop::Diverged(failure)) => Ok(Err(failure)),
        other => other.map(Ok),
    }
}

/// A network of a source that the recipe does not have.
fn no_source() -> Stop {
    TrainError::Examples("the recipe has no source task".to_owned()).into()
}

/// Equal for equal trainings of arms within a job: seeds, source and recipe.
fn base_key(cell: &Cell, arm: &ArmRecipe) -> String {
    let recipe = &cell.recipe;
    let shuffled = recipe.source.as_ref().is_some_and(|s| s.shuffled_labels);
    let of = (recipe.init_seed, recipe.order_seed, shuffled, arm);
    serde_json::to_string(&of).expect("a recipe is plain data")
}

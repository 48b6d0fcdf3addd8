//! [`Trainings`]: the networks of a job, each trained once.

use std::collections::BTreeMap;
use std::sync::Arc;

use fm_data::Dataset;
use fm_nn::{Engine, Model, Network, NetworkError};
use fm_train::{EpochRecord, Examples, Seeds, TrainError};

use crate::error::ExperimentError;
use crate::job::Cell;
use crate::key::Key;
use crate::protocol::Phase;
use crate::recipe::{ArmRecipe, SourceRecipe, TrunkRecipe, Tuning};
use crate::record::{Failure, Outcome, Tuned};
use crate::store::Store;
use crate::tasks::{PIXEL_SCALE, Tasks, examples, folds, labelled, shuffled_labels_of};
use crate::training::{self, Stop, trainer};
use crate::tuning::{cross_validate, is_above_guessing, ranking};
use crate::watch::{Observer, Watch};

/// A training that has ended.
#[derive(Clone)]
pub(crate) struct Training {
    pub(crate) network: Network,
    pub(crate) history: Vec<EpochRecord>,
    /// Digests of its trunk at the start and after each phase.
    pub(crate) trunk_sha256: Vec<String>,
    /// The result of the cross-validation that chose its phases.
    pub(crate) tuned: Option<Tuned>,
}

pub(crate) struct Trainings<'a> {
    pub(crate) tasks: Arc<Tasks>,
    pub(crate) engine: &'a Engine,
    pub(crate) store: &'a Store,
    pub(crate) observer: &'a dyn Observer,
    /// The key of the job's source network.
    pub(crate) source: Key,
    /// Trainings whose networks several cells reuse, and those of them that diverged.
    pub(crate) shared: BTreeMap<String, Result<Training, Failure>>,
}

impl Trainings<'_> {
    /// The source network that a cell is or reuses, from an earlier cell of the job, from the store,
    /// or trained again; `None` if the cell reuses none.
    pub(crate) fn source(&mut self, cell: &Cell) -> Result<Option<Training>, Stop> {
        let Some(source) = &cell.recipe.source else {
            return Ok(None);
        };
        let own = cell.recipe.arm.is_none();
        let training = self.shared(cell, None, |this| match own || source.shuffled_labels {
            true => this.train_source(cell, source, own && cell.validate),
            false => this.recorded_source(cell, source),
        });
        training.map(Some)
    }

    /// A training that several cells of the job have in common: of an arm, or of the source network.
    fn shared(
        &mut self,
        cell: &Cell,
        arm: Option<&ArmRecipe>,
        train: impl FnOnce(&mut Self) -> Result<Training, Stop>,
    ) -> Result<Training, Stop> {
        let key = shared_key(cell, arm);
        if !self.shared.contains_key(&key) {
            let training = match train(self) {
                Err(Stop::Diverged(failure)) => Err(failure),
                other => Ok(other?),
            };
            self.shared.insert(key.clone(), training);
        }
        self.shared[&key].clone().map_err(Stop::Diverged)
    }

    /// The source network whose cell is not part of the job.
    fn recorded_source(&self, cell: &Cell, source: &SourceRecipe) -> Result<Training, Stop> {
        let record = self.store.record(&self.source)?;
        let recorded = record.as_ref().and_then(|r| r.source_sha256.clone());
        if let Some(Outcome::Failed(failure)) = record.map(|record| record.outcome) {
            return Err(Stop::Diverged(failure));
        }
        let path = self.store.model_path("source", cell.seed, &self.source);
        if let Some(recorded) = &recorded
            && let Ok(kept) = Model::load(&path)
            && kept.network.digest() == *recorded
        {
            return Ok(Training {
                network: kept.network,
                history: Vec::new(),
                trunk_sha256: Vec::new(),
                tuned: None,
            });
        }
        let training = self.train_source(cell, source, false)?;
        if recorded.is_some_and(|recorded| recorded != training.network.digest()) {
            return Err(ExperimentError::OtherSource(cell.seed).into());
        }
        Ok(training)
    }

    fn train_source(
        &self,
        cell: &Cell,
        source: &SourceRecipe,
        validate: bool,
    ) -> Result<Training, Stop> {
        let recipe = &cell.recipe;
        let train = &self.tasks.source.train;
        let mut phase = source.phase.clone();
        if recipe.arm.is_some() {
            // It is no part of the cell's work.
            self.observer.extend((phase.epochs * train.rows()) as u64);
        }
        let mut labels = train.labels().to_vec();
        if source.shuffled_labels {
            // Validation scores say nothing of shuffled labels.
            (phase.early_stopping, phase.reduce_on_plateau) = (None, None);
            labels = shuffled_labels_of(&labels, Seeds::new(recipe.order_seed));
        }
        let init = Seeds::new(recipe.init_seed);
        let begin = training::network(&recipe.network, train, init, "source")?;
        let train = labelled(train, &labels, PIXEL_SCALE)?;
        self.fit(cell, "source", begin, &[phase], &train, validate)
    }

    /// The network that an arm of a cell starts from.
    pub(crate) fn begin(&mut self, cell: &Cell, arm: &ArmRecipe) -> Result<Network, Stop> {
        let (seeds, prefix) = (Seeds::new(cell.recipe.init_seed), arm.streams.prefix());
        let target = &self.tasks.target.train;
        let fresh = training::network(&cell.recipe.network, target, seeds, prefix)?;
        let reusing = |from: &Network, layers: Option<usize>| -> Result<_, NetworkError> {
            let layers = layers.unwrap_or(from.trunk().len());
            let reused = from.trunk()[..layers].iter();
            let trunk = reused.chain(fresh.trunk().iter().skip(layers)).cloned();
            Network::new(trunk.collect(), fresh.head().clone())
        };
        Ok(match &arm.trunk {
            TrunkRecipe::Fresh => fresh,
            TrunkRecipe::Source { layers } => {
                let source = self.source(cell)?.ok_or_else(no_source)?;
                reusing(&source.network, *layers)?
            }
            TrunkRecipe::Arm { arm, layers } => {
                let base = self.shared(cell, Some(arm), |this| {
                    // It is no part of the cell's work.
                    this.observer.extend((arm.epochs() * arm.rows) as u64);
                    this.arm(cell, arm, false)
                })?;
                reusing(&base.network, *layers)?
            }
        })
    }

    /// Trains the arm of a cell, and keeps it for the cells of the job that reuse its layers.
    pub(crate) fn arm_cell(&mut self, cell: &Cell, arm: &ArmRecipe) -> Result<Training, Stop> {
        let training = self.arm(cell, arm, cell.validate)?;
        let key = shared_key(cell, Some(arm));
        self.shared.insert(key, Ok(training.clone()));
        Ok(training)
    }

    /// Trains an arm of a cell: its own, or one whose layers it reuses.
    fn arm(&mut self, cell: &Cell, arm: &ArmRecipe, validate: bool) -> Result<Training, Stop> {
        let begin = self.begin(cell, arm)?;
        let rows = self.tasks.target_rows(arm)?;
        let train = examples(&rows)?;
        let fit = |phases: &[Phase]| {
            let prefix = arm.streams.prefix();
            self.fit(cell, prefix, begin.clone(), phases, &train, validate)
        };
        match &arm.tuning {
            None => fit(&arm.phases),
            Some(tuning) => self.tuned(cell, arm, tuning, &rows, &begin, fit),
        }
    }

    /// Chooses the phases of an arm by cross-validation on its rows, and trains it through them.
    fn tuned(
        &self,
        cell: &Cell,
        arm: &ArmRecipe,
        tuning: &Tuning,
        rows: &Dataset,
        begin: &Network,
        fit: impl Fn(&[Phase]) -> Result<Training, Stop>,
    ) -> Result<Training, Stop> {
        let seeds = Seeds::new(cell.recipe.order_seed);
        let prefix = arm.streams.prefix();
        let trainer = trainer(self.engine, begin, cell.recipe.batch_size, seeds, prefix);
        let folds = folds(rows, tuning.folds, seeds)?;
        let scores = cross_validate(&trainer, tuning, &folds, begin, self.observer)?;
        let trials = tuning.trials.len();
        let mut failure = Failure {
            training: "target".to_owned(),
            phase: 1,
            epoch: 1,
            step: 0,
            reason: format!("all {trials} trials diverged in cross-validation"),
        };
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
                Ok(training) if !is_above_guessing(&training.history, rows.n_classes()) => {
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
        let (training, trial, epochs) = chosen.ok_or(Stop::Diverged(failure))?;
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

    /// Trains a network with the streams of `prefix`. Every epoch is scored on the validation rows if
    /// that is asked for, or where a phase needs it.
    fn fit(
        &self,
        cell: &Cell,
        prefix: &str,
        mut network: Network,
        phases: &[Phase],
        train: &Examples<'_>,
        validate: bool,
    ) -> Result<Training, Stop> {
        let (name, task) = match prefix {
            "source" => ("source", &self.tasks.source),
            _ => ("target", &self.tasks.target),
        };
        let (batch, order) = (cell.recipe.batch_size, Seeds::new(cell.recipe.order_seed));
        let trainer = trainer(self.engine, &network, batch, order, prefix);
        let validate = validate || phases.iter().any(Phase::needs_validation);
        let valid = validate.then(|| examples(&task.valid)).transpose()?;
        let epochs: usize = phases.iter().map(|phase| phase.epochs).sum();
        let mut watch = Watch::new(self.observer, train.rows(), epochs);
        watch.trunk_sha256.push(network.trunk_digest());
        let training = trainer.fit(&mut network, phases, train);
        let history = training.validation(&valid).observer(&mut watch).run();
        watch.finish()?;
        Ok(Training {
            history: history.map_err(|error| diverged(error, name))?,
            network,
            trunk_sha256: watch.trunk_sha256,
            tuned: None,
        })
    }
}

/// Equal for equal trainings of a job: the seeds, and what is trained.
fn shared_key(cell: &Cell, arm: Option<&ArmRecipe>) -> String {
    let recipe = &cell.recipe;
    let shuffled = recipe.source.as_ref().is_some_and(|s| s.shuffled_labels);
    let of = (recipe.init_seed, recipe.order_seed, shuffled, arm);
    serde_json::to_string(&of).expect("a recipe is plain data")
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

/// A network of a source that the recipe does not have.
pub(crate) fn no_source() -> Stop {
    TrainError::Examples("the recipe has no source task".to_owned()).into()
}

//! [`Training`]: the training loop, epoch by epoch.

use fm_nn::{Network, Rows};

use crate::checkpoint::{Checkpoint, Setup, State};
use crate::error::{TrainError, at_least_1, require};
use crate::examples::Examples;
use crate::observer::{EpochRecord, Observer, StepRecord};
use crate::phase::Phase;
use crate::scores::Scores;
use crate::seed::shuffle;
use crate::stage::{Stage, above};
use crate::trainer::Trainer;

/// A training that has started: [`epoch`](Self::epoch) runs one epoch, and between two epochs
/// [`checkpoint`](Self::checkpoint) returns all that is needed to resume later.
///
/// ```
/// # use fm_nn::{Activation, FreezeMask, Init, Loss, Network, TrunkSpec};
/// # use fm_train::{Adam, Examples, Phase, Seeds, Trainer};
/// # let points = ndarray::Array2::from_shape_fn((40, 1), |(i, _)| i as f32 / 20.0 - 1.0);
/// # let labels: Vec<u8> = (0..40).map(|i| u8::from(i >= 20)).collect();
/// # let train = Examples::new(&points, &labels)?;
/// # let (seeds, spec) = (Seeds::new(42), TrunkSpec {
/// #     inputs: 1, hidden: vec![8], activation: Activation::Selu, init: Init::GlorotUniform });
/// # let mut rng = seeds.stream("weights").rng();
/// # let network = Network::new(spec.trunk(&mut rng), spec.head(1, &mut rng))?;
/// # let trainer = Trainer::new(Loss::BinaryCrossEntropy, seeds.stream("shuffle"));
/// use fm_train::Checkpoint;
///
/// let phases = [Phase::new(4, FreezeMask::none(2), Adam::new(0.01))];
/// let mut whole = network.clone();
/// trainer.fit(&mut whole, &phases, &train).run()?;
///
/// let mut first = network.clone();
/// let mut training = trainer.fit(&mut first, &phases, &train);
/// training.epoch()?;
/// let bytes = training.checkpoint().expect("no error, no `Break`").to_bytes();
///
/// // Later, perhaps in another process:
/// let checkpoint = Checkpoint::from_bytes(&bytes)?;
/// let mut second = network.clone();
/// let rest = trainer.fit(&mut second, &phases, &train).resume(&checkpoint)?;
/// let history = rest.run()?;
/// assert_eq!((second == whole, history.len()), (true, 4));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use = "call `run` or `epoch`"]
pub struct Training<'a> {
    trainer: &'a Trainer,
    network: &'a mut Network,
    phases: &'a [Phase],
    train: Examples<'a>,
    valid: Option<Examples<'a>>,
    observer: Option<&'a mut dyn Observer>,
    history: Vec<EpochRecord>,
    /// Index of the current phase, or of the next one; their number at the end, [`ENDED`] after an
    /// error or a `Break`.
    phase: usize,
    /// Of the current phase.
    stage: Option<Stage>,
}

/// The phase of a training that did not run to its end.
const ENDED: usize = usize::MAX;

impl Trainer {
    /// A training of `network` through `phases` on `train`: add validation examples or an observer
    /// if needed, then [`run`](Training::run) it.
    ///
    /// The outputs of layers below the lowest trainable one are computed once per phase, not once
    /// per epoch.
    pub fn fit<'a>(
        &'a self,
        network: &'a mut Network,
        phases: &'a [Phase],
        train: &'a Examples<'_>,
    ) -> Training<'a> {
        Training {
            trainer: self,
            network,
            phases,
            train: train.reborrow(),
            valid: None,
            observer: None,
            history: Vec::new(),
            phase: 0,
            stage: None,
        }
    }
}

impl<'a> Training<'a> {
    /// Scores the network on these examples, if any, after every epoch.
    ///
    /// # Panics
    /// If the training has started or was resumed: its phase keeps features of the examples.
    pub fn validation<'b: 'a>(mut self, valid: impl Into<Option<&'a Examples<'b>>>) -> Self {
        let fresh = self.history.is_empty() && self.stage.is_none();
        assert!(
            fresh,
            "set the validation examples before the first epoch and before resuming"
        );
        self.valid = valid.into().map(Examples::reborrow);
        self
    }

    /// Calls the observer during the training.
    pub fn observer(mut self, observer: &'a mut dyn Observer) -> Self {
        self.observer = Some(observer);
        self
    }

    /// Continues a training from a checkpoint, with the same bits as without the interruption. The
    /// network gets the checkpoint's weights, whatever its own.
    ///
    /// The phases must equal those of the checkpoint, which are [`Checkpoint::phases`].
    ///
    /// # Errors
    /// [`TrainError::Checkpoint`] names the first difference of network, phases, loss, batches or
    /// numbers of rows; else as [`epoch`](Self::epoch). The network is not changed then.
    pub fn resume(mut self, checkpoint: &Checkpoint) -> Result<Self, TrainError> {
        checkpoint.check(self.network, self.phases, &self.setup())?;
        self.check()?;
        let state = &checkpoint.state;
        let current = state.progress.as_ref().zip(self.phases.get(state.phase));
        if let Some((progress, phase)) = current {
            let mut stage = self.stage(&checkpoint.network, phase)?;
            stage.optimizer.restore(&checkpoint.optimizer)?;
            stage.progress = progress.clone();
            stage.best.clone_from(&checkpoint.best);
            self.stage = Some(stage);
        }
        self.network.clone_from(&checkpoint.network);
        self.history.clone_from(&state.history);
        self.phase = state.phase;
        Ok(self)
    }

    /// All that is needed to resume the training from here; none if an error or the observer ended
    /// it. To stop and resume later, stop calling [`epoch`](Self::epoch).
    pub fn checkpoint(&self) -> Option<Checkpoint> {
        let stage = self.stage.as_ref();
        (self.phase != ENDED).then(|| Checkpoint {
            state: State {
                setup: self.setup(),
                phases: self.phases.to_vec(),
                phase: self.phase,
                history: self.history.clone(),
                progress: stage.map(|stage| stage.progress.clone()),
            },
            network: self.network.clone(),
            best: stage.and_then(|stage| stage.best.clone()),
            optimizer: stage.map_or_else(Vec::new, |stage| stage.optimizer.save()),
        })
    }

    /// Runs the remaining epochs and returns the records of all.
    ///
    /// # Errors
    /// As [`epoch`](Self::epoch).
    pub fn run(mut self) -> Result<Vec<EpochRecord>, TrainError> {
        while self.epoch()?.is_some() {}
        Ok(self.history)
    }

    /// Runs one epoch and returns its record; none if the training is at its end, or the observer
    /// ends it.
    ///
    /// # Errors
    /// [`TrainError`] if examples, network, loss and phases do not fit each other, before anything
    /// is changed; [`TrainError::Diverged`] if a loss or a weight is no longer finite. The training
    /// is at its end then.
    pub fn epoch(&mut self) -> Result<Option<EpochRecord>, TrainError> {
        let Some(phase) = self.phases.get(self.phase) else {
            return Ok(None);
        };
        // Unless this epoch ends well.
        let index = std::mem::replace(&mut self.phase, ENDED);
        let mut stage = match self.stage.take() {
            Some(stage) => stage,
            None => {
                self.check()?;
                self.stage(self.network, phase)?
            }
        };
        let Some((record, last)) = self.run_epoch(&mut stage, phase, index + 1)? else {
            self.restore_best(&mut stage);
            return Ok(None);
        };
        self.history.push(record);
        if stage.progress.add(phase, record.valid.as_ref()) {
            stage.best = Some(self.network.clone());
        }
        let observer = self.observer.as_mut();
        let ended = observer.is_some_and(|o| o.epoch(&record, self.network).is_break());
        if ended {
            self.restore_best(&mut stage);
        } else if stage.progress.is_done(phase) {
            self.restore_best(&mut stage);
            stage.check_last_step(self.network, last)?;
            self.phase = index + 1;
            if let Some(observer) = &mut self.observer {
                observer.phase(self.phase, self.network);
            }
        } else {
            (self.phase, self.stage) = (index, Some(stage));
        }
        Ok(Some(record))
    }

    /// The weights of the phase's best epoch, if it stops early.
    fn restore_best(&mut self, stage: &mut Stage) {
        if let Some(best) = stage.best.take() {
            *self.network = best;
        }
    }

    /// The start of a phase of `network`.
    fn stage(&self, network: &Network, phase: &Phase) -> Result<Stage, TrainError> {
        Stage::new(
            self.trainer,
            network,
            phase,
            &self.train,
            self.valid.as_ref(),
        )
    }

    /// The settings that a checkpoint compares.
    fn setup(&self) -> Setup {
        Setup {
            loss: self.trainer.loss,
            batch_size: self.trainer.batch_size,
            order: self.trainer.order,
            dropout: self.trainer.dropout,
            train_rows: self.train.rows(),
            valid_rows: self.valid.map(|valid| valid.rows()),
        }
    }

    /// Checks that everything fits the network.
    fn check(&self) -> Result<(), TrainError> {
        let (trainer, network) = (self.trainer, &*self.network);
        at_least_1("batch_size", trainer.batch_size)?;
        trainer.loss.check_outputs(network.outputs())?;
        self.train.check("training", network)?;
        if let Some(valid) = &self.valid {
            valid.check("validation", network)?;
        }
        let validated = self.valid.is_some();
        let validation = "off without validation examples";
        for phase in self.phases {
            phase.check(network)?;
            let stops = validated || phase.early_stopping.is_none();
            require("early_stopping", validation, "on", stops)?;
            let reduces = validated || phase.reduce_on_plateau.is_none();
            require("reduce_on_plateau", validation, "on", reduces)?;
            let drops = trainer.dropout.is_some() || phase.dropout.is_none();
            require(
                "dropout",
                "off where the trainer has no stream for it",
                "on",
                drops,
            )?;
        }
        Ok(())
    }

    /// One epoch with its validation, and its last step; none if the observer ends it. `number` is
    /// that of the phase.
    fn run_epoch(
        &mut self,
        stage: &mut Stage,
        phase: &Phase,
        number: usize,
    ) -> Result<Option<(EpochRecord, StepRecord)>, TrainError> {
        let (trainer, epoch) = (self.trainer, self.history.len() + 1);
        let capacity = stage.workspace.capacity();
        let epoch_steps = self.train.rows().div_ceil(capacity);
        let steps = phase.epochs.saturating_mul(epoch_steps);
        let steps_before = stage.progress.epochs * epoch_steps;
        if let Some(stream) = &trainer.order {
            shuffle(&mut stage.order, &mut stream.nth(epoch as u64));
        }
        let dropout = phase.dropout.zip(trainer.dropout);
        let mut dropout = dropout.map(|(rule, stream)| (rule, stream.nth(epoch as u64)));
        let mut tally = Scores::default();
        let mut step = StepRecord {
            phase: number,
            epoch,
            step: 0,
            loss: 0.0,
        };
        for (index, rows) in stage.order.chunks(capacity).enumerate() {
            let n_rows = rows.len();
            let train = above(&self.train, stage.first, stage.train_features.as_ref());
            let row = |i: usize| rows[i] as usize;
            stage.batch.gather(&trainer.engine, &train, n_rows, row);
            if let Some((rule, rng)) = &mut dropout {
                stage
                    .workspace
                    .draw_dropout(*rule, stage.first, n_rows, rng);
            }
            let inputs = Rows::of(&stage.batch.inputs).first(n_rows);
            let workspace = &mut stage.workspace;
            let layers = stage.first..self.network.layers().len();
            self.network.forward(layers, inputs, workspace)?;
            let classes = &stage.batch.classes;
            let loss_sum = workspace.loss(&stage.objective, classes);
            (step.step, step.loss) = (index + 1, loss_sum / n_rows as f64);
            if !loss_sum.is_finite() {
                return Err(stage.diverged(self.network, "training", step));
            }
            tally.add(loss_sum, workspace.logits(), classes);
            let scheduled = phase
                .schedule
                .factor(steps_before + index, epoch_steps, steps);
            let factor = scheduled * stage.progress.plateau.factor;
            stage.optimizer.set_lr_factor(factor);
            self.network
                .backward(inputs, workspace, &stage.mask, &mut stage.optimizer)?;
            let observer = self.observer.as_mut();
            if observer.is_some_and(|observer| observer.step(&step).is_break()) {
                return Ok(None);
            }
        }
        let mut record = EpochRecord {
            phase: number,
            epoch,
            train: tally.mean(),
            valid: None,
        };
        if let (Some(evaluator), Some(valid)) = (&mut stage.evaluator, &self.valid) {
            let valid = above(valid, stage.first, stage.valid_features.as_ref());
            let scores = evaluator.evaluate(self.network, &valid, trainer.loss)?;
            if !scores.loss.is_finite() {
                step.loss = scores.loss;
                return Err(stage.diverged(self.network, "validation", step));
            }
            record.valid = Some(scores);
        }
        Ok(Some((record, step)))
    }
}

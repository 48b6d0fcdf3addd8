//! [`Training`]: the training loop, epoch by epoch.

use fm_nn::{Network, Objective, Rows, Workspace};
use ndarray::Array2;

use crate::checkpoint::{Checkpoint, Midway};
use crate::error::TrainError;
use crate::examples::{Batch, Examples};
use crate::guard::first_not_finite;
use crate::history::EpochRecord;
use crate::metrics::{Evaluator, Scores, Tally};
use crate::observer::{Observer, StepRecord};
use crate::optimizer::OptimizerState;
use crate::order::shuffle;
use crate::phase::Phase;
use crate::trainer::{RowOrder, Trainer};

/// A training under way: [`epoch`](Self::epoch) goes one epoch further, and between two of them
/// [`checkpoint`](Self::checkpoint) takes all that is needed to go on later.
///
/// ```
/// # use fm_nn::{Activation, Engine, FreezeMask, Init, Loss, Network, TrunkSpec};
/// # use fm_train::{Adam, Examples, Inputs, Labels, Optimizer, Phase, RowOrder, Seeds, Trainer};
/// # let points = ndarray::Array2::from_shape_fn((40, 1), |(i, _)| i as f32 / 20.0 - 1.0);
/// # let labels: Vec<u8> = (0..40).map(|i| u8::from(i >= 20)).collect();
/// # let examples = Examples::new(Inputs::F32(points.view()), Labels::U8(&labels))?;
/// # let (seeds, spec) = (Seeds::new(42), TrunkSpec {
/// #     inputs: 1, hidden: vec![8], activation: Activation::Selu, init: Init::GlorotUniform });
/// # let mut rng = seeds.stream("weights").rng();
/// # let network = Network::new(spec.trunk(&mut rng), spec.head(1, &mut rng))?;
/// # let trainer = Trainer { engine: Engine::portable(), loss: Loss::BinaryCrossEntropy,
/// #     batch_size: 8, order: RowOrder::Shuffled(seeds.stream("shuffle")) };
/// use fm_train::Checkpoint;
///
/// let phases = [Phase::new(4, FreezeMask::none(2), Optimizer::Adam(Adam::new(0.01)))];
/// let mut whole = network.clone();
/// trainer.fit(&mut whole, &phases, &examples, None, &mut ())?;
///
/// let mut first = network.clone();
/// let mut training = trainer.start(&mut first, &phases, &examples, None)?;
/// training.epoch(&mut ())?;
/// let bytes = training.checkpoint().expect("between two epochs").to_bytes();
///
/// // Later, perhaps in another process:
/// let checkpoint = Checkpoint::from_bytes(&bytes)?;
/// let mut second = network.clone();
/// let rest = trainer.resume(&mut second, &phases, &checkpoint, &examples, None)?;
/// let history = rest.finish(&mut ())?;
/// assert_eq!((second == whole, history.len()), (true, 4));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Training<'a> {
    trainer: &'a Trainer,
    network: &'a mut Network,
    phases: &'a [Phase],
    train: Examples<'a>,
    valid: Option<Examples<'a>>,
    history: Vec<EpochRecord>,
    /// Index of the phase that is under way or comes next.
    phase: usize,
    /// Of the phase that is under way.
    stage: Option<Stage>,
    end: End,
}

/// Whether and how a training has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    No,
    /// An observer ended it after an epoch.
    Between,
    /// It ended inside an epoch.
    Inside,
}

/// A phase under way: the layers from `first` on, on inputs of layer `first`.
#[derive(Debug)]
struct Stage {
    first: usize,
    /// What the frozen layers below make of the rows; none where there are none.
    train_features: Option<Array2<f32>>,
    valid_features: Option<Array2<f32>>,
    optimizer: OptimizerState,
    objective: Objective,
    workspace: Workspace,
    batch: Batch,
    evaluator: Option<Evaluator>,
    order: Vec<u32>,
    midway: Midway,
}

/// The examples as the layers above a frozen trunk see them.
fn above<'a>(examples: &'a Examples<'_>, features: Option<&'a Array2<f32>>) -> Examples<'a> {
    match features {
        Some(features) => examples.with_inputs(features.view()),
        None => examples.reborrow(),
    }
}

impl<'a> Training<'a> {
    pub(crate) fn new(
        trainer: &'a Trainer,
        network: &'a mut Network,
        phases: &'a [Phase],
        train: &'a Examples<'_>,
        valid: Option<&'a Examples<'_>>,
    ) -> Self {
        Self {
            trainer,
            network,
            phases,
            train: train.reborrow(),
            valid: valid.map(Examples::reborrow),
            history: Vec::new(),
            phase: 0,
            stage: None,
            end: End::No,
        }
    }

    /// Takes over what a checkpoint that fits says, but for the weights.
    pub(crate) fn go_on_from(&mut self, checkpoint: &Checkpoint) -> Result<(), TrainError> {
        self.history.clone_from(&checkpoint.history);
        self.phase = checkpoint.phase;
        if let Some((midway, optimizer)) = &checkpoint.midway {
            let mut stage = self.stage(&self.phases[self.phase])?;
            stage.midway = midway.clone();
            stage.optimizer.restore(optimizer);
            self.stage = Some(stage);
        }
        Ok(())
    }

    /// One record per epoch so far.
    pub fn history(&self) -> &[EpochRecord] {
        &self.history
    }

    /// The network as it is now.
    pub fn network(&self) -> &Network {
        self.network
    }

    /// Goes through one epoch and returns its record; none when the training is at its end, or an
    /// observer ends it there.
    ///
    /// # Errors
    /// [`TrainError::NotFinite`] if a loss stops being a number; nothing can be done with the
    /// training then.
    pub fn epoch(
        &mut self,
        observer: &mut dyn Observer,
    ) -> Result<Option<EpochRecord>, TrainError> {
        let (phase, mut stage) = loop {
            let Some(phase) = self.phases.get(self.phase) else {
                return Ok(None);
            };
            if self.end != End::No {
                return Ok(None);
            }
            let stage = match self.stage.take() {
                Some(stage) => stage,
                None => self.stage(phase)?,
            };
            // A phase may have been left between its last epoch and its end.
            if stage.midway.is_done(phase) {
                self.end_phase(stage, observer);
            } else {
                break (phase, stage);
            }
        };
        self.end = End::Inside;
        let Some(record) = self.run_epoch(phase, &mut stage, observer)? else {
            return Ok(None);
        };
        self.history.push(record);
        stage.midway.see(phase, &record, self.network);
        if observer.epoch(&record, self.network).is_break() {
            (self.end, self.stage) = (End::Between, Some(stage));
            return Ok(Some(record));
        }
        self.end = End::No;
        if stage.midway.is_done(phase) {
            self.end_phase(stage, observer);
        } else {
            self.stage = Some(stage);
        }
        Ok(Some(record))
    }

    /// Goes through all epochs that are left and returns the records of all.
    ///
    /// # Errors
    /// As [`epoch`](Self::epoch).
    pub fn finish(mut self, observer: &mut dyn Observer) -> Result<Vec<EpochRecord>, TrainError> {
        while self.epoch(observer)?.is_some() {}
        Ok(self.history)
    }

    /// All that is needed to go on from here; none where an observer or an error ended the
    /// training inside an epoch.
    pub fn checkpoint(&self) -> Option<Checkpoint> {
        (self.end != End::Inside).then(|| Checkpoint {
            setup: self.trainer.setup(&self.train, self.valid.as_ref()),
            phases: self.phases.to_vec(),
            phase: self.phase,
            history: self.history.clone(),
            network: self.network.clone(),
            midway: self
                .stage
                .as_ref()
                .map(|stage| (stage.midway.clone(), stage.optimizer.save())),
        })
    }

    /// Begins a phase.
    fn stage(&self, phase: &Phase) -> Result<Stage, TrainError> {
        let engine = &self.trainer.engine;
        let first = phase.mask.lowest_trainable().unwrap_or(0);
        // A frozen trunk gives the same outputs at every epoch.
        let frozen = |examples: &Examples<'_>| {
            (first > 0)
                .then(|| self.network.features(first, examples.inputs(), engine))
                .transpose()
        };
        let rows = self.train.rows();
        let capacity = self.trainer.batch_size.min(rows);
        let mut workspace = Workspace::for_training(self.network, engine.clone(), capacity);
        workspace.set_dropout(self.network, phase.dropout.map(|(rule, _)| rule));
        let evaluator = || Evaluator::from_layer(self.network, engine.clone(), first);
        Ok(Stage {
            first,
            train_features: frozen(&self.train)?,
            valid_features: match &self.valid {
                Some(valid) => frozen(valid)?,
                None => None,
            },
            optimizer: OptimizerState::for_phase(phase, self.network)?,
            objective: phase.objective(self.trainer.loss),
            workspace,
            batch: Batch::new(capacity, self.network.layers()[first].inputs()),
            evaluator: self.valid.as_ref().map(|_| evaluator()),
            order: (0..rows as u32).collect(),
            midway: Midway::new(),
        })
    }

    fn end_phase(&mut self, stage: Stage, observer: &mut dyn Observer) {
        if let Some(best) = stage.midway.best {
            *self.network = best;
        }
        self.phase += 1;
        observer.phase(self.phase, self.network);
    }

    /// One epoch and its validation; none if the observer ends it.
    fn run_epoch(
        &mut self,
        phase: &Phase,
        stage: &mut Stage,
        observer: &mut dyn Observer,
    ) -> Result<Option<EpochRecord>, TrainError> {
        let (number, epoch) = (self.phase + 1, self.history.len() + 1);
        let network = &mut *self.network;
        let train = above(&self.train, stage.train_features.as_ref());
        let capacity = stage.workspace.capacity();
        let epoch_steps = train.rows().div_ceil(capacity);
        let steps = phase.epochs.saturating_mul(epoch_steps);
        let steps_before = stage.midway.epochs * epoch_steps;
        if let RowOrder::Shuffled(stream) = &self.trainer.order {
            shuffle(&mut stage.order, &mut stream.nth(epoch as u64));
        }
        let mut left_out = phase.dropout.map(|(_, stream)| stream.nth(epoch as u64));
        let mut tally = Tally::default();
        for (index, rows) in stage.order.chunks(capacity).enumerate() {
            let n_rows = rows.len();
            let row = |i: usize| rows[i] as usize;
            stage
                .batch
                .gather(&self.trainer.engine, &train, n_rows, row);
            if let Some(rng) = &mut left_out {
                stage.workspace.draw_dropout(stage.first, n_rows, rng);
            }
            let inputs = Rows::of(&stage.batch.inputs).first(n_rows);
            network.forward_from(stage.first, inputs, &mut stage.workspace)?;
            let classes = &stage.batch.classes;
            let loss_sum = stage
                .workspace
                .objective_and_gradient(&stage.objective, classes);
            let step = StepRecord {
                phase: number,
                epoch,
                step: index + 1,
                loss: loss_sum / n_rows as f64,
            };
            if !loss_sum.is_finite() {
                return Err(not_finite("training", &step, network, stage, n_rows));
            }
            tally.add(loss_sum, stage.workspace.logits(), classes);
            let scheduled = phase
                .schedule
                .factor(steps_before + index, epoch_steps, steps);
            let factor = scheduled * stage.midway.plateau.factor;
            stage.optimizer.set_lr_factor(factor);
            network.backward(
                inputs,
                &mut stage.workspace,
                &phase.mask,
                &mut stage.optimizer,
            )?;
            if observer.step(&step).is_break() {
                return Ok(None);
            }
        }
        let train_scores = tally.scores();
        let valid = match (&mut stage.evaluator, &self.valid) {
            (Some(evaluator), Some(valid)) => {
                let valid = above(valid, stage.valid_features.as_ref());
                Some(evaluator.evaluate(network, &valid, self.trainer.loss)?)
            }
            _ => None,
        };
        if let Some(Scores { loss, .. }) = valid
            && !loss.is_finite()
        {
            let step = StepRecord {
                phase: number,
                epoch,
                step: epoch_steps,
                loss,
            };
            let n_rows = stage.batch.classes.len();
            return Err(not_finite("validation", &step, network, stage, n_rows));
        }
        Ok(Some(EpochRecord {
            phase: number,
            epoch,
            train: train_scores,
            valid,
        }))
    }
}

/// Says where a loss that is no number began.
fn not_finite(
    what: &'static str,
    step: &StepRecord,
    network: &Network,
    stage: &mut Stage,
    n_rows: usize,
) -> TrainError {
    if what == "validation" {
        // The weights as they are now, on the latest batch.
        let inputs = Rows::of(&stage.batch.inputs).first(n_rows);
        let computed = network.forward_from(stage.first, inputs, &mut stage.workspace);
        if let Err(error) = computed {
            return error.into();
        }
    }
    let inputs = stage.batch.inputs.view();
    let inputs = inputs.slice_move(ndarray::s![..n_rows, ..]);
    TrainError::NotFinite {
        phase: step.phase,
        epoch: step.epoch,
        step: step.step,
        what,
        loss: step.loss,
        first: first_not_finite(network, stage.first, inputs, &stage.workspace),
    }
}

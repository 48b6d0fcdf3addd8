//! [`Stage`]: a phase under way, and the loop over the steps of an epoch.

use fm_nn::{Network, Objective, Rows, Workspace};

use crate::batch::Batch;
use crate::checkpoint::Progress;
use crate::error::TrainError;
use crate::examples::{Data, Examples};
use crate::features::Features;
use crate::guard::{first_not_finite, is_finite};
use crate::observer::{EpochRecord, Observer, StepRecord};
use crate::optimizer::OptimizerState;
use crate::phase::Phase;
use crate::scores::{Evaluator, Tally};
use crate::seed::shuffle;
use crate::trainer::{RowOrder, Trainer};

/// A phase under way: it trains the layers from `first` on, with inputs of layer `first`.
pub(crate) struct Stage<'a> {
    first: usize,
    /// The outputs of the frozen layers below; none if the examples are the inputs.
    train_features: Option<Features<'a>>,
    valid_features: Option<Features<'a>>,
    pub(crate) optimizer: OptimizerState,
    objective: Objective,
    workspace: Workspace,
    batch: Batch,
    evaluator: Option<Evaluator>,
    order: Vec<u32>,
    pub(crate) progress: Progress,
    /// The network of the best epoch so far, if the phase stops early.
    pub(crate) best: Option<Network>,
}

impl<'a> Stage<'a> {
    pub(crate) fn new(
        trainer: &Trainer,
        network: &Network,
        phase: &Phase,
        data: &Data<'a>,
    ) -> Result<Self, TrainError> {
        let engine = &trainer.engine;
        let first = phase.mask.lowest_trainable().unwrap_or(0);
        // The outputs of frozen layers are the same in every epoch.
        let frozen = |examples: &Examples<'a>| {
            let below = first > examples.layer();
            below.then(|| Features::new(network, first, examples, engine))
        };
        let valid = data.valid.as_ref();
        let rows = data.train.rows();
        let capacity = trainer.batch_size.min(rows);
        Ok(Self {
            first,
            train_features: frozen(&data.train).transpose()?,
            valid_features: valid.and_then(frozen).transpose()?,
            optimizer: phase.optimizer_state(network)?,
            objective: phase.objective(trainer.loss),
            workspace: Workspace::for_training(network, engine.clone(), capacity),
            batch: Batch::new(capacity, network.layers()[first].inputs()),
            evaluator: valid.map(|_| Evaluator::new(network, engine.clone())),
            order: (0..rows as u32).collect(),
            progress: Progress::default(),
            best: None,
        })
    }

    /// One epoch and its validation; none if the observer ends it. `number` is that of the phase,
    /// `epoch` that of the epoch in the whole training.
    pub(crate) fn run_epoch(
        &mut self,
        trainer: &Trainer,
        network: &mut Network,
        phase: &Phase,
        data: &Data<'_>,
        (number, epoch): (usize, usize),
        observer: &mut Option<&mut dyn Observer>,
    ) -> Result<Option<EpochRecord>, TrainError> {
        let capacity = self.workspace.capacity();
        let epoch_steps = data.train.rows().div_ceil(capacity);
        let steps = phase.epochs.saturating_mul(epoch_steps);
        let steps_before = self.progress.epochs * epoch_steps;
        let mut order = std::mem::take(&mut self.order);
        if let RowOrder::Shuffled(stream) = &trainer.order {
            shuffle(&mut order, &mut stream.nth(epoch as u64));
        }
        let dropout = phase.dropout;
        let mut dropout = dropout.map(|(rule, stream)| (rule, stream.nth(epoch as u64)));
        let mut tally = Tally::default();
        let mut step = StepRecord {
            phase: number,
            epoch,
            step: 0,
            loss: 0.0,
        };
        for (index, rows) in order.chunks(capacity).enumerate() {
            let n_rows = rows.len();
            let train = above(&data.train, self.train_features.as_ref());
            let row = |i: usize| rows[i] as usize;
            self.batch.gather(&trainer.engine, &train, n_rows, row);
            if let Some((rule, rng)) = &mut dropout {
                self.workspace.draw_dropout(*rule, self.first, n_rows, rng);
            }
            let inputs = Rows::of(&self.batch.inputs).first(n_rows);
            let layers = self.first..network.layers().len();
            network.forward(layers, inputs, &mut self.workspace)?;
            let classes = &self.batch.classes;
            let loss_sum = self.workspace.loss(&self.objective, classes);
            (step.step, step.loss) = (index + 1, loss_sum / n_rows as f64);
            if !loss_sum.is_finite() {
                return Err(self.diverged(network, "training", step));
            }
            tally.add(loss_sum, self.workspace.logits(), classes);
            let scheduled = phase
                .schedule
                .factor(steps_before + index, epoch_steps, steps);
            let factor = scheduled * self.progress.lr_factor();
            self.optimizer.set_lr_factor(factor);
            network.backward(
                inputs,
                &mut self.workspace,
                &phase.mask,
                &mut self.optimizer,
            )?;
            let observer = observer.as_mut();
            if observer.is_some_and(|observer| observer.step(&step).is_break()) {
                return Ok(None);
            }
        }
        self.order = order;
        let mut record = EpochRecord {
            phase: number,
            epoch,
            train: tally.scores(),
            valid: None,
        };
        if let (Some(evaluator), Some(valid)) = (&mut self.evaluator, &data.valid) {
            let valid = above(valid, self.valid_features.as_ref());
            let scores = evaluator.evaluate(network, &valid, trainer.loss)?;
            if !scores.loss.is_finite() {
                step.loss = scores.loss;
                return Err(self.diverged(network, "validation", step));
            }
            record.valid = Some(scores);
        }
        Ok(Some(record))
    }

    /// Checks the weights after the last step of the phase. The loss of a step is that before it,
    /// so nothing else notices what the last step did.
    pub(crate) fn check_last_step(
        &mut self,
        network: &Network,
        (number, epoch): (usize, usize),
    ) -> Result<(), TrainError> {
        if is_finite(network, self.first) {
            return Ok(());
        }
        let step = StepRecord {
            phase: number,
            epoch,
            step: self.order.len().div_ceil(self.workspace.capacity()),
            loss: f64::NAN,
        };
        Err(self.diverged(network, "training", step))
    }

    fn diverged(&mut self, network: &Network, what: &'static str, step: StepRecord) -> TrainError {
        let workspace = &mut self.workspace;
        TrainError::Diverged {
            phase: step.phase,
            epoch: step.epoch,
            step: step.step,
            what,
            loss: step.loss,
            first: first_not_finite(network, self.first, &self.batch, workspace),
        }
    }
}

/// The examples as inputs of the layers above the frozen ones.
fn above<'e>(examples: &'e Examples<'_>, features: Option<&'e Features<'_>>) -> Examples<'e> {
    features.map_or_else(|| examples.reborrow(), Features::examples)
}

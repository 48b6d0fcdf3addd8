//! [`Trainer`]: the training loop.

use std::ops::ControlFlow;

use fm_nn::{Engine, Loss, Matrix, Network, Rows, Targets, Workspace};

use crate::error::TrainError;
use crate::examples::{Batch, Examples};
use crate::features::features;
use crate::history::EpochRecord;
use crate::metrics::{Evaluator, Tally};
use crate::observer::{Observer, StepRecord};
use crate::optimizer::OptimizerState;
use crate::order::shuffle;
use crate::phase::Phase;
use crate::seed::Stream;

/// How the rows of an epoch are ordered.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RowOrder {
    /// As they are.
    Given,
    /// A new permutation each epoch, from the stream's generator of that epoch (counted from 1
    /// through all phases), so trainings with the same stream visit rows in the same order.
    Shuffled(Stream),
}

/// Trains networks.
#[derive(Clone, Debug)]
pub struct Trainer {
    /// Computes everything.
    pub engine: Engine,
    /// What is made small.
    pub loss: Loss,
    /// Rows of a step, 1 or more; the last step of an epoch takes what is left.
    pub batch_size: usize,
    /// The order of an epoch's rows.
    pub order: RowOrder,
}

/// What a phase trains: the layers from `first` on, on inputs of layer `first`.
struct Stage<'a> {
    first: usize,
    train: Examples<'a>,
    valid: Option<Examples<'a>>,
}

/// The examples as the layers above a frozen trunk see them.
fn above<'a>(examples: &'a Examples<'_>, features: Option<&'a Matrix>) -> Examples<'a> {
    match features {
        Some(features) => examples.with_inputs(features.view()),
        None => examples.reborrow(),
    }
}

impl Trainer {
    /// Trains `network` through `phases` on `train`, scoring it on `valid` after every epoch.
    ///
    /// Layers below the lowest trainable one of a phase are computed once for the phase, not once
    /// per epoch. Returns one record per epoch.
    ///
    /// # Errors
    /// [`TrainError`] if rows, network, loss, mask and settings do not fit each other, before
    /// anything is changed; [`TrainError::NotFinite`] if the loss stops being a number.
    pub fn fit(
        &self,
        network: &mut Network,
        phases: &[Phase],
        train: &Examples<'_>,
        valid: Option<&Examples<'_>>,
        observer: &mut dyn Observer,
    ) -> Result<Vec<EpochRecord>, TrainError> {
        self.check(network, phases, train, valid)?;
        let mut history = Vec::new();
        for (index, phase) in phases.iter().enumerate() {
            let first = phase.mask.lowest_trainable().unwrap_or(0);
            // A frozen trunk gives the same outputs at every epoch.
            let frozen = |examples: &Examples<'_>| {
                (first > 0).then(|| features(network, first, examples, &self.engine))
            };
            let (train_features, valid_features) = (frozen(train), valid.and_then(frozen));
            let stage = Stage {
                first,
                train: above(train, train_features.as_ref()),
                valid: valid.map(|valid| above(valid, valid_features.as_ref())),
            };
            let flow = self.phase(network, index + 1, phase, &stage, &mut history, observer)?;
            if flow.is_break() {
                break;
            }
            observer.phase(index + 1, network);
        }
        Ok(history)
    }

    fn check(
        &self,
        network: &Network,
        phases: &[Phase],
        train: &Examples<'_>,
        valid: Option<&Examples<'_>>,
    ) -> Result<(), TrainError> {
        if self.batch_size == 0 {
            return Err(TrainError::Setting {
                name: "batch_size",
                expected: "1 or more",
                found: "0".to_owned(),
            });
        }
        self.loss.check_outputs(network.outputs())?;
        let n_classes = network.outputs().max(2);
        train.check("training", network.inputs(), n_classes)?;
        if let Some(valid) = valid {
            valid.check("validation", network.inputs(), n_classes)?;
        }
        phases.iter().try_for_each(|phase| phase.check(network))
    }

    fn phase(
        &self,
        network: &mut Network,
        number: usize,
        phase: &Phase,
        stage: &Stage<'_>,
        history: &mut Vec<EpochRecord>,
        observer: &mut dyn Observer,
    ) -> Result<ControlFlow<()>, TrainError> {
        let mut optimizer = OptimizerState::for_phase(phase, network)?;
        let capacity = self.batch_size.min(stage.train.rows());
        let epoch_steps = stage.train.rows().div_ceil(capacity);
        let (mut steps_done, steps) = (0, phase.epochs.saturating_mul(epoch_steps));
        let mut workspace = Workspace::for_training(network, self.engine.clone(), capacity);
        let mut batch = Batch::new(capacity, network.layers()[stage.first].inputs());
        let mut evaluator = stage
            .valid
            .map(|_| Evaluator::from_layer(network, self.engine.clone(), stage.first));
        let mut order: Vec<u32> = (0..stage.train.rows() as u32).collect();

        for _ in 0..phase.epochs {
            let epoch = history.len() + 1;
            if let RowOrder::Shuffled(stream) = &self.order {
                shuffle(&mut order, &mut stream.nth(epoch as u64));
            }
            let mut tally = Tally::default();
            for (index, rows) in order.chunks(capacity).enumerate() {
                let row = |i: usize| rows[i] as usize;
                batch.gather(&self.engine, &stage.train, rows.len(), row);
                let n_rows = batch.classes.len();
                let inputs = Rows::of(&batch.inputs).first(n_rows);
                network.forward_from(stage.first, inputs, &mut workspace);
                let targets = Targets::Classes(&batch.classes);
                let loss_sum = workspace.loss_and_gradient(self.loss, targets);
                let step = StepRecord {
                    phase: number,
                    epoch,
                    step: index + 1,
                    loss: loss_sum / n_rows as f64,
                };
                if !loss_sum.is_finite() {
                    let StepRecord {
                        phase,
                        epoch,
                        step,
                        loss,
                    } = step;
                    return Err(TrainError::NotFinite {
                        phase,
                        epoch,
                        step,
                        loss,
                    });
                }
                tally.add(loss_sum, workspace.logits(), &batch.classes);
                let factor = phase.schedule.factor(steps_done, epoch_steps, steps);
                optimizer.set_lr_factor(factor);
                network.backward(inputs, &mut workspace, &phase.mask, &mut optimizer);
                steps_done += 1;
                if observer.step(&step).is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
            let valid = match (&mut evaluator, &stage.valid) {
                (Some(evaluator), Some(valid)) => {
                    Some(evaluator.evaluate(network, valid, self.loss)?)
                }
                _ => None,
            };
            let record = EpochRecord {
                phase: number,
                epoch,
                train: tally.scores(),
                valid,
            };
            history.push(record);
            if observer.epoch(&record, network).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}

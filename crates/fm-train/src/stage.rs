//! [`Stage`]: a phase under way.

use fm_nn::{Dense, FreezeMask, Inputs, Network, Objective, Rows, Workspace};
use ndarray::{Array2, ArrayView2, s};

use crate::checkpoint::Progress;
use crate::error::{INPUTS, TrainError};
use crate::examples::{Batch, Examples};
use crate::observer::StepRecord;
use crate::optimizer::OptimizerState;
use crate::phase::Phase;
use crate::scores::Evaluator;
use crate::trainer::Trainer;

/// A phase under way: it trains the layers from `first` on, with inputs of layer `first`.
pub(crate) struct Stage {
    pub(crate) first: usize,
    pub(crate) mask: FreezeMask,
    /// The outputs of the frozen layers below, the same in every epoch.
    pub(crate) train_features: Option<Array2<f32>>,
    pub(crate) valid_features: Option<Array2<f32>>,
    pub(crate) optimizer: OptimizerState,
    pub(crate) objective: Objective,
    pub(crate) workspace: Workspace,
    pub(crate) batch: Batch,
    pub(crate) evaluator: Option<Evaluator>,
    pub(crate) order: Vec<u32>,
    pub(crate) progress: Progress,
    /// The network of the best epoch so far, if the phase stops early.
    pub(crate) best: Option<Network>,
}

impl Stage {
    pub(crate) fn new(
        trainer: &Trainer,
        network: &Network,
        phase: &Phase,
        train: &Examples<'_>,
        valid: Option<&Examples<'_>>,
    ) -> Result<Self, TrainError> {
        let engine = &trainer.engine;
        let mask = phase.check(network)?;
        let first = mask.lowest_trainable().unwrap_or(0);
        let features = |of: &Examples<'_>| network.features(0..first, of.inputs, engine);
        let frozen = |of: &Examples<'_>| (first > 0).then(|| features(of)).transpose();
        let rows = train.rows();
        let capacity = trainer.batch_size.min(rows);
        Ok(Self {
            first,
            mask,
            train_features: frozen(train)?,
            valid_features: valid.map_or(Ok(None), frozen)?,
            optimizer: phase.optimizer_state(network)?,
            objective: Objective {
                loss: trainer.loss,
                label_smoothing: phase.label_smoothing,
                class_weights: phase.class_weights.clone(),
            },
            workspace: Workspace::for_training(network, engine.clone(), capacity),
            batch: Batch::new(capacity, network.layers()[first].inputs()),
            evaluator: valid.map(|_| Evaluator::new(network, engine.clone())),
            order: (0..rows as u32).collect(),
            progress: Progress::default(),
            best: None,
        })
    }

    /// Checks the weights after the last step of the phase. The loss of a step is that before it,
    /// so nothing else notices what the last step did.
    pub(crate) fn check_last_step(
        &mut self,
        network: &Network,
        last: StepRecord,
    ) -> Result<(), TrainError> {
        if network.layers()[self.first..].iter().all(is_finite) {
            return Ok(());
        }
        let loss = f64::NAN;
        Err(self.diverged(network, "training", StepRecord { loss, ..last }))
    }

    pub(crate) fn diverged(
        &mut self,
        network: &Network,
        what: &'static str,
        step: StepRecord,
    ) -> TrainError {
        TrainError::Diverged {
            phase: step.phase,
            epoch: step.epoch,
            step: step.step,
            what,
            loss: step.loss,
            first: self.first_not_finite(network),
        }
    }

    /// Where a forward pass of the latest batch first has values that are not finite.
    fn first_not_finite(&mut self, network: &Network) -> String {
        let (first, n_rows) = (self.first, self.batch.classes.len());
        let rows = Rows::of(&self.batch.inputs).first(n_rows);
        let forward = network.forward(first..network.layers().len(), rows, &mut self.workspace);
        debug_assert!(forward.is_ok(), "the workspace served the training");
        let finite = |values: ArrayView2<'_, f32>| values.iter().all(|x| x.is_finite());
        let activations = |l| format!("the activations of {}", network.layer_name(l));
        for (l, layer) in network.layers().iter().enumerate() {
            if l == first && !finite(self.batch.inputs.view().slice(s![..n_rows, ..])) {
                // Above the first layer, the inputs are outputs of frozen layers.
                return l.checked_sub(1).map_or(INPUTS.to_owned(), activations);
            }
            if !is_finite(layer) {
                return format!("the weights of {}", network.layer_name(l));
            }
            if l >= first && !finite(self.workspace.output(l)) {
                return activations(l);
            }
        }
        "the loss".to_owned()
    }
}

fn is_finite(layer: &Dense) -> bool {
    let mut values = layer.weight().into_iter().chain(layer.bias());
    values.all(|x| x.is_finite())
}

/// The examples as inputs of layer `first`, above the frozen ones.
pub(crate) fn above<'e>(
    examples: &'e Examples<'_>,
    first: usize,
    features: Option<&'e Array2<f32>>,
) -> Examples<'e> {
    let examples = examples.reborrow();
    match features {
        None => examples,
        Some(features) => Examples {
            inputs: Inputs::from(features),
            layer: first,
            ..examples
        },
    }
}

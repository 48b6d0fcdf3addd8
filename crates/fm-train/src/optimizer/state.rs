//! [`OptimizerState`]: an optimizer at work, with what it remembers of each parameter.

use fm_nn::{Dense, FreezeMask, LayerGradient, Level, Matrix, Network, Update};

use super::Optimizer;
use super::rule::{Descent, MeanSquare, Moments, Momentum, Rule, Step};
use super::settings::Sgd;
use crate::error::TrainError;

/// An optimizer with what it remembers of each trainable layer.
#[derive(Debug)]
pub struct OptimizerState {
    optimizer: Optimizer,
    layers: Vec<Option<LayerState>>,
}

/// Buffers of a layer.
#[derive(Debug)]
struct LayerState {
    weight: PartState,
    bias: PartState,
}

/// Buffers of weights or biases, padded as they are.
#[derive(Debug)]
struct PartState {
    gradient: Matrix,
    memory: Vec<Matrix>,
    /// Steps taken.
    steps: u64,
}

impl OptimizerState {
    /// A fresh state for the layers of `network` that `mask` leaves trainable.
    ///
    /// # Errors
    /// As [`Optimizer::check`], and if the mask does not fit the network.
    pub fn new(
        optimizer: Optimizer,
        network: &Network,
        mask: &FreezeMask,
    ) -> Result<Self, TrainError> {
        optimizer.check()?;
        network.check_mask(mask)?;
        let state = |(l, layer): (usize, &Dense)| {
            (!is_plain(&optimizer) && !mask.is_frozen(l))
                .then(|| LayerState::new(&optimizer, layer))
        };
        let layers = network.layers().iter().enumerate().map(state).collect();
        Ok(Self { optimizer, layers })
    }
}

/// Whether the step goes straight into the weights, with no buffers.
fn is_plain(optimizer: &Optimizer) -> bool {
    matches!(optimizer, Optimizer::Sgd(Sgd { momentum, weight_decay, .. })
        if *momentum == 0.0 && *weight_decay == 0.0)
}

/// How many numbers are remembered of a parameter.
fn slots(optimizer: &Optimizer) -> usize {
    match optimizer {
        Optimizer::Sgd(sgd) => usize::from(sgd.momentum != 0.0),
        Optimizer::RmsProp(_) => 1,
        Optimizer::Adam(_) | Optimizer::AdamW(_) => 2,
    }
}

impl Update for OptimizerState {
    fn update(&mut self, layer_idx: usize, layer: &mut Dense, gradient: LayerGradient<'_>) {
        let lr = self.optimizer.lr();
        let Some(state) = &mut self.layers[layer_idx] else {
            gradient.descend(layer, lr as f32);
            return;
        };
        gradient.write_to(&mut state.weight.gradient, &mut state.bias.gradient);
        let level = gradient.level();
        let (weight, bias) = layer.parts_mut();
        state.weight.step(level, &self.optimizer, lr, weight);
        state.bias.step(level, &self.optimizer, lr, bias);
    }
}

impl LayerState {
    fn new(optimizer: &Optimizer, layer: &Dense) -> Self {
        Self {
            weight: PartState::new(optimizer, layer.inputs(), layer.outputs()),
            bias: PartState::new(optimizer, 1, layer.outputs()),
        }
    }
}

impl PartState {
    fn new(optimizer: &Optimizer, rows: usize, cols: usize) -> Self {
        let zeros = || Matrix::zeros(rows, cols);
        Self {
            gradient: zeros(),
            memory: (0..slots(optimizer)).map(|_| zeros()).collect(),
            steps: 0,
        }
    }

    /// One step of `values` on the gradient that was written.
    fn step(&mut self, level: Level, optimizer: &Optimizer, lr: f64, values: &mut Matrix) {
        self.steps += 1;
        match optimizer {
            Optimizer::Sgd(sgd) if sgd.momentum == 0.0 => {
                self.apply(level, Descent::new(sgd, lr), values);
            }
            Optimizer::Sgd(sgd) => self.apply(level, Momentum::new(sgd, lr), values),
            Optimizer::Adam(adam) => {
                self.apply(level, Moments::new(adam, 0.0, lr, self.steps), values);
            }
            Optimizer::AdamW(adamw) => {
                let rule = Moments::new(&adamw.adam(), adamw.weight_decay, lr, self.steps);
                self.apply(level, rule, values);
            }
            Optimizer::RmsProp(rmsprop) => self.apply(level, MeanSquare::new(rmsprop, lr), values),
        }
    }

    fn apply<const N: usize>(&mut self, level: Level, rule: impl Rule<N>, values: &mut Matrix) {
        let mut memory = self.memory.iter_mut();
        level.dispatch(Step {
            rule,
            values: values.padded_mut(),
            gradient: self.gradient.padded(),
            memory: std::array::from_fn(|_| {
                let slot = memory.next().expect("as many slots as the rule remembers");
                slot.padded_mut()
            }),
        });
    }
}

//! [`OptimizerState`]: an optimizer at work, with what it remembers of each parameter.

use fm_nn::{Dense, FreezeMask, LayerGradient, Level, Matrix, Network, PartMask, Update};

use super::Optimizer;
use super::rule::{Descent, MaskedStep, MeanSquare, Moments, Momentum, Rule, Step};
use super::settings::Sgd;
use crate::error::TrainError;

/// An optimizer with what it remembers of each trainable parameter.
///
/// Each step obeys the mask that the backward pass was given: what is frozen at that step keeps
/// its bytes, whatever was gathered before, and so does what is remembered of it.
#[derive(Debug)]
pub struct OptimizerState {
    optimizer: Optimizer,
    layers: Vec<LayerState>,
}

/// Buffers of a layer; none of a part that was never trainable.
#[derive(Debug, Default)]
struct LayerState {
    weight: Option<PartState>,
    bias: Option<PartState>,
    /// For plain descent under a mask of single weights.
    scratch: Option<Matrix>,
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
    /// A fresh state for `network`, with every buffer that steps under `mask` need. A step under
    /// a mask that leaves more trainable makes what is missing.
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
        let mut state = Self {
            optimizer,
            layers: Vec::new(),
        };
        state
            .layers
            .resize_with(network.layers().len(), LayerState::default);
        for (l, layer) in network.layers().iter().enumerate() {
            let (mask, buffers) = (mask.layer(l), &mut state.layers[l]);
            let shape = (layer.inputs(), layer.outputs());
            if is_plain(&optimizer) {
                let elements = mask.weight().elements();
                buffers.scratch = elements.map(|_| Matrix::zeros(shape.0, shape.1));
                continue;
            }
            let new = |mask: &PartMask, shape| {
                (!mask.is_frozen()).then(|| PartState::new(&optimizer, shape))
            };
            buffers.weight = new(mask.weight(), shape);
            buffers.bias = new(mask.bias(), (1, shape.1));
        }
        Ok(state)
    }
}

/// Whether the step goes straight into the weights, with no gradient buffer.
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
        let optimizer = &self.optimizer;
        let lr = optimizer.lr();
        let state = &mut self.layers[layer_idx];
        if is_plain(optimizer) {
            gradient.descend_with(layer, lr as f32, &mut state.scratch);
            return;
        }
        let (level, mask) = (gradient.level(), gradient.mask());
        let shape = (layer.inputs(), layer.outputs());
        let (weight, bias) = layer.parts_mut();
        if !mask.weight().is_frozen() {
            let new = || PartState::new(optimizer, shape);
            let part = state.weight.get_or_insert_with(new);
            gradient.write_weight_to(&mut part.gradient);
            part.step(level, optimizer, lr, mask.weight(), weight);
        }
        if !mask.bias().is_frozen() {
            let new = || PartState::new(optimizer, (1, shape.1));
            let part = state.bias.get_or_insert_with(new);
            gradient.write_bias_to(&mut part.gradient);
            part.step(level, optimizer, lr, mask.bias(), bias);
        }
    }
}

impl PartState {
    fn new(optimizer: &Optimizer, (rows, cols): (usize, usize)) -> Self {
        let zeros = || Matrix::zeros(rows, cols);
        Self {
            gradient: zeros(),
            memory: (0..slots(optimizer)).map(|_| zeros()).collect(),
            steps: 0,
        }
    }

    /// One step of `values` on the gradient that was written.
    fn step(
        &mut self,
        level: Level,
        optimizer: &Optimizer,
        lr: f64,
        mask: &PartMask,
        values: &mut Matrix,
    ) {
        self.steps += 1;
        match optimizer {
            Optimizer::Sgd(sgd) if sgd.momentum == 0.0 => {
                self.apply(level, Descent::new(sgd, lr), mask, values);
            }
            Optimizer::Sgd(sgd) => self.apply(level, Momentum::new(sgd, lr), mask, values),
            Optimizer::Adam(adam) => {
                let rule = Moments::new(adam, 0.0, lr, self.steps);
                self.apply(level, rule, mask, values);
            }
            Optimizer::AdamW(adamw) => {
                let rule = Moments::new(&adamw.adam(), adamw.weight_decay, lr, self.steps);
                self.apply(level, rule, mask, values);
            }
            Optimizer::RmsProp(rmsprop) => {
                self.apply(level, MeanSquare::new(rmsprop, lr), mask, values);
            }
        }
    }

    fn apply<const N: usize>(
        &mut self,
        level: Level,
        rule: impl Rule<N>,
        mask: &PartMask,
        values: &mut Matrix,
    ) {
        let Some(frozen) = mask.elements() else {
            level.dispatch(Step {
                rule,
                values: values.padded_mut(),
                gradient: self.gradient.padded(),
                memory: slices(&mut self.memory, Matrix::padded_mut),
            });
            return;
        };
        for (row, frozen) in frozen.rows().into_iter().enumerate() {
            let step = Step {
                rule,
                values: values.row_mut(row),
                gradient: self.gradient.row(row),
                memory: slices(&mut self.memory, |slot| slot.row_mut(row)),
            };
            let frozen = frozen.to_slice().expect("a mask is in row-major order");
            level.dispatch(MaskedStep { step, frozen });
        }
    }
}

/// A slice of each remembered buffer.
fn slices<const N: usize>(
    memory: &mut [Matrix],
    mut slice: impl FnMut(&mut Matrix) -> &mut [f32],
) -> [&mut [f32]; N] {
    let mut memory = memory.iter_mut();
    std::array::from_fn(|_| {
        slice(
            memory
                .next()
                .expect("as many buffers as the rule has slots"),
        )
    })
}

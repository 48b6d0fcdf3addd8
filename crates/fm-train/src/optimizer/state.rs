//! [`OptimizerState`]: an optimizer at work, with what it remembers of each parameter.

use fm_nn::{
    Dense, FreezeMask, LayerGradient, LayerMask, Level, Matrix, Network, PartMask, Update,
};

use super::Optimizer;
use super::clip::{clip_factor, scale, sum_of_squares};
use super::rule::{Descent, MaskedStep, MeanSquare, Moments, Momentum, Rule, Step};
use super::settings::Sgd;
use crate::error::TrainError;
use crate::phase::Phase;

/// An optimizer with what it remembers of each trainable parameter.
///
/// Each step obeys the mask that the backward pass was given: what is frozen at that step keeps
/// its bytes, whatever was gathered before, and so does what is remembered of it.
#[derive(Debug)]
pub struct OptimizerState {
    optimizer: Optimizer,
    /// What a schedule makes of the learning rate at this step.
    lr_factor: f64,
    /// Per layer; none is 1 for all.
    layer_factors: Vec<f64>,
    clip_norm: Option<f64>,
    /// Of the engine of the latest gradient.
    level: Level,
    layers: Vec<LayerState>,
}

/// Buffers of a layer; none of a part that was never trainable.
#[derive(Debug, Default)]
struct LayerState {
    weight: Option<PartState>,
    bias: Option<PartState>,
    /// For plain descent under a mask of single weights.
    scratch: Option<Matrix>,
    /// Whether a gradient waits for the length of all of them.
    waits: bool,
}

/// Buffers of weights or biases, padded as they are.
#[derive(Debug)]
pub(super) struct PartState {
    gradient: Matrix,
    pub(super) memory: Vec<Matrix>,
    /// Steps taken.
    pub(super) steps: u64,
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
        Self::for_phase(&Phase::new(1, mask.clone(), optimizer), network)
    }

    /// A fresh state for a phase on `network`, with its learning rates and clipping; its schedule
    /// is followed by [`set_lr_factor`](Self::set_lr_factor).
    ///
    /// # Errors
    /// [`TrainError`] if a setting of the phase cannot be or does not fit the network.
    pub fn for_phase(phase: &Phase, network: &Network) -> Result<Self, TrainError> {
        phase.check(network)?;
        let mut state = Self {
            optimizer: phase.optimizer,
            lr_factor: 1.0,
            layer_factors: phase.lr_factors.clone(),
            clip_norm: phase.clip_norm,
            level: Level::detect(),
            layers: Vec::new(),
        };
        let layers = network.layers();
        state.layers.resize_with(layers.len(), LayerState::default);
        for (l, layer) in layers.iter().enumerate() {
            let (mask, plain) = (phase.mask.layer(l), state.is_plain());
            let buffers = &mut state.layers[l];
            let shape = (layer.inputs(), layer.outputs());
            if plain {
                let elements = mask.weight().elements();
                buffers.scratch = elements.map(|_| Matrix::zeros(shape.0, shape.1));
                continue;
            }
            let new = |mask: &PartMask, shape| {
                (!mask.is_frozen()).then(|| PartState::new(&phase.optimizer, shape))
            };
            buffers.weight = new(mask.weight(), shape);
            buffers.bias = new(mask.bias(), (1, shape.1));
        }
        Ok(state)
    }

    /// What the learning rate is multiplied by from the next step on, for every layer.
    pub fn set_lr_factor(&mut self, factor: f64) {
        self.lr_factor = factor;
    }

    /// The learning rate of a layer's next step.
    fn lr(&self, layer_idx: usize) -> f64 {
        let of_layer = self.layer_factors.get(layer_idx).unwrap_or(&1.0);
        self.optimizer.lr() * self.lr_factor * of_layer
    }

    /// What waits for the length of all gradients together.
    fn waiting(&mut self, mask: &FreezeMask) -> impl Iterator<Item = &mut PartState> {
        let layers = self.layers.iter_mut().enumerate();
        layers
            .filter(|(_, state)| state.waits)
            .flat_map(|(l, state)| state.parts(mask.layer(l)))
    }

    /// Whether the step goes straight into the weights, with no gradient buffer.
    fn is_plain(&self) -> bool {
        is_plain(&self.optimizer, self.clip_norm)
    }

    /// Whether the steps of a phase do.
    pub(super) fn is_plain_in(phase: &Phase) -> bool {
        is_plain(&phase.optimizer, phase.clip_norm)
    }

    /// Every part that there are buffers of, weights before biases.
    pub(super) fn all_parts(&self) -> impl Iterator<Item = &PartState> {
        let layers = self.layers.iter();
        layers.flat_map(|state| state.weight.iter().chain(&state.bias))
    }

    /// The same, to be changed.
    pub(super) fn all_parts_mut(&mut self) -> impl Iterator<Item = &mut PartState> {
        let layers = self.layers.iter_mut();
        layers.flat_map(|state| state.weight.iter_mut().chain(&mut state.bias))
    }
}

fn is_plain(optimizer: &Optimizer, clip_norm: Option<f64>) -> bool {
    let plain = matches!(optimizer, Optimizer::Sgd(Sgd { momentum, weight_decay, .. })
        if *momentum == 0.0 && *weight_decay == 0.0);
    plain && clip_norm.is_none()
}

/// How many numbers are remembered of a parameter.
pub(super) fn slots(optimizer: &Optimizer) -> usize {
    match optimizer {
        Optimizer::Sgd(sgd) => usize::from(sgd.momentum != 0.0),
        Optimizer::RmsProp(_) => 1,
        Optimizer::Adam(_) | Optimizer::AdamW(_) => 2,
    }
}

impl Update for OptimizerState {
    fn update(&mut self, layer_idx: usize, layer: &mut Dense, gradient: LayerGradient<'_>) {
        let (lr, plain) = (self.lr(layer_idx), self.is_plain());
        let state = &mut self.layers[layer_idx];
        if plain {
            gradient.descend_with(layer, lr as f32, &mut state.scratch);
            return;
        }
        let optimizer = &self.optimizer;
        let (mask, shape) = (gradient.mask(), (layer.inputs(), layer.outputs()));
        if !mask.weight().is_frozen() {
            let new = || PartState::new(optimizer, shape);
            let part = state.weight.get_or_insert_with(new);
            gradient.write_weight_to(&mut part.gradient);
        }
        if !mask.bias().is_frozen() {
            let new = || PartState::new(optimizer, (1, shape.1));
            let part = state.bias.get_or_insert_with(new);
            gradient.write_bias_to(&mut part.gradient);
        }
        self.level = gradient.level();
        if self.clip_norm.is_some() {
            state.waits = true;
        } else {
            state.step(self.level, optimizer, lr, mask, layer);
        }
    }

    fn finish(&mut self, layers: &mut [Dense], mask: &FreezeMask) {
        let Some(max_norm) = self.clip_norm else {
            return;
        };
        let level = self.level;
        let mut squares = 0.0;
        for part in self.waiting(mask) {
            squares += sum_of_squares(level, &part.gradient);
        }
        if let Some(factor) = clip_factor(squares, max_norm) {
            for part in self.waiting(mask) {
                scale(level, &mut part.gradient, factor);
            }
        }
        for (l, layer) in layers.iter_mut().enumerate() {
            let lr = self.lr(l);
            let state = &mut self.layers[l];
            if std::mem::take(&mut state.waits) {
                state.step(level, &self.optimizer, lr, mask.layer(l), layer);
            }
        }
    }
}

impl LayerState {
    /// The parts that are trained under a mask.
    fn parts(&mut self, mask: &LayerMask) -> impl Iterator<Item = &mut PartState> {
        let weight = self.weight.as_mut().filter(|_| !mask.weight().is_frozen());
        let bias = self.bias.as_mut().filter(|_| !mask.bias().is_frozen());
        weight.into_iter().chain(bias)
    }

    /// One step of the layer on the gradients that were written.
    fn step(
        &mut self,
        level: Level,
        optimizer: &Optimizer,
        lr: f64,
        mask: &LayerMask,
        layer: &mut Dense,
    ) {
        let (weight, bias) = layer.parts_mut();
        let weight = (self.weight.as_mut(), mask.weight(), weight);
        let bias = (self.bias.as_mut(), mask.bias(), bias);
        for (part, mask, values) in [weight, bias] {
            if let (Some(part), false) = (part, mask.is_frozen()) {
                part.step(level, optimizer, lr, mask, values);
            }
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

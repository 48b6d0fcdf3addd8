//! [`OptimizerState`]: an optimizer with its buffers, applied to gradients.

use fm_nn::{
    Dense, FreezeMask, LayerGradient, LayerMask, Level, Matrix, Network, PartMask, Update,
};

use super::clip::{clip_factor, scale, sum_of_squares};
use super::rule::{Descent, MeanSquare, Moments, Momentum, Rule, Step};
use super::settings::{Optimizer, Sgd};
use crate::error::TrainError;

/// An optimizer with its buffers (momentum, means) for each trainable parameter; made by
/// [`Phase::optimizer_state`](crate::Phase::optimizer_state).
///
/// Each step obeys the mask of its backward pass: a parameter that is frozen at that step keeps its
/// bytes, whatever its momentum, and so do its buffers.
#[derive(Debug)]
pub struct OptimizerState {
    optimizer: Optimizer,
    /// The factor of the schedule at this step.
    lr_factor: f64,
    /// A factor for each layer; empty is 1 for all.
    layer_factors: Vec<f64>,
    clip_norm: Option<f64>,
    /// Vector level of the engine of the latest gradient.
    level: Level,
    layers: Vec<LayerState>,
}

/// The buffers of a layer.
#[derive(Debug, Default)]
struct LayerState {
    /// Of the weights and the biases; none if never trainable.
    parts: [Option<PartState>; 2],
    /// For plain descent under a mask of single weights.
    scratch: Option<Matrix>,
}

/// Buffers of weights or biases, padded like them.
#[derive(Debug)]
struct PartState {
    gradient: Matrix,
    slots: Vec<Matrix>,
    /// Steps taken.
    steps: u64,
}

/// A [`PartState`] in a checkpoint.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SavedPart {
    /// Steps taken.
    pub(crate) steps: u64,
    /// The slots one after the other, row by row and without padding.
    pub(crate) floats: Vec<f32>,
}

impl OptimizerState {
    /// A fresh state for `network`, with the buffers that steps under `mask` need. A later step
    /// under a mask with more trainable parameters allocates the missing ones. The arguments were
    /// checked before.
    pub(crate) fn new(
        optimizer: Optimizer,
        layer_factors: Vec<f64>,
        clip_norm: Option<f64>,
        mask: &FreezeMask,
        network: &Network,
    ) -> Self {
        let mut state = Self {
            optimizer,
            lr_factor: 1.0,
            layer_factors,
            clip_norm,
            level: Level::detect(),
            layers: Vec::new(),
        };
        let plain = state.is_plain();
        let layers = network.layers().iter().enumerate().map(|(l, layer)| {
            let masks = masks(&mask.layers[l]);
            let shapes = shapes(layer);
            if plain {
                let (rows, cols) = shapes[0];
                let elements = matches!(masks[0], PartMask::Elements(_));
                let scratch = elements.then(|| Matrix::zeros(rows, cols));
                return LayerState {
                    scratch,
                    ..LayerState::default()
                };
            }
            let part =
                |i: usize| (!masks[i].is_frozen()).then(|| PartState::new(&optimizer, shapes[i]));
            LayerState {
                parts: [part(0), part(1)],
                ..LayerState::default()
            }
        });
        state.layers = layers.collect();
        state
    }

    /// Sets the factor on the learning rate of every layer, from the next step on.
    pub fn set_lr_factor(&mut self, factor: f64) {
        self.lr_factor = factor;
    }

    /// The buffers as a checkpoint keeps them, layer by layer, weights before biases.
    pub(crate) fn save(&self) -> Vec<SavedPart> {
        let parts = self.layers.iter().flat_map(|layer| layer.parts.iter());
        let save = |part: &PartState| SavedPart {
            steps: part.steps,
            floats: part
                .slots
                .iter()
                .flat_map(|slot| slot.view().into_iter().copied())
                .collect(),
        };
        parts.flatten().map(save).collect()
    }

    /// Restores what [`save`](Self::save) returned, in a fresh state for the same phase and
    /// network.
    pub(crate) fn restore(&mut self, saved: &[SavedPart]) -> Result<(), TrainError> {
        let parts = self
            .layers
            .iter_mut()
            .flat_map(|layer| layer.parts.iter_mut());
        let mut parts: Vec<&mut PartState> = parts.flatten().collect();
        let sizes = |sizes: Vec<usize>| format!("{sizes:?} values");
        let here: Vec<usize> = parts.iter().map(|part| part.values()).collect();
        let there: Vec<usize> = saved.iter().map(|part| part.floats.len()).collect();
        if here != there {
            return Err(TrainError::Checkpoint {
                key: "optimizer state".to_owned(),
                checkpoint: sizes(there),
                here: sizes(here),
            });
        }
        for (part, saved) in parts.iter_mut().zip(saved) {
            part.steps = saved.steps;
            let values = part.slots.iter_mut().map(Matrix::view_mut);
            for (value, float) in values.flatten().zip(&saved.floats) {
                *value = *float;
            }
        }
        Ok(())
    }

    /// The learning rate of a layer's next step.
    fn lr(&self, layer_idx: usize) -> f64 {
        let of_layer = self.layer_factors.get(layer_idx).unwrap_or(&1.0);
        self.optimizer.lr() * self.lr_factor * of_layer
    }

    /// The parts that a step under `mask` changes.
    fn trainable(&mut self, mask: &FreezeMask) -> impl Iterator<Item = &mut PartState> {
        let layers = self.layers.iter_mut().enumerate();
        let parts =
            layers.flat_map(|(l, state)| state.parts.iter_mut().zip(masks(&mask.layers[l])));
        let trainable = parts.filter(|(_, mask)| !mask.is_frozen());
        trainable.filter_map(|(part, _)| part.as_mut())
    }

    /// Whether steps go straight into the weights, without a gradient buffer.
    fn is_plain(&self) -> bool {
        let plain = matches!(self.optimizer, Optimizer::Sgd(Sgd { momentum, weight_decay, .. })
            if momentum == 0.0 && weight_decay == 0.0);
        plain && self.clip_norm.is_none()
    }
}

impl Update for OptimizerState {
    fn update(&mut self, layer_idx: usize, layer: &mut Dense, gradient: LayerGradient<'_>) {
        let (lr, plain) = (self.lr(layer_idx), self.is_plain());
        let state = &mut self.layers[layer_idx];
        if plain {
            gradient.descend(layer, lr as f32, &mut state.scratch);
            return;
        }
        let mask = gradient.mask();
        let shapes = shapes(layer);
        for (i, part_mask) in masks(mask).into_iter().enumerate() {
            if part_mask.is_frozen() {
                continue;
            }
            let new = || PartState::new(&self.optimizer, shapes[i]);
            let part = state.parts[i].get_or_insert_with(new);
            match i {
                0 => gradient.write_weight_to(&mut part.gradient),
                _ => gradient.write_bias_to(&mut part.gradient),
            }
        }
        self.level = gradient.level();
        // Clipping needs all gradients first.
        if self.clip_norm.is_none() {
            state.step(self.level, &self.optimizer, lr, mask, layer);
        }
    }

    fn finish(&mut self, layers: &mut [Dense], mask: &FreezeMask) {
        let Some(max_norm) = self.clip_norm else {
            return;
        };
        let level = self.level;
        let mut squares = 0.0;
        for part in self.trainable(mask) {
            squares += sum_of_squares(level, &part.gradient);
        }
        if let Some(factor) = clip_factor(squares, max_norm) {
            for part in self.trainable(mask) {
                scale(level, &mut part.gradient, factor);
            }
        }
        for (l, layer) in layers.iter_mut().enumerate() {
            let (lr, mask) = (self.lr(l), &mask.layers[l]);
            self.layers[l].step(level, &self.optimizer, lr, mask, layer);
        }
    }
}

/// The masks of a layer's weights and biases.
fn masks(mask: &LayerMask) -> [&PartMask; 2] {
    [&mask.weight, &mask.bias]
}

/// Rows and columns of a layer's weights, and of its biases.
fn shapes(layer: &Dense) -> [(usize, usize); 2] {
    [(layer.inputs(), layer.outputs()), (1, layer.outputs())]
}

impl LayerState {
    /// One step of the layer with the gradients in the buffers.
    fn step(
        &mut self,
        level: Level,
        optimizer: &Optimizer,
        lr: f64,
        mask: &LayerMask,
        layer: &mut Dense,
    ) {
        let (weight, bias) = layer.parts_mut();
        let parts = self.parts.iter_mut().zip(masks(mask)).zip([weight, bias]);
        for ((part, mask), values) in parts {
            if let (Some(part), false) = (part, mask.is_frozen()) {
                part.step(level, optimizer, lr, mask, values);
            }
        }
    }
}

impl PartState {
    fn new(optimizer: &Optimizer, (rows, cols): (usize, usize)) -> Self {
        let slots = match optimizer {
            Optimizer::Sgd(sgd) => usize::from(sgd.momentum != 0.0),
            Optimizer::RmsProp(_) => 1,
            Optimizer::Adam(_) | Optimizer::AdamW(_) => 2,
        };
        let zeros = || Matrix::zeros(rows, cols);
        Self {
            gradient: zeros(),
            slots: (0..slots).map(|_| zeros()).collect(),
            steps: 0,
        }
    }

    /// Number of values in the slots.
    fn values(&self) -> usize {
        let sizes = self.slots.iter().map(|slot| slot.rows() * slot.cols());
        sizes.sum()
    }

    /// One step of `values` with the gradient in the buffer.
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
        let PartMask::Elements(frozen) = mask else {
            level.dispatch(Step {
                rule,
                values: values.padded_mut(),
                gradient: self.gradient.padded(),
                memory: slices(&mut self.slots, Matrix::padded_mut),
                frozen: |_| false,
            });
            return;
        };
        for (row, frozen) in frozen.iter().enumerate() {
            level.dispatch(Step {
                rule,
                values: values.row_mut(row),
                gradient: self.gradient.row(row),
                memory: slices(&mut self.slots, |slot| slot.row_mut(row)),
                frozen: |i| frozen[i],
            });
        }
    }
}

/// A slice of each slot.
fn slices<const N: usize>(
    slots: &mut [Matrix],
    mut slice: impl FnMut(&mut Matrix) -> &mut [f32],
) -> [&mut [f32]; N] {
    let mut slots = slots.iter_mut();
    let next = |_| slice(slots.next().expect("as many slots as the rule has"));
    std::array::from_fn(next)
}

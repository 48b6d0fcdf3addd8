//! [`OptimizerState`]: an optimizer with its buffers, applied to gradients.

use std::array;

use fm_nn::{
    Dense, FreezeMask, LayerGradient, LayerMask, Level, Matrix, Network, PartMask, Update,
};

use super::rule::{Descent, MeanSquare, Moments, Rule, Squares, Step};
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
    /// The buffers of each layer's weights and biases; none if never trainable.
    layers: Vec<[Option<PartState>; 2]>,
    /// For plain descent under masks of single weights.
    scratch: Vec<Option<Matrix>>,
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
            scratch: vec![None; network.layers().len()],
        };
        let plain = state.is_plain();
        let layers = network.layers().iter().enumerate().map(|(l, layer)| {
            let (masks, shapes) = (masks(&mask.layers[l]), shapes(layer));
            array::from_fn(|i| {
                let used = !plain && !masks[i].is_frozen();
                used.then(|| PartState::new(&optimizer, shapes[i]))
            })
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
        let save = |part: &PartState| SavedPart {
            steps: part.steps,
            floats: part
                .slots
                .iter()
                .flat_map(|slot| slot.view().into_iter().copied())
                .collect(),
        };
        self.layers.iter().flatten().flatten().map(save).collect()
    }

    /// Restores what [`save`](Self::save) returned, in a fresh state for the same phase and
    /// network.
    pub(crate) fn restore(&mut self, saved: &[SavedPart]) -> Result<(), TrainError> {
        let sizes = |parts: &[SavedPart]| {
            let sizes: Vec<usize> = parts.iter().map(|part| part.floats.len()).collect();
            format!("{sizes:?} values")
        };
        let (checkpoint, here) = (sizes(saved), sizes(&self.save()));
        if checkpoint != here {
            let key = "optimizer state".to_owned();
            return Err(TrainError::Checkpoint {
                key,
                checkpoint,
                here,
            });
        }
        for (part, saved) in self.layers.iter_mut().flatten().flatten().zip(saved) {
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
        let parts = layers.flat_map(|(l, parts)| parts.iter_mut().zip(masks(&mask.layers[l])));
        let trainable = parts.filter(|(_, mask)| !mask.is_frozen());
        trainable.filter_map(|(part, _)| part.as_mut())
    }

    /// One step of a layer with the gradients in the buffers.
    fn step(&mut self, layer_idx: usize, mask: &LayerMask, layer: &mut Dense) {
        let lr = self.lr(layer_idx);
        let (weight, bias) = layer.parts_mut();
        let parts = self.layers[layer_idx].iter_mut().zip(masks(mask));
        for ((part, mask), values) in parts.zip([weight, bias]) {
            if let (Some(part), false) = (part, mask.is_frozen()) {
                part.step(self.level, &self.optimizer, lr, mask, values);
            }
        }
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
        if self.is_plain() {
            let lr = self.lr(layer_idx) as f32;
            gradient.descend(layer, lr, &mut self.scratch[layer_idx]);
            return;
        }
        let mask = gradient.mask();
        let shapes = shapes(layer);
        for (i, part_mask) in masks(mask).into_iter().enumerate() {
            if part_mask.is_frozen() {
                continue;
            }
            let new = || PartState::new(&self.optimizer, shapes[i]);
            let part = self.layers[layer_idx][i].get_or_insert_with(new);
            match i {
                0 => gradient.write_weight_to(&mut part.gradient),
                _ => gradient.write_bias_to(&mut part.gradient),
            }
        }
        self.level = gradient.level();
        // Clipping needs all gradients first.
        if self.clip_norm.is_none() {
            self.step(layer_idx, mask, layer);
        }
    }

    fn finish(&mut self, layers: &mut [Dense], mask: &FreezeMask) {
        let Some(max_norm) = self.clip_norm else {
            return;
        };
        let level = self.level;
        let mut squares = 0.0;
        for part in self.trainable(mask) {
            squares += level.dispatch(Squares(&part.gradient));
        }
        // As PyTorch's `clip_grad_norm_`, which avoids division by zero.
        let factor = max_norm / (squares.sqrt() + 1e-6);
        if factor < 1.0 {
            for part in self.trainable(mask) {
                let gradient = part.gradient.padded_mut();
                gradient.iter_mut().for_each(|g| *g *= factor as f32);
            }
        }
        for (l, layer) in layers.iter_mut().enumerate() {
            self.step(l, &mask.layers[l], layer);
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

    /// One step of `values` with the gradient in the buffer.
    fn step(
        &mut self,
        level: Level,
        optimizer: &Optimizer,
        lr: f64,
        mask: &PartMask,
        values: &mut Matrix,
    ) {
        self.steps = self.steps.saturating_add(1);
        match optimizer {
            Optimizer::Sgd(sgd) if sgd.momentum == 0.0 => {
                self.apply::<0>(level, Descent::new(sgd, lr), mask, values);
            }
            Optimizer::Sgd(sgd) => self.apply::<1>(level, Descent::new(sgd, lr), mask, values),
            Optimizer::Adam(adam) => {
                let decays = [adam.weight_decay, 0.0];
                let rule = Moments::new(adam.betas, adam.eps, decays, lr, self.steps);
                self.apply(level, rule, mask, values);
            }
            Optimizer::AdamW(adamw) => {
                let decays = [0.0, adamw.weight_decay];
                let rule = Moments::new(adamw.betas, adamw.eps, decays, lr, self.steps);
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
    array::from_fn(|_| slice(slots.next().expect("as many slots as the rule has")))
}

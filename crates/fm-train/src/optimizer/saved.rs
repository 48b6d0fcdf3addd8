//! [`SavedPart`]: what an optimizer remembers, as a checkpoint keeps it.

use fm_nn::{Matrix, Network};

use super::state::{OptimizerState, slots};
use crate::phase::Phase;

/// What is remembered of one layer's weights or biases.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SavedPart {
    /// Steps taken.
    pub(crate) steps: u64,
    /// The remembered buffers, one after the other, row by row and without padding.
    pub(crate) memory: Vec<f32>,
}

impl SavedPart {
    /// How many floats there are in each part of a fresh state for a phase.
    pub(crate) fn sizes(phase: &Phase, network: &Network) -> Vec<usize> {
        if OptimizerState::is_plain_in(phase) {
            return Vec::new();
        }
        let slots = slots(&phase.optimizer);
        let layers = network.layers().iter().enumerate();
        let sizes = layers.flat_map(|(l, layer)| {
            let mask = phase.mask.layer(l);
            let weight = (mask.weight(), layer.inputs() * layer.outputs());
            let parts = [weight, (mask.bias(), layer.outputs())].into_iter();
            parts
                .filter(|(mask, _)| !mask.is_frozen())
                .map(|(_, size)| size * slots)
        });
        sizes.collect()
    }

    /// How many floats there are in each part.
    pub(crate) fn sizes_of(parts: &[Self]) -> Vec<usize> {
        parts.iter().map(|part| part.memory.len()).collect()
    }
}

impl OptimizerState {
    /// What it remembers, layer by layer, weights before biases.
    pub(crate) fn save(&self) -> Vec<SavedPart> {
        let rows = |matrix: &Matrix| -> Vec<f32> { matrix.view().iter().copied().collect() };
        let parts = self.all_parts();
        parts
            .map(|part| SavedPart {
                steps: part.steps,
                memory: part.memory.iter().flat_map(rows).collect(),
            })
            .collect()
    }

    /// Takes what [`save`](Self::save) gave, in a fresh state for the same phase and network.
    pub(crate) fn restore(&mut self, saved: &[SavedPart]) {
        for (part, saved) in self.all_parts_mut().zip(saved) {
            part.steps = saved.steps;
            let mut floats = saved.memory.iter();
            for slot in &mut part.memory {
                // The floats come last, or one would be taken with nowhere to go.
                for (value, float) in slot.view_mut().into_iter().zip(&mut floats) {
                    *value = *float;
                }
            }
        }
    }
}

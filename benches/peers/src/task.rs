//! [`Task`]: images, labels and first weights, as `task.py` wrote them.

use std::fs;
use std::path::Path;

use crate::Outcome;

/// Inputs, and the outputs of each layer.
pub const SIZES: [usize; 7] = [784, 300, 100, 50, 50, 50, 8];
/// Rows of a batch.
pub const BATCH: usize = 32;
pub const LEARNING_RATE: f64 = 0.01;

/// The data of a training.
pub struct Task {
    /// `[rows, 784]`.
    pub images: Vec<u8>,
    pub labels: Vec<u8>,
    /// Weights, `[inputs, outputs]`, and biases of each layer.
    pub layers: Vec<(Vec<f32>, Vec<f32>)>,
    state: u64,
}

impl Task {
    pub fn read(folder: &Path) -> Outcome<Self> {
        let bytes = fs::read(folder.join("weights"))?;
        let (numbers, _) = bytes.as_chunks();
        let mut numbers = numbers.iter().map(|&bytes| f32::from_le_bytes(bytes));
        let layers = SIZES.windows(2).map(|size| {
            let weights = numbers.by_ref().take(size[0] * size[1]).collect();
            (weights, numbers.by_ref().take(size[1]).collect())
        });
        Ok(Self {
            layers: layers.collect(),
            images: fs::read(folder.join("images"))?,
            labels: fs::read(folder.join("labels"))?,
            state: 1,
        })
    }

    /// The rows in a new order (Fisher and Yates' shuffle), for contenders that have none.
    pub fn order(&mut self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.labels.len() as u32).collect();
        for last in (1..order.len()).rev() {
            self.state = self
                .state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            order.swap(last, (self.state >> 33) as usize % (last + 1));
        }
        order
    }
}

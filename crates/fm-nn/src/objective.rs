//! [`Objective`]: a loss on classes with smoothed labels and weighted classes.

use fm_matmul::Matrix;
use serde::{Deserialize, Serialize};

use crate::loss::Loss;

/// What a training makes small: a loss, with smoothed labels and weights of the classes.
///
/// With smoothing `ε` of `K` classes the true class has target `1 − ε + ε/K` and each other `ε/K`
/// (Szegedy et al. 2016). With weights `w` the term of class `c` counts `w[c]` times, and the mean
/// over a batch is divided by the sum of the weights of its rows' classes. Both are as PyTorch's
/// `CrossEntropyLoss` has them; one sigmoid output is what a softmax over the logits 0 and `z` is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Objective {
    /// The loss; smoothing and weights need one of the cross-entropies.
    pub loss: Loss,
    /// `ε`, from 0 (none) to below 1.
    pub label_smoothing: f64,
    /// A weight above 0 for every class; empty is 1 for all.
    pub class_weights: Vec<f64>,
}

impl Objective {
    /// The loss alone.
    pub fn plain(loss: Loss) -> Self {
        Self {
            loss,
            label_smoothing: 0.0,
            class_weights: Vec::new(),
        }
    }

    /// Whether it is the loss alone.
    pub fn is_plain(&self) -> bool {
        self.label_smoothing == 0.0 && self.class_weights.is_empty()
    }

    /// The mean over the first `rows` rows times their number, so that batches add up; writes to
    /// `gradient` that of the mean.
    ///
    /// # Panics
    /// As [`Loss::sum_and_gradient`], and if there is no weight for a class.
    pub fn sum_and_gradient(
        &self,
        logits: &Matrix,
        classes: &[u32],
        rows: usize,
        gradient: &mut Matrix,
    ) -> f64 {
        assert_eq!(gradient.cols(), logits.cols(), "columns of the gradient");
        let n_classes = logits.cols().max(2);
        let weight = |class: usize| match self.class_weights.as_slice() {
            [] => 1.0,
            weights => weights[class],
        };
        let classes = &classes[..rows];
        let weights: f64 = classes.iter().map(|&class| weight(class as usize)).sum();
        // As for a plain loss, to the bit, where every weight is 1.
        let scale = 1.0 / weights.max(f64::MIN_POSITIVE);
        let spread = self.label_smoothing / n_classes as f64;
        let mut sum = 0.0;
        for (row, &class) in classes.iter().enumerate() {
            let class = class as usize;
            assert!(class < n_classes, "row {row} has class {class}");
            let share = |c: usize| {
                let true_class = if c == class {
                    1.0 - self.label_smoothing
                } else {
                    0.0
                };
                (true_class + spread) * weight(c)
            };
            let total: f64 = (0..n_classes).map(share).sum();
            let logits = logits.row(row);
            let out = gradient.row_mut(row);
            // The only output of a sigmoid head stands for class 1.
            let target = |j: usize| share(if logits.len() == 1 { 1 } else { j });
            sum += self.loss.row(logits, target, total, |j, g| {
                out[j] = (g * scale) as f32;
            });
        }
        sum * (rows as f64 * scale)
    }
}

//! [`Loss`] on logits, and the [`Objective`] that training minimises, with its gradient.

use fm_matmul::Matrix;
use serde::{Deserialize, Serialize};

use crate::error::{NetworkError, at_most};

/// A loss of logits and class numbers. Takes logits, never probabilities, so no logarithm meets a
/// zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Loss {
    /// `log Σ exp(z) − z[class]`; two or more outputs.
    SoftmaxCrossEntropy,
    /// `softplus(z) − t·z`, the mean over the outputs. Of one output `t` is the class, 0 or 1; of
    /// several it is 1 for the class and 0 for the others.
    BinaryCrossEntropy,
}

impl Loss {
    /// The loss and number of outputs of a head for `n_classes`: a sigmoid with one output for
    /// two, a softmax for more.
    pub fn for_classes(n_classes: usize) -> (Self, usize) {
        match n_classes {
            2 => (Self::BinaryCrossEntropy, 1),
            _ => (Self::SoftmaxCrossEntropy, n_classes),
        }
    }

    /// Checks that a head of `outputs` can be trained under this loss.
    ///
    /// # Errors
    /// [`NetworkError`] for a softmax over one output: it is the constant 1, whatever the weights,
    /// so nothing is learned.
    pub fn check_outputs(self, outputs: usize) -> Result<(), NetworkError> {
        if self == Self::SoftmaxCrossEntropy && outputs < 2 {
            return Err(NetworkError(
                "a softmax head needs two or more outputs: over one output it is always 1, so \
                 nothing is learned; use a sigmoid head (binary cross-entropy) for two classes"
                    .to_owned(),
            ));
        }
        Ok(())
    }

    /// One row's loss under the targets of its outputs; `gradient` is given each output's
    /// derivative. `total_target` is what the targets of all classes add up to, 1 unless they are
    /// weighted.
    #[inline]
    fn row(
        self,
        logits: &[f32],
        target: impl Fn(usize) -> f64,
        total_target: f64,
        mut gradient: impl FnMut(usize, f64),
    ) -> f64 {
        let mut loss = 0.0;
        match self {
            Self::SoftmaxCrossEntropy => {
                let max = logits.iter().fold(f32::NEG_INFINITY, |m, &z| m.max(z));
                let exp = |z: f32| libm::exp(f64::from(z) - f64::from(max));
                // Kept for the gradient, as far as there is room: they are most of the work.
                let mut exps = [0.0; 16];
                let mut total = 0.0;
                for (j, &z) in logits.iter().enumerate() {
                    let e = exp(z);
                    if let Some(kept) = exps.get_mut(j) {
                        *kept = e;
                    }
                    total += e;
                }
                let log_total = f64::from(max) + libm::log(total);
                for (j, &z) in logits.iter().enumerate() {
                    let t = target(j);
                    if t != 0.0 {
                        loss += t * (log_total - f64::from(z));
                    }
                    let e = exps.get(j).copied().unwrap_or_else(|| exp(z));
                    gradient(j, e / total * total_target - t);
                }
                loss
            }
            Self::BinaryCrossEntropy => {
                let outputs = logits.len() as f64;
                for (j, &z) in logits.iter().enumerate() {
                    let (z, t) = (f64::from(z), target(j));
                    // softplus(z) = max(z, 0) + log(1 + exp(-|z|)), which never overflows
                    let e = libm::exp(-z.abs());
                    loss += total_target * (z.max(0.0) + libm::log1p(e)) - t * z;
                    let sigmoid = if z >= 0.0 { 1.0 } else { e } / (1.0 + e);
                    gradient(j, (sigmoid * total_target - t) / outputs);
                }
                loss / outputs
            }
        }
    }
}

/// What a training makes small: a loss, with smoothed labels and weights of the classes.
///
/// With smoothing `ε` of `K` classes the true class has target `1 − ε + ε/K` and each other `ε/K`
/// (Szegedy et al. 2016). With weights `w` the term of class `c` counts `w[c]` times, and the mean
/// over a batch is divided by the sum of the weights of its rows' classes. Both are as PyTorch's
/// `CrossEntropyLoss` has them; one sigmoid output is what a softmax over the logits 0 and `z` is.
#[derive(Clone, Debug, PartialEq)]
pub struct Objective {
    /// The loss.
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

    /// The mean over the first rows of `logits`, one for each class number, times their number, so
    /// that batches add up; writes to `gradient` that of the mean.
    ///
    /// # Panics
    /// If there are fewer rows of logits or of the gradient, which has as many columns, or there is
    /// no such class or no weight for it.
    pub fn sum(&self, logits: &Matrix, classes: &[u32], mut gradient: Option<&mut Matrix>) -> f64 {
        let n_classes = logits.cols().max(2);
        let plain = self.label_smoothing == 0.0 && self.class_weights.is_empty();
        let weight = |class: usize| match self.class_weights.as_slice() {
            [] => 1.0,
            weights => weights[class],
        };
        let weights = match plain {
            true => classes.len() as f64,
            false => classes.iter().map(|&class| weight(class as usize)).sum(),
        };
        let scale = 1.0 / weights.max(f64::MIN_POSITIVE);
        let spread = self.label_smoothing / n_classes as f64;
        let mut sum = 0.0;
        for (row, &class) in classes.iter().enumerate() {
            let class = class as usize;
            assert!(class < n_classes, "row {row} has class {class}");
            let share = |c: usize| {
                let one_hot = f64::from(u8::from(c == class));
                match plain {
                    true => one_hot,
                    false => (one_hot * (1.0 - self.label_smoothing) + spread) * weight(c),
                }
            };
            let total = match plain {
                true => 1.0,
                false => (0..n_classes).map(share).sum(),
            };
            let logits = logits.row(row);
            // The only output of a sigmoid head stands for class 1.
            let target = |j: usize| share(if logits.len() == 1 { 1 } else { j });
            let mut gradient = gradient
                .as_deref_mut()
                .map(|gradient| gradient.row_mut(row));
            sum += self.loss.row(logits, target, total, |j, g| {
                if let Some(gradient) = &mut gradient {
                    gradient[j] = (g * scale) as f32;
                }
            });
        }
        match plain {
            true => sum,
            false => sum * (classes.len() as f64 * scale),
        }
    }
}

/// Checks that there are classes for `rows` rows of a head of `outputs`.
pub(crate) fn check_classes(
    classes: &[u32],
    rows: usize,
    outputs: usize,
) -> Result<(), NetworkError> {
    at_most("rows, as there are classes", classes.len(), rows)?;
    let highest = outputs.max(2) - 1;
    let mut classes = classes[..rows].iter().enumerate();
    match classes.find(|(_, class)| **class as usize > highest) {
        None => Ok(()),
        Some((row, class)) => Err(NetworkError::misfit(
            format_args!("class of row {row}"),
            format_args!("0 to {highest}"),
            class,
        )),
    }
}

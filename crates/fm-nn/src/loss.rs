//! Losses on logits, with their gradients.

use fm_matmul::Matrix;
use serde::{Deserialize, Serialize};

use crate::error::{NetworkError, at_most, same};

/// What the logits of a batch are compared with.
#[derive(Clone, Copy, Debug)]
pub enum Targets<'a> {
    /// One class number per row.
    Classes(&'a [u32]),
    /// One row of values per row of logits.
    Values(&'a Matrix),
}

impl<'a> Targets<'a> {
    /// Checks that these are targets of the first `rows` rows of a head of `outputs`.
    ///
    /// # Errors
    /// [`NetworkError::Misfit`].
    pub fn check(self, rows: usize, outputs: usize) -> Result<(), NetworkError> {
        match self {
            Self::Classes(classes) => {
                at_most("rows, as there are targets", classes.len(), rows)?;
                let highest = outputs.max(2) - 1;
                let mut classes = classes[..rows].iter().enumerate();
                match classes.find(|(_, class)| **class as usize > highest) {
                    None => Ok(()),
                    Some((row, class)) => {
                        let what = format_args!("class of row {row}");
                        Err(NetworkError::misfit(
                            what,
                            format_args!("0 to {highest}"),
                            class,
                        ))
                    }
                }
            }
            Self::Values(values) => {
                at_most("rows, as there are targets", values.rows(), rows)?;
                same("columns of the targets", outputs, values.cols())
            }
        }
    }

    /// The target of each of `outputs` outputs of a row.
    fn of(self, row: usize, outputs: usize) -> impl Fn(usize) -> f64 + 'a {
        move |j: usize| match self {
            Self::Values(values) => f64::from(values.row(row)[j]),
            Self::Classes(classes) if outputs == 1 => f64::from(classes[row]),
            Self::Classes(classes) => f64::from(u8::from(classes[row] as usize == j)),
        }
    }
}

/// What training makes small. Takes logits, never probabilities, so no logarithm meets a zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Loss {
    /// `log Σ exp(z) − z[class]`; two or more outputs.
    SoftmaxCrossEntropy,
    /// `softplus(z) − t·z`, the mean over the outputs; with class targets one output, `t` 0 or 1.
    BinaryCrossEntropy,
    /// `(z − t)²`, the mean over the outputs; with class targets `t` is one-hot (one output: the
    /// class number).
    MeanSquaredError,
}

impl Loss {
    /// The loss and number of outputs of a head for `n_classes`: a sigmoid with one output for
    /// two, a softmax for more.
    pub fn for_classes(n_classes: usize) -> (Self, usize) {
        if n_classes == 2 {
            (Self::BinaryCrossEntropy, 1)
        } else {
            (Self::SoftmaxCrossEntropy, n_classes)
        }
    }

    /// Checks that a head of `outputs` can be trained under this loss.
    ///
    /// # Errors
    /// [`NetworkError::SoftmaxOfOne`]: a softmax over one output is the constant 1, whatever the
    /// weights, so nothing is learned.
    pub fn check_outputs(self, outputs: usize) -> Result<(), NetworkError> {
        if self == Self::SoftmaxCrossEntropy && outputs < 2 {
            return Err(NetworkError::SoftmaxOfOne);
        }
        Ok(())
    }

    /// The sum over the first `rows` rows of each row's loss.
    ///
    /// # Panics
    /// If there are fewer rows of logits or targets than `rows`, or a class is out of range.
    pub fn sum(self, logits: &Matrix, targets: Targets<'_>, rows: usize) -> f64 {
        (0..rows)
            .map(|row| {
                let logits = logits.row(row);
                self.row(logits, targets.of(row, logits.len()), 1.0, |_, _| {})
            })
            .sum()
    }

    /// As [`sum`](Self::sum), and writes to `gradient` that of the *mean* loss with respect to
    /// each logit.
    ///
    /// # Panics
    /// As [`sum`](Self::sum), and if `gradient` has fewer rows or other columns than `logits`.
    pub fn sum_and_gradient(
        self,
        logits: &Matrix,
        targets: Targets<'_>,
        rows: usize,
        gradient: &mut Matrix,
    ) -> f64 {
        assert_eq!(gradient.cols(), logits.cols(), "columns of the gradient");
        let scale = 1.0 / rows.max(1) as f64;
        let mut sum = 0.0;
        for row in 0..rows {
            let out = gradient.row_mut(row);
            let write = |j: usize, g: f64| out[j] = (g * scale) as f32;
            let logits = logits.row(row);
            sum += self.row(logits, targets.of(row, logits.len()), 1.0, write);
        }
        sum
    }

    /// One row's loss under the targets of its outputs; `gradient` is given each output's
    /// derivative. `total_target` is what the targets of all classes add up to, 1 unless they are
    /// weighted.
    #[inline]
    pub(crate) fn row(
        self,
        logits: &[f32],
        target: impl Fn(usize) -> f64,
        total_target: f64,
        mut gradient: impl FnMut(usize, f64),
    ) -> f64 {
        let outputs = logits.len() as f64;
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
                let mut loss = 0.0;
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
                let mut loss = 0.0;
                for (j, &z) in logits.iter().enumerate() {
                    let (z, t) = (f64::from(z), target(j));
                    // softplus(z) = max(z, 0) + log(1 + exp(-|z|)), which never overflows
                    let e = libm::exp(-z.abs());
                    loss += total_target * (z.max(0.0) + libm::log1p(e)) - t * z;
                    let sigmoid = if z >= 0.0 {
                        1.0 / (1.0 + e)
                    } else {
                        e / (1.0 + e)
                    };
                    gradient(j, (sigmoid * total_target - t) / outputs);
                }
                loss / outputs
            }
            Self::MeanSquaredError => {
                let mut loss = 0.0;
                for (j, &z) in logits.iter().enumerate() {
                    let difference = f64::from(z) - target(j);
                    loss += difference * difference;
                    gradient(j, 2.0 * difference / outputs);
                }
                loss / outputs
            }
        }
    }
}

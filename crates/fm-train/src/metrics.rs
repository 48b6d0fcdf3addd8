//! Predicted classes, probabilities, and confusion matrices.

use ndarray::{Array2, ArrayView1, ArrayView2};

use crate::error::TrainError;
use crate::examples::wrong_class;

/// The class that a row of logits predicts: the largest logit, the first of equal ones; for one
/// logit, class 1 if it is above 0 (a probability above one half). None if there is no logit, or
/// one is NaN.
pub(crate) fn predict(row: ArrayView1<'_, f32>) -> Option<u32> {
    let mut logits = row.iter().copied();
    let first = logits.next()?;
    if row.len() == 1 {
        return (!first.is_nan()).then_some(u32::from(first > 0.0));
    }
    let (mut best, mut largest, mut nan) = (0, first, first.is_nan());
    for (class, z) in (1..).zip(logits) {
        nan |= z.is_nan();
        if z > largest {
            (best, largest) = (class, z);
        }
    }
    (!nan).then_some(best)
}

/// The predicted class of each row of `logits`, `[rows, outputs]`: the largest logit, the first of
/// equal ones; for one output, class 1 where it is above 0.
///
/// # Errors
/// [`TrainError::Examples`] if a logit is NaN.
///
/// ```
/// use fm_train::predicted_classes;
/// use ndarray::array;
///
/// assert_eq!(predicted_classes(array![[0.1, 0.3], [2.0, -5.0]].view())?, [1, 0]);
/// assert_eq!(predicted_classes(array![[-0.1], [2.0]].view())?, [0, 1]);
/// assert!(predicted_classes(array![[0.1, f32::NAN]].view()).is_err());
/// # Ok::<(), fm_train::TrainError>(())
/// ```
pub fn predicted_classes(logits: ArrayView2<'_, f32>) -> Result<Vec<u32>, TrainError> {
    let predict = |(row, logits)| {
        let words = || format!("row {row} has a NaN logit, so it has no predicted class");
        predict(logits).ok_or_else(|| TrainError::Examples(words()))
    };
    logits.rows().into_iter().enumerate().map(predict).collect()
}

/// The class that is predicted for every one of two or more rows; none if predictions differ or a
/// logit is NaN. A network that predicts one class for everything has most likely learned nothing.
///
/// ```
/// use fm_train::constant_prediction;
/// use ndarray::array;
///
/// assert_eq!(constant_prediction(array![[0.1, 0.3], [-2.0, 5.0]].view()), Some(1));
/// assert_eq!(constant_prediction(array![[0.1, 0.3], [2.0, -5.0]].view()), None);
/// ```
pub fn constant_prediction(logits: ArrayView2<'_, f32>) -> Option<u32> {
    let mut predicted = logits.rows().into_iter().map(predict);
    let first = predicted.next()??;
    (logits.nrows() > 1 && predicted.all(|class| class == Some(first))).then_some(first)
}

/// The probability of every class, `[rows, classes]`, in f64: the softmax of each row of `logits`.
/// One logit is a sigmoid output; it gives two columns, whose sum is 1.
pub fn probabilities(logits: ArrayView2<'_, f32>) -> Array2<f64> {
    if logits.ncols() == 1 {
        return Array2::from_shape_fn((logits.nrows(), 2), |(row, class)| {
            let z = f64::from(logits[[row, 0]]);
            // The argument of exp is at most 0, so it cannot overflow.
            let small = libm::exp(-z.abs());
            let likelier = (z > 0.0) == (class == 1);
            (if likelier { 1.0 } else { small }) / (1.0 + small)
        });
    }
    let mut out = logits.mapv(f64::from);
    for mut row in out.rows_mut() {
        let max = row.fold(f64::NEG_INFINITY, |max, &z| max.max(z));
        row.mapv_inplace(|z| libm::exp(z - max));
        let sum = row.sum();
        row /= sum;
    }
    out
}

/// How many rows of each class are predicted as each class, `[true class, predicted class]`, from
/// pairs of both.
///
/// ```
/// use fm_train::{confusion_matrix, precision_and_recall};
///
/// let counts = confusion_matrix(2, [(0, 0), (0, 0), (0, 1), (1, 1)])?;
/// assert_eq!(counts[[0, 1]], 1);
/// assert_eq!(precision_and_recall(counts.view(), 1), [Some(0.5), Some(1.0)]);
/// # Ok::<(), fm_train::TrainError>(())
/// ```
///
/// # Errors
/// [`TrainError::Examples`] for a class from `n_classes` on.
pub fn confusion_matrix(
    n_classes: usize,
    pairs: impl IntoIterator<Item = (u32, u32)>,
) -> Result<Array2<u64>, TrainError> {
    let mut counts = Array2::zeros((n_classes, n_classes));
    for (row, (class, predicted)) in pairs.into_iter().enumerate() {
        match counts.get_mut([class as usize, predicted as usize]) {
            Some(count) => *count += 1,
            None => return Err(wrong_class("scored", row, class.max(predicted), n_classes)),
        }
    }
    Ok(counts)
}

/// Of the rows predicted as `class`, the fraction that are of it, and of its rows, the fraction
/// that are predicted as it; none without such rows.
///
/// # Panics
/// If the confusion matrix has no such class.
pub fn precision_and_recall(confusion: ArrayView2<'_, u64>, class: usize) -> [Option<f64>; 2] {
    let hits = confusion[[class, class]] as f64;
    [confusion.column(class), confusion.row(class)].map(|counts| {
        let rows = counts.sum();
        (rows > 0).then(|| hits / rows as f64)
    })
}

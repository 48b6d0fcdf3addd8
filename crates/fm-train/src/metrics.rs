//! Predicted classes, probabilities, and metrics of logits and class numbers.

use ndarray::{Array2, ArrayView1, ArrayView2};

use crate::error::{TrainError, no_rows};
use crate::examples::{check_classes, unequal};

/// Checks the arguments of a metric: as many labels as rows, at least one row, a class below
/// `n_classes` for each row, and no NaN.
pub(crate) fn check(
    values: &ArrayView2<'_, f32>,
    classes: &[u32],
    n_classes: usize,
) -> Result<(), TrainError> {
    let (inputs, labels) = (values.nrows(), classes.len());
    if inputs != labels {
        return Err(unequal(inputs, labels));
    }
    if inputs == 0 {
        return Err(no_rows("scored"));
    }
    check_classes("scored", classes.iter().copied(), n_classes)?;
    let nan = |row: ArrayView1<'_, f32>| row.iter().any(|z| z.is_nan());
    match values.rows().into_iter().position(nan) {
        Some(row) => Err(nan_logit(row)),
        None => Ok(()),
    }
}

fn nan_logit(row: usize) -> TrainError {
    TrainError::Examples(format!(
        "row {row} has a NaN logit, so it has no predicted class"
    ))
}

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
    let rows = logits.rows().into_iter().enumerate();
    rows.map(|(row, logits)| predict(logits).ok_or_else(|| nan_logit(row)))
        .collect()
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

/// Area under the receiver operating characteristic: the probability that a row of class 1 has a
/// larger score than one of class 0, with equal scores counting half (Hanley and McNeil 1982).
/// None if either class has no rows.
///
/// # Errors
/// [`TrainError`] if there are no rows, if labels and scores differ in number, for a class above
/// 1, and for NaN.
pub fn roc_auc(scores: &[f32], classes: &[u32]) -> Result<Option<f64>, TrainError> {
    let column = ArrayView1::from(scores);
    check(&column.insert_axis(ndarray::Axis(1)), classes, 2)?;
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[a].total_cmp(&scores[b]));
    // Twice the number of wins, so that ties are whole: exact below 2⁵³.
    let (mut wins, mut negatives, mut positives) = (0u64, 0u64, 0u64);
    for equal in order.chunk_by(|&a, &b| scores[a] == scores[b]) {
        let ones = equal.iter().filter(|&&row| classes[row] == 1).count() as u64;
        let zeros = equal.len() as u64 - ones;
        wins += ones * (2 * negatives + zeros);
        negatives += zeros;
        positives += ones;
    }
    let pairs = 2 * negatives * positives;
    Ok((pairs > 0).then(|| wins as f64 / pairs as f64))
}

/// The Brier score, from 0 to 2: the squared distance of the probabilities from the true class,
/// averaged over the rows (Brier 1950). For two classes it is twice the form that only counts
/// class 1.
///
/// # Errors
/// [`TrainError`] if there are no rows, if labels and rows differ in number, for a class without
/// an output, and for NaN.
pub fn brier_score(logits: ArrayView2<'_, f32>, classes: &[u32]) -> Result<f64, TrainError> {
    check(&logits, classes, logits.ncols().max(2))?;
    let probabilities = probabilities(logits);
    let squares = probabilities.indexed_iter().map(|((row, class), p)| {
        let off = p - f64::from(u8::from(class == classes[row] as usize));
        off * off
    });
    Ok(squares.sum::<f64>() / classes.len() as f64)
}

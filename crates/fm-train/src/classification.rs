//! Classification metrics beyond accuracy, of logits or probabilities and class numbers.

use ndarray::{Array2, ArrayView2};
use serde::{Deserialize, Serialize};

use crate::error::{TrainError, require};
use crate::reliability::Reliability;

/// Checks what every metric takes: rows, as many labels, and labels that have a column.
fn check(values: &ArrayView2<'_, f32>, classes: &[u32], columns: usize) -> Result<(), TrainError> {
    let what = "scored";
    if values.nrows() != classes.len() {
        return Err(TrainError::Rows {
            inputs: values.nrows(),
            labels: classes.len(),
        });
    }
    if classes.is_empty() {
        return Err(TrainError::NoRows { what });
    }
    match classes.iter().position(|&class| class as usize >= columns) {
        Some(row) => Err(TrainError::Class {
            what,
            row,
            class: classes[row],
            n_classes: columns,
        }),
        None => Ok(()),
    }
}

/// The probabilities of every class, `[rows, classes]`, two columns for a sigmoid head: a softmax
/// of the rows of `logits`, or the sigmoid of its one column and what is left to 1. In f64.
pub fn probabilities(logits: ArrayView2<'_, f32>) -> Array2<f64> {
    if logits.ncols() == 1 {
        return Array2::from_shape_fn((logits.nrows(), 2), |(row, class)| {
            let z = f64::from(logits[[row, 0]]);
            // exp of what is not above 0, so it cannot overflow.
            let small = libm::exp(-z.abs());
            let of_sign = if (z > 0.0) == (class == 1) {
                1.0
            } else {
                small
            };
            of_sign / (1.0 + small)
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

/// The class that every row is given, where it is the same for all of two or more rows: a network
/// that answers so has most likely learned nothing.
///
/// ```
/// use fm_train::constant_prediction;
/// use ndarray::array;
///
/// assert_eq!(constant_prediction(array![[0.1, 0.3], [-2.0, 5.0]].view()), Some(1));
/// assert_eq!(constant_prediction(array![[0.1, 0.3], [2.0, -5.0]].view()), None);
/// // One logit is a sigmoid head: class 1 above 0.
/// assert_eq!(constant_prediction(array![[-0.1], [-2.0]].view()), Some(0));
/// ```
pub fn constant_prediction(logits: ArrayView2<'_, f32>) -> Option<u32> {
    let mut predicted = logits.rows().into_iter().map(|row| predict(row.iter()));
    let first = predicted.next()?;
    (logits.nrows() > 1 && predicted.all(|class| class == first)).then_some(first)
}

/// Fraction of rows whose class is among the `k` largest logits. Of equal logits the first class
/// counts as larger, as for accuracy.
///
/// # Errors
/// [`TrainError`] if there are no rows, other than labels, or a class without a column, and if
/// `k` is 0.
pub fn top_k_accuracy(
    logits: ArrayView2<'_, f32>,
    classes: &[u32],
    k: usize,
) -> Result<f64, TrainError> {
    check(&logits, classes, logits.ncols())?;
    require("k", "1 or more", k, k > 0)?;
    let rows = logits.rows().into_iter().zip(classes);
    let hits = rows.filter(|(row, class)| {
        let class = **class as usize;
        let own = row[class];
        let before = |&(j, &z): &(usize, &f32)| z > own || (z == own && j < class);
        // A logit that is no number is among nothing.
        !own.is_nan() && row.iter().enumerate().filter(before).count() < k
    });
    Ok(hits.count() as f64 / classes.len() as f64)
}

/// How often each class was taken for each: rows are true classes, columns predicted ones.
///
/// ```
/// use fm_train::ConfusionMatrix;
///
/// let matrix = ConfusionMatrix::new(2, [(0, 0), (0, 0), (0, 1), (1, 1)])?;
/// assert_eq!(matrix.counts()[[0, 1]], 1);
/// assert_eq!((matrix.accuracy(), matrix.recall(1)), (0.75, Some(1.0)));
/// assert_eq!(matrix.precision(1), Some(0.5));
/// # Ok::<(), fm_train::TrainError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Vec<u64>>", into = "Vec<Vec<u64>>")]
pub struct ConfusionMatrix {
    counts: Array2<u64>,
}

impl ConfusionMatrix {
    /// Counts pairs of true and predicted class.
    ///
    /// # Errors
    /// [`TrainError::Class`] for a class from `n_classes` on, [`TrainError::NoRows`] without pairs.
    pub fn new(
        n_classes: usize,
        pairs: impl IntoIterator<Item = (u32, u32)>,
    ) -> Result<Self, TrainError> {
        let mut counts = Array2::zeros((n_classes, n_classes));
        let mut rows = 0;
        for (row, pair) in pairs.into_iter().enumerate() {
            let cell = counts.get_mut([pair.0 as usize, pair.1 as usize]);
            *cell.ok_or(TrainError::Class {
                what: "scored",
                row,
                class: pair.0.max(pair.1),
                n_classes,
            })? += 1;
            rows += 1;
        }
        if rows == 0 {
            return Err(TrainError::NoRows { what: "scored" });
        }
        Ok(Self { counts })
    }

    /// The counts of the predictions that `logits` make, `[rows, outputs]`; one output is class 1
    /// where it is above 0.
    ///
    /// # Errors
    /// [`TrainError`] if there are no rows, other than labels, or a class without an output.
    pub fn of_logits(logits: ArrayView2<'_, f32>, classes: &[u32]) -> Result<Self, TrainError> {
        let n_classes = logits.ncols().max(2);
        check(&logits, classes, n_classes)?;
        let predicted = logits.rows().into_iter().map(|row| predict(row.iter()));
        Self::new(n_classes, classes.iter().copied().zip(predicted))
    }

    /// The counts, `[true class, predicted class]`.
    pub fn counts(&self) -> ArrayView2<'_, u64> {
        self.counts.view()
    }

    /// Fraction of all rows that are on the diagonal.
    pub fn accuracy(&self) -> f64 {
        self.counts.diag().sum() as f64 / self.counts.sum() as f64
    }

    /// Of the rows predicted as `class` the fraction that are; none if there are no such rows or
    /// no such class.
    pub fn precision(&self, class: usize) -> Option<f64> {
        let predicted = (0..self.counts.nrows()).map(|row| self.counts.get([row, class]));
        self.fraction(class, predicted.flatten().sum())
    }

    /// Of the rows of `class` the fraction that are predicted as it; none if there are no such
    /// rows or no such class.
    pub fn recall(&self, class: usize) -> Option<f64> {
        let of_class = (0..self.counts.ncols()).map(|col| self.counts.get([class, col]));
        self.fraction(class, of_class.flatten().sum())
    }

    /// The harmonic mean of precision and recall, `2·hits / (predicted + of the class)`; none if
    /// the class is neither predicted nor there.
    pub fn f1(&self, class: usize) -> Option<f64> {
        let sums = (0..self.counts.nrows()).map(|other| {
            let predicted = self.counts.get([other, class]).copied();
            predicted.unwrap_or(0) + self.counts.get([class, other]).copied().unwrap_or(0)
        });
        self.fraction(class, sums.sum()).map(|half| 2.0 * half)
    }

    /// The mean of [`f1`](Self::f1) over the classes that have one.
    pub fn macro_f1(&self) -> f64 {
        let scores: Vec<f64> = (0..self.counts.nrows())
            .filter_map(|c| self.f1(c))
            .collect();
        scores.iter().sum::<f64>() / scores.len() as f64
    }

    fn fraction(&self, class: usize, of: u64) -> Option<f64> {
        let hits = *self.counts.get([class, class])?;
        (of > 0).then(|| hits as f64 / of as f64)
    }
}

impl From<ConfusionMatrix> for Vec<Vec<u64>> {
    fn from(matrix: ConfusionMatrix) -> Self {
        matrix
            .counts
            .rows()
            .into_iter()
            .map(|row| row.to_vec())
            .collect()
    }
}

impl TryFrom<Vec<Vec<u64>>> for ConfusionMatrix {
    type Error = String;

    fn try_from(rows: Vec<Vec<u64>>) -> Result<Self, String> {
        let n = rows.len();
        if let Some(row) = rows.iter().position(|row| row.len() != n) {
            let found = rows[row].len();
            return Err(format!(
                "row {row} of {n} of a confusion matrix has {found} counts"
            ));
        }
        let total = rows
            .iter()
            .flatten()
            .try_fold(0u64, |sum, &n| sum.checked_add(n));
        if total.is_none_or(|total| total == 0) {
            return Err("a confusion matrix counts no rows, or too many".to_owned());
        }
        let counts = Array2::from_shape_fn((n, n), |(i, j)| rows[i][j]);
        Ok(Self { counts })
    }
}

/// The class that each row of `logits`, `[rows, outputs]`, speaks for: the first largest; of one
/// output, class 1 where it is above zero.
pub fn predicted_classes(logits: ArrayView2<'_, f32>) -> Vec<u32> {
    let rows = logits.rows().into_iter();
    rows.map(|row| predict(row.iter())).collect()
}

/// The class that a row of logits speaks for: the first largest; with one logit, class 1 where it
/// is above zero (a probability above one half).
pub(crate) fn predict<'a>(row: impl ExactSizeIterator<Item = &'a f32>) -> u32 {
    let one = row.len() == 1;
    let mut best = (0, f32::NAN);
    for (j, &z) in (0..).zip(row) {
        if one {
            return u32::from(z > 0.0);
        }
        if j == 0 || z > best.1 {
            best = (j, z);
        }
    }
    best.0
}

/// Area under the receiver operating characteristic: the probability that a row of class 1 has a
/// larger score than one of class 0, equal scores counting half (Hanley and McNeil 1982).
///
/// None if either class has no rows, or a score is no number.
///
/// # Errors
/// [`TrainError`] if there are no rows, other than scores, or a class above 1.
pub fn roc_auc(scores: &[f32], classes: &[u32]) -> Result<Option<f64>, TrainError> {
    let column = ArrayView2::from_shape((scores.len(), 1), scores);
    let column = column.expect("one column of as many scores");
    check(&column, classes, 2)?;
    if scores.iter().any(|score| score.is_nan()) {
        return Ok(None);
    }
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[a].total_cmp(&scores[b]));
    // Twice the sum of wins, so that halves are whole: exact below 2⁵³.
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

/// The Brier score: the squared distance of the probabilities from the truth, 0 to 2, mean over
/// the rows (Brier 1950). For two classes it is twice the form that counts class 1 only.
///
/// # Errors
/// [`TrainError`] if there are no rows, other than labels, or a class without an output.
pub fn brier_score(logits: ArrayView2<'_, f32>, classes: &[u32]) -> Result<f64, TrainError> {
    check(&logits, classes, logits.ncols().max(2))?;
    let probabilities = probabilities(logits);
    let rows = probabilities.rows().into_iter().zip(classes);
    let sum: f64 = rows
        .flat_map(|(row, &class)| {
            let cells = row.into_iter().enumerate();
            cells.map(move |(j, p)| {
                let off = p - f64::from(u8::from(j == class as usize));
                off * off
            })
        })
        .sum();
    Ok(sum / classes.len() as f64)
}

/// Expected calibration error: over `bins` equal bins of the predicted class's probability, the
/// distance of accuracy from mean probability, weighted by rows (Guo et al. 2017). A bin holds its
/// upper edge.
///
/// # Errors
/// As [`brier_score`], and if `bins` is 0 or above a million.
pub fn calibration_error(
    logits: ArrayView2<'_, f32>,
    classes: &[u32],
    bins: usize,
) -> Result<f64, TrainError> {
    check(&logits, classes, logits.ncols().max(2))?;
    let mut reliability = Reliability::new(bins)?;
    let probabilities = probabilities(logits);
    let rows = probabilities.rows().into_iter().zip(logits.rows());
    for ((of_row, logits), &class) in rows.zip(classes) {
        let predicted = predict(logits.iter());
        reliability.add(of_row[predicted as usize], predicted == class);
    }
    Ok(reliability.calibration_error())
}

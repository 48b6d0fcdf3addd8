//! [`ConfusionMatrix`]: true and predicted classes, counted.

use ndarray::{Array2, ArrayView2};

use crate::error::{TrainError, no_rows};
use crate::examples::wrong_class;
use crate::metrics::{check, predicted_classes};

/// How many rows of each class were predicted as each class: `[true class, predicted class]`.
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfusionMatrix {
    counts: Array2<u64>,
}

impl ConfusionMatrix {
    /// Counts pairs of true and predicted class.
    ///
    /// # Errors
    /// [`TrainError::Examples`] for a class from `n_classes` on, and without pairs.
    pub fn new(
        n_classes: usize,
        pairs: impl IntoIterator<Item = (u32, u32)>,
    ) -> Result<Self, TrainError> {
        let mut counts = Array2::zeros((n_classes, n_classes));
        let mut rows = 0;
        for (row, (class, predicted)) in pairs.into_iter().enumerate() {
            match counts.get_mut([class as usize, predicted as usize]) {
                Some(count) => *count += 1,
                None => return Err(wrong_class("scored", row, class.max(predicted), n_classes)),
            }
            rows += 1;
        }
        if rows == 0 {
            return Err(no_rows("scored"));
        }
        Ok(Self { counts })
    }

    /// Counts the predictions of `logits`, `[rows, outputs]`; one output predicts class 1 where it
    /// is above 0.
    ///
    /// # Errors
    /// [`TrainError`] if there are no rows, if labels and rows differ in number, for a class
    /// without an output, and for NaN.
    pub fn of_logits(logits: ArrayView2<'_, f32>, classes: &[u32]) -> Result<Self, TrainError> {
        let n_classes = logits.ncols().max(2);
        check(&logits, classes, n_classes)?;
        let predicted = predicted_classes(logits)?;
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

    /// Fraction of the rows predicted as `class` that are of it; none if there are no such rows or
    /// no such class.
    pub fn precision(&self, class: usize) -> Option<f64> {
        let exists = class < self.counts.ncols();
        self.fraction(class, exists.then(|| self.counts.column(class).sum())?)
    }

    /// Fraction of the rows of `class` that are predicted as it; none if there are no such rows or
    /// no such class.
    pub fn recall(&self, class: usize) -> Option<f64> {
        let exists = class < self.counts.nrows();
        self.fraction(class, exists.then(|| self.counts.row(class).sum())?)
    }

    fn fraction(&self, class: usize, of: u64) -> Option<f64> {
        let hits = self.counts[[class, class]];
        (of > 0).then(|| hits as f64 / of as f64)
    }
}

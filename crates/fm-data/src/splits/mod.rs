//! Parts of a data set: hold-out, first rows, seeded subsets, folds, and tasks by class.
//!
//! Every split returns [`Dataset`]s whose rows keep their original numbers, so a chain such as
//! hold-out, then task, then first 200 has one [manifest](Dataset::manifest) that names rows of
//! the published file.

mod sample;
mod task;

pub use task::TaskSplit;

use crate::{DataError, Dataset};

impl Dataset {
    /// Splits off the first `n` rows for validation: `(validation, training)`, each in dataset
    /// order.
    ///
    /// # Errors
    ///
    /// If either part would be empty.
    pub fn hold_out(&self, n: usize) -> Result<(Self, Self), DataError> {
        let rows = self.rows();
        self.check_size("hold out", n, rows - 1)?;
        Ok((self.run(0, n), self.run(n, rows)))
    }

    /// The first `n` rows.
    ///
    /// # Errors
    ///
    /// If `n` is zero or more than there are.
    pub fn first(&self, n: usize) -> Result<Self, DataError> {
        self.check_size("take the first", n, self.rows())?;
        Ok(self.run(0, n))
    }

    /// `k` folds for cross-validation, made one at a time: `(validation, training)` pairs, the
    /// validation parts consecutive blocks of rows whose sizes differ by one at most. For folds
    /// in random order, [shuffle](Self::shuffled) first.
    ///
    /// # Errors
    ///
    /// If `k` is below two or above the number of rows.
    pub fn folds(
        &self,
        k: usize,
    ) -> Result<impl ExactSizeIterator<Item = (Self, Self)> + '_, DataError> {
        let rows = self.rows();
        if !(2..=rows).contains(&k) {
            return Err(DataError::Folds {
                origin: self.name().to_owned(),
                folds: k,
                rows,
            });
        }
        // The first `rows % k` folds have one row more.
        let start = move |fold: usize| fold * (rows / k) + fold.min(rows % k);
        Ok((0..k).map(move |fold| {
            let (from, to) = (start(fold), start(fold + 1));
            let others: Vec<usize> = (0..from).chain(to..rows).collect();
            (self.run(from, to), self.pick(&others))
        }))
    }

    fn check_size(&self, what: &'static str, wanted: usize, most: usize) -> Result<(), DataError> {
        if (1..=most).contains(&wanted) {
            return Ok(());
        }
        let (origin, rows) = (self.name().to_owned(), self.rows());
        Err(DataError::PartSize {
            origin,
            what,
            wanted,
            rows,
            least: 1,
            most,
        })
    }
}

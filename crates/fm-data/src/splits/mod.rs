//! Parts of a dataset: hold-out, first rows, seeded subsets, and tasks by class. Every part's rows
//! keep their numbers in the file.

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

    fn check_size(&self, what: &'static str, wanted: usize, most: usize) -> Result<(), DataError> {
        if (1..=most).contains(&wanted) {
            return Ok(());
        }
        let rows = self.rows();
        let reason = format!("cannot {what} {wanted} rows of {rows}: expected 1 to {most}");
        Err(DataError::invalid(self.name(), reason))
    }
}

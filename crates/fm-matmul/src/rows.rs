//! [`Rows`]: the left operand of a product, read where it lies.

use crate::matrix::Matrix;

/// Borrowed rows of f32, `[rows, cols]`: those of a [`Matrix`], of a slice, or the transpose of
/// either.
///
/// ```
/// use fm_matmul::Rows;
///
/// let x = Rows::of_slice(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], 2, 3);
/// assert_eq!((x.first(1).rows(), x.t().rows()), (1, 3));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    data: &'a [f32],
    rows: usize,
    cols: usize,
    row_stride: usize,
    col_stride: usize,
}

impl<'a> Rows<'a> {
    /// Elements `(i, p)` at `data[i * row_stride + p * col_stride]`.
    ///
    /// # Panics
    /// If the slice is too short.
    pub fn new(
        data: &'a [f32],
        (rows, cols): (usize, usize),
        (row_stride, col_stride): (usize, usize),
    ) -> Self {
        // Checked: strides that wrap around would let any slice pass.
        let last = || {
            let down = (rows - 1).checked_mul(row_stride)?;
            down.checked_add((cols - 1).checked_mul(col_stride)?)
        };
        assert!(
            rows == 0 || cols == 0 || last().is_some_and(|last| last < data.len()),
            "{} floats, too few for {rows} rows at {row_stride} and {cols} columns at {col_stride}",
            data.len()
        );
        Self {
            data,
            rows,
            cols,
            row_stride,
            col_stride,
        }
    }

    /// The rows of a matrix.
    pub fn of(matrix: &'a Matrix) -> Self {
        let shape = (matrix.rows(), matrix.cols());
        Self::new(matrix.padded(), shape, (matrix.stride(), 1))
    }

    /// Row-major rows in a slice.
    ///
    /// # Panics
    /// If the slice does not hold `rows * cols` floats.
    pub fn of_slice(data: &'a [f32], rows: usize, cols: usize) -> Self {
        assert_eq!(data.len(), rows * cols, "floats of {rows} rows of {cols}");
        Self::new(data, (rows, cols), (cols, 1))
    }

    /// The first `rows` of these.
    ///
    /// # Panics
    /// If there are fewer.
    #[must_use]
    pub fn first(self, rows: usize) -> Self {
        assert!(rows <= self.rows, "{rows} of {} rows", self.rows);
        Self { rows, ..self }
    }

    /// The transpose, `[cols, rows]`.
    #[must_use]
    pub fn t(self) -> Self {
        Self {
            rows: self.cols,
            cols: self.rows,
            row_stride: self.col_stride,
            col_stride: self.row_stride,
            ..self
        }
    }

    /// Number of rows.
    #[inline]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of columns.
    #[inline]
    pub fn cols(&self) -> usize {
        self.cols
    }

    /// Row `row`.
    ///
    /// # Panics
    /// If there is no such row, or these are a transpose, whose rows are not contiguous.
    #[inline]
    pub fn row(&self, row: usize) -> &'a [f32] {
        assert!(row < self.rows && self.col_stride == 1, "row {row}");
        &self.data[row * self.row_stride..][..self.cols]
    }

    /// The slice that holds the elements.
    pub(crate) fn data(&self) -> &'a [f32] {
        self.data
    }

    /// Distances between rows and between columns.
    pub(crate) fn strides(&self) -> (usize, usize) {
        (self.row_stride, self.col_stride)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_just_fit_pass() {
        let x = Rows::new(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0], (2, 3), (1, 2));
        assert_eq!(x.t().row(1), [3.0, 4.0]);
        Rows::new(&[], (0, 3), (3, 1));
    }

    #[test]
    #[should_panic(expected = "6 floats, too few")]
    fn rows_beyond_the_slice_are_refused() {
        Rows::new(&[0.0; 6], (2, 3), (4, 1));
    }

    #[test]
    #[should_panic(expected = "6 floats, too few")]
    fn strides_that_wrap_around_are_refused() {
        Rows::new(&[0.0; 6], (2, 3), (usize::MAX, 1));
    }
}

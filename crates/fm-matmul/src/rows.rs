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
    /// The rows of a matrix.
    pub fn of(matrix: &'a Matrix) -> Self {
        Self {
            data: matrix.padded(),
            rows: matrix.rows(),
            cols: matrix.cols(),
            row_stride: matrix.stride(),
            col_stride: 1,
        }
    }

    /// Row-major rows in a slice.
    ///
    /// # Panics
    /// If the slice does not hold `rows * cols` floats.
    pub fn of_slice(data: &'a [f32], rows: usize, cols: usize) -> Self {
        assert_eq!(data.len(), rows * cols, "floats of {rows} rows of {cols}");
        Self {
            data,
            rows,
            cols,
            row_stride: cols,
            col_stride: 1,
        }
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

    /// Distances between rows and between columns, one of which is 1; the other is at least the
    /// length of what is contiguous.
    pub(crate) fn strides(&self) -> (usize, usize) {
        (self.row_stride, self.col_stride)
    }
}

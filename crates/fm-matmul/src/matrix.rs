//! [`Matrix`]: a row-major f32 matrix whose rows start on a cache line.

use std::fmt;

use ndarray::{ArrayView2, ArrayViewMut2, ShapeBuilder};

/// Floats in a 64-byte cache line, and in the widest vector that the kernels use.
pub const LANES: usize = 16;

/// Floats in 1 KiB. A column of rows that lie a multiple of this apart falls into a few sets of
/// the caches: with 1024 columns AVX2's forward product runs at 0.7 of its speed. One more cache
/// line a row spreads it over all sets.
const ALIASED: usize = 256;

/// A row-major matrix of f32, `[rows, cols]`, each row padded with zeros to a whole number of
/// cache lines and aligned to one.
///
/// The padding lets every kernel work in whole vectors, whatever the number of columns. It is
/// never visible: [`view`](Self::view), equality and everything that is saved or hashed see the
/// `cols` real columns only.
pub struct Matrix {
    rows: usize,
    cols: usize,
    stride: usize,
    /// Index in `data` of the first float on a cache line.
    start: usize,
    data: Vec<f32>,
}

impl Matrix {
    /// A matrix of zeros.
    pub fn zeros(rows: usize, cols: usize) -> Self {
        let mut stride = cols.next_multiple_of(LANES);
        if cols > 0 && stride.is_multiple_of(ALIASED) {
            stride += LANES;
        }
        let data = vec![0.0; rows * stride + LANES - 1];
        let start = data.as_ptr().align_offset(64).min(LANES - 1);
        Self {
            rows,
            cols,
            stride,
            start,
            data,
        }
    }

    /// A copy of any array view of shape `[rows, cols]`.
    pub fn from_view(view: ArrayView2<'_, f32>) -> Self {
        let mut matrix = Self::zeros(view.nrows(), view.ncols());
        matrix.view_mut().assign(&view);
        matrix
    }

    /// Number of rows.
    #[inline]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Number of real columns.
    #[inline]
    pub fn cols(&self) -> usize {
        self.cols
    }

    /// Floats from one row's start to the next: `cols` rounded up to whole cache lines, and one
    /// line more where that would be a multiple of 1 KiB.
    #[inline]
    pub fn stride(&self) -> usize {
        self.stride
    }

    /// The real elements, `[rows, cols]`.
    pub fn view(&self) -> ArrayView2<'_, f32> {
        let shape = (self.rows, self.cols).strides((self.stride, 1));
        ArrayView2::from_shape(shape, self.padded()).expect("rows and stride fit the buffer")
    }

    /// The real elements, `[rows, cols]`, to be changed.
    pub fn view_mut(&mut self) -> ArrayViewMut2<'_, f32> {
        let shape = (self.rows, self.cols).strides((self.stride, 1));
        ArrayViewMut2::from_shape(shape, self.padded_mut()).expect("rows and stride fit the buffer")
    }

    /// The real elements of row `row`.
    #[inline]
    pub fn row(&self, row: usize) -> &[f32] {
        &self.padded()[row * self.stride..][..self.cols]
    }

    /// The real elements of row `row`, to be changed.
    #[inline]
    pub fn row_mut(&mut self, row: usize) -> &mut [f32] {
        let (stride, cols) = (self.stride, self.cols);
        &mut self.padded_mut()[row * stride..][..cols]
    }

    /// Every element with its padding: `rows * stride` floats, aligned to 64 bytes.
    #[inline]
    pub fn padded(&self) -> &[f32] {
        &self.data[self.start..][..self.rows * self.stride]
    }

    /// Every element with its padding, to be changed. What is written to the padding is lost.
    #[inline]
    pub fn padded_mut(&mut self) -> &mut [f32] {
        &mut self.data[self.start..][..self.rows * self.stride]
    }
}

impl Clone for Matrix {
    fn clone(&self) -> Self {
        // A new buffer has its own alignment, so the padded floats are copied, not the Vec.
        let mut copy = Self::zeros(self.rows, self.cols);
        copy.padded_mut().copy_from_slice(self.padded());
        copy
    }
}

impl PartialEq for Matrix {
    fn eq(&self, other: &Self) -> bool {
        self.view() == other.view()
    }
}

impl fmt::Debug for Matrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Matrix").field(&self.view()).finish()
    }
}

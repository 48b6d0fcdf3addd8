//! [`Inputs`]: rows of numbers or of bytes, as users have them.

use fm_matmul::{Job, Level, Matrix, prefetch_slice};
use ndarray::{Array2, ArrayView1, ArrayView2};

/// Inputs of a network, `[rows, inputs]`, borrowed. An `ArrayView2<f32>` and a reference to an
/// `Array2<f32>` become one by `into()`, which every function that takes inputs calls itself.
#[derive(Clone, Copy, Debug)]
pub enum Inputs<'a> {
    /// Used as they are.
    F32(ArrayView2<'a, f32>),
    /// Bytes, each multiplied by `scale` (1/255 for pixels).
    U8 {
        /// The bytes, `[rows, inputs]`.
        values: ArrayView2<'a, u8>,
        /// What one step of a byte is worth.
        scale: f32,
    },
}

impl<'a> From<ArrayView2<'a, f32>> for Inputs<'a> {
    fn from(values: ArrayView2<'a, f32>) -> Self {
        Self::F32(values)
    }
}

impl<'a> From<&'a Array2<f32>> for Inputs<'a> {
    fn from(values: &'a Array2<f32>) -> Self {
        Self::F32(values.view())
    }
}

/// Rows that are prefetched ahead of the one that is copied: each would be a wait for memory.
const AHEAD: usize = 8;

impl<'a> Inputs<'a> {
    /// Pixels, `[rows, pixels]`, scaled by 1/255 to the range from 0 to 1.
    pub fn pixels(values: ArrayView2<'a, u8>) -> Self {
        let scale = 1.0 / 255.0;
        Self::U8 { values, scale }
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        match self {
            Self::F32(values) => values.nrows(),
            Self::U8 { values, .. } => values.nrows(),
        }
    }

    /// Number of columns.
    pub fn cols(&self) -> usize {
        match self {
            Self::F32(values) => values.ncols(),
            Self::U8 { values, .. } => values.ncols(),
        }
    }

    /// Copies `n` rows to the first rows of `to`: the `i`-th is row `row(i)` of these.
    ///
    /// # Panics
    /// If `to` has fewer rows, or there is no such row.
    pub fn gather(&self, level: Level, n: usize, row: impl Fn(usize) -> usize, to: &mut Matrix) {
        match self {
            Self::F32(values) => each_row(values, n, row, |i, xs| {
                for (out, x) in to.row_mut(i).iter_mut().zip(xs) {
                    *out = *x;
                }
            }),
            Self::U8 { values, scale } => each_row(values, n, row, |i, xs| {
                let (out, scale) = (to.row_mut(i), *scale);
                match xs.to_slice() {
                    Some(bytes) => level.dispatch(Scale { bytes, scale, out }),
                    None => {
                        for (out, x) in out.iter_mut().zip(xs) {
                            *out = f32::from(*x) * scale;
                        }
                    }
                }
            }),
        }
    }
}

/// Calls `copy` with the `i`-th of `n` rows, and asks for one that will be read soon, wherever in
/// memory it lies.
fn each_row<T>(
    values: &ArrayView2<'_, T>,
    n: usize,
    row: impl Fn(usize) -> usize,
    mut copy: impl FnMut(usize, ArrayView1<'_, T>),
) {
    for i in 0..n {
        if i + AHEAD < n {
            values.row(row(i + AHEAD)).to_slice().map(prefetch_slice);
        }
        copy(i, values.row(row(i)));
    }
}

struct Scale<'a> {
    bytes: &'a [u8],
    scale: f32,
    out: &'a mut [f32],
}

impl Job for Scale<'_> {
    type Out = ();
    #[inline(always)]
    fn run(self) {
        for (out, byte) in self.out.iter_mut().zip(self.bytes) {
            *out = f32::from(*byte) * self.scale;
        }
    }
}

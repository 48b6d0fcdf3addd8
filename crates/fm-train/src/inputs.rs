//! [`Inputs`]: rows of numbers or of bytes.

use fm_nn::{Job, Level, Matrix, prefetch_slice};
use ndarray::{Array2, ArrayView2};

/// How many rows ahead memory is prefetched: shuffled rows are not consecutive in memory, so the
/// processor does not prefetch them itself.
const AHEAD: usize = 8;

/// Inputs of a network, `[rows, inputs]`, borrowed; converts from an `ArrayView2<f32>` and from a
/// reference to an `Array2<f32>`.
#[derive(Clone, Copy, Debug)]
pub enum Inputs<'a> {
    /// Used unchanged.
    F32(ArrayView2<'a, f32>),
    /// Bytes, each multiplied by `scale` when a batch is gathered.
    U8 {
        /// The bytes, `[rows, inputs]`.
        values: ArrayView2<'a, u8>,
        /// The factor, such as 1/255 for pixels.
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

    /// Copies `n` rows to the first rows of `to`: row `i` of `to` is row `row(i)` of the inputs.
    ///
    /// # Panics
    /// If `to` has fewer rows, or there is no such row.
    pub(crate) fn gather(
        &self,
        level: Level,
        n: usize,
        row: impl Fn(usize) -> usize,
        to: &mut Matrix,
    ) {
        for i in 0..n {
            if i + AHEAD < n {
                self.prefetch(row(i + AHEAD));
            }
            self.copy_row(level, row(i), to.row_mut(i));
        }
    }

    fn copy_row(&self, level: Level, row: usize, out: &mut [f32]) {
        match self {
            Self::F32(values) => {
                for (out, x) in out.iter_mut().zip(values.row(row)) {
                    *out = *x;
                }
            }
            Self::U8 { values, scale } => match values.row(row).to_slice() {
                Some(bytes) => level.dispatch(Scale {
                    bytes,
                    scale: *scale,
                    out,
                }),
                None => {
                    for (out, x) in out.iter_mut().zip(values.row(row)) {
                        *out = f32::from(*x) * scale;
                    }
                }
            },
        }
    }

    fn prefetch(&self, row: usize) {
        match self {
            Self::F32(values) => values.row(row).to_slice().map(prefetch_slice),
            Self::U8 { values, .. } => values.row(row).to_slice().map(prefetch_slice),
        };
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

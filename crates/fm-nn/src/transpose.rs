//! Turning small matrices.

use crate::matrix::Matrix;

/// Side of the square blocks that are turned one after the other: one cache line of floats.
const BLOCK: usize = 16;

/// Writes the transpose of the first `rows` rows and `cols` columns of `from` to the first `cols`
/// rows of `to`.
///
/// # Panics
/// If they do not fit.
pub(crate) fn transpose(from: &Matrix, rows: usize, cols: usize, to: &mut Matrix) {
    let (from_stride, to_stride) = (from.stride(), to.stride());
    assert!(rows <= from.rows() && cols <= from_stride && rows <= to_stride && cols <= to.rows());
    let from = &from.padded()[..rows * from_stride];
    let to = &mut to.padded_mut()[..cols * to_stride];
    for i0 in (0..rows).step_by(BLOCK) {
        for j0 in (0..cols).step_by(BLOCK) {
            for j in j0..cols.min(j0 + BLOCK) {
                let out = &mut to[j * to_stride + i0..][..BLOCK.min(rows - i0)];
                for (i, out) in out.iter_mut().enumerate() {
                    *out = from[(i0 + i) * from_stride + j];
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twice_turned_is_unturned() {
        for (rows, cols) in [(1, 1), (18, 300), (32, 100), (33, 17)] {
            let mut from = Matrix::zeros(rows, cols);
            for i in 0..rows {
                for j in 0..cols {
                    from.row_mut(i)[j] = (i * 1000 + j) as f32;
                }
            }
            let (mut turned, mut back) = (Matrix::zeros(cols, rows), Matrix::zeros(rows, cols));
            transpose(&from, rows, cols, &mut turned);
            assert_eq!(turned.view(), from.view().t());
            transpose(&turned, cols, rows, &mut back);
            assert_eq!(back, from);
        }
    }
}

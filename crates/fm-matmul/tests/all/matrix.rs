//! Matrices: alignment and padding.

use fm_matmul::{LANES, Matrix};

#[test]
fn rows_start_on_cache_lines_also_after_a_clone() {
    for cols in [1, 15, 16, 17, 300] {
        let mut matrix = Matrix::zeros(3, cols);
        matrix.row_mut(2)[cols - 1] = 7.0;
        let copy = matrix.clone();
        assert_eq!(copy, matrix);
        assert_eq!(copy.stride() % LANES, 0);
        assert_eq!(copy.row(2)[cols - 1], 7.0);
        for m in [&matrix, &copy] {
            assert_eq!(m.padded().as_ptr().align_offset(64), 0);
            assert_eq!(m.view().dim(), (3, cols));
        }
    }
}

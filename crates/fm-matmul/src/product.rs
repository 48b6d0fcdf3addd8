//! What a product begins with, and the check of its operands.

use crate::matrix::Matrix;
use crate::rows::Rows;

/// What each element of a product begins with.
#[derive(Clone, Copy, Debug)]
pub enum Start<'a> {
    /// Zero: `C = A·B`.
    Zero,
    /// The same row for each row of `C`: `C = bias + A·B`; a matrix of one row.
    Row(&'a Matrix),
    /// What `C` holds: `C += A·B`.
    Out,
}

/// Shape of a product: `C[m, n]` from `A[m, k]` and `B[k, n]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Rows of `A` and `C`.
    pub m: usize,
    /// Columns of `B` and `C`.
    pub n: usize,
    /// The inner dimension.
    pub k: usize,
}

/// The shape of `start + A·B`, after the check that the kernels, which do not check, rely on.
///
/// # Panics
/// If an operand does not fit.
pub(crate) fn checked(a: &Rows<'_>, b: &Matrix, start: &Start<'_>, c: &Matrix) -> Shape {
    let (m, n, k) = (a.rows(), c.cols(), a.cols());
    let fits = b.cols() == n && b.rows() >= k && c.rows() >= m;
    assert!(
        fits,
        "a product of [{m}, {k}] and [{}, {}] into [{}, {n}]",
        b.rows(),
        b.cols(),
        c.rows()
    );
    if let Start::Row(row) = start {
        let found = (row.rows(), row.cols());
        assert_eq!(found, (1, n), "shape of the row that a product begins with");
    }
    Shape { m, n, k }
}

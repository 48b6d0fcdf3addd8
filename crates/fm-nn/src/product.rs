//! The one matrix product that training is made of: its operands.

use crate::matrix::LANES;

/// The left operand `A` of a product, `[m, k]`, read one element at a time.
///
/// Element `(i, p)` is `data[i * row_stride + p * col_stride]`, so a matrix and its transpose are
/// the same slice with the strides exchanged.
#[derive(Clone, Copy, Debug)]
pub struct Lhs<'a> {
    /// The slice that holds the elements.
    pub data: &'a [f32],
    /// Distance between rows.
    pub row_stride: usize,
    /// Distance between columns.
    pub col_stride: usize,
}

/// The right operand `B` of a product, `[k, n]`, row-major, read in whole vectors.
#[derive(Clone, Copy, Debug)]
pub struct Rhs<'a> {
    /// `k` rows of `stride` floats; the columns from `n` on are padding.
    pub data: &'a [f32],
    /// Distance between rows, a multiple of [`LANES`](crate::LANES), at least `n`.
    pub stride: usize,
}

/// The result `C` of a product, `[m, n]`, row-major, written in whole vectors.
#[derive(Debug)]
pub struct Out<'a> {
    /// `m` rows of `stride` floats; what ends up in the columns from `n` on is unspecified but
    /// stays zero where the padding of `B` and of the start is zero.
    pub data: &'a mut [f32],
    /// Distance between rows, a multiple of [`LANES`](crate::LANES), at least `n`.
    pub stride: usize,
}

/// What each element's chain of multiply-adds begins with.
#[derive(Clone, Copy, Debug)]
pub enum Start<'a> {
    /// Zero: `C = A·B`.
    Zero,
    /// The same row for each row of `C`: `C = bias + A·B`. `n` floats, padded with zeros
    /// to whole vectors.
    Row(&'a [f32]),
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

/// Checks once what the kernels rely on.
pub(crate) fn check(shape: Shape, a: &Lhs<'_>, b: &Rhs<'_>, start: &Start<'_>, c: &Out<'_>) {
    let Shape { m, n, k } = shape;
    assert!(
        b.stride.is_multiple_of(LANES) && b.stride >= n,
        "stride {} of B, n {n}",
        b.stride
    );
    assert!(
        c.stride.is_multiple_of(LANES) && c.stride >= n,
        "stride {} of C, n {n}",
        c.stride
    );
    assert!(
        b.data.len() >= k * b.stride,
        "B holds {} floats, {k} rows needed",
        b.data.len()
    );
    assert!(
        c.data.len() >= m * c.stride,
        "C holds {} floats, {m} rows needed",
        c.data.len()
    );
    if m > 0 && k > 0 {
        let last = (m - 1) * a.row_stride + (k - 1) * a.col_stride;
        assert!(
            a.data.len() > last,
            "A holds {} floats, element {last} needed",
            a.data.len()
        );
    }
    if let Start::Row(row) = start {
        assert!(
            row.len() >= n.next_multiple_of(LANES),
            "start row of {} floats",
            row.len()
        );
    }
}

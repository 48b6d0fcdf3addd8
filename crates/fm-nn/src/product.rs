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

/// Checks once what the kernels, which do not check, rely on.
pub(crate) fn check(shape: Shape, a: &Lhs<'_>, b: &Rhs<'_>, start: &Start<'_>, c: &Out<'_>) {
    let Shape { m, n, k } = shape;
    check_rows("B", b.data, (k, n), b.stride);
    check_rows("C", c.data, (m, n), c.stride);
    check_left(a, m, k);
    if let Start::Row(row) = start {
        assert!(
            row.len() >= n.next_multiple_of(LANES),
            "start row of {} floats",
            row.len()
        );
    }
}

/// As [`check`], for `C = A·Bᵀ` with `B[n, k]`.
pub(crate) fn check_transposed(shape: Shape, a: &Lhs<'_>, b: &Rhs<'_>, c: &Out<'_>) {
    let Shape { m, n, k } = shape;
    check_rows("B", b.data, (n, k), b.stride);
    check_rows("C", c.data, (m, n), c.stride);
    check_left(a, m, k);
}

/// Checks rows that are read or written in whole vectors.
fn check_rows(name: &str, data: &[f32], (rows, cols): (usize, usize), stride: usize) {
    assert!(
        stride.is_multiple_of(LANES) && stride >= cols,
        "stride {stride} of {name}, {cols} columns"
    );
    // Checked: a product that wraps around would let any slice pass.
    assert!(
        rows.checked_mul(stride)
            .is_some_and(|len| data.len() >= len),
        "{name} holds {} floats, {rows} rows of {stride} needed",
        data.len()
    );
}

/// Checks a left operand, `[m, k]`, that is read one element at a time.
fn check_left(a: &Lhs<'_>, m: usize, k: usize) {
    if m == 0 || k == 0 {
        return;
    }
    let down = (m - 1).checked_mul(a.row_stride);
    let right = (k - 1).checked_mul(a.col_stride);
    let last = down.zip(right).and_then(|(d, r)| d.checked_add(r));
    assert!(
        last.is_some_and(|last| a.data.len() > last),
        "A holds {} floats, too few for {m} rows at {} and {k} columns at {}",
        a.data.len(),
        a.row_stride,
        a.col_stride
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks a product `[2, 3]·[3, 16]` after a change to its strides.
    fn checked(change: impl FnOnce(&mut Lhs<'_>, &mut Rhs<'_>, &mut usize)) {
        let (shape, floats) = (Shape { m: 2, n: 16, k: 3 }, [0.0; 48]);
        let mut a = Lhs {
            data: &floats[..6],
            row_stride: 3,
            col_stride: 1,
        };
        let mut b = Rhs {
            data: &floats,
            stride: LANES,
        };
        let (mut c, mut stride) = ([0.0; 32], LANES);
        change(&mut a, &mut b, &mut stride);
        let c = Out {
            data: &mut c,
            stride,
        };
        check(shape, &a, &b, &Start::Row(&floats[..16]), &c);
    }

    #[test]
    fn operands_that_just_fit_pass() {
        checked(|_, _, _| {});
        checked(|a, _, _| (a.row_stride, a.col_stride) = (1, 2));
    }

    #[test]
    #[should_panic(expected = "A holds 6 floats")]
    fn rows_of_a_beyond_the_slice_are_refused() {
        checked(|a, _, _| a.row_stride = 4);
    }

    #[test]
    #[should_panic(expected = "A holds 6 floats")]
    fn strides_of_a_that_wrap_around_are_refused() {
        checked(|a, _, _| (a.row_stride, a.col_stride) = (usize::MAX, 1));
    }

    #[test]
    #[should_panic(expected = "B holds 48 floats")]
    fn strides_of_b_that_wrap_around_are_refused() {
        checked(|_, b, _| b.stride = usize::MAX / 3 / LANES * LANES + LANES);
    }

    #[test]
    #[should_panic(expected = "C holds 32 floats")]
    fn strides_of_c_that_wrap_around_are_refused() {
        checked(|_, _, c| *c = usize::MAX / 2 / LANES * LANES + LANES);
    }
}

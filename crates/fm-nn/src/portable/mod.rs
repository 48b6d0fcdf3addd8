//! The portable backend: the same bits on every machine.

mod level;
pub(crate) mod math;

pub use level::{Job, Level, UnknownLevel};

use crate::product::{Lhs, Out, Rhs, Shape, Start};

/// `C = start + A·B`; the operands are already checked.
pub(crate) fn product(
    _: Level,
    shape: Shape,
    a: Lhs<'_>,
    b: Rhs<'_>,
    start: Start<'_>,
    c: Out<'_>,
) {
    for i in 0..shape.m {
        let row = &mut c.data[i * c.stride..][..shape.n];
        match start {
            Start::Zero => row.fill(0.0),
            Start::Row(first) => row.copy_from_slice(&first[..shape.n]),
            Start::Out => {}
        }
        for p in 0..shape.k {
            let x = a.data[i * a.row_stride + p * a.col_stride];
            for (c, b) in row.iter_mut().zip(&b.data[p * b.stride..]) {
                *c = x.mul_add(*b, *c);
            }
        }
    }
}

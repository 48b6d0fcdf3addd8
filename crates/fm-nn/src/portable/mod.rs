//! The portable backend: the same bits on every machine.

use std::fmt;

use crate::product::{Lhs, Out, Rhs, Shape, Start};

/// A vector level of the portable backend. Levels differ in speed, never in a bit of the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// 512-bit vectors (x86-64 with AVX-512F).
    Avx512,
    /// 256-bit vectors (x86-64 with AVX2 and FMA).
    Avx2,
    /// Whatever the compiler's baseline offers.
    Baseline,
}

impl Level {
    /// The widest level of this CPU.
    pub fn detect() -> Self {
        Self::Baseline
    }

    /// Whether this CPU has the level.
    pub fn is_supported(self) -> bool {
        self == Self::Baseline
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Avx512 => "avx512",
            Self::Avx2 => "avx2",
            Self::Baseline => "baseline",
        })
    }
}

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

//! The product with the transpose of a matrix, `C = A·Bᵀ`, for few rows of `A`.
//!
//! Backward this is `D·Wᵀ`. With fewer rows of `D` than a vector has lanes, `W·Dᵀ` would leave most
//! lanes idle; here the lanes are rows of `W`, of which four columns at a time are turned in
//! registers. Forward with few columns is turned the same way: there the lanes are rows of the inputs.
//! An element is the same chains of multiply-adds as in [`product`](mod@super::product).

// The bounds were checked by `product::check_transposed`.
#![allow(unsafe_code, reason = "the kernels take raw pointers")]

use super::level::Level;
use super::tile::CHAIN;
use super::vector::{self, Vector};
use crate::pieces::Pieces;
use crate::product::{Lhs, Out, Rhs, Shape};

/// Columns that are turned at a time.
pub(super) const TURNED: usize = 4;

/// Rows of `A` of a tile, at most.
const TILE_ROWS: usize = 8;

/// Rows of `A`, at most: with three tiles of rows, turning `W` once for each takes longer than
/// turning `D`.
const MOST_ROWS: usize = 2 * TILE_ROWS;

/// Whether [`product_transposed`] can compute this shape, and is the faster way.
pub(crate) fn suits(level: Level, shape: Shape) -> bool {
    shape.m <= MOST_ROWS && shape.n >= lanes(level)
}

/// Lanes of a level's vectors.
fn lanes(level: Level) -> usize {
    match level.min(Level::detect()) {
        Level::Avx512 => 16,
        Level::Avx2 => 8,
        Level::Baseline => 4,
    }
}

/// `C = A·Bᵀ` for `A[m, k]` and `B[n, k]`, the operands already checked and the shape one that
/// [`suits`].
pub(crate) fn product_transposed(level: Level, shape: Shape, a: Lhs<'_>, b: Rhs<'_>, c: Out<'_>) {
    let (a_start, c_start) = (a.data.as_ptr(), c.data.as_mut_ptr());
    for rows in Pieces::of_at_most(0..shape.m, TILE_ROWS).iter(false) {
        let tile = Turned {
            k: shape.k,
            a: a_start.wrapping_add(rows.start * a.row_stride),
            a_row: a.row_stride,
            a_col: a.col_stride,
            b: [b.data.as_ptr(); 2],
            b_row: b.stride,
            c: [c_start.wrapping_add(rows.start * c.stride); 2],
            c_row: c.stride,
            first: None,
        };
        let (m, n) = (rows.len(), shape.n);
        if m == 0 {
            continue;
        }
        // SAFETY: the operands were checked, and these are some rows of them.
        unsafe { tiles_at(level, tile, m, n) }
    }
}

/// Rows of `A` of which a narrow product is made at a time.
const NARROW_ROWS: usize = 64;

/// Whether [`product_narrow`] can compute this shape, and is the faster way: few columns, which
/// would leave half of the lanes idle or more, and rows of `A` that lie as those of a matrix do.
pub(super) fn suits_narrow(level: Level, shape: Shape, a: &Lhs<'_>) -> bool {
    let turned = Shape {
        m: shape.n,
        n: shape.m,
        k: shape.k,
    };
    (1..=lanes(level) / 2).contains(&shape.n)
        && suits(level, turned)
        && a.col_stride == 1
        && a.row_stride >= shape.k.next_multiple_of(TURNED)
        && a.data.len() / a.row_stride.max(1) >= shape.m
}

/// `C = first + A·B` for a shape that [`suits_narrow`]: as `Bᵀ·Aᵀ`, so that the lanes are rows of
/// `A`. The operands are already checked; `first` is zero or the same row for every row of `C`.
pub(super) fn product_narrow(
    level: Level,
    shape: Shape,
    a: Lhs<'_>,
    b: Rhs<'_>,
    first: Option<&[f32]>,
    c: Out<'_>,
) {
    let mut turned = [[0.0; NARROW_ROWS]; TILE_ROWS];
    let mut rows = 0..shape.m.min(NARROW_ROWS);
    while !rows.is_empty() {
        let sums = turned.as_flattened_mut().as_mut_ptr();
        let tile = Turned {
            k: shape.k,
            a: b.data.as_ptr(),
            a_row: 1,
            a_col: b.stride,
            b: [a.data[rows.start * a.row_stride..].as_ptr(); 2],
            b_row: a.row_stride,
            c: [sums; 2],
            c_row: NARROW_ROWS,
            first: first.map(<[f32]>::as_ptr),
        };
        // SAFETY: the operands were checked, those of `A` for columns up to the padding by
        // `suits_narrow`; there are at least as many rows as lanes, and room for all sums.
        unsafe { tiles_at(level, tile, shape.n, rows.len()) }
        for (i, row) in rows
            .clone()
            .zip(c.data[rows.start * c.stride..].chunks_mut(c.stride))
        {
            for (out, sums) in row[..shape.n].iter_mut().zip(&turned) {
                *out = sums[i - rows.start];
            }
        }
        // The last rows may be fewer than lanes, so they begin with some that are done.
        let end = shape.m.min(rows.end + NARROW_ROWS);
        let start = if rows.end == shape.m {
            end
        } else {
            rows.end.min(end - NARROW_ROWS)
        };
        rows = start..end;
    }
}

/// [`tiles`] with the vectors of a level.
///
/// # Safety
/// As [`tiles`], but for the features: the level's are the CPU's.
unsafe fn tiles_at(level: Level, operands: Turned, m: usize, n: usize) {
    // SAFETY: the caller's promise.
    unsafe {
        match level.min(Level::detect()) {
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 => tiles::<vector::Avx512>(operands, m, n),
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 => tiles::<vector::Avx2>(operands, m, n),
            _ => tiles::<vector::Baseline>(operands, m, n),
        }
    }
}

/// The operands of one tile: all rows of `A`, and one or two vectors of rows of `B`.
#[derive(Clone, Copy)]
pub(super) struct Turned {
    k: usize,
    a: *const f32,
    a_row: usize,
    a_col: usize,
    /// Where each vector's rows of `B` begin.
    b: [*const f32; 2],
    b_row: usize,
    /// Where each vector's columns of `C` begin.
    c: [*mut f32; 2],
    c_row: usize,
    /// What each row's first chains begin with; zero where there is none.
    first: Option<*const f32>,
}

/// A kernel compiled for one number of rows of `A`, of vectors, and one vector.
///
/// # Safety
/// As [`turned`].
pub(super) type TurnedKernel = unsafe fn(&Turned);

/// All tiles of `m` rows of `A` and `n` of `B`. The last vector begins early enough to end with the last row of `B`, and computes
/// some elements a second time.
///
/// # Safety
/// The CPU has the features of `V`, `check_transposed` passed for the operands, `m` is from 1 to
/// [`TILE_ROWS`], and `n` at least the lanes of `V`.
unsafe fn tiles<V: Vector>(operands: Turned, m: usize, n: usize) {
    let count = n.div_ceil(V::LANES);
    let width = if 2 * m <= V::TURNED_SUMS { 2 } else { 1 };
    for first in (0..count).step_by(width) {
        let width = width.min(count - first);
        let mut tile = operands;
        for vector in 0..width {
            let row = ((first + vector) * V::LANES).min(n - V::LANES);
            tile.b[vector] = operands.b[0].wrapping_add(row * operands.b_row);
            tile.c[vector] = operands.c[0].wrapping_add(row);
        }
        // SAFETY: the rows lie in the shape.
        unsafe { V::turned_kernel(m, width)(&tile) }
    }
}

/// Computes `ROWS` rows of `WIDTH` vectors of `C`.
///
/// # Safety
/// The CPU has the features of `V`. `ROWS x k` elements of `A` are in bounds, of each vector
/// `V::LANES` rows of `B` with `k` columns, rounded up to a multiple of [`TURNED`], and `ROWS` rows
/// of `C` with `V::LANES` columns.
#[inline(always)]
pub(super) unsafe fn turned<V: Vector, const ROWS: usize, const WIDTH: usize>(t: &Turned) {
    // SAFETY: every access below is to one of the elements that the caller promised.
    unsafe {
        let zeros = [[V::splat(0.0); WIDTH]; ROWS];
        let mut first = 0;
        loop {
            let mut sums = zeros;
            if let (Some(row), 0) = (t.first, first) {
                for (i, sums) in sums.iter_mut().enumerate() {
                    *sums = [V::splat(*row.add(i)); WIDTH];
                }
            }
            let end = t.k.min(first + CHAIN);
            let mut p = first;
            while p < end {
                // In a loop: a closure would be compiled without the features of `V`.
                let mut columns = [[V::splat(0.0); TURNED]; WIDTH];
                for (columns, b) in columns.iter_mut().zip(&t.b) {
                    *columns = V::turn(b.add(p), t.b_row);
                }
                for q in 0..TURNED {
                    if p + q < end {
                        for (i, sums) in sums.iter_mut().enumerate() {
                            let x = V::splat(*t.a.add(i * t.a_row + (p + q) * t.a_col));
                            for (sum, columns) in sums.iter_mut().zip(&columns) {
                                *sum = x.mul_add(columns[q], *sum);
                            }
                        }
                    }
                }
                p += TURNED;
            }
            // All are read before any is written: two vectors of a tile may overlap.
            if first > 0 {
                for (i, sums) in sums.iter_mut().enumerate() {
                    for (sum, c) in sums.iter_mut().zip(&t.c) {
                        *sum = V::load(c.add(i * t.c_row)).add(*sum);
                    }
                }
            }
            for (i, sums) in sums.iter().enumerate() {
                for (sum, c) in sums.iter().zip(&t.c) {
                    sum.store(c.add(i * t.c_row));
                }
            }
            first += CHAIN;
            if first >= t.k {
                break;
            }
        }
    }
}

//! The microkernel: one tile of `C`, kept in registers over the inner dimension.

// `product` says why they are in bounds.
#![allow(unsafe_code, reason = "raw pointers in the innermost loop")]

use super::vector::Vector;

/// Steps of a chain of multiply-adds, counted from the first of the inner dimension. The sums of
/// a longer inner dimension are those of its chains, added up in order.
///
/// Part of the definition of the product: it decides bits. A chain over all 784 pixels would
/// gather two and a half times the rounding error, and a pre-activation on the wrong side of a
/// SELU's kink sends a training elsewhere.
pub(crate) const CHAIN: usize = 128;

/// What the first chain of a tile begins with; the others begin with zero.
#[derive(Clone, Copy)]
pub(super) enum First {
    /// Zero.
    Zero,
    /// This row, the same for each row of the tile.
    Row(*const f32),
}

/// The operands of one tile: pointers to its first elements, strides in floats.
#[derive(Clone, Copy)]
pub(super) struct Tile {
    pub(super) k: usize,
    pub(super) a: *const f32,
    pub(super) a_row: usize,
    pub(super) a_col: usize,
    pub(super) b: *const f32,
    pub(super) b_row: usize,
    pub(super) c: *mut f32,
    pub(super) c_row: usize,
    pub(super) first: First,
    /// Whether the sum of the first chain is added to what `C` holds, or takes its place. That of
    /// each further chain is added.
    pub(super) add: bool,
}

/// A tile kernel compiled for one size and one vector.
///
/// # Safety
/// As [`tile`].
pub(super) type Kernel = unsafe fn(&Tile);

/// Computes `ROWS` rows of `WIDTH` vectors of `C`.
///
/// # Safety
/// The CPU has the features of `V`. `ROWS x k` elements of `A`, and `WIDTH` whole vectors in each
/// of `k` rows of `B`, `ROWS` rows of `C` and the first row, are in bounds.
#[inline(always)]
pub(super) unsafe fn tile<V: Vector, const ROWS: usize, const WIDTH: usize>(t: &Tile) {
    // SAFETY: every access below is to one of the elements that the caller promised.
    unsafe {
        let zeros = [[V::splat(0.0); WIDTH]; ROWS];
        let mut sums = match t.first {
            First::Zero => zeros,
            First::Row(row) => [load_row(row); ROWS],
        };
        let (mut a, mut b, mut left, mut add) = (t.a, t.b, t.k, t.add);
        loop {
            let steps = left.min(CHAIN);
            for _ in 0..steps {
                let b_row = load_row::<V, WIDTH>(b);
                for (i, sums) in sums.iter_mut().enumerate() {
                    let x = V::splat(*a.add(i * t.a_row));
                    for (sum, b) in sums.iter_mut().zip(&b_row) {
                        *sum = x.mul_add(*b, *sum);
                    }
                }
                // Wrapping: the step after the last one may leave the slice.
                a = a.wrapping_add(t.a_col);
                b = b.wrapping_add(t.b_row);
            }
            // By reference: an array's `into_iter` would take the sums through the stack.
            for (i, sums) in sums.iter().enumerate() {
                for (j, &sum) in sums.iter().enumerate() {
                    let c = t.c.add(i * t.c_row + j * V::LANES);
                    let sum = if add { V::load(c).add(sum) } else { sum };
                    sum.store(c);
                }
            }
            left -= steps;
            if left == 0 {
                break;
            }
            (sums, add) = (zeros, true);
        }
    }
}

/// `WIDTH` vectors side by side.
///
/// # Safety
/// They can be read, and the CPU has the features of `V`.
#[inline(always)]
unsafe fn load_row<V: Vector, const WIDTH: usize>(from: *const f32) -> [V; WIDTH] {
    // SAFETY: the caller's promise.
    unsafe {
        let mut row = [V::splat(0.0); WIDTH];
        for (j, vector) in row.iter_mut().enumerate() {
            *vector = V::load(from.add(j * V::LANES));
        }
        row
    }
}

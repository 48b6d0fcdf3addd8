//! [`Vector`]: some floats that one instruction works on, and the microkernel on them: one tile of
//! `C`, kept in registers over the inner dimension.

// Every function says what it relies on.
#![allow(
    unsafe_code,
    reason = "intrinsics, and raw pointers in the innermost loop"
)]

use std::hint::black_box;

/// A vector of f32 and the tile kernels compiled for it.
pub(super) trait Vector: Copy {
    /// Floats in a vector.
    const LANES: usize;

    /// `ROWS[w - 1]` is the number of rows of the largest tile that is `w` vectors wide: as many
    /// as the registers hold, so that there are enough independent chains to hide the latency of
    /// a multiply-add, and few loads per multiply-add.
    const ROWS: &'static [usize];

    /// The kernel for tiles of `rows` by `width` vectors, within `ROWS`.
    fn kernel(rows: usize, width: usize) -> Kernel;

    /// All lanes `x`.
    ///
    /// # Safety
    /// The CPU has the features of the vector; so for all below.
    unsafe fn splat(x: f32) -> Self;

    /// # Safety
    /// `LANES` floats can be read at `from`.
    unsafe fn load(from: *const f32) -> Self;

    /// # Safety
    /// `LANES` floats can be written at `to`.
    unsafe fn store(self, to: *mut f32);

    /// `self * b + c`, rounded once.
    unsafe fn mul_add(self, b: Self, c: Self) -> Self;

    /// `self + b`.
    unsafe fn add(self, b: Self) -> Self;
}

/// Matches `(rows, width)` against every pair listed and names the kernel compiled for it.
macro_rules! kernels {
    ($run:ident, $rows:expr, $width:expr, $($w:literal: $($r:literal)*;)*) => {
        match ($rows, $width) {
            $($(($r, $w) => $run::<$r, $w> as Kernel,)*)*
            (rows, width) => unreachable!("no tile of {rows} rows by {width} vectors"),
        }
    };
}

#[cfg(target_arch = "x86_64")]
mod x86;

#[cfg(target_arch = "x86_64")]
pub(super) use x86::{Avx2, Avx512};

/// Four floats in an array: NEON on AArch64, calls of `fmaf` where the baseline has no fused
/// multiply-add.
#[derive(Clone, Copy)]
pub(super) struct Baseline([f32; 4]);

unsafe fn under_baseline<const ROWS: usize, const WIDTH: usize>(operands: &Tile) {
    // SAFETY: the caller's promise; no features are needed.
    unsafe { tile::<Baseline, ROWS, WIDTH>(operands) }
}

impl Vector for Baseline {
    const LANES: usize = 4;

    // 32 registers on AArch64. Elsewhere the calls cost more than all loads and stores together,
    // and small tiles keep the code small.
    #[cfg(target_arch = "aarch64")]
    const ROWS: &'static [usize] = &[16, 12, 8];
    #[cfg(not(target_arch = "aarch64"))]
    const ROWS: &'static [usize] = &[2, 2];

    fn kernel(rows: usize, width: usize) -> Kernel {
        #[cfg(target_arch = "aarch64")]
        return kernels!(under_baseline, rows, width,
            1: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16;
            2: 1 2 3 4 5 6 7 8 9 10 11 12;
            3: 1 2 3 4 5 6 7 8;
        );
        #[cfg(not(target_arch = "aarch64"))]
        kernels!(under_baseline, rows, width, 1: 1 2; 2: 1 2;)
    }

    #[inline(always)]
    unsafe fn splat(x: f32) -> Self {
        Self([x; 4])
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: the caller's promise; the alignment of [f32; 4] is that of f32.
        Self(unsafe { from.cast::<[f32; 4]>().read() })
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: as above.
        unsafe { to.cast::<[f32; 4]>().write(self.0) }
    }

    #[inline(always)]
    unsafe fn mul_add(self, b: Self, c: Self) -> Self {
        let mut out = self.0;
        for ((out, b), c) in out.iter_mut().zip(b.0).zip(c.0) {
            *out = out.mul_add(b, c);
        }
        Self(out)
    }

    #[inline(always)]
    unsafe fn add(self, b: Self) -> Self {
        let mut out = self.0;
        for (out, b) in out.iter_mut().zip(b.0) {
            *out += b;
        }
        Self(out)
    }
}

/// Steps of a chain of multiply-adds, counted from the first of the inner dimension. The sums of
/// a longer inner dimension are those of its chains, added up in order.
///
/// Part of the definition of the product: it decides bits. A chain over all 784 pixels would
/// gather two and a half times the rounding error, and a pre-activation on the wrong side of a
/// SELU's kink sends a training elsewhere.
pub(crate) const CHAIN: usize = 128;

/// Rows of the highest tile, and those that are reached from one pointer in a narrow one.
const MOST_ROWS: usize = 16;
const GROUP: usize = 4;

/// The operands of a tile, of a block of tiles or of a whole product: pointers to its first
/// elements, strides in floats.
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
    /// What the first chain of each row begins with: these floats, or zero, as the other chains.
    pub(super) first: Option<*const f32>,
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
            None => zeros,
            Some(row) => [load_row(row); ROWS],
        };
        // A pointer for every few rows of a narrow tile. From a single one the compiler reaches
        // the rows one after the other, by a chain of additions that takes longer than the
        // multiply-adds; `black_box` keeps it from merging the pointers.
        let mut a = [t.a; MOST_ROWS.div_ceil(GROUP)];
        if WIDTH == 1 {
            for (group, a) in a.iter_mut().enumerate().take(ROWS.div_ceil(GROUP)) {
                *a = black_box(t.a.wrapping_add(group * GROUP * t.a_row));
            }
        }
        let (mut b, mut left, mut add) = (t.b, t.k, t.add);
        loop {
            let steps = left.min(CHAIN);
            for _ in 0..steps {
                let b_row = load_row::<V, WIDTH>(b);
                for (i, sums) in sums.iter_mut().enumerate() {
                    let x = match WIDTH {
                        1 => a[i / GROUP].add(i % GROUP * t.a_row),
                        _ => a[0].add(i * t.a_row),
                    };
                    let x = V::splat(*x);
                    for (sum, b) in sums.iter_mut().zip(&b_row) {
                        *sum = x.mul_add(*b, *sum);
                    }
                }
                // Wrapping: the step after the last one may leave the slice.
                let pointers = if WIDTH == 1 { ROWS.div_ceil(GROUP) } else { 1 };
                for a in a.iter_mut().take(pointers) {
                    *a = a.wrapping_add(t.a_col);
                }
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

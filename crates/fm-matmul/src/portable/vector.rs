//! [`Vector`]: some floats that one instruction works on, and the tiles made of them.

// Every function says what it relies on.
#![allow(unsafe_code, reason = "intrinsics, and raw loads and stores")]

use super::tile::{Kernel, Tile, tile};
use crate::level::Level;

/// A vector of f32 and the tile kernels compiled for it.
pub(super) trait Vector: Copy {
    /// The level whose features it takes.
    const LEVEL: Level;

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
    ///
    /// # Safety
    /// The CPU has the features of the vector.
    unsafe fn mul_add(self, b: Self, c: Self) -> Self;

    /// `self + b`.
    ///
    /// # Safety
    /// The CPU has the features of the vector.
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
    const LEVEL: Level = Level::Baseline;
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

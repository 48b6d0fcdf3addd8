//! The vectors of x86-64: AVX-512, and AVX2 with FMA.

#![allow(unsafe_code, reason = "as in `vector`")]

use std::arch::x86_64::{
    __m256, __m512, _mm256_add_ps, _mm256_fmadd_ps, _mm256_loadu_ps, _mm256_set1_ps,
    _mm256_storeu_ps, _mm512_add_ps, _mm512_fmadd_ps, _mm512_loadu_ps, _mm512_set1_ps,
    _mm512_storeu_ps,
};

use super::{Kernel, Tile, Vector, tile};

/// Sixteen floats in a 512-bit register, of which there are 32.
#[derive(Clone, Copy)]
pub(in crate::portable) struct Avx512(__m512);

#[target_feature(enable = "avx512f")]
unsafe fn under_avx512<const ROWS: usize, const WIDTH: usize>(operands: &Tile) {
    // SAFETY: this function has the features of the vector; the rest is the caller's promise.
    unsafe { tile::<Avx512, ROWS, WIDTH>(operands) }
}

impl Vector for Avx512 {
    const LANES: usize = 16;
    const ROWS: &'static [usize] = &[16, 14, 8, 6];

    fn kernel(rows: usize, width: usize) -> Kernel {
        kernels!(under_avx512, rows, width,
            1: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16;
            2: 1 2 3 4 5 6 7 8 9 10 11 12 13 14;
            3: 1 2 3 4 5 6 7 8;
            4: 1 2 3 4 5 6;
        )
    }

    #[inline(always)]
    unsafe fn splat(x: f32) -> Self {
        // SAFETY: the caller's promise; so for all below.
        Self(unsafe { _mm512_set1_ps(x) })
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        Self(unsafe { _mm512_loadu_ps(from) })
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        unsafe { _mm512_storeu_ps(to, self.0) }
    }

    #[inline(always)]
    unsafe fn mul_add(self, b: Self, c: Self) -> Self {
        Self(unsafe { _mm512_fmadd_ps(self.0, b.0, c.0) })
    }

    #[inline(always)]
    unsafe fn add(self, b: Self) -> Self {
        Self(unsafe { _mm512_add_ps(self.0, b.0) })
    }
}

/// Eight floats in a 256-bit register, of which there are 16.
#[derive(Clone, Copy)]
pub(in crate::portable) struct Avx2(__m256);

#[target_feature(enable = "avx2,fma")]
unsafe fn under_avx2<const ROWS: usize, const WIDTH: usize>(operands: &Tile) {
    // SAFETY: this function has the features of the vector; the rest is the caller's promise.
    unsafe { tile::<Avx2, ROWS, WIDTH>(operands) }
}

impl Vector for Avx2 {
    const LANES: usize = 8;
    const ROWS: &'static [usize] = &[12, 6];

    fn kernel(rows: usize, width: usize) -> Kernel {
        kernels!(under_avx2, rows, width,
            1: 1 2 3 4 5 6 7 8 9 10 11 12;
            2: 1 2 3 4 5 6;
        )
    }

    #[inline(always)]
    unsafe fn splat(x: f32) -> Self {
        // SAFETY: the caller's promise; so for all below.
        Self(unsafe { _mm256_set1_ps(x) })
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        Self(unsafe { _mm256_loadu_ps(from) })
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        unsafe { _mm256_storeu_ps(to, self.0) }
    }

    #[inline(always)]
    unsafe fn mul_add(self, b: Self, c: Self) -> Self {
        Self(unsafe { _mm256_fmadd_ps(self.0, b.0, c.0) })
    }

    #[inline(always)]
    unsafe fn add(self, b: Self) -> Self {
        Self(unsafe { _mm256_add_ps(self.0, b.0) })
    }
}

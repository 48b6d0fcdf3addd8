//! The vectors of x86-64: AVX-512, and AVX2 with FMA.

#![allow(unsafe_code, reason = "as in `vector`")]

use std::arch::x86_64::{
    __m256, __m512, _mm_loadu_ps, _mm256_add_ps, _mm256_castpd_ps, _mm256_castps_pd,
    _mm256_castps128_ps256, _mm256_fmadd_ps, _mm256_insertf128_ps, _mm256_loadu_ps, _mm256_set1_ps,
    _mm256_storeu_ps, _mm256_unpackhi_pd, _mm256_unpackhi_ps, _mm256_unpacklo_pd,
    _mm256_unpacklo_ps, _mm512_add_ps, _mm512_castpd_ps, _mm512_castps_pd, _mm512_castps128_ps512,
    _mm512_fmadd_ps, _mm512_insertf32x4, _mm512_loadu_ps, _mm512_set1_ps, _mm512_storeu_ps,
    _mm512_unpackhi_pd, _mm512_unpackhi_ps, _mm512_unpacklo_pd, _mm512_unpacklo_ps,
};

use super::{
    Kernel, Level, StreamKernel, TURNED, Tile, Turned, TurnedKernel, Vector, stream, tile, turned,
};

/// Sixteen floats in a 512-bit register, of which there are 32.
#[derive(Clone, Copy)]
pub(in crate::portable) struct Avx512(__m512);

#[target_feature(enable = "avx512f")]
unsafe fn under_avx512<const ROWS: usize, const WIDTH: usize>(operands: &Tile) {
    // SAFETY: this function has the features of the vector; the rest is the caller's promise.
    unsafe { tile::<Avx512, ROWS, WIDTH>(operands) }
}

#[target_feature(enable = "avx512f")]
unsafe fn stream_under_avx512<const STEPS: usize>(operands: &Tile, rows: usize, width: usize) {
    // SAFETY: as above.
    unsafe { stream::<Avx512, STEPS>(operands, rows, width) }
}

#[target_feature(enable = "avx512f")]
unsafe fn turned_under_avx512<const ROWS: usize, const WIDTH: usize>(operands: &Turned) {
    // SAFETY: as above.
    unsafe { turned::<Avx512, ROWS, WIDTH>(operands) }
}

impl Vector for Avx512 {
    const LEVEL: Level = Level::Avx512;
    const LANES: usize = 16;
    const ROWS: &'static [usize] = &[16, 14, 8, 6];

    fn kernel(rows: usize, width: usize) -> Kernel {
        kernels!(Kernel: under_avx512, rows, width,
            1: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16;
            2: 1 2 3 4 5 6 7 8 9 10 11 12 13 14;
            3: 1 2 3 4 5 6 7 8;
            4: 1 2 3 4 5 6;
        )
    }

    const TURNED_SUMS: usize = 16;

    fn stream_kernel(steps: usize) -> StreamKernel {
        match steps {
            1 => stream_under_avx512::<1>,
            2 => stream_under_avx512::<2>,
            3 => stream_under_avx512::<3>,
            4 => stream_under_avx512::<4>,
            _ => unreachable!("no stream of {steps} steps"),
        }
    }

    fn turned_kernel(rows: usize, width: usize) -> TurnedKernel {
        kernels!(TurnedKernel: turned_under_avx512, rows, width,
            1: 1 2 3 4 5 6 7 8;
            2: 1 2 3 4 5 6 7 8;
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
    unsafe fn turn(from: *const f32, stride: usize) -> [Self; TURNED] {
        unsafe {
            // In each quarter of a line, four columns of a row; quarters are four rows apart.
            let mut lines = [_mm512_set1_ps(0.0); TURNED];
            for (row, line) in lines.iter_mut().enumerate() {
                let from = from.add(row * stride);
                let quarters = _mm512_castps128_ps512(_mm_loadu_ps(from));
                let next = _mm_loadu_ps(from.add(4 * stride));
                let quarters = _mm512_insertf32x4::<1>(quarters, next);
                let next = _mm_loadu_ps(from.add(8 * stride));
                let quarters = _mm512_insertf32x4::<2>(quarters, next);
                let next = _mm_loadu_ps(from.add(12 * stride));
                *line = _mm512_insertf32x4::<3>(quarters, next);
            }
            let [a, b, c, d] = lines;
            let ab = _mm512_castps_pd(_mm512_unpacklo_ps(a, b));
            let cd = _mm512_castps_pd(_mm512_unpacklo_ps(c, d));
            let first = Self(_mm512_castpd_ps(_mm512_unpacklo_pd(ab, cd)));
            let second = Self(_mm512_castpd_ps(_mm512_unpackhi_pd(ab, cd)));
            let ab = _mm512_castps_pd(_mm512_unpackhi_ps(a, b));
            let cd = _mm512_castps_pd(_mm512_unpackhi_ps(c, d));
            let third = Self(_mm512_castpd_ps(_mm512_unpacklo_pd(ab, cd)));
            let fourth = Self(_mm512_castpd_ps(_mm512_unpackhi_pd(ab, cd)));
            [first, second, third, fourth]
        }
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

#[target_feature(enable = "avx2,fma")]
unsafe fn stream_under_avx2<const STEPS: usize>(operands: &Tile, rows: usize, width: usize) {
    // SAFETY: as above.
    unsafe { stream::<Avx2, STEPS>(operands, rows, width) }
}

#[target_feature(enable = "avx2,fma")]
unsafe fn turned_under_avx2<const ROWS: usize, const WIDTH: usize>(operands: &Turned) {
    // SAFETY: as above.
    unsafe { turned::<Avx2, ROWS, WIDTH>(operands) }
}

impl Vector for Avx2 {
    const LEVEL: Level = Level::Avx2;
    const LANES: usize = 8;
    const ROWS: &'static [usize] = &[12, 6];

    fn kernel(rows: usize, width: usize) -> Kernel {
        kernels!(Kernel: under_avx2, rows, width,
            1: 1 2 3 4 5 6 7 8 9 10 11 12;
            2: 1 2 3 4 5 6;
        )
    }

    const TURNED_SUMS: usize = 8;

    fn stream_kernel(steps: usize) -> StreamKernel {
        match steps {
            1 => stream_under_avx2::<1>,
            2 => stream_under_avx2::<2>,
            3 => stream_under_avx2::<3>,
            4 => stream_under_avx2::<4>,
            _ => unreachable!("no stream of {steps} steps"),
        }
    }

    fn turned_kernel(rows: usize, width: usize) -> TurnedKernel {
        kernels!(TurnedKernel: turned_under_avx2, rows, width,
            1: 1 2 3 4 5 6 7 8;
            2: 1 2 3 4;
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
    unsafe fn turn(from: *const f32, stride: usize) -> [Self; TURNED] {
        unsafe {
            // In each half of a line, four columns of a row; the halves are four rows apart.
            let mut lines = [_mm256_set1_ps(0.0); TURNED];
            for (row, line) in lines.iter_mut().enumerate() {
                let from = from.add(row * stride);
                let half = _mm256_castps128_ps256(_mm_loadu_ps(from));
                let next = _mm_loadu_ps(from.add(4 * stride));
                *line = _mm256_insertf128_ps::<1>(half, next);
            }
            let [a, b, c, d] = lines;
            let ab = _mm256_castps_pd(_mm256_unpacklo_ps(a, b));
            let cd = _mm256_castps_pd(_mm256_unpacklo_ps(c, d));
            let first = Self(_mm256_castpd_ps(_mm256_unpacklo_pd(ab, cd)));
            let second = Self(_mm256_castpd_ps(_mm256_unpackhi_pd(ab, cd)));
            let ab = _mm256_castps_pd(_mm256_unpackhi_ps(a, b));
            let cd = _mm256_castps_pd(_mm256_unpackhi_ps(c, d));
            let third = Self(_mm256_castpd_ps(_mm256_unpacklo_pd(ab, cd)));
            let fourth = Self(_mm256_castpd_ps(_mm256_unpackhi_pd(ab, cd)));
            [first, second, third, fourth]
        }
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

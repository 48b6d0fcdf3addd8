//! [`Vector`]: some floats that one instruction works on, and the tiles made of them.

// Intrinsics and raw loads and stores; every function says what it relies on.
#![allow(unsafe_code)]

use super::level::Level;
use super::tile::{Kernel, Tile, tile};
use super::turned::{TURNED, Turned, TurnedKernel, turned};

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

    /// How many sums the registers hold beside the columns that are turned.
    const TURNED_SUMS: usize;

    /// The kernel of `A·Bᵀ` for `rows` rows of `A` and `width` vectors of rows of `B`.
    fn turned_kernel(rows: usize, width: usize) -> TurnedKernel;

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

    /// Four columns, from the left, of as many rows as there are lanes, `stride` apart.
    ///
    /// # Safety
    /// Four floats can be read in each row, the first of them at `from`.
    unsafe fn turn(from: *const f32, stride: usize) -> [Self; TURNED];

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
    ($kernel:ident: $run:ident, $rows:expr, $width:expr, $($w:literal: $($r:literal)*;)*) => {
        match ($rows, $width) {
            $($(($r, $w) => $run::<$r, $w> as $kernel,)*)*
            (rows, width) => unreachable!("no tile of {rows} rows by {width} vectors"),
        }
    };
}

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::{
        __m256, __m512, _mm_loadu_ps, _mm256_add_ps, _mm256_castpd_ps, _mm256_castps_pd,
        _mm256_castps128_ps256, _mm256_fmadd_ps, _mm256_insertf128_ps, _mm256_loadu_ps,
        _mm256_set1_ps, _mm256_storeu_ps, _mm256_unpackhi_pd, _mm256_unpackhi_ps,
        _mm256_unpacklo_pd, _mm256_unpacklo_ps, _mm512_add_ps, _mm512_castpd_ps, _mm512_castps_pd,
        _mm512_castps128_ps512, _mm512_fmadd_ps, _mm512_insertf32x4, _mm512_loadu_ps,
        _mm512_set1_ps, _mm512_storeu_ps, _mm512_unpackhi_pd, _mm512_unpackhi_ps,
        _mm512_unpacklo_pd, _mm512_unpacklo_ps,
    };

    use super::{Kernel, Level, TURNED, Tile, Turned, TurnedKernel, Vector, tile, turned};

    /// Sixteen floats in a 512-bit register, of which there are 32.
    #[derive(Clone, Copy)]
    pub(in crate::portable) struct Avx512(__m512);

    #[target_feature(enable = "avx512f")]
    unsafe fn under_avx512<const ROWS: usize, const WIDTH: usize>(operands: &Tile) {
        // SAFETY: this function has the features of the vector; the rest is the caller's promise.
        unsafe { tile::<Avx512, ROWS, WIDTH>(operands) }
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
}

#[cfg(target_arch = "x86_64")]
pub(super) use x86::{Avx2, Avx512};

/// Four floats in an array: NEON on AArch64, calls of `fmaf` where the baseline has no fused
/// multiply-add.
#[derive(Clone, Copy)]
pub(super) struct Baseline([f32; 4]);

unsafe fn under_baseline<const ROWS: usize, const WIDTH: usize>(operands: &Tile) {
    // SAFETY: the caller's promise; there are no features to ask for.
    unsafe { tile::<Baseline, ROWS, WIDTH>(operands) }
}

unsafe fn turned_under_baseline<const ROWS: usize, const WIDTH: usize>(operands: &Turned) {
    // SAFETY: as above.
    unsafe { turned::<Baseline, ROWS, WIDTH>(operands) }
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
        return kernels!(Kernel: under_baseline, rows, width,
            1: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16;
            2: 1 2 3 4 5 6 7 8 9 10 11 12;
            3: 1 2 3 4 5 6 7 8;
        );
        #[cfg(not(target_arch = "aarch64"))]
        kernels!(Kernel: under_baseline, rows, width, 1: 1 2; 2: 1 2;)
    }

    #[cfg(target_arch = "aarch64")]
    const TURNED_SUMS: usize = 16;
    #[cfg(not(target_arch = "aarch64"))]
    const TURNED_SUMS: usize = 0;

    fn turned_kernel(rows: usize, width: usize) -> TurnedKernel {
        #[cfg(target_arch = "aarch64")]
        return kernels!(TurnedKernel: turned_under_baseline, rows, width,
            1: 1 2 3 4 5 6 7 8;
            2: 1 2 3 4 5 6 7 8;
        );
        #[cfg(not(target_arch = "aarch64"))]
        kernels!(TurnedKernel: turned_under_baseline, rows, width, 1: 1 2 3 4 5 6 7 8;)
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
    unsafe fn turn(from: *const f32, stride: usize) -> [Self; TURNED] {
        // SAFETY: the caller's promise.
        let row = |row: usize| unsafe { Self::load(from.wrapping_add(row * stride)) };
        let rows = [row(0), row(1), row(2), row(3)];
        std::array::from_fn(|column| Self(rows.map(|row| row.0[column])))
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

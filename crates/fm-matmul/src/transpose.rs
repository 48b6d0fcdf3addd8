//! Transposing small matrices.

use crate::matrix::Matrix;

/// Side of the square blocks that are transposed in registers.
const BLOCK: usize = 4;

/// Buffers of [`Engine::product_transposed`](crate::Engine::product_transposed), made once.
#[derive(Clone, Debug)]
pub struct Scratch {
    /// `A` transposed: `[k, rows]`.
    pub(crate) a: Matrix,
    /// `C` transposed: `[n, rows]`.
    pub(crate) c: Matrix,
}

impl Scratch {
    /// For products of up to `rows` rows, up to `k` inner and `n` outer columns.
    pub fn new(rows: usize, k: usize, n: usize) -> Self {
        Self {
            a: Matrix::zeros(k, rows),
            c: Matrix::zeros(n, rows),
        }
    }
}

/// Writes the transpose of the first `rows` rows and `cols` columns of `from` to the first `cols`
/// rows of `to`.
///
/// # Panics
/// If they do not fit.
pub(crate) fn transpose(from: &Matrix, rows: usize, cols: usize, to: &mut Matrix) {
    if rows == 0 || cols == 0 {
        return;
    }
    let (from_stride, to_stride) = (from.stride(), to.stride());
    assert!(rows <= from.rows() && cols <= from_stride && rows <= to_stride && cols <= to.rows());
    let from = &from.padded()[..rows * from_stride];
    let to = &mut to.padded_mut()[..cols * to_stride];
    let (whole_rows, whole_cols) = (rows / BLOCK * BLOCK, cols / BLOCK * BLOCK);
    let lines = to.chunks_exact_mut(BLOCK * to_stride);
    for (j, lines) in (0..whole_cols).step_by(BLOCK).zip(lines) {
        let (line_0, lines) = lines.split_at_mut(to_stride);
        let (line_1, lines) = lines.split_at_mut(to_stride);
        let (line_2, line_3) = lines.split_at_mut(to_stride);
        let blocks = [line_0, line_1, line_2, line_3].map(|line| line.as_chunks_mut::<BLOCK>().0);
        let [blocks_0, blocks_1, blocks_2, blocks_3] = blocks;
        let blocks = blocks_0
            .iter_mut()
            .zip(blocks_1)
            .zip(blocks_2.iter_mut().zip(blocks_3));
        let sources = from.chunks_exact(BLOCK * from_stride);
        for (((out_0, out_1), (out_2, out_3)), source) in blocks.zip(sources) {
            let row = |r: usize| -> &[f32; BLOCK] {
                let row = &source[r * from_stride + j..];
                row.first_chunk().expect("rows are padded to whole blocks")
            };
            [*out_0, *out_1, *out_2, *out_3] = transpose_block([row(0), row(1), row(2), row(3)]);
        }
    }
    for i in 0..rows {
        let first = if i < whole_rows { whole_cols } else { 0 };
        for j in first..cols {
            to[j * to_stride + i] = from[i * from_stride + j];
        }
    }
}

/// Transposes one block. The compiler does not find the shuffles by itself.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
#[allow(
    unsafe_code,
    reason = "intrinsics, and no safe way between vectors and arrays"
)]
fn transpose_block(rows: [&[f32; BLOCK]; BLOCK]) -> [[f32; BLOCK]; BLOCK] {
    use std::arch::x86_64::{
        _mm_loadu_ps, _mm_movehl_ps, _mm_movelh_ps, _mm_unpackhi_ps, _mm_unpacklo_ps,
    };
    // SAFETY: SSE is part of every x86-64, each row is four floats, and so is each vector.
    unsafe {
        let [a, b, c, d] = rows.map(|row| _mm_loadu_ps(row.as_ptr()));
        let (ab_low, ab_high) = (_mm_unpacklo_ps(a, b), _mm_unpackhi_ps(a, b));
        let (cd_low, cd_high) = (_mm_unpacklo_ps(c, d), _mm_unpackhi_ps(c, d));
        std::mem::transmute([
            _mm_movelh_ps(ab_low, cd_low),
            _mm_movehl_ps(cd_low, ab_low),
            _mm_movelh_ps(ab_high, cd_high),
            _mm_movehl_ps(cd_high, ab_high),
        ])
    }
}

/// Transposes one block.
#[cfg(not(target_arch = "x86_64"))]
#[inline(always)]
fn transpose_block(rows: [&[f32; BLOCK]; BLOCK]) -> [[f32; BLOCK]; BLOCK] {
    std::array::from_fn(|c| std::array::from_fn(|r| rows[r][c]))
}

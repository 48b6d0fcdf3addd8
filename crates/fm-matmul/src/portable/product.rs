//! The product: how `C` is cut into tiles, and in what order they are computed.
//!
//! Nothing is packed or copied. The rows of `B` are whole cache lines, so a tile streams them as
//! they lie. Blocks of the inner dimension are whole chains whose sums go through `C`, which
//! changes no bit: a float stored and loaded again is the same float.

// `Rows` and `Matrix` hold what their shapes say, and the caller compared these.
#![allow(unsafe_code, reason = "the tile kernels take raw pointers")]

use std::slice;

use super::pieces::Pieces;
use super::vector::{self, CHAIN, Kernel, Tile, Vector};
use crate::level::Level;
use crate::matrix::{LANES, Matrix};
use crate::prefetch::prefetch;
use crate::product::{Shape, Start};
use crate::rows::Rows;

/// Inner steps per block: a block of `B` three vectors wide (168 KiB) and the matching block of `A`
/// stay in a level-2 cache of 512 KiB or more. The 784 pixels of an image are one block.
const BLOCK_STEPS: usize = 896;

/// Rows per block, whole tiles of every usual height: as many rows of `A` (168 KiB) meet each block
/// of `B` before the next is fetched.
const BLOCK_ROWS: usize = 48;

/// Rows per block where `C` is added to: few enough that the caches follow each row of `C` from
/// panel to panel.
const BLOCK_ROWS_ADDED: usize = 24;

/// `C = start + A·B` for a shape that the operands have room for.
pub(crate) fn product(
    level: Level,
    shape: Shape,
    a: Rows<'_>,
    b: &Matrix,
    start: Start<'_>,
    c: &mut Matrix,
) {
    let Shape { m, n, k } = shape;
    if m == 0 || n == 0 {
        return;
    }
    let (a_row, a_col) = a.strides();
    let whole = Tile {
        k,
        a: a.data().as_ptr(),
        a_row,
        a_col,
        b: b.padded().as_ptr(),
        b_row: b.stride(),
        c_row: c.stride(),
        c: c.padded_mut().as_mut_ptr(),
        first: match start {
            Start::Row(row) => Some(row.padded().as_ptr()),
            Start::Zero | Start::Out => None,
        },
        add: matches!(start, Start::Out),
    };
    // SAFETY: the operands have room for the shape, `C` is borrowed mutably, and the vectors'
    // features are those of the level, which this CPU has.
    unsafe {
        match level.min(Level::detect()) {
            #[cfg(target_arch = "x86_64")]
            Level::Avx512 => blocks::<vector::Avx512>(m, n, &whole),
            #[cfg(target_arch = "x86_64")]
            Level::Avx2 => blocks::<vector::Avx2>(m, n, &whole),
            _ => blocks::<vector::Baseline>(m, n, &whole),
        }
    }
}

/// The whole product of `m` rows and `n` columns, and some of the padding.
///
/// # Safety
/// The operands can be read and written where their shape says, with the padding of rows up to
/// the next multiple of [`LANES`], and the CPU has the features of `V`.
unsafe fn blocks<V: Vector>(m: usize, n: usize, whole: &Tile) {
    const { assert!(LANES.is_multiple_of(V::LANES)) };
    let vectors = n.div_ceil(V::LANES);
    // What is added to `C` with one rounding cannot go through it in between.
    let (most, height) = match whole.add {
        true => (usize::MAX, BLOCK_ROWS_ADDED),
        false => (BLOCK_STEPS / CHAIN, BLOCK_ROWS),
    };
    // Sums go on from the rows that were used last, which are still in the cache: in a training
    // step these are the last rows of the weights, read in the forward pass.
    let from_last = whole.add;
    for chains in Pieces::of_at_most(whole.k.div_ceil(CHAIN), most).iter(false) {
        let steps = chains.start * CHAIN..whole.k.min(chains.end * CHAIN);
        let mut block = Tile {
            k: steps.len(),
            a: whole.a.wrapping_add(steps.start * whole.a_col),
            b: whole.b.wrapping_add(steps.start * whole.b_row),
            ..*whole
        };
        if steps.start > 0 {
            (block.first, block.add) = (None, true);
        }
        // Blocks of whole tiles; the last also has the remaining rows.
        let last = (m / height).max(1) - 1;
        // All blocks but the last are cut alike.
        let mut cut = None;
        for index in 0..=last {
            let index = if from_last { last - index } else { index };
            let start = index * height;
            let rows = if index == last { m - start } else { height };
            let groups = match &cut {
                Some((cut_rows, groups)) if *cut_rows == rows => groups,
                _ => &cut.insert((rows, groups::<V>(vectors, rows))).1,
            };
            let part = Tile {
                a: block.a.wrapping_add(start * block.a_row),
                c: block.c.wrapping_add(start * block.c_row),
                ..block
            };
            // SAFETY: the caller's promise, for a part of its rows.
            unsafe { panels::<V>(&part, groups, from_last) }
        }
    }
}

/// Panels of one width, side by side, and how the rows of a block are cut into tiles for them.
///
/// Made once for blocks of as many rows: made again for each panel, it takes 4 % of an update.
struct Group {
    /// Vectors of a panel.
    width: usize,
    panels: usize,
    tiles: Pieces,
    /// The kernels of the lower and the higher tiles.
    kernels: [Kernel; 2],
}

/// The panels of a block of `rows` rows, from the left to the right.
fn groups<V: Vector>(vectors: usize, rows: usize) -> [Group; 2] {
    widths(vectors, V::ROWS.len()).map(|(width, panels)| {
        let tiles = Pieces::of_at_most(rows, V::ROWS[width - 1]);
        let higher = tiles.short + usize::from(tiles.longer > 0);
        let kernels = [tiles.short, higher].map(|rows| V::kernel(rows, width));
        Group {
            width,
            panels,
            tiles,
            kernels,
        }
    })
}

/// One block: panels of columns from the left to the right, in each its tiles.
///
/// # Safety
/// As [`blocks`].
unsafe fn panels<V: Vector>(block: &Tile, groups: &[Group; 2], from_last: bool) {
    let mut tile = *block;
    let mut c = block.c;
    for group in groups {
        let cols = group.width * V::LANES;
        for _ in 0..group.panels {
            for rows in group.tiles.iter(from_last) {
                tile.a = block.a.wrapping_add(rows.start * block.a_row);
                tile.c = c.wrapping_add(rows.start * block.c_row);
                let kernel = group.kernels[usize::from(rows.len() > group.tiles.short)];
                // SAFETY: rows and columns lie in the shape; the last vector ends at most at the
                // next multiple of `LANES` after the last column, and rows and the first row reach
                // that far.
                unsafe {
                    if block.add && block.k > CHAIN && from_last {
                        add_once(kernel, &tile, rows.len(), cols);
                    } else {
                        kernel(&tile);
                    }
                }
            }
            c = c.wrapping_add(cols);
            tile.b = tile.b.wrapping_add(cols);
            tile.first = tile.first.map(|row| row.wrapping_add(cols));
        }
    }
}

/// A tile of several chains whose sum is added to `C` once: summed up in a buffer.
///
/// # Safety
/// That of calling `kernel`, compiled for `rows` and `cols`, with `tile`.
unsafe fn add_once(kernel: Kernel, tile: &Tile, rows: usize, cols: usize) {
    /// More floats than any tile has.
    #[repr(align(64))]
    struct Scratch([f32; 512]);
    let mut scratch = Scratch([0.0; 512]);
    let sums = &mut scratch.0[..rows * cols];
    // `C` comes into the cache while the sums are made.
    for row in 0..rows {
        prefetch(tile.c.wrapping_add(row * tile.c_row), cols);
    }
    // SAFETY: the caller's promise, with another place for the sums, which is as large.
    unsafe {
        kernel(&Tile {
            c: sums.as_mut_ptr(),
            c_row: cols,
            add: false,
            ..*tile
        });
    }
    for (row, sums) in sums.chunks_exact(cols).enumerate() {
        // SAFETY: `cols` floats of a row of the tile.
        let c = unsafe { slice::from_raw_parts_mut(tile.c.wrapping_add(row * tile.c_row), cols) };
        for (c, sum) in c.iter_mut().zip(sums) {
            *c += sum;
        }
    }
}

/// Widths of the panels of so many vectors, of at most `widest`, and how many there are of each.
///
/// Panels of three are the fastest where there are registers for them, then four, then two; a
/// single vector is left to last only if it is alone.
fn widths(vectors: usize, widest: usize) -> [(usize, usize); 2] {
    let threes = vectors / 3;
    match vectors % 3 {
        _ if widest == 2 => [(2, vectors / 2), (1, vectors % 2)],
        0 => [(3, threes), (1, 0)],
        1 if threes == 0 => [(1, 1), (1, 0)],
        1 if widest == 4 => [(3, threes - 1), (4, 1)],
        1 => [(3, threes - 1), (2, 2)],
        _ => [(3, threes), (2, 1)],
    }
}

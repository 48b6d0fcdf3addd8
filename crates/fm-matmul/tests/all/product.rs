//! Products against their definition, bit for bit, at every vector level.

use fm_matmul::{Engine, LANES, Level, Matrix, Rows, Scratch, Start};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Steps of a chain.
const CHAIN: usize = 128;

/// The definition: chains of fused multiply-adds per element, added up in order. `a(i, p)` and
/// `b(p, j)` are the elements.
fn definition(
    k: usize,
    a: impl Fn(usize, usize) -> f32,
    b: impl Fn(usize, usize) -> f32,
    start: Start<'_>,
    c: &Matrix,
    rows: usize,
) -> Matrix {
    let mut out = c.clone();
    for i in 0..rows {
        for j in 0..c.cols() {
            let mut total: Option<f32> = None;
            for first in (0..k.max(1)).step_by(CHAIN) {
                let mut sum = match start {
                    Start::Row(row) if first == 0 => row.row(0)[j],
                    _ => 0.0,
                };
                for p in first..k.min(first + CHAIN) {
                    sum = a(i, p).mul_add(b(p, j), sum);
                }
                total = Some(total.map_or(sum, |total| total + sum));
            }
            let total = total.unwrap();
            out.row_mut(i)[j] = match start {
                Start::Out => c.row(i)[j] + total,
                _ => total,
            };
        }
    }
    out
}

/// Floats of both signs and of many magnitudes, so that any other order of summation would show.
fn fill(rng: &mut ChaCha8Rng, floats: &mut [f32]) {
    for x in floats {
        let bits = rng.next_u32();
        let unit = (bits >> 8) as f32 / (1 << 23) as f32 - 1.0;
        *x = unit * (1 << (bits % 16)) as f32;
    }
}

fn random(rng: &mut ChaCha8Rng, rows: usize, cols: usize) -> Matrix {
    let mut matrix = Matrix::zeros(rows, cols);
    for row in 0..rows {
        fill(rng, matrix.row_mut(row));
    }
    matrix
}

/// Every float, the padding's too: what is beyond the shape must not change.
fn bits(matrix: &Matrix) -> Vec<u32> {
    matrix.padded().iter().map(|x| x.to_bits()).collect()
}

fn engines() -> impl Iterator<Item = Engine> {
    Level::ALL.into_iter().map(Engine::portable_at)
}

/// `[m, k]·[k, n]` with every start and way that `A` can lie; `extra` more rows of all operands
/// than the product needs.
fn compare(rng: &mut ChaCha8Rng, (m, n, k): (usize, usize, usize), extra: usize) {
    let b = random(rng, k + extra, n);
    let before = random(rng, m + extra, n);
    let row = random(rng, 1, n);
    let rows = random(rng, m + extra, k);
    let mut columns = Matrix::zeros(k, m + extra);
    for p in 0..k {
        for (i, x) in columns.row_mut(p).iter_mut().enumerate() {
            *x = rows.row(i)[p];
        }
    }
    for a in [Rows::of(&rows), Rows::of(&columns).t()] {
        let a = a.first(m);
        for start in [Start::Zero, Start::Row(&row), Start::Out] {
            let at = |i: usize, p: usize| rows.row(i)[p];
            let expected = definition(k, at, |p, j| b.row(p)[j], start, &before, m);
            for engine in engines() {
                let mut c = before.clone();
                engine.product(a, &b, start, &mut c);
                assert_eq!(bits(&c), bits(&expected), "{engine:?}, {m} {n} {k}");
            }
        }
    }
}

#[test]
fn every_level_computes_the_definition_bit_for_bit() {
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let columns = [1, 7, 8, 9, 16, 17, 31, 33, 48, 50, 63, 65, 80, 100, 129];
    for (index, n) in columns.into_iter().enumerate() {
        for m in [1, 2, 3, 5, 7, 8, 9, 13, 15, 17, 18, 32, 33, 50, 65] {
            let k = [0, 1, 2, 3, 8, 31, 50][(index + m) % 7];
            compare(&mut rng, (m, n, k), (index + m) % 3);
        }
    }
}

#[test]
fn blocks_of_the_inner_dimension_change_no_bit() {
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    for shape in [
        (5, 20, 4),
        (5, 20, 127),
        (3, 33, 128),
        (3, 33, 129),
        (9, 17, 513),
        (70, 5, 1100),
        (5, 256, 130),
        (3, 512, 7),
    ] {
        compare(&mut rng, shape, 1);
    }
}

#[test]
fn the_shapes_of_the_exercise() {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    for shape in [
        (32, 300, 784),
        (18, 300, 784),
        (784, 300, 32),
        (300, 32, 100),
        (32, 1, 50),
    ] {
        compare(&mut rng, shape, 0);
    }
}

#[test]
fn few_columns_change_no_bit() {
    let mut rng = ChaCha8Rng::seed_from_u64(6);
    for shape in [
        (32, 1, 50),
        (32, 8, 50),
        (150, 3, 300),
        (64, 2, 16),
        (65, 8, 129),
        (20, 0, 5),
    ] {
        for extra in [3, 0] {
            compare(&mut rng, shape, extra);
        }
    }
}

#[test]
fn a_transposed_right_operand_changes_no_bit() {
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let shapes = [(16, 8), (17, 1), (31, 3), (50, 50), (100, 128), (300, 100)];
    for (n, k) in shapes
        .into_iter()
        .chain([(40, 129), (33, 300), (20, 0), (5, 7)])
    {
        for m in [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 16, 18, 32] {
            let (a, b) = (random(&mut rng, m + 1, k), random(&mut rng, n, k));
            let before = random(&mut rng, m + 2, n);
            let (at, b_at) = (
                |i: usize, p: usize| a.row(i)[p],
                |p: usize, j: usize| b.row(j)[p],
            );
            let expected = definition(k, at, b_at, Start::Zero, &before, m);
            for engine in engines() {
                let mut c = before.clone();
                let mut scratch = Scratch::new(m, k, n);
                engine.product_transposed(&a, m, &b, &mut c, &mut scratch);
                // What the padding becomes does not matter, and other rows stay.
                for row in 0..m + 2 {
                    let bits = |c: &Matrix| c.row(row).iter().map(|x| x.to_bits()).collect();
                    let (got, expected): (Vec<u32>, Vec<u32>) = (bits(&c), bits(&expected));
                    assert_eq!(got, expected, "{engine:?}, {m} {n} {k}, row {row}");
                }
            }
        }
    }
}

#[test]
fn nothing_to_compute_touches_nothing() {
    for (m, n) in [(0, 5), (1, 0)] {
        let mut c = Matrix::zeros(2, n);
        c.padded_mut().fill(1.0);
        let (a, b) = (Rows::of_slice(&[], m, 0), Matrix::zeros(0, n));
        Engine::portable().product(a, &b, Start::Zero, &mut c);
        assert!(c.padded().iter().all(|&x| x == 1.0));
    }
}

#[test]
fn operands_that_do_not_fit_are_refused() {
    let product = |a: (usize, usize), b: (usize, usize), row: usize, c: (usize, usize)| {
        let (a, b, row) = (
            Matrix::zeros(a.0, a.1),
            Matrix::zeros(b.0, b.1),
            Matrix::zeros(1, row),
        );
        let mut c = Matrix::zeros(c.0, c.1);
        Engine::portable().product(Rows::of(&a), &b, Start::Row(&row), &mut c);
    };
    product((2, 3), (3, LANES), LANES, (2, LANES));
    for (a, b, row, c) in [
        ((2, 4), (3, 5), 5, (2, 5)),
        ((2, 3), (3, 5), 5, (1, 5)),
        ((2, 3), (3, 5), 5, (2, 6)),
        ((2, 3), (3, 5), 6, (2, 5)),
    ] {
        let refused = std::panic::catch_unwind(|| product(a, b, row, c));
        assert!(refused.is_err(), "{a:?} {b:?} {row} {c:?}");
    }
}

//! OpenBLAS' products against sums written out.

use std::thread;

use fm_matmul::{Backend, Engine, Matrix, Rows, Shape, Start};

/// The three products of each layer of 784–300–100–50–50–50–(8|1): forward, the update, backward.
fn shapes_of_the_network() -> Vec<Shape> {
    let layers = [
        (784, 300),
        (300, 100),
        (100, 50),
        (50, 50),
        (50, 8),
        (50, 1),
    ];
    let mut shapes = Vec::new();
    for (inputs, outputs) in layers {
        for batch in [32, 18, 8] {
            for (m, n, k) in [
                (batch, outputs, inputs),
                (inputs, outputs, batch),
                (inputs, batch, outputs),
            ] {
                shapes.push(Shape { m, n, k });
            }
        }
    }
    shapes
}

/// Numbers between -1 and 1 in an order that repeats late.
fn numbers(seed: u32) -> impl FnMut() -> f32 {
    let mut state = seed;
    move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    }
}

fn matrix(rows: usize, cols: usize, mut next: impl FnMut() -> f32) -> Matrix {
    let mut matrix = Matrix::zeros(rows, cols);
    matrix.view_mut().mapv_inplace(|_| next());
    matrix
}

/// Checks one product with every start against a chain of multiply-adds.
///
/// Whatever the order, summing `k` products and the start in f32 is off by no more than
/// `(k + 1)·u` times the sum of their magnitudes (Higham, "Accuracy and Stability of Numerical
/// Algorithms", section 3.1; u = 2⁻²⁴), and the chain may be off by as much on the other side.
fn assert_product(shape: Shape) {
    let Shape { m, n, k } = shape;
    let mut next = numbers((m * 31 + n * 17 + k) as u32);
    let a = matrix(m, k, &mut next);
    let b = matrix(k, n, &mut next);
    let before = matrix(m, n, &mut next);
    let bias = matrix(1, n, &mut next);
    let columns = Matrix::from_view(a.view().t());
    let engine = Engine::new(Backend::Blas).unwrap();
    let starts = [Start::Zero, Start::Row(&bias), Start::Out];
    let ways = [Rows::of(&a), Rows::of(&columns).t()];
    for (start, a_rows) in starts.into_iter().flat_map(|s| ways.map(|a| (s, a))) {
        // Without a start, what was there must not be read.
        let mut c = match start {
            Start::Out => before.clone(),
            _ => matrix(m, n, || f32::NAN),
        };
        let stride = c.stride();
        engine.product(a_rows, &b, start, &mut c);
        for ((i, j), computed) in c.view().indexed_iter() {
            let first = match start {
                Start::Zero => 0.0,
                Start::Row(row) => row.row(0)[j],
                Start::Out => before.row(i)[j],
            };
            let (mut chain, mut magnitude) = (first, first.abs());
            for p in 0..k {
                chain = a.row(i)[p].mul_add(b.row(p)[j], chain);
                magnitude += (a.row(i)[p] * b.row(p)[j]).abs();
            }
            let tolerance = 2.0 * (k + 1) as f32 * (f32::EPSILON / 2.0) * magnitude;
            assert!(
                (computed - chain).abs() <= tolerance,
                "{shape:?} {start:?}: ({i}, {j}) is {computed}, the chain {chain}"
            );
        }
        // The padding is nobody's business but stays zero.
        assert!(
            c.padded()
                .chunks(stride)
                .all(|row| row[n..].iter().all(|x| *x == 0.0))
        );
    }
}

#[test]
fn products_of_the_network() {
    for shape in shapes_of_the_network() {
        assert_product(shape);
    }
}

#[test]
fn thin_operands() {
    let sizes = [1, 2, 17];
    for m in sizes {
        for n in sizes {
            for k in sizes {
                assert_product(Shape { m, n, k });
            }
        }
    }
}

#[test]
fn empty_products_leave_the_start() {
    let engine = Engine::new(Backend::Blas).unwrap();
    let (nothing, bias) = (Matrix::zeros(0, 3), matrix(1, 3, numbers(1)));
    let before = matrix(2, 3, numbers(2));
    for (start, expected) in [
        (Start::Zero, Matrix::zeros(2, 3)),
        (Start::Row(&bias), {
            let mut both = Matrix::zeros(2, 3);
            both.row_mut(0).copy_from_slice(bias.row(0));
            both.row_mut(1).copy_from_slice(bias.row(0));
            both
        }),
        (Start::Out, before.clone()),
    ] {
        let mut c = before.clone();
        engine.product(Rows::of_slice(&[], 2, 0), &nothing, start, &mut c);
        assert_eq!(c, expected);
    }
    let mut c = before.clone();
    engine.product(Rows::of_slice(&[], 0, 0), &nothing, Start::Zero, &mut c);
    assert_eq!(c, before);
}

/// Each thread's products are those that it computes alone.
#[test]
fn several_threads_get_their_own_products() {
    let work = |seed: u32| {
        let engine = Engine::new(Backend::Blas).unwrap();
        let mut next = numbers(seed);
        let (a, b) = (matrix(64, 200, &mut next), matrix(200, 96, &mut next));
        let mut c = Matrix::zeros(64, 96);
        (0..32).for_each(|_| engine.product(Rows::of(&a), &b, Start::Zero, &mut c));
        c
    };
    let alone: Vec<Matrix> = (0..5).map(work).collect();
    let together: Vec<Matrix> = thread::scope(|scope| {
        let threads: Vec<_> = (0..5).map(|seed| scope.spawn(move || work(seed))).collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    assert!(together == alone);
}

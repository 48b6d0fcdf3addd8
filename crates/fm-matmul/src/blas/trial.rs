//! Whether the linked OpenBLAS returns right products to several threads at once.

use std::thread;

use ndarray::Array2;

use super::product;
use crate::level::Level;
use crate::matrix::Matrix;
use crate::portable;
use crate::product::{Shape, Start};
use crate::rows::Rows;

/// Over 100³ multiply-adds: no version takes its shortcut for small products, which needs no work
/// buffer and so cannot show the fault.
const SHAPE: Shape = Shape {
    m: 64,
    n: 96,
    k: 200,
};

/// Threads, and products of each: a few milliseconds in all.
const THREADS: usize = 4;
const ROUNDS: usize = 32;

/// Whether all products are right. A thread that the system refuses is left out.
pub(super) fn passes() -> bool {
    thread::scope(|scope| {
        let start = |number| {
            let thread = thread::Builder::new();
            thread.spawn_scoped(scope, move || thread_passes(number))
        };
        let others: Vec<_> = (1..THREADS).flat_map(start).collect();
        let own = thread_passes(0);
        let passed = others.into_iter().map(|other| other.join());
        passed.fold(own, |all, passed| all && passed.unwrap_or(false))
    })
}

/// Products of small whole numbers, other ones for each thread; f32 computes them exactly in any
/// order, and so does the portable product.
fn thread_passes(number: usize) -> bool {
    let Shape { m, n, k } = SHAPE;
    let matrix = |shape, step: usize| {
        let value = |(i, j)| ((i * step + j * 7 + number) % 17) as f32 - 8.0;
        Matrix::from_view(Array2::from_shape_fn(shape, value).view())
    };
    let (a, b) = (matrix((m, k), 5), matrix((k, n), 11));
    let (mut c, mut expected) = (Matrix::zeros(m, n), Matrix::zeros(m, n));
    let (level, a) = (Level::detect(), Rows::of(&a));
    portable::product(level, SHAPE, a, &b, Start::Zero, &mut expected);
    (0..ROUNDS).all(|_| {
        product(SHAPE, a, &b, Start::Zero, &mut c);
        c.view() == expected.view()
    })
}

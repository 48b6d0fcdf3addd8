//! Whether the linked OpenBLAS returns right products, also to several threads at once.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use super::ffi::{library, product};
use crate::error::EngineError;
use crate::matrix::Matrix;
use crate::product::{Shape, Start};
use crate::rows::Rows;

/// Products that each thread computes; with [`SHAPE`] a few milliseconds in all.
const ROUNDS: usize = 32;

/// Large enough (over 100³) that no version takes its shortcut for small products, which needs
/// no work buffer and so cannot show the fault.
const SHAPE: Shape = Shape {
    m: 64,
    n: 96,
    k: 200,
};

/// Whether the linked library computes right products; examined once.
pub(crate) fn check() -> Result<(), EngineError> {
    static VERDICT: OnceLock<Result<(), EngineError>> = OnceLock::new();
    VERDICT.get_or_init(examine).clone()
}

fn examine() -> Result<(), EngineError> {
    let library = library().ok_or(EngineError::BlasNotBuiltIn)?;
    let unfit = |fault: &str| {
        let config = library.config.clone();
        let fault = format!("{fault}, or choose the portable backend");
        Err(EngineError::BlasUnfit { config, fault })
    };
    if library.wide_integers {
        return unfit("it was built with 64-bit integers; install a build with 32-bit integers");
    }
    // Debian's build of this kind passes nine in ten of the trials below, so its word is enough.
    if !library.locking {
        return unfit(
            "it was built for one thread and without locking, so it returns wrong numbers to \
             several; install the threaded build (Debian's libopenblas0-pthread), or build it with \
             USE_LOCKING=1",
        );
    }
    let threads = several();
    match wrong_products(threads) {
        0 => Ok(()),
        wrong => unfit(&format!(
            "{wrong} of {} products were wrong when computed by {threads} threads at once; \
             install another version, try another kernel through OPENBLAS_CORETYPE",
            threads * ROUNDS
        )),
    }
}

/// As many threads as cores, but at least two and no more than a trial needs.
fn several() -> usize {
    thread::available_parallelism()
        .map_or(2, usize::from)
        .clamp(2, 8)
}

/// How many products are wrong when `threads` threads each compute [`ROUNDS`], each round begun
/// together.
fn wrong_products(threads: usize) -> usize {
    let arrived = AtomicUsize::new(0);
    let wrong = AtomicUsize::new(0);
    thread::scope(|scope| {
        for number in 0..threads {
            let (arrived, wrong) = (&arrived, &wrong);
            scope.spawn(move || {
                let trial = Trial::new(number);
                let mut c = Matrix::zeros(SHAPE.m, SHAPE.n);
                for round in 1..=ROUNDS {
                    arrived.fetch_add(1, Ordering::AcqRel);
                    while arrived.load(Ordering::Acquire) < round * threads {
                        // Others may need this core to arrive.
                        thread::yield_now();
                    }
                    trial.compute(&mut c);
                    if c != trial.expected {
                        wrong.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    wrong.into_inner()
}

/// A product of small whole numbers, which f32 computes exactly in any order.
struct Trial {
    a: Matrix,
    b: Matrix,
    expected: Matrix,
}

impl Trial {
    /// Different numbers for each thread, so that one cannot pass with the numbers of another.
    fn new(number: usize) -> Self {
        // From -8 to 8, so no sum of 200 products of two comes near 2^24.
        let value = |i: usize, j: usize, step: usize| ((i * step + j * 7 + number) % 17) as f32;
        let a = filled(SHAPE.m, SHAPE.k, |i, p| value(i, p, 5) - 8.0);
        let b = filled(SHAPE.k, SHAPE.n, |p, j| value(p, j, 11) - 8.0);
        let mut expected = Matrix::zeros(SHAPE.m, SHAPE.n);
        for i in 0..SHAPE.m {
            for (p, a) in a.row(i).iter().enumerate() {
                for (c, b) in expected.row_mut(i).iter_mut().zip(b.row(p)) {
                    *c += a * b;
                }
            }
        }
        Self { a, b, expected }
    }

    fn compute(&self, c: &mut Matrix) {
        product(SHAPE, Rows::of(&self.a), &self.b, Start::Zero, c);
    }
}

fn filled(rows: usize, cols: usize, value: impl Fn(usize, usize) -> f32) -> Matrix {
    let mut matrix = Matrix::zeros(rows, cols);
    for i in 0..rows {
        for (j, x) in matrix.row_mut(i).iter_mut().enumerate() {
            *x = value(i, j);
        }
    }
    matrix
}

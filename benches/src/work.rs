//! The products of a training step as pieces of work to be timed.

use fm_matmul::{Engine, Matrix, Rows, Scratch, Shape, Start};

use crate::task::{SIZES, source_flop};

/// Something to be timed: its arithmetic, and one run of it.
pub struct Work {
    /// Kind and shape.
    pub name: String,
    /// Floating-point operations of a run, real columns only: what padding costs is visible.
    pub flop: f64,
    /// One run.
    pub run: Box<dyn FnMut(&Engine)>,
}

/// `C = A·B` of square matrices.
pub fn square(size: usize) -> Work {
    let shape = Shape {
        m: size,
        n: size,
        k: size,
    };
    single("large product", shape, false, false)
}

/// Every product of a step of `rows` rows alone, its operands in the caches. The last forward and
/// backward are those of a head with one output.
pub fn layers(rows: usize) -> Vec<Work> {
    let mut all = Vec::new();
    let mut layers: Vec<_> = SIZES.windows(2).map(|w| (w[0], w[1])).collect();
    layers.dedup();
    layers.push((50, 1));
    for &(k, n) in &layers {
        all.push(single("forward", Shape { m: rows, n, k }, false, false));
    }
    for &(m, n) in &layers {
        all.push(single("update", Shape { m, n, k: rows }, true, true));
    }
    for &(m, k) in &layers[1..] {
        all.push(single("backward", Shape { m, n: rows, k }, false, false));
    }
    all
}

/// One product on its own matrices.
fn single(kind: &str, shape: Shape, a_transposed: bool, accumulate: bool) -> Work {
    let Shape { m, n, k } = shape;
    let a = if a_transposed {
        matrix(k, m, 1.0)
    } else {
        matrix(m, k, 1.0)
    };
    // Small, so that sums over and over stay finite.
    let (b, mut c) = (matrix(k, n, 1e-6), matrix(m, n, 1.0));
    Work {
        name: format!("{kind} {m}×{n}×{k}"),
        flop: flop(shape),
        run: Box::new(move |engine| {
            let start = if accumulate { Start::Out } else { Start::Zero };
            let a = Rows::of(&a);
            let a = if a_transposed { a.t() } else { a };
            engine.product(a, &b, start, &mut c);
        }),
    }
}

/// All products of one step of plain gradient descent, in their order and on shared matrices, so
/// that the caches hold what they hold in training: forward, and from the top down backward and
/// update. No activations, no loss.
pub fn step(rows: usize) -> Work {
    let layers = SIZES.len() - 1;
    let mut outputs: Vec<_> = SIZES.iter().map(|&n| matrix(rows, n, 1.0)).collect();
    let mut weights: Vec<_> = SIZES
        .windows(2)
        .map(|w| matrix(w[0], w[1], 1.0 / (w[0] as f32).sqrt()))
        .collect();
    let deltas: Vec<_> = SIZES.iter().map(|&n| matrix(rows, n, 1e-6)).collect();
    let mut scratch = Scratch::new(rows, SIZES[2], SIZES[1]);
    let mut inputs: Vec<_> = SIZES.iter().map(|&n| matrix(rows, n, 0.0)).collect();
    let run = move |engine: &Engine| {
        for l in 0..layers {
            let (x, y) = outputs.split_at_mut(l + 1);
            engine.product(Rows::of(&x[l]), &weights[l], Start::Zero, &mut y[0]);
        }
        for l in (0..layers).rev() {
            if l > 0 {
                let (d, w, to) = (&deltas[l + 1], &weights[l], &mut inputs[l]);
                engine.product_transposed(d, rows, w, to, &mut scratch);
            }
            let x = Rows::of(&outputs[l]).t();
            engine.product(x, &deltas[l + 1], Start::Out, &mut weights[l]);
        }
    };
    Work {
        name: format!("all products of a step, {rows} rows"),
        flop: source_flop(rows),
        run: Box::new(run),
    }
}

fn flop(shape: Shape) -> f64 {
    2.0 * (shape.m * shape.n * shape.k) as f64
}

/// Pseudo-random floats in `-scale..scale`, the padding zero.
fn matrix(rows: usize, cols: usize, scale: f32) -> Matrix {
    let mut matrix = Matrix::zeros(rows, cols);
    let mut state = 1u32;
    matrix.view_mut().map_inplace(|x| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *x = scale * ((state >> 8) as f32 / (1 << 23) as f32 - 1.0);
    });
    matrix
}

//! The products of a training step.

use fm_matmul::{Engine, Matrix, Rows, Scratch, Start};

use crate::{SIZES, Work, training_flop};

/// Kind and `[m, n, k]` of every product of a step of `rows` rows. The last forward and backward are
/// those of a head with one output.
pub fn shapes(rows: usize) -> Vec<(&'static str, [usize; 3])> {
    let mut layers: Vec<_> = SIZES.windows(2).map(|w| (w[0], w[1])).collect();
    layers.dedup();
    layers.push((50, 1));
    let forward = layers.iter().map(|&(k, n)| ("forward", [rows, n, k]));
    let update = layers.iter().map(|&(m, n)| ("update", [m, n, rows]));
    let backward = layers[1..].iter();
    let backward = backward.map(|&(m, k)| ("backward", [m, rows, k]));
    forward.chain(update).chain(backward).collect()
}

/// One product alone, its operands in the caches: `C = A·B`, or `C += Aᵀ·B` if it is an update.
pub fn product(engine: &Engine, kind: &str, [m, n, k]: [usize; 3]) -> Work {
    let update = kind == "update";
    let (rows, cols) = if update { (k, m) } else { (m, k) };
    let a = matrix(rows, cols, 1.0);
    // Small, so that sums over and over stay finite.
    let (b, mut c) = (matrix(k, n, 1e-6), matrix(m, n, 1.0));
    let name = format!("{kind} {m}×{n}×{k}");
    let computing = engine.clone();
    let run = move || match update {
        true => computing.product(Rows::of(&a).t(), &b, Start::Out, &mut c),
        false => computing.product(Rows::of(&a), &b, Start::Zero, &mut c),
    };
    Work::new(name, engine, Some(2.0 * (m * n * k) as f64), run)
}

/// All products of one step of plain gradient descent, in their order and on shared matrices, so
/// that the caches hold what they hold in training: forward, and from the top down backward and
/// update. No activations, no loss.
pub fn step(engine: &Engine, rows: usize) -> Work {
    let all = |scale: f32| SIZES.map(|n| matrix(rows, n, scale));
    let (mut outputs, deltas, mut inputs) = (all(1.0), all(1e-6), all(0.0));
    let weights = SIZES.windows(2);
    let weights = weights.map(|w| matrix(w[0], w[1], 1.0 / (w[0] as f32).sqrt()));
    let mut weights: Vec<_> = weights.collect();
    let mut scratch = Scratch::new(rows, SIZES[2], SIZES[1]);
    let name = format!("all products of a step, {rows} rows");
    let computing = engine.clone();
    let run = move || {
        for (l, weights) in weights.iter().enumerate() {
            let (x, y) = outputs.split_at_mut(l + 1);
            computing.product(Rows::of(&x[l]), weights, Start::Zero, &mut y[0]);
        }
        for (l, weights) in weights.iter_mut().enumerate().rev() {
            let delta = &deltas[l + 1];
            if l > 0 {
                computing.product_transposed(delta, rows, weights, &mut inputs[l], &mut scratch);
            }
            computing.product(Rows::of(&outputs[l]).t(), delta, Start::Out, weights);
        }
    };
    Work::new(name, engine, Some(rows as f64 * training_flop(&SIZES)), run)
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

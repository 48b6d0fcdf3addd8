//! The products of a training step, in GFLOP/s, beside the core's own peak.
//!
//! `cargo bench -p fm-benches --bench products [-- FILTER]`; with `--features openblas` the blas
//! backend too. FILTER keeps the contenders whose name contains it. Several threads contend as
//! `x2` and so on where there are cores for them; pinned to one core (`taskset -c 1`), which suits
//! the others best, there are none.
//!
//! Contenders alternate: each round runs every contender for a few milliseconds. The figures are
//! the best of the rounds, since what else runs on the machine can only add time. Only real
//! columns count as arithmetic, so what padding costs is visible.

#![allow(clippy::print_stdout)] // the table is what this program is for

use std::time::Instant;

use fm_nn::{Backend, Engine, Level, Lhs, Matrix, Out, Rhs, Shape, Start, peak_gflops};

/// Layer sizes of the network of the exercise: its inputs, and the outputs of each layer.
const SIZES: [usize; 7] = [784, 300, 100, 50, 50, 50, 8];
/// Rows of a batch.
const BATCH: usize = 32;
/// Rounds, the best of which is reported.
const ROUNDS: usize = 31;
/// About how long one contender runs in one round.
const ROUND_SECS: f64 = 2e-3;

/// A backend at one vector level.
struct Contender {
    name: String,
    engine: Engine,
}

/// Something to be timed: its arithmetic, and one run of it.
struct Work {
    name: String,
    flop: f64,
    run: Box<dyn FnMut(&Engine)>,
}

fn main() {
    let filter = std::env::args().skip(1).find(|arg| !arg.starts_with('-'));
    let contenders = contenders(filter.as_deref().unwrap_or(""));
    println!("register-only multiply-adds, GFLOP/s");
    for level in Level::ALL.into_iter().filter(|l| l.is_supported()) {
        println!("  {level:<10}{:8.1}", peak_gflops(level));
    }
    print!("\n{:<34}", "GFLOP/s");
    for contender in &contenders {
        print!("{:>22}", contender.name);
    }
    println!();

    let mut peak: f64 = 0.0;
    for size in [512, 1024, 2048] {
        let rates = measure(&contenders, &mut square(size));
        if size == 2048 {
            let one_core = contenders.iter().zip(&rates);
            let one_core = one_core.filter(|(contender, _)| contender.engine.threads() == 1);
            peak = one_core.filter_map(|(_, rate)| *rate).fold(0.0, f64::max);
        }
    }
    for mut work in shapes() {
        measure(&contenders, &mut work);
    }
    println!();
    for rows in [BATCH, 18, 8, 1, 256] {
        let rates = measure(&contenders, &mut step(rows));
        if rows == BATCH {
            print!("{:<34}", "  share of one core's best 2048");
            for rate in rates {
                print!("{:>21.1}%", 100.0 * rate.unwrap_or(f64::NAN) / peak);
            }
            println!();
        }
    }
}

fn contenders(filter: &str) -> Vec<Contender> {
    let mut all: Vec<Contender> = Level::ALL
        .into_iter()
        .filter_map(|level| Engine::portable_at(level).ok())
        .map(|engine| Contender {
            name: format!("{}/{}", Backend::Portable, engine.kernel()),
            engine,
        })
        .collect();
    let cores = std::thread::available_parallelism().map_or(1, |cores| cores.get());
    if cores > 1 {
        let engine = Engine::portable().with_threads(cores);
        all.push(Contender {
            name: format!("{}/{} x{cores}", Backend::Portable, engine.kernel()),
            engine,
        });
    }
    if let Ok(engine) = Engine::blas() {
        all.push(Contender {
            name: format!("{}/{}", Backend::Blas, engine.kernel()),
            engine,
        });
    }
    all.retain(|contender| contender.name.contains(filter));
    all
}

/// Prints the best GFLOP/s of each contender; none for work that would take it too long.
fn measure(contenders: &[Contender], work: &mut Work) -> Vec<Option<f64>> {
    let mut secs = vec![Vec::new(); contenders.len()];
    let mut repeats = vec![0; contenders.len()];
    for (contender, repeats) in contenders.iter().zip(&mut repeats) {
        // The baseline of x86-64 has no multiply-add: a large product would take a minute.
        if contender.engine.kernel() == "baseline" && work.flop > 1e8 {
            continue;
        }
        (work.run)(&contender.engine);
        let start = Instant::now();
        (work.run)(&contender.engine);
        *repeats = (ROUND_SECS / start.elapsed().as_secs_f64()).ceil() as usize;
    }
    let rounds = if work.flop > 1e9 { 9 } else { ROUNDS };
    for _ in 0..rounds {
        for ((contender, secs), &repeats) in contenders.iter().zip(&mut secs).zip(&repeats) {
            if repeats == 0 {
                continue;
            }
            // Once untimed: the caches are the contender's own.
            (work.run)(&contender.engine);
            let start = Instant::now();
            for _ in 0..repeats {
                (work.run)(&contender.engine);
            }
            secs.push(start.elapsed().as_secs_f64() / repeats as f64);
        }
    }
    print!("{:<34}", work.name);
    let rates = secs.into_iter().map(|secs| {
        let best = secs.into_iter().min_by(f64::total_cmp)?;
        Some(work.flop / best / 1e9)
    });
    let rates: Vec<_> = rates.collect();
    for rate in &rates {
        match rate {
            Some(rate) => print!("{rate:>22.1}"),
            None => print!("{:>22}", "-"),
        }
    }
    println!();
    rates
}

fn square(size: usize) -> Work {
    let shape = Shape {
        m: size,
        n: size,
        k: size,
    };
    single("square", shape, false, false)
}

/// Every shape of a step alone, its operands in the caches, and those of evaluation.
fn shapes() -> Vec<Work> {
    let mut all = Vec::new();
    let mut layers: Vec<_> = SIZES.windows(2).map(|w| (w[0], w[1])).collect();
    layers.dedup();
    layers.push((50, 1));
    for &(k, n) in &layers {
        all.push(single("forward", Shape { m: BATCH, n, k }, false, false));
    }
    for &(m, n) in &layers {
        all.push(single("update", Shape { m, n, k: BATCH }, true, true));
    }
    for &(m, k) in &layers[1..] {
        all.push(single("backward", Shape { m, n: BATCH, k }, false, false));
    }
    for (m, n, k) in [
        (18, 300, 784),
        (1, 300, 784),
        (256, 300, 784),
        (1000, 300, 784),
    ] {
        all.push(single("forward", Shape { m, n, k }, false, false));
    }
    for (m, n, k) in [(32, 2400, 784), (32, 800, 2400), (32, 2048, 2048)] {
        all.push(single("wide forward", Shape { m, n, k }, false, false));
        all.push(single("wide update", Shape { m: k, n, k: m }, true, true));
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
        name: format!("{kind} {m}x{n}x{k}"),
        flop: flop(shape),
        run: Box::new(move |engine| {
            let start = if accumulate { Start::Out } else { Start::Zero };
            engine.product(shape, lhs(&a, a_transposed), rhs(&b), start, out(&mut c));
        }),
    }
}

/// All products of one step of plain gradient descent, in their order and on shared matrices, so
/// that the caches hold what they hold in training: forward, and from the top down backward and
/// update. No activations, no loss, no transposition.
fn step(rows: usize) -> Work {
    let layers = SIZES.len() - 1;
    let mut outputs: Vec<_> = SIZES.iter().map(|&n| matrix(rows, n, 1.0)).collect();
    let mut weights: Vec<_> = SIZES
        .windows(2)
        .map(|w| matrix(w[0], w[1], 1.0 / (w[0] as f32).sqrt()))
        .collect();
    let deltas: Vec<_> = SIZES.iter().map(|&n| matrix(rows, n, 1e-6)).collect();
    let deltas_t: Vec<_> = SIZES.iter().map(|&n| matrix(n, rows, 1e-6)).collect();
    let mut below = matrix(SIZES[1], rows, 0.0);
    let all = move |l: usize| Shape {
        m: rows,
        n: SIZES[l + 1],
        k: SIZES[l],
    };
    let flop = 3.0 * (0..layers).map(|l| flop(all(l))).sum::<f64>() - flop(all(0));
    let run = move |engine: &Engine| {
        for l in 0..layers {
            let (x, y) = outputs.split_at_mut(l + 1);
            let (x, w, y) = (lhs(&x[l], false), rhs(&weights[l]), out(&mut y[0]));
            engine.product(all(l), x, w, Start::Zero, y);
        }
        for l in (0..layers).rev() {
            let Shape { m, n, k } = all(l);
            if l > 0 {
                let shape = Shape { m: k, n: m, k: n };
                let (w, d) = (lhs(&weights[l], false), rhs(&deltas_t[l + 1]));
                engine.product(shape, w, d, Start::Zero, out(&mut below));
            }
            let shape = Shape { m: k, n, k: m };
            let (x, d) = (lhs(&outputs[l], true), rhs(&deltas[l + 1]));
            engine.product(shape, x, d, Start::Out, out(&mut weights[l]));
        }
    };
    Work {
        name: format!("all products of a step, {rows} rows"),
        flop,
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

fn lhs(matrix: &Matrix, transposed: bool) -> Lhs<'_> {
    let (row_stride, col_stride) = if transposed {
        (1, matrix.stride())
    } else {
        (matrix.stride(), 1)
    };
    Lhs {
        data: matrix.padded(),
        row_stride,
        col_stride,
    }
}

fn rhs(matrix: &Matrix) -> Rhs<'_> {
    Rhs {
        data: matrix.padded(),
        stride: matrix.stride(),
    }
}

fn out(matrix: &mut Matrix) -> Out<'_> {
    let stride = matrix.stride();
    Out {
        data: matrix.padded_mut(),
        stride,
    }
}

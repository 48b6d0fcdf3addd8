//! The products of a training step, in GFLOP/s, beside the core's own peak.
//!
//! `cargo bench -p fm-benches --bench products [-- FILTER]`; with `--features openblas` the blas
//! backend too. FILTER keeps the contenders whose name contains it.
//!
//! Contenders alternate: each round runs every contender for a few milliseconds. The figures are
//! the best of the rounds, since what else runs on the machine can only add time. Only real
//! columns count as arithmetic, so what padding costs is visible.

#![allow(clippy::print_stdout, reason = "the table is what it is for")]

use fm_benches::task::BATCH;
use fm_benches::work::{Work, layers, single, square, step};
use fm_benches::{Contender, alternate, contenders, use_best_kernel};
use fm_matmul::{Level, Shape, peak_gflops};

/// Rounds, the best of which is reported.
const ROUNDS: usize = 31;
/// About how long one contender runs in one round.
const ROUND_SECS: f64 = 2e-3;

fn main() {
    use_best_kernel();
    let filter = std::env::args().skip(1).find(|arg| !arg.starts_with('-'));
    let mut contenders = contenders();
    contenders.retain(|contender| contender.name.contains(filter.as_deref().unwrap_or("")));
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
            peak = rates.iter().copied().flatten().fold(0.0, f64::max);
        }
    }
    for mut work in shapes() {
        measure(&contenders, &mut work);
    }
    println!();
    for rows in [BATCH, 18, 8, 1, 256] {
        let rates = measure(&contenders, &mut step(rows));
        if rows == BATCH {
            print!("{:<34}", "  share of the best 2048");
            for rate in rates {
                print!("{:>21.1}%", 100.0 * rate.unwrap_or(f64::NAN) / peak);
            }
            println!();
        }
    }
}

/// Prints the best GFLOP/s of each contender; none for work that would take it too long.
fn measure(contenders: &[Contender], work: &mut Work) -> Vec<Option<f64>> {
    // The baseline of x86-64 has no multiply-add: a large product would take a minute.
    let takes_part =
        |contender: &Contender| contender.engine.kernel() != "baseline" || work.flop <= 1e8;
    let taking_part: Vec<bool> = contenders.iter().map(takes_part).collect();
    let both = contenders.iter().zip(&taking_part);
    let mut chosen: Vec<_> = both.filter(|(_, part)| **part).map(|(c, _)| c).collect();
    let rounds = if work.flop > 1e9 { 9 } else { ROUNDS };
    let samples = alternate(&mut chosen, rounds, ROUND_SECS, |contender| {
        (work.run)(&contender.engine);
    });
    let mut rates = samples.iter().map(|s| work.flop / s.best() / 1e9);
    let rates: Vec<_> = taking_part
        .iter()
        .map(|&part| part.then(|| rates.next()).flatten())
        .collect();
    print!("{:<34}", work.name);
    for rate in &rates {
        match rate {
            Some(rate) => print!("{rate:>22.1}"),
            None => print!("{:>22}", "-"),
        }
    }
    println!();
    rates
}

/// Every shape of a step alone, its operands in the caches, and those of evaluation.
fn shapes() -> Vec<Work> {
    let mut all = layers(BATCH);
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

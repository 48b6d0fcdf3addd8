//! How the time of an epoch grows with rows, width, depth and batch size, as Markdown tables.

use fm_benches::alternate;
use fm_nn::doctor;

use crate::Effort;
use crate::contender::backends;
use crate::task::{BATCH, Rows, SIZES, SOURCE, epoch, network_of};
use crate::work::training_flop;

/// Rows of an epoch where rows are not what is varied.
const ROWS: usize = 4096;
/// The network's hidden layers.
const HIDDEN: &[usize] = &[300, 100, 50, 50, 50];
/// The shortest time that a contender runs in a round.
const SLICE_SECS: f64 = 0.05;

/// Measures and prints all tables.
pub(crate) fn print(effort: Effort) {
    println!("{}", doctor::cpu_name());

    table("Rows", "rows");
    for rows in [1_000, 4_000, 16_000, SOURCE.0] {
        line(&rows.to_string(), rows, HIDDEN, BATCH, effort);
    }
    table("Hidden width", "width");
    for factor in [1, 2, 4, 8] {
        let hidden: Vec<_> = HIDDEN.iter().map(|width| factor * width).collect();
        line(&format!("×{factor}"), ROWS, &hidden, BATCH, effort);
    }
    table("Depth, hidden layers of 100", "layers");
    for depth in [1, 2, 4, 8, 16] {
        line(&depth.to_string(), ROWS, &vec![100; depth], BATCH, effort);
    }
    table("Batch size", "batch");
    for batch in [1, 8, 32, 128, 512, 2048] {
        line(&batch.to_string(), ROWS, HIDDEN, batch, effort);
    }
}

/// The head of a table.
fn table(title: &str, varied: &str) {
    println!("\n**{title}**\n");
    print!("| {varied} | GFLOP |");
    let backends = backends();
    for contender in &backends {
        let name = &contender.name;
        print!(" {name}, ms | GFLOP/s |");
    }
    if backends.len() == 2 {
        print!(" portable / blas |");
    }
    println!();
    println!(
        "{}|",
        "|--:".repeat(2 + 2 * backends.len() + backends.len() / 2)
    );
}

/// Measures one network and batch size.
fn line(name: &str, rows: usize, hidden: &[usize], batch: usize, effort: Effort) {
    let rows = (rows / effort.rows_divisor).max(batch);
    let sizes: Vec<_> = [&[SIZES[0]], hidden, &[8]].concat();
    let flop = rows as f64 * training_flop(&sizes);
    let data = Rows::new(rows, 8);
    let backends = backends();
    let mut turns: Vec<_> = backends
        .iter()
        .map(|contender| (&contender.engine, network_of(hidden, 8)))
        .collect();
    let samples = alternate(&mut turns, effort.rounds, SLICE_SECS, |turn| {
        epoch(turn.0, &mut turn.1, &data, batch);
    });
    print!("| {name} | {:.2} |", flop / 1e9);
    for samples in &samples {
        let secs = samples.median();
        print!(" {:.2} | {:.0} |", 1e3 * secs, flop / secs / 1e9);
    }
    if let [portable, blas] = &samples[..] {
        print!(" {:.2} |", portable.ratio_to(blas));
    }
    println!();
}

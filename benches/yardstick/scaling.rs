//! How the time of an epoch grows with rows, width, depth and batch size, as Markdown tables.

use fm_benches::{BATCH, SIZES, SOURCE, Spread, Work, alternate, engines, epoch};

use crate::Effort;
use crate::report::{Machine, row, table};

/// Rows of an epoch where rows are not what is varied.
const ROWS: usize = 4096;
/// The shortest time that a contender runs in a round.
const SLICE_SECS: f64 = 0.05;

/// Measures and prints all tables.
pub(crate) fn print(effort: Effort) {
    println!("### {}", Machine::this());
    let hidden = |factor: usize| SIZES[1..6].iter().map(|n| factor * n).collect();
    let rows = [1_000, 4_000, 16_000, SOURCE];
    let rows = rows.map(|rows| (rows.to_string(), rows, hidden(1), BATCH));
    measure(effort, "Rows", &rows);
    let widths = [1, 2, 4, 8].map(|factor| (format!("×{factor}"), ROWS, hidden(factor), BATCH));
    measure(effort, "Hidden width", &widths);
    let depths = [1, 2, 4, 8, 16].map(|n| (n.to_string(), ROWS, vec![100; n], BATCH));
    measure(effort, "Depth, hidden layers of 100", &depths);
    let batches = [1, 8, 32, 128, 512, 2048];
    let batches = batches.map(|batch| (batch.to_string(), ROWS, hidden(1), batch));
    measure(effort, "Batch size", &batches);
}

/// Measures and prints one table; its lines have a name, rows, hidden layers and a batch size.
fn measure(effort: Effort, title: &str, lines: &[(String, usize, Vec<usize>, usize)]) {
    for (index, (what, rows, hidden, batch)) in lines.iter().enumerate() {
        let rows = (rows / effort.rows_divisor).max(*batch);
        let engines = engines();
        let works = engines
            .iter()
            .map(|engine| epoch(engine, rows, hidden, *batch));
        let mut works: Vec<Work> = works.collect();
        let samples = alternate(&mut works, effort.rounds, SLICE_SECS);
        let flop = works[0].flop.unwrap_or_default();
        let mut columns = vec!["GFLOP".to_owned()];
        let mut cells = vec![format!("{:.2}", flop / 1e9)];
        for (work, secs) in works.iter().zip(&samples) {
            let secs = Spread::of(secs).median;
            columns.extend([format!("{}, ms", work.engine), "GFLOP/s".to_owned()]);
            cells.push(format!("{:.2}", 1e3 * secs));
            cells.push(format!("{:.0}", flop / secs / 1e9));
        }
        if let [portable, blas] = &samples[..] {
            columns.push("times as fast as blas".to_owned());
            cells.push(format!("{:.2}", Spread::of_ratio(blas, portable)));
        }
        if index == 0 {
            table(title, columns);
        }
        row(what, cells);
    }
}

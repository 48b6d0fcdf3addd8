//! How the time of an epoch grows with rows, width, depth and batch size, as Markdown tables.

use fm_benches::{
    BATCH, Rows, SIZES, SOURCE, alternate, backends, epoch, network_of, training_flop,
};

use crate::Effort;
use crate::machine::Machine;
use crate::report::{row, table};

/// Rows of an epoch where rows are not what is varied.
const ROWS: usize = 4096;
/// The network's hidden layers.
const HIDDEN: &[usize] = &[300, 100, 50, 50, 50];
/// The shortest time that a contender runs in a round.
const SLICE_SECS: f64 = 0.05;

/// Measures and prints all tables.
pub(crate) fn print(effort: Effort) {
    println!("### {}", Machine::this());
    let scale = Scale(effort);

    scale.table("Rows");
    for rows in [1_000, 4_000, 16_000, SOURCE.0] {
        scale.line(&rows.to_string(), rows, HIDDEN, BATCH);
    }
    scale.table("Hidden width");
    for factor in [1, 2, 4, 8] {
        let hidden: Vec<_> = HIDDEN.iter().map(|width| factor * width).collect();
        scale.line(&format!("×{factor}"), ROWS, &hidden, BATCH);
    }
    scale.table("Depth, hidden layers of 100");
    for depth in [1, 2, 4, 8, 16] {
        scale.line(&depth.to_string(), ROWS, &vec![100; depth], BATCH);
    }
    scale.table("Batch size");
    for batch in [1, 8, 32, 128, 512, 2048] {
        scale.line(&batch.to_string(), ROWS, HIDDEN, batch);
    }
}

/// How it is measured.
#[derive(Clone, Copy)]
struct Scale(Effort);

impl Scale {
    /// The head of a table.
    fn table(self, title: &str) {
        let mut columns = vec!["GFLOP".to_owned()];
        let backends = backends();
        for contender in &backends {
            columns.extend([format!("{}, ms", contender.name), "GFLOP/s".to_owned()]);
        }
        if backends.len() == 2 {
            columns.push("times as fast as blas".to_owned());
        }
        table(title, columns.iter().map(String::as_str));
    }

    /// Measures one network and batch size.
    fn line(self, name: &str, rows: usize, hidden: &[usize], batch: usize) {
        let rows = (rows / self.0.rows_divisor).max(batch);
        let sizes: Vec<_> = [&[SIZES[0]], hidden, &[8]].concat();
        let flop = rows as f64 * training_flop(&sizes);
        let data = Rows::new(rows, 8);
        let backends = backends();
        let mut turns: Vec<_> = backends
            .iter()
            .map(|contender| (&contender.engine, network_of(hidden, 8)))
            .collect();
        let samples = alternate(&mut turns, self.0.rounds, SLICE_SECS, |turn| {
            epoch(turn.0, &mut turn.1, &data, batch);
        });
        let mut cells = vec![format!("{:.2}", flop / 1e9)];
        for samples in &samples {
            let secs = samples.spread().median;
            cells.extend([
                format!("{:.2}", 1e3 * secs),
                format!("{:.0}", flop / secs / 1e9),
            ]);
        }
        if let [portable, blas] = &samples[..] {
            let times = blas.ratio_to(portable);
            cells.push(format!(
                "{:.2} ({:.2}–{:.2})",
                times.median, times.low, times.high
            ));
        }
        row(name, cells);
    }
}

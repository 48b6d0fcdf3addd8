//! What `bench.json` holds, and the lines that are printed while it is measured.

use std::path::Path;
use std::{fs, io};

use fm_benches::Samples;
use serde::Serialize;

/// Everything measured in one run.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    /// The processor's name.
    pub(crate) cpu: String,
    /// Cores that this run could use.
    pub(crate) cores: usize,
    /// Version and kernel, where OpenBLAS is built in.
    pub(crate) openblas: Option<String>,
    /// Whether this was a run of seconds, whose figures say little.
    pub(crate) quick: bool,
    /// GFLOP/s of multiply-adds that touch no memory, by vector level.
    pub(crate) register_gflops: Vec<(String, f64)>,
    /// One figure for each group and contender.
    pub(crate) entries: Vec<Entry>,
    /// One thing's figure as a multiple of another's, each the median of the rounds' own ratios or
    /// the ratio of medians.
    pub(crate) ratios: Vec<(String, f64)>,
}

/// What one contender took for one thing.
#[derive(Debug, Serialize)]
pub(crate) struct Entry {
    pub(crate) group: String,
    /// Backend and kernel (for the portable backend its vector level).
    pub(crate) name: String,
    pub(crate) rounds: usize,
    pub(crate) median_secs: f64,
    pub(crate) best_secs: f64,
    /// Floating-point operations of one run, in 10⁹.
    pub(crate) gflop: Option<f64>,
}

impl Report {
    /// Adds a figure and prints it; `flop` are the floating-point operations of a run.
    pub(crate) fn add(&mut self, group: &str, name: &str, samples: &Samples, flop: Option<f64>) {
        let (median_secs, best_secs) = (samples.median(), samples.best());
        let gflop = flop.map(|flop| flop / 1e9);
        let rate = gflop.map_or(String::new(), |gflop| {
            format!("{:>10.1}{:>10.1}", gflop / median_secs, gflop / best_secs)
        });
        println!(
            "{name:<44}{:>12}{:>12}{rate}",
            seconds(median_secs),
            seconds(best_secs)
        );
        self.entries.push(Entry {
            group: group.to_owned(),
            name: name.to_owned(),
            rounds: samples.secs.len(),
            median_secs,
            best_secs,
            gflop,
        });
    }

    /// Adds a ratio and prints it.
    pub(crate) fn ratio(&mut self, what: String, ratio: f64) {
        println!("  {what}: {ratio:.3}");
        self.ratios.push((what, ratio));
    }

    /// Writes the report as JSON.
    pub(crate) fn write(&self, path: &Path) -> io::Result<()> {
        let json = serde_json::to_string_pretty(self)?;
        fs::write(path, json + "\n")
    }
}

/// The head of a group.
pub(crate) fn heading(group: &str, rates: bool) {
    let rates = if rates { "   GFLOP/s      best" } else { "" };
    println!("\n{group:<44}{:>12}{:>12}{rates}", "median", "best");
}

/// Seconds in the unit that suits them.
fn seconds(secs: f64) -> String {
    match secs {
        secs if secs >= 1.0 => format!("{secs:.3} s"),
        secs if secs >= 1e-3 => format!("{:.2} ms", 1e3 * secs),
        secs => format!("{:.2} µs", 1e6 * secs),
    }
}

//! [`Report`]: what `bench.json` contains.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use fm_benches::{Samples, Spread};
use serde::{Deserialize, Serialize};

use crate::machine::Machine;

/// Changes with the meaning of a field.
const FORMAT: u32 = 2;

/// Everything measured in one run.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Report {
    /// The epoch of the source task: `portable`, and `portable_avx2` where the CPU has wider
    /// vectors than those.
    pub(crate) epoch: BTreeMap<String, Epoch>,
    pub(crate) cpu: Machine,
    format: u32,
    /// Whether this was a run of seconds, whose figures say little.
    pub(crate) quick: bool,
    pub(crate) entries: Vec<Entry>,
}

/// How near an epoch of the portable backend is to what the CPU can do.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Epoch {
    /// Its rate as a share of that of the round's quickest large product on one core, whichever
    /// backend had it: the median of the rounds.
    pub(crate) of_peak: f64,
    /// OpenBLAS' time as a multiple of its time: the median of the rounds.
    pub(crate) vs_blas: Option<f64>,
    pub(crate) of_peak_quartiles: [f64; 2],
    pub(crate) vs_blas_quartiles: Option<[f64; 2]>,
    /// Multiply-adds that touch no memory.
    pub(crate) registers_gflops: f64,
}

/// What one contender took for one thing.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) group: String,
    /// Backend and kernel (for the portable backend its vector level).
    pub(crate) name: String,
    pub(crate) rounds: usize,
    pub(crate) best_secs: f64,
    pub(crate) secs: Spread,
    /// Floating-point operations of one run, in 10⁹.
    pub(crate) gflop: Option<f64>,
}

impl Report {
    pub(crate) fn new(quick: bool) -> Self {
        Self {
            epoch: BTreeMap::new(),
            cpu: Machine::this(),
            format: FORMAT,
            quick,
            entries: Vec::new(),
        }
    }

    /// Adds a figure; `flop` are the floating-point operations of a run.
    pub(crate) fn add(&mut self, group: &str, name: &str, samples: &Samples, flop: Option<f64>) {
        self.entries.push(Entry {
            group: group.to_owned(),
            name: name.to_owned(),
            rounds: samples.secs.len(),
            best_secs: samples.best(),
            secs: samples.spread(),
            gflop: flop.map(|flop| flop / 1e9),
        });
    }

    /// Adds all figures of another run on the same machine.
    pub(crate) fn append(&mut self, other: Self) {
        self.epoch.extend(other.epoch);
        self.entries.extend(other.entries);
    }

    /// Reads a `bench.json`.
    pub(crate) fn read(path: &Path) -> Result<Self, String> {
        #[derive(Deserialize)]
        struct Format {
            format: Option<u32>,
        }
        let failed = |what: String| format!("cannot compare with {}: {what}", path.display());
        let text = fs::read_to_string(path).map_err(|error| {
            failed(format!(
                "{error}; name a copy of a bench.json that a run has written"
            ))
        })?;
        let not_ours = |error| failed(format!("it is not a bench.json: {error}"));
        let Format { format } = serde_json::from_str(&text).map_err(not_ours)?;
        if format != Some(FORMAT) {
            let found = format.map_or("none".to_owned(), |format| format.to_string());
            return Err(failed(format!(
                "expected format {FORMAT}, found {found}: another version of the benchmarks wrote \
                 it; measure again with this version"
            )));
        }
        serde_json::from_str(&text).map_err(not_ours)
    }

    /// Writes it as JSON.
    pub(crate) fn write(&self, path: &Path) -> Result<(), String> {
        let json = serde_json::to_string_pretty(self).expect("numbers and texts");
        let written = fs::write(path, json + "\n");
        written.map_err(|error| format!("{}: {error}", path.display()))
    }
}

/// The head of a Markdown table.
pub(crate) fn table<'a>(title: &str, columns: impl IntoIterator<Item = &'a str>) {
    println!("\n**{title}**\n");
    let columns: Vec<_> = columns.into_iter().collect();
    println!("| | {} |", columns.join(" | "));
    println!("|---|{}", "--:|".repeat(columns.len()));
}

/// A line of it.
pub(crate) fn row(what: &str, cells: impl IntoIterator<Item = String>) {
    let cells: Vec<_> = cells.into_iter().collect();
    println!("| {what} | {} |", cells.join(" | "));
}

/// Seconds in the unit that suits them.
pub(crate) fn seconds(secs: f64) -> String {
    match secs {
        secs if secs >= 1.0 => format!("{secs:.3} s"),
        secs if secs >= 1e-3 => format!("{:.2} ms", 1e3 * secs),
        secs => format!("{:.2} µs", 1e6 * secs),
    }
}

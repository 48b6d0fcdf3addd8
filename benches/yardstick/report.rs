//! [`Report`]: what `bench.json` contains, and the tables that are printed.

use std::collections::BTreeMap;
use std::path::Path;
use std::{fmt, fs, thread};

use fm_benches::{Spread, Work, best};
use fm_nn::{Level, doctor};
use serde::{Deserialize, Serialize};

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
    rounds: usize,
    best_secs: f64,
    pub(crate) secs: Spread,
    /// Floating-point operations of one run, in 10⁹.
    gflop: Option<f64>,
}

/// The processor.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Machine {
    name: String,
    /// The widest vectors that it has.
    level: String,
    /// Cores that this run could use.
    cores: usize,
    /// Sizes of the data caches of a core in KiB, `L1`, `L2`, …; empty where the system does not
    /// tell, as outside Linux.
    caches_kib: BTreeMap<String, u32>,
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

    /// Adds the seconds of works, a figure for each round.
    pub(crate) fn add(&mut self, works: &[Work], samples: &[Vec<f64>]) {
        let entries = works.iter().zip(samples).map(|(work, secs)| Entry {
            group: work.name.clone(),
            name: work.engine.clone(),
            rounds: secs.len(),
            best_secs: best(secs),
            secs: Spread::of(secs),
            gflop: work.flop.map(|flop| flop / 1e9),
        });
        self.entries.extend(entries);
    }

    /// Reads a `bench.json`.
    pub(crate) fn read(path: &Path) -> Result<Self, String> {
        let failed = |what: &str| format!("cannot compare with {}: {what}", path.display());
        let text = fs::read_to_string(path).map_err(|error| {
            let cure = "name a copy of a bench.json that a run has written";
            failed(&format!("{error}; {cure}"))
        })?;
        let report: Self = serde_json::from_str(&text)
            .map_err(|error| failed(&format!("it is not a bench.json: {error}")))?;
        match report.format {
            FORMAT => Ok(report),
            found => Err(failed(&format!(
                "expected format {FORMAT}, found {found}: another version of the benchmarks wrote \
                 it; measure again with this version"
            ))),
        }
    }

    /// Writes it as JSON.
    pub(crate) fn write(&self, path: &Path) -> Result<(), String> {
        let json = serde_json::to_string_pretty(self).expect("numbers and texts");
        let written = fs::write(path, json + "\n");
        written.map_err(|error| format!("{}: {error}", path.display()))
    }
}

impl Machine {
    pub(crate) fn this() -> Self {
        let caches = fs::read_dir("/sys/devices/system/cpu/cpu0/cache");
        let caches = caches.into_iter().flatten().flatten();
        Self {
            name: doctor::cpu_name(),
            level: Level::detect().to_string(),
            cores: thread::available_parallelism().map_or(1, usize::from),
            caches_kib: caches.filter_map(|cache| kib(&cache.path())).collect(),
        }
    }
}

/// Name and KiB of one of Linux' caches, unless it is one of instructions.
fn kib(cache: &Path) -> Option<(String, u32)> {
    let read = |name: &str| fs::read_to_string(cache.join(name)).ok();
    if read("type")?.trim() == "Instruction" {
        return None;
    }
    let kib = read("size")?.trim().strip_suffix('K')?.parse().ok()?;
    Some((format!("L{}", read("level")?.trim()), kib))
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}, {} cores", self.name, self.level, self.cores)?;
        for (name, kib) in &self.caches_kib {
            write!(f, ", {name} {kib} KiB")?;
        }
        f.write_str(")")
    }
}

/// The head of a Markdown table.
pub(crate) fn table(title: &str, columns: impl IntoIterator<Item = String>) {
    let columns: Vec<_> = columns.into_iter().collect();
    println!("\n**{title}**\n\n| | {} |", columns.join(" | "));
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

//! What `bench.json` holds, and the lines that are printed while it is measured.

use std::path::Path;
use std::{fs, io};

use fm_benches::{Contender, Samples};
use fm_nn::Backend;
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
    /// The best rate of a 2048³ product on one core, either backend, beside the epochs.
    pub(crate) peak_gflops: f64,
    /// Peak memory of two runs side by side, in MB, where the system says it.
    pub(crate) memory_of_two_runs_mb: Option<f64>,
    /// One figure for each group and contender.
    pub(crate) entries: Vec<Entry>,
    /// Ratios of two contenders or two groups, each the middle of the rounds' own ratios or the
    /// ratio of medians.
    pub(crate) ratios: Vec<Ratio>,
}

/// What one contender took for one thing.
#[derive(Debug, Serialize)]
pub(crate) struct Entry {
    pub(crate) group: String,
    /// Backend and kernel (for the portable backend its vector width).
    pub(crate) name: String,
    /// Absent where no product is computed.
    pub(crate) backend: Option<Backend>,
    pub(crate) kernel: Option<String>,
    pub(crate) rounds: usize,
    pub(crate) median_secs: f64,
    pub(crate) best_secs: f64,
    /// Floating-point operations of one run, in 10⁹.
    pub(crate) gflop: Option<f64>,
    pub(crate) median_gflops: Option<f64>,
    pub(crate) best_gflops: Option<f64>,
    /// The middle of the rounds' shares of the same round's best 2048³ product.
    pub(crate) median_share_of_peak: Option<f64>,
    /// The best rate's share of [`Report::peak_gflops`].
    pub(crate) best_share_of_peak: Option<f64>,
}

/// One thing's figure as a multiple of another's.
#[derive(Debug, Serialize)]
pub(crate) struct Ratio {
    pub(crate) what: String,
    pub(crate) ratio: f64,
}

impl Report {
    /// Adds a contender's figure and prints it.
    pub(crate) fn add(
        &mut self,
        group: &str,
        contender: &Contender,
        samples: &Samples,
        flop: Option<f64>,
    ) -> &mut Entry {
        let engine = &contender.engine;
        let mut entry = Entry::new(group, &contender.name, samples, flop);
        entry.backend = Some(engine.backend());
        entry.kernel = Some(engine.kernel());
        self.push(entry)
    }

    /// Adds a figure that has no contender and prints it.
    pub(crate) fn add_other(&mut self, group: &str, name: &str, samples: &Samples) {
        self.push(Entry::new(group, name, samples, None));
    }

    fn push(&mut self, entry: Entry) -> &mut Entry {
        let rate = match (entry.median_gflops, entry.best_gflops) {
            (Some(median), Some(best)) => format!("{median:>10.1}{best:>10.1}"),
            _ => String::new(),
        };
        println!(
            "{:<44}{:>12}{:>12}{rate}",
            entry.name,
            seconds(entry.median_secs),
            seconds(entry.best_secs)
        );
        self.entries.push(entry);
        self.entries.last_mut().expect("just pushed")
    }

    /// Adds a ratio and prints it.
    pub(crate) fn ratio(&mut self, what: String, ratio: f64) {
        println!("  {what}: {ratio:.3}");
        self.ratios.push(Ratio { what, ratio });
    }

    /// Writes the report as JSON.
    pub(crate) fn write(&self, path: &Path) -> io::Result<()> {
        let mut json = serde_json::to_string_pretty(self)?;
        json.push('\n');
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(path, json)
    }
}

impl Entry {
    fn new(group: &str, name: &str, samples: &Samples, flop: Option<f64>) -> Self {
        let gflop = flop.map(|flop| flop / 1e9);
        let (median, best) = (samples.median(), samples.best());
        Self {
            group: group.to_owned(),
            name: name.to_owned(),
            backend: None,
            kernel: None,
            rounds: samples.secs.len(),
            median_secs: median,
            best_secs: best,
            gflop,
            median_gflops: gflop.map(|gflop| gflop / median),
            best_gflops: gflop.map(|gflop| gflop / best),
            median_share_of_peak: None,
            best_share_of_peak: None,
        }
    }
}

/// The head of a group.
pub(crate) fn heading(group: &str, rates: bool) {
    let rates = if rates { "   GFLOP/s      best" } else { "" };
    println!("\n{group:<44}{:>12}{:>12}{rates}", "median", "best");
}

/// Seconds in the unit that suits them.
pub(crate) fn seconds(secs: f64) -> String {
    match secs {
        secs if secs >= 1.0 => format!("{secs:.3} s"),
        secs if secs >= 1e-3 => format!("{:.2} ms", 1e3 * secs),
        secs => format!("{:.2} µs", 1e6 * secs),
    }
}

//! The figures of one run: peak and epoch, products, evaluation, frozen phase, steps.

use fm_benches::{
    BATCH, SIZES, SOURCE, Spread, Work, alternate, best, engines, epoch, evaluation, frozen_phase,
    name, optimizer_step, product, shapes, step,
};
use fm_nn::{Engine, Level, peak_gflops};
use fm_train::{Adam, AdamW, Optimizer, RmsProp, Sgd};

use crate::Effort;
use crate::report::{Epoch, Report, row, seconds, table};

/// About how long a contender of what is short runs in one round.
const SLICE_SECS: f64 = 2e-3;

/// What is being measured, and the report that grows.
struct Run {
    report: Report,
    engines: Vec<Engine>,
    effort: Effort,
}

/// Measures everything and prints it.
pub(crate) fn measure(effort: Effort) -> Report {
    let mut run = Run {
        report: Report::new(effort.quick),
        engines: engines(),
        effort,
    };
    println!("### {}\n", run.report.cpu);
    run.peak_and_epoch();

    run.table("Products of a step, GFLOP/s, best of the rounds");
    for (kind, shape) in shapes(BATCH) {
        run.time(|engine| product(engine, kind, shape));
    }
    for rows in [BATCH, 8, 1] {
        run.time(|engine| step(engine, rows));
    }

    run.table("Everything else, medians");
    run.time(evaluation);
    run.time(frozen_phase);
    let momentum = Sgd {
        momentum: 0.9,
        ..Sgd::plain(1e-4)
    };
    for (kind, optimizer) in [
        ("sgd", Optimizer::Sgd(Sgd::plain(1e-4))),
        ("sgd, momentum", Optimizer::Sgd(momentum)),
        ("adam", Optimizer::Adam(Adam::new(1e-6))),
        ("adamw", Optimizer::AdamW(AdamW::new(1e-6))),
        ("rmsprop", Optimizer::RmsProp(RmsProp::new(1e-6))),
    ] {
        run.time(|engine| optimizer_step(engine, kind, optimizer));
    }
    run.report
}

impl Run {
    /// The work of each engine.
    fn works(&self, make: impl Fn(&Engine) -> Work) -> Vec<Work> {
        self.engines.iter().map(make).collect()
    }

    /// The head of a table with a column for each engine.
    fn table(&self, title: &str) {
        table(title, self.engines.iter().map(name));
    }

    /// The large product and the epoch, taking turns, so that a share of the peak is of the same
    /// minute.
    fn peak_and_epoch(&mut self) {
        let effort = self.effort;
        let size = if effort.quick { 512 } else { 2048 };
        let rows = SOURCE / effort.rows_divisor;
        let mut works = self.works(|engine| product(engine, "large product", [size; 3]));
        works.extend(self.works(|engine| epoch(engine, rows, &SIZES[1..6], BATCH)));
        let samples = alternate(&mut works, effort.rounds, 0.0);
        let rates = works.iter().zip(&samples).map(|(work, secs)| {
            let flop = work.flop.unwrap_or_default();
            secs.iter().map(|secs| 1e-9 * flop / secs).collect()
        });
        let rates: Vec<Vec<f64>> = rates.collect();
        let (squares, epochs) = rates.split_at(self.engines.len());
        let epoch_secs = &samples[self.engines.len()..];
        // The quickest of each round, whichever backend had it.
        let peak =
            (0..effort.rounds).map(|round| squares.iter().map(|r| r[round]).fold(0.0, f64::max));
        let peak: Vec<f64> = peak.collect();
        let of_peak: Vec<_> = epochs
            .iter()
            .map(|rates| Spread::of_ratio(rates, &peak))
            .collect();
        let vs_blas = epoch_secs
            .get(1)
            .map(|blas| Spread::of_ratio(blas, &epoch_secs[0]));

        let registers_gflops = peak_gflops();
        println!("Multiply-adds in registers: {registers_gflops:.0} GFLOP/s.");
        self.table("An epoch of the source task");
        let rate = |rates: &Vec<f64>| format!("{:.1}", Spread::of(rates).median);
        row(
            &format!("{}, GFLOP/s", works[0].name),
            squares.iter().map(rate),
        );
        row(
            "median",
            epoch_secs
                .iter()
                .map(|secs| seconds(Spread::of(secs).median)),
        );
        row("best", epoch_secs.iter().map(|secs| seconds(best(secs))));
        row("GFLOP/s", epochs.iter().map(rate));
        row("of the quickest large product", of_peak.iter().map(percent));
        let times = vs_blas.map(|ratio| format!("{ratio:.2}"));
        row(
            "times as fast as blas",
            times.into_iter().chain([String::new()]),
        );

        let key = match Level::limit() {
            Ok(Some(level)) => format!("portable_{level}"),
            _ => "portable".to_owned(),
        };
        let epoch = Epoch {
            of_peak: of_peak[0].median,
            vs_blas: vs_blas.map(|ratio| ratio.median),
            of_peak_quartiles: [of_peak[0].low, of_peak[0].high],
            vs_blas_quartiles: vs_blas.map(|ratio| [ratio.low, ratio.high]),
            registers_gflops,
        };
        self.report.epoch.insert(key, epoch);
        self.report.add(&works, &samples);
    }

    /// Times a work of each engine in short rounds, prints and keeps what it takes.
    fn time(&mut self, make: impl Fn(&Engine) -> Work) {
        let mut works = self.works(make);
        let samples = alternate(&mut works, self.effort.short_rounds, SLICE_SECS);
        let cell = |secs: &Vec<f64>| match works[0].flop {
            Some(flop) => format!("{:.1}", 1e-9 * flop / best(secs)),
            None => seconds(Spread::of(secs).median),
        };
        row(&works[0].name, samples.iter().map(cell));
        self.report.add(&works, &samples);
    }
}

/// A share with its quartiles.
fn percent(share: &Spread) -> String {
    let [median, low, high] = [share.median, share.low, share.high].map(|share| 100.0 * share);
    format!("{median:.1} % ({low:.1}–{high:.1})")
}

//! The figures of one run: peak and epoch, products, evaluation, frozen phase, steps.

use std::hint::black_box;

use fm_benches::{
    BATCH, Contender, Rows, SIZES, SOURCE, Samples, Spread, TARGET, alternate, backends, epoch,
    frozen_phase, layers, network, source_flop, square, step,
};
use fm_nn::{FreezeMask, Level, Loss, Network, Targets, Workspace, peak_gflops};
use fm_train::{Adam, AdamW, Evaluator, Optimizer, Phase, RmsProp, Sgd};
use ndarray::Array2;

use crate::Effort;
use crate::report::{Epoch, Report, row, seconds, table};

/// About how long a contender of what is short runs in one round.
const SLICE_SECS: f64 = 2e-3;

/// What is being measured, and the report that grows.
struct Run {
    report: Report,
    all: Vec<Contender>,
    effort: Effort,
}

/// Measures everything and prints it.
pub(crate) fn measure(effort: Effort) -> Report {
    let mut run = Run {
        report: Report::new(effort.quick),
        all: backends(),
        effort,
    };
    println!("### {}\n", run.report.cpu);
    run.peak_and_epoch();
    run.products();
    run.table("Everything else, medians");
    run.evaluation();
    run.frozen();
    run.steps();
    run.report
}

/// A turn of the first measurement.
enum Turn<'a> {
    Square(&'a Contender),
    Epoch(&'a Contender, Network),
}

impl Run {
    /// The head of a table with a column for each contender.
    fn table(&self, title: &str) {
        table(
            title,
            self.all.iter().map(|contender| contender.name.as_str()),
        );
    }

    /// Keeps what the contenders took for one thing.
    fn add(&mut self, group: &str, samples: &[Samples], flop: Option<f64>) {
        for (contender, samples) in self.all.iter().zip(samples) {
            self.report.add(group, &contender.name, samples, flop);
        }
    }

    /// The large product and the epoch, taking turns, so that a share of the peak is of the same
    /// minute.
    fn peak_and_epoch(&mut self) {
        let effort = self.effort;
        let rows = Rows::new(SOURCE.0 / effort.rows_divisor, 8);
        let mut product = square(if effort.quick { 512 } else { 2048 });
        let squares = self.all.iter().map(Turn::Square);
        let epochs = self.all.iter().map(|c| Turn::Epoch(c, network(8)));
        let mut turns: Vec<_> = squares.chain(epochs).collect();
        let samples = alternate(&mut turns, effort.rounds, 0.0, |turn| match turn {
            Turn::Square(contender) => (product.run)(&contender.engine),
            Turn::Epoch(contender, network) => epoch(&contender.engine, network, &rows, BATCH),
        });
        drop(turns);
        let (squares, epochs) = samples.split_at(self.all.len());
        let flop = source_flop(SOURCE.0 / effort.rows_divisor);
        // The quickest of each round, whichever backend had it.
        let peak = |round: usize| {
            let secs = squares.iter().map(|samples| samples.secs[round]);
            product.flop / secs.fold(f64::INFINITY, f64::min)
        };
        let of_peak = epochs.iter().map(|samples| {
            let rounds = samples.secs.iter().enumerate();
            Spread::of(rounds.map(|(round, secs)| flop / secs / peak(round)))
        });
        let of_peak: Vec<_> = of_peak.collect();
        let vs_blas = epochs.get(1).map(|blas| blas.ratio_to(&epochs[0]));

        let registers_gflops = peak_gflops(Level::detect());
        println!("Multiply-adds in registers: {registers_gflops:.0} GFLOP/s.");
        self.table("An epoch of the source task");
        let rate = |flop: f64| move |s: &Samples| format!("{:.1}", 1e-9 * flop / s.spread().median);
        row(
            &format!("{}, GFLOP/s", product.name),
            squares.iter().map(rate(product.flop)),
        );
        row("median", epochs.iter().map(|s| seconds(s.spread().median)));
        row("best", epochs.iter().map(|s| seconds(s.best())));
        row("GFLOP/s", epochs.iter().map(rate(flop)));
        row("of the quickest large product", of_peak.iter().map(percent));
        let times = vs_blas.map(|s| format!("{:.2} ({:.2}–{:.2})", s.median, s.low, s.high));
        row(
            "times as fast as blas",
            times.into_iter().chain([String::new()]),
        );

        self.add(&product.name, squares, Some(product.flop));
        self.add("epoch of the source task", epochs, Some(flop));
        let name = match Level::limit() {
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
        self.report.epoch.insert(name, epoch);
    }

    /// Times `run` on a turn of each contender in short rounds.
    fn compare<'a, T>(
        &'a self,
        turn: impl Fn(&'a Contender) -> T,
        run: impl FnMut(&mut T),
    ) -> Vec<Samples> {
        let mut turns: Vec<T> = self.all.iter().map(turn).collect();
        alternate(&mut turns, self.effort.short_rounds, SLICE_SECS, run)
    }

    /// Keeps and prints what the contenders took for one thing.
    fn times(&mut self, group: &str, samples: &[Samples]) {
        row(group, samples.iter().map(|s| seconds(s.spread().median)));
        self.add(group, samples, None);
    }

    /// Each product of a step alone, and all of them in their order.
    fn products(&mut self) {
        self.table("Products of a step, GFLOP/s, best of the rounds");
        let steps = [step(BATCH), step(8), step(1)];
        for mut work in layers(BATCH).into_iter().chain(steps) {
            let samples = self.compare(|contender| contender, |c| (work.run)(&c.engine));
            let rate = |samples: &Samples| format!("{:.1}", 1e-9 * work.flop / samples.best());
            row(&work.name, samples.iter().map(rate));
            self.add(&work.name, &samples, Some(work.flop));
        }
    }

    fn evaluation(&mut self) {
        let (rows, network) = (Rows::new(SOURCE.1, 8), network(8));
        let evaluator = |c: &Contender| Evaluator::new(&network, c.engine.clone());
        let samples = self.compare(evaluator, |evaluator| {
            let scores = evaluator.evaluate(&network, &rows.examples(), Loss::SoftmaxCrossEntropy);
            black_box(scores).expect("rows that fit");
        });
        self.times("evaluation of 4,014 rows", &samples);
    }

    fn frozen(&mut self) {
        let (train, valid) = (Rows::new(TARGET.0, 2), Rows::new(TARGET.1, 2));
        let turn = |c: &Contender| (c.engine.clone(), network(1));
        let samples = self.compare(turn, |turn| {
            frozen_phase(&turn.0, &mut turn.1, &train, &valid);
        });
        self.times("frozen phase, 4 epochs, 200 and 986 rows", &samples);
    }

    /// One whole step (forward, loss, backward, update) of each optimizer.
    fn steps(&mut self) {
        let momentum = Sgd {
            momentum: 0.9,
            ..Sgd::plain(1e-4)
        };
        let optimizers = [
            ("sgd", Optimizer::Sgd(Sgd::plain(1e-4))),
            ("sgd, momentum", Optimizer::Sgd(momentum)),
            ("adam", Optimizer::Adam(Adam::new(1e-6))),
            ("adamw", Optimizer::AdamW(AdamW::new(1e-6))),
            ("rmsprop", Optimizer::RmsProp(RmsProp::new(1e-6))),
        ];
        let mask = FreezeMask::none(SIZES.len() - 1);
        let inputs = Array2::from_shape_fn((BATCH, SIZES[0]), |(i, j)| ((i + j) % 7) as f32 / 7.0);
        let labels: Vec<u32> = (0..BATCH as u32).map(|row| row % 8).collect();
        let loss = Loss::SoftmaxCrossEntropy;
        for (name, optimizer) in optimizers {
            let phase = Phase::new(1, mask.clone(), optimizer);
            let turn = |contender: &Contender| {
                let network = network(8);
                let workspace = Workspace::for_training(&network, contender.engine.clone(), BATCH);
                let state = phase.optimizer_state(&network).expect("right settings");
                (network, workspace, state)
            };
            let samples = self.compare(turn, |turn| {
                let (network, workspace, state) = turn;
                let targets = Targets::Classes(&labels);
                let mean = network.train_step(&inputs, targets, loss, &mask, state, workspace);
                black_box(mean).expect("a workspace and a mask of this network");
            });
            self.times(&format!("a step of {name}, {BATCH} rows"), &samples);
        }
    }
}

/// A share with its quartiles.
fn percent(share: &Spread) -> String {
    let [median, low, high] = [share.median, share.low, share.high].map(|share| 100.0 * share);
    format!("{median:.1} % ({low:.1}–{high:.1})")
}

//! The figures of one run: peak and epoch, products, evaluation, frozen phase, steps, loading.

use std::hint::black_box;
use std::thread;

use fm_benches::task::{BATCH, Rows, SIZES, SOURCE, TARGET, epoch, frozen_phase, network};
use fm_benches::work::{layers, square, step, training_flop};
use fm_benches::{Contender, Samples, alternate, backends, contenders, median, published_data};
use fm_data::FashionMnist;
use fm_nn::{
    Backend, FreezeMask, Level, Loss, Matrix, Network, Rows as Inputs, Targets, Workspace,
};
use fm_nn::{doctor, peak_gflops};
use fm_train::{Adam, AdamW, Evaluator, Optimizer, Phase, RmsProp, Sgd};

use crate::Effort;
use crate::report::{Report, heading};

/// About how long a contender of what is short runs in one round.
const SLICE_SECS: f64 = 2e-3;

/// Measures everything.
pub(crate) fn measure(effort: Effort) -> Report {
    let cpu = doctor::Cpu::detect();
    let mut report = Report {
        cpu: cpu.name,
        cores: cpu.cores,
        openblas: fm_nn::blas::library().map(ToString::to_string),
        quick: effort.quick,
        register_gflops: Vec::new(),
        peak_gflops: f64::NAN,
        memory_of_two_runs_mb: crate::memory::measure(),
        entries: Vec::new(),
        ratios: Vec::new(),
    };
    println!("{}, {} cores", report.cpu, report.cores);
    if let Some(memory) = report.memory_of_two_runs_mb {
        println!("\ntwo runs side by side on 70,000 images: {memory:.0} MB");
    }
    println!("\nmultiply-adds in registers, GFLOP/s");
    for level in Level::ALL.into_iter().filter(|l| l.is_supported()) {
        let gflops = peak_gflops(level);
        println!("  {:<42}{gflops:>10.1}", level.to_string());
        report.register_gflops.push((level.to_string(), gflops));
    }
    // The baseline of x86-64 has no multiply-add and would take minutes.
    let mut all = contenders();
    all.retain(|contender| {
        contender.engine.kernel() != "baseline" || Level::detect() == Level::Baseline
    });

    let epochs = peak_and_epoch(&mut report, &all, effort);
    side_by_side(&mut report, effort);
    products(&mut report, &all, effort);
    evaluation(&mut report, &epochs, effort);
    frozen(&mut report, effort);
    steps(&mut report, effort);
    loading(&mut report, effort);
    report
}

/// A turn of the first measurement.
enum Turn<'a> {
    Square(&'a Contender),
    Epoch(&'a Contender, Network),
}

/// The large product and the epoch, taking turns, so that a share of the peak is of the same
/// minute. Returns the epochs' medians by contender, in seconds.
fn peak_and_epoch(report: &mut Report, all: &[Contender], effort: Effort) -> Vec<(String, f64)> {
    let rows = Rows::new(SOURCE.0 / effort.rows_divisor, 8);
    let mut product = square(if effort.quick { 512 } else { 2048 });
    let squares = all.iter().map(Turn::Square);
    let epochs = all
        .iter()
        .map(|contender| Turn::Epoch(contender, network(8)));
    let mut turns: Vec<_> = squares.chain(epochs).collect();
    let samples = alternate(&mut turns, effort.rounds, 0.0, |turn| match turn {
        Turn::Square(contender) => (product.run)(&contender.engine),
        Turn::Epoch(contender, network) => epoch(&contender.engine, network, &rows, BATCH),
    });
    let (squares, epochs) = samples.split_at(all.len());

    heading(&product.name, true);
    for (contender, samples) in all.iter().zip(squares) {
        report.add(&product.name, contender, samples, Some(product.flop));
    }
    // The quickest of each round, whichever backend had it.
    let fastest = |round: usize| {
        let secs = squares.iter().map(|samples| samples.secs[round]);
        product.flop / secs.fold(f64::INFINITY, f64::min)
    };
    let best = squares.iter().map(Samples::best);
    let peak = product.flop / best.fold(f64::INFINITY, f64::min);
    report.peak_gflops = peak / 1e9;

    let group = "epoch of the source task";
    heading(group, true);
    let flop = (SOURCE.0 / effort.rows_divisor) as f64 * training_flop(&SIZES);
    for (contender, samples) in all.iter().zip(epochs) {
        let rounds = samples.secs.iter().enumerate();
        let share = median(rounds.map(|(round, secs)| flop / secs / fastest(round)));
        let best = flop / samples.best() / peak;
        let entry = report.add(group, contender, samples, Some(flop));
        entry.median_share_of_peak = Some(share);
        entry.best_share_of_peak = Some(best);
        println!(
            "  of one core's large product: {:.1} % (best of all rounds {:.1} %)",
            100.0 * share,
            100.0 * best
        );
    }
    let portable = Contender::new(fm_nn::Engine::portable()).name;
    let of = |wanted: &dyn Fn(&Contender) -> bool| {
        let index = all.iter().position(wanted)?;
        Some(&epochs[index])
    };
    let mine = of(&|c| c.name == portable);
    let blas = of(&|c| c.engine.backend() == Backend::Blas);
    if let Some((mine, blas)) = mine.zip(blas) {
        let what = "epoch, blas / portable, round by round";
        report.ratio(what.to_owned(), blas.ratio_to(mine));
    }
    let names = all.iter().map(|contender| contender.name.clone());
    names.zip(epochs.iter().map(Samples::median)).collect()
}

/// One run alone, and as many runs as there are cores beside each other: what seeds gain.
fn side_by_side(report: &mut Report, effort: Effort) {
    let cores = report.cores;
    if cores == 1 {
        return;
    }
    let rows = Rows::new(SOURCE.0 / effort.rows_divisor / 2, 8);
    heading("half an epoch, runs side by side", false);
    for contender in backends() {
        let mut networks: Vec<Vec<Network>> = [1, cores]
            .map(|runs| (0..runs).map(|_| network(8)).collect())
            .into();
        let samples = alternate(&mut networks, effort.rounds, 0.0, |networks| {
            thread::scope(|scope| {
                for network in networks {
                    let (engine, rows) = (contender.engine.clone(), &rows);
                    scope.spawn(move || epoch(&engine, network, rows, BATCH));
                }
            });
        });
        for (runs, samples) in [1, cores].into_iter().zip(&samples) {
            let s = if runs == 1 { "" } else { "s" };
            let name = format!("{}, {runs} run{s}", contender.name);
            report.add_other("half an epoch, runs side by side", &name, samples);
        }
        let what = format!("{}, throughput of {cores} runs / of one", contender.name);
        report.ratio(what, cores as f64 * samples[0].ratio_to(&samples[1]));
    }
}

/// Each product of a step alone, and all of them in their order.
fn products(report: &mut Report, all: &[Contender], effort: Effort) {
    let steps = [step(BATCH), step(8), step(1)];
    for mut work in layers(BATCH).into_iter().chain(steps) {
        heading(&work.name, true);
        let mut turns: Vec<_> = all.iter().collect();
        let samples = alternate(&mut turns, effort.short_rounds, SLICE_SECS, |contender| {
            (work.run)(&contender.engine);
        });
        for (contender, samples) in all.iter().zip(&samples) {
            report.add(&work.name, contender, samples, Some(work.flop));
        }
    }
}

fn evaluation(report: &mut Report, epochs: &[(String, f64)], effort: Effort) {
    let group = "evaluation of 4,014 rows";
    let rows = Rows::new(SOURCE.1, 8);
    heading(group, false);
    let network = network(8);
    let all = backends();
    let mut turns: Vec<_> = all
        .iter()
        .map(|contender| Evaluator::new(&network, contender.engine.clone()))
        .collect();
    let samples = alternate(&mut turns, effort.short_rounds, SLICE_SECS, |evaluator| {
        let scores = evaluator.evaluate(&network, &rows.examples(), Loss::SoftmaxCrossEntropy);
        black_box(scores).expect("rows that fit");
    });
    for (contender, samples) in all.iter().zip(&samples) {
        report.add(group, contender, samples, None);
        if let Some((name, epoch)) = epochs.iter().find(|(name, _)| *name == contender.name) {
            let what = format!("{name}, evaluation / epoch");
            // A quick run's epoch is a part of one.
            report.ratio(what, samples.median() / epoch / effort.rows_divisor as f64);
        }
    }
}

fn frozen(report: &mut Report, effort: Effort) {
    let group = "frozen phase, 4 epochs, 200 and 986 rows";
    let (train, valid) = (Rows::new(TARGET.0, 2), Rows::new(TARGET.1, 2));
    heading(group, false);
    let all = backends();
    let mut turns: Vec<_> = all.iter().map(|c| (&c.engine, network(1))).collect();
    let samples = alternate(&mut turns, effort.short_rounds, SLICE_SECS, |turn| {
        frozen_phase(turn.0, &mut turn.1, &train, &valid);
    });
    for (contender, samples) in all.iter().zip(&samples) {
        report.add(group, contender, samples, None);
    }
}

/// One whole step (forward, loss, backward, update) of each optimizer.
fn steps(report: &mut Report, effort: Effort) {
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
    let mut inputs = Matrix::zeros(BATCH, SIZES[0]);
    for (i, x) in inputs.view_mut().iter_mut().enumerate() {
        *x = (i % 7) as f32 / 7.0;
    }
    let labels: Vec<u32> = (0..BATCH as u32).map(|row| row % 8).collect();
    for (name, optimizer) in optimizers {
        let group = format!("a step of {name}, {BATCH} rows");
        heading(&group, false);
        let all = backends();
        let mut turns: Vec<_> = all
            .iter()
            .map(|contender| {
                let network = network(8);
                let workspace = Workspace::for_training(&network, contender.engine.clone(), BATCH);
                let phase = Phase::new(1, mask.clone(), optimizer);
                let state = phase.optimizer_state(&network).expect("right settings");
                (network, workspace, state)
            })
            .collect();
        let samples = alternate(&mut turns, effort.short_rounds, SLICE_SECS, |turn| {
            let (network, workspace, state) = turn;
            let forward = network.forward(Inputs::of(&inputs), workspace);
            forward.expect("a workspace of this network");
            let targets = Targets::Classes(&labels);
            black_box(workspace.loss_and_gradient(Loss::SoftmaxCrossEntropy, targets));
            let backward = network.backward(Inputs::of(&inputs), workspace, &mask, state);
            backward.expect("a workspace and a mask of this network");
        });
        for (contender, samples) in all.iter().zip(&samples) {
            report.add(&group, contender, samples, None);
        }
    }
}

/// Opening the four published files, where they are.
fn loading(report: &mut Report, effort: Effort) {
    let group = "loading and checking the published files";
    let Some(folder) = published_data() else {
        println!("\nno Fashion-MNIST here, so loading is left out (`cargo xtask fetch-data`)");
        return;
    };
    heading(group, false);
    let samples = alternate(&mut [()], effort.rounds, 0.0, |()| {
        black_box(FashionMnist::open(&folder)).expect("the published files");
    });
    report.add_other(group, "fm-data", &samples[0]);
}

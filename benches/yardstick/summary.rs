//! The figures of one run: peak and epoch, products, evaluation, frozen phase, steps, loading.

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::{env, thread};

use fm_benches::{Samples, alternate, median};
use fm_data::FashionMnist;
use fm_nn::{Backend, FreezeMask, Level, Loss, Network, Targets, Workspace, doctor, peak_gflops};
use fm_train::{Adam, AdamW, Evaluator, Optimizer, Phase, RmsProp, Sgd};
use ndarray::Array2;

use crate::Effort;
use crate::contender::{Contender, backends, contenders};
use crate::report::{Report, heading};
use crate::task::{BATCH, Rows, SIZES, SOURCE, TARGET, epoch, frozen_phase, network};
use crate::work::{layers, square, step, training_flop};

/// About how long a contender of what is short runs in one round.
const SLICE_SECS: f64 = 2e-3;

/// Measures everything.
pub(crate) fn measure(effort: Effort) -> Report {
    let mut report = Report {
        cpu: doctor::cpu_name(),
        cores: thread::available_parallelism().map_or(1, usize::from),
        openblas: fm_nn::blas::library().map(ToString::to_string),
        quick: effort.quick,
        register_gflops: Vec::new(),
        entries: Vec::new(),
        ratios: Vec::new(),
    };
    println!("{}, {} cores", report.cpu, report.cores);
    println!("\nmultiply-adds in registers, GFLOP/s");
    for level in Level::ALL.into_iter().filter(|l| l.is_supported()) {
        let gflops = peak_gflops(level);
        println!("  {:<42}{gflops:>10.1}", level.to_string());
        report.register_gflops.push((level.to_string(), gflops));
    }
    let all = contenders();
    peak_and_epoch(&mut report, &all, effort);
    side_by_side(&mut report, effort);
    products(&mut report, &all, effort);
    evaluation(&mut report, effort);
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
/// minute.
fn peak_and_epoch(report: &mut Report, all: &[Contender], effort: Effort) {
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
        report.add(&product.name, &contender.name, samples, Some(product.flop));
    }
    // The quickest of each round, whichever backend had it.
    let peak = |round: usize| {
        let secs = squares.iter().map(|samples| samples.secs[round]);
        product.flop / secs.fold(f64::INFINITY, f64::min)
    };
    let group = "epoch of the source task";
    heading(group, true);
    let flop = (SOURCE.0 / effort.rows_divisor) as f64 * training_flop(&SIZES);
    for (contender, samples) in all.iter().zip(epochs) {
        report.add(group, &contender.name, samples, Some(flop));
        let rounds = samples.secs.iter().enumerate();
        let share = median(rounds.map(|(round, secs)| flop / secs / peak(round)));
        let what = format!("{}, share of one core's large product", contender.name);
        report.ratio(what, share);
    }
    // The widest level is the first contender.
    if let [portable, .., blas] = epochs
        && all[all.len() - 1].engine.backend() == Backend::Blas
    {
        let what = "epoch, blas / portable, round by round";
        report.ratio(what.to_owned(), blas.ratio_to(portable));
    }
}

/// One run alone, and as many runs as there are cores beside each other: what seeds gain.
fn side_by_side(report: &mut Report, effort: Effort) {
    let cores = report.cores;
    if cores == 1 {
        return;
    }
    let group = "half an epoch, runs side by side";
    let rows = Rows::new(SOURCE.0 / effort.rows_divisor / 2, 8);
    heading(group, false);
    for Contender { name, engine } in backends() {
        let mut networks: Vec<Vec<Network>> = [1, cores]
            .map(|runs| (0..runs).map(|_| network(8)).collect())
            .into();
        let samples = alternate(&mut networks, effort.rounds, 0.0, |networks| {
            thread::scope(|scope| {
                for network in networks {
                    scope.spawn(|| epoch(&engine, network, &rows, BATCH));
                }
            });
        });
        for (runs, samples) in [1, cores].into_iter().zip(&samples) {
            report.add(group, &format!("{name}, runs: {runs}"), samples, None);
        }
        let what = format!("{name}, throughput of {cores} runs / of one");
        report.ratio(what, cores as f64 * samples[0].ratio_to(&samples[1]));
    }
}

/// Times `run` on a turn of each contender in short rounds.
fn compare<'a, T>(
    report: &mut Report,
    (group, flop): (&str, Option<f64>),
    all: &'a [Contender],
    effort: Effort,
    turn: impl Fn(&'a Contender) -> T,
    run: impl FnMut(&mut T),
) -> Vec<Samples> {
    heading(group, flop.is_some());
    let mut turns: Vec<T> = all.iter().map(turn).collect();
    let samples = alternate(&mut turns, effort.short_rounds, SLICE_SECS, run);
    for (contender, samples) in all.iter().zip(&samples) {
        report.add(group, &contender.name, samples, flop);
    }
    samples
}

/// Each product of a step alone, and all of them in their order.
fn products(report: &mut Report, all: &[Contender], effort: Effort) {
    let steps = [step(BATCH), step(8), step(1)];
    for mut work in layers(BATCH).into_iter().chain(steps) {
        let group = (work.name.as_str(), Some(work.flop));
        let run = |contender: &mut &Contender| (work.run)(&contender.engine);
        compare(report, group, all, effort, |contender| contender, run);
    }
}

fn evaluation(report: &mut Report, effort: Effort) {
    let (rows, network) = (Rows::new(SOURCE.1, 8), network(8));
    let group = ("evaluation of 4,014 rows", None);
    let evaluator = |c: &Contender| Evaluator::new(&network, c.engine.clone());
    compare(report, group, &backends(), effort, evaluator, |evaluator| {
        let scores = evaluator.evaluate(&network, &rows.examples(), Loss::SoftmaxCrossEntropy);
        black_box(scores).expect("rows that fit");
    });
}

fn frozen(report: &mut Report, effort: Effort) {
    let (train, valid) = (Rows::new(TARGET.0, 2), Rows::new(TARGET.1, 2));
    let group = ("frozen phase, 4 epochs, 200 and 986 rows", None);
    let turn = |c: &Contender| (c.engine.clone(), network(1));
    compare(report, group, &backends(), effort, turn, |turn| {
        frozen_phase(&turn.0, &mut turn.1, &train, &valid);
    });
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
    let inputs = Array2::from_shape_fn((BATCH, SIZES[0]), |(i, j)| ((i + j) % 7) as f32 / 7.0);
    let labels: Vec<u32> = (0..BATCH as u32).map(|row| row % 8).collect();
    let loss = Loss::SoftmaxCrossEntropy;
    for (name, optimizer) in optimizers {
        let group = format!("a step of {name}, {BATCH} rows");
        let phase = Phase::new(1, mask.clone(), optimizer);
        let turn = |contender: &Contender| {
            let network = network(8);
            let workspace = Workspace::for_training(&network, contender.engine.clone(), BATCH);
            let state = phase.optimizer_state(&network).expect("right settings");
            (network, workspace, state)
        };
        compare(report, (&group, None), &backends(), effort, turn, |turn| {
            let (network, workspace, state) = turn;
            let targets = Targets::Classes(&labels);
            let mean = network.train_step(&inputs, targets, loss, &mask, state, workspace);
            black_box(mean).expect("a workspace and a mask of this network");
        });
    }
}

/// Opening the four published files, which are in `FM_DATA`, or `data/fashion-mnist` at the top of
/// the workspace.
fn loading(report: &mut Report, effort: Effort) {
    let group = "loading and checking the published files";
    let folder = env::var_os("FM_DATA").map_or_else(|| "data/fashion-mnist".into(), PathBuf::from);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(folder);
    if FashionMnist::open(&folder).is_err() {
        println!("\nno Fashion-MNIST here, so loading is left out (`cargo xtask fetch-data`)");
        return;
    }
    heading(group, false);
    let samples = alternate(&mut [()], effort.rounds, 0.0, |()| {
        black_box(FashionMnist::open(&folder)).expect("the published files");
    });
    report.add(group, "fm-data", &samples[0], None);
}

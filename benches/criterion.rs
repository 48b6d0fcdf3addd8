//! Pieces of the work in the exercise's shapes, by backend, as Criterion measures them: a change
//! against the run before, with its spread.
//!
//! `cargo bench -p fm-benches --bench criterion [-- FILTER]`; with `--features openblas` the blas
//! backend too.

#![allow(clippy::print_stderr, reason = "advice about the kernel of OpenBLAS")]

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput};
use fm_benches::{
    BATCH, Contender, Rows, SOURCE, TARGET, Work, backends, epoch, frozen_phase, layers, network,
    step,
};
use fm_data::Source;
use fm_nn::Loss;
use fm_train::Evaluator;

fn main() {
    fm_nn::blas::use_best_kernel(|notice| eprintln!("{notice}"));
    let mut criterion = Criterion::default().configure_from_args();
    criterion.bench_function("load/sample", |bencher| {
        bencher.iter_with_large_drop(|| fm_data::open(&Source::Sample).expect("embedded files"));
    });
    products(&mut criterion);
    trainings(&mut criterion);
    evaluation(&mut criterion);
    criterion.final_summary();
}

/// Every product of a training step alone, and all of them in their order.
fn products(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("products");
    for work in layers(BATCH).into_iter().chain([step(BATCH)]) {
        let Work { name, mut run, .. } = work;
        for contender in backends() {
            let id = BenchmarkId::new(&name, contender.name);
            group.bench_function(id, |bencher| bencher.iter(|| run(&contender.engine)));
        }
    }
    group.finish();
}

/// An epoch of the source task, and the frozen phase of transfer: four epochs with validation.
fn trainings(criterion: &mut Criterion) {
    let source = Rows::new(SOURCE.0, 8);
    let (train, valid) = (Rows::new(TARGET.0, 2), Rows::new(TARGET.1, 2));
    for Contender { name, engine } in backends() {
        let mut group = criterion.benchmark_group("training");
        group.bench_function(BenchmarkId::new("frozen phase", &name), |bencher| {
            let mut network = network(1);
            bencher.iter(|| frozen_phase(&engine, &mut network, &train, &valid));
        });
        let eight_seconds = Duration::from_secs(8);
        group.sample_size(10).measurement_time(eight_seconds);
        group.throughput(Throughput::Elements(SOURCE.0 as u64));
        group.bench_function(BenchmarkId::new("epoch", &name), |bencher| {
            let mut network = network(8);
            bencher.iter(|| epoch(&engine, &mut network, &source, BATCH));
        });
        group.finish();
    }
}

/// The source task's validation rows.
fn evaluation(criterion: &mut Criterion) {
    let rows = Rows::new(SOURCE.1, 8);
    let mut group = criterion.benchmark_group("evaluation");
    group.throughput(Throughput::Elements(SOURCE.1 as u64));
    for Contender { name, engine } in backends() {
        group.bench_function(BenchmarkId::from_parameter(name), |bencher| {
            let network = network(8);
            let mut evaluator = Evaluator::new(&network, engine.clone());
            let mut score = || {
                let loss = Loss::SoftmaxCrossEntropy;
                evaluator.evaluate(&network, &rows.examples(), loss)
            };
            bencher.iter(|| black_box(score()).expect("there are rows"));
        });
    }
    group.finish();
}

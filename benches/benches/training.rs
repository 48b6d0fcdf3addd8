//! Whole pieces of a training in the exercise's shapes: an epoch of the source task, the
//! frozen phase of transfer, an evaluation. One thread; the backend and its kernel in the name.

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput};
use fm_benches::task::{BATCH, Rows, SOURCE, TARGET, epoch, frozen_phase, network};
use fm_benches::{Contender, backends, use_best_kernel};
use fm_nn::Loss;
use fm_train::Evaluator;

fn main() {
    use_best_kernel();
    let mut criterion = Criterion::default().configure_from_args();
    source_epoch(&mut criterion);
    transfer(&mut criterion);
    evaluation(&mut criterion);
    criterion.final_summary();
}

fn source_epoch(c: &mut Criterion) {
    let rows = Rows::new(SOURCE.0, 8);
    let mut group = c.benchmark_group("epoch of the source task");
    group
        .sample_size(10)
        .measurement_time(Duration::from_secs(8));
    group.throughput(Throughput::Elements(SOURCE.0 as u64));
    for Contender { name, engine } in backends() {
        group.bench_function(BenchmarkId::from_parameter(name), |b| {
            let mut network = network(8);
            b.iter(|| epoch(&engine, &mut network, &rows, BATCH));
        });
    }
    group.finish();
}

fn transfer(c: &mut Criterion) {
    let (train, valid) = (Rows::new(TARGET.0, 2), Rows::new(TARGET.1, 2));
    let mut group = c.benchmark_group("frozen phase of transfer, 4 epochs with validation");
    for Contender { name, engine } in backends() {
        group.bench_function(BenchmarkId::from_parameter(name), |b| {
            let mut network = network(1);
            b.iter(|| frozen_phase(&engine, &mut network, &train, &valid));
        });
    }
    group.finish();
}

fn evaluation(c: &mut Criterion) {
    let rows = Rows::new(SOURCE.1, 8);
    let mut group = c.benchmark_group("evaluation of the source task's validation rows");
    group.throughput(Throughput::Elements(SOURCE.1 as u64));
    for Contender { name, engine } in backends() {
        group.bench_function(BenchmarkId::from_parameter(name), |b| {
            let network = network(8);
            let mut evaluator = Evaluator::new(&network, engine.clone());
            b.iter(|| {
                let loss = Loss::SoftmaxCrossEntropy;
                black_box(evaluator.evaluate(&network, &rows.examples(), loss)).expect("rows")
            });
        });
    }
    group.finish();
}

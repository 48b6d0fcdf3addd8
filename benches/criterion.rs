//! Pieces of the work in the exercise's shapes, by backend, as Criterion measures them: a change
//! against the run before, with its spread.
//!
//! `cargo bench -p fm-benches --bench criterion [-- FILTER]`; with `--features openblas` the blas
//! backend too.

#![allow(clippy::print_stderr, reason = "advice about the kernel of OpenBLAS")]

use criterion::{BenchmarkId, Criterion, Throughput};
use fm_benches::{
    BATCH, SIZES, SOURCE, Work, engines, epoch, evaluation, frozen_phase, product, shapes, step,
};
use fm_data::Source;

fn main() {
    fm_nn::blas::use_best_kernel(|notice| eprintln!("{notice}"));
    let mut criterion = Criterion::default().configure_from_args();
    criterion.bench_function("load/sample", |bencher| {
        bencher.iter_with_large_drop(|| fm_data::open(&Source::Sample).expect("embedded files"));
    });
    for engine in engines() {
        for (kind, shape) in shapes(BATCH) {
            bench(&mut criterion, "products", product(&engine, kind, shape));
        }
        bench(&mut criterion, "products", step(&engine, BATCH));
        bench(&mut criterion, "training", frozen_phase(&engine));
        let source = epoch(&engine, SOURCE, &SIZES[1..6], BATCH);
        bench(&mut criterion, "training", source);
        bench(&mut criterion, "evaluation", evaluation(&engine));
    }
    criterion.final_summary();
}

fn bench(criterion: &mut Criterion, group: &str, mut work: Work) {
    let mut group = criterion.benchmark_group(group);
    if let Some(flop) = work.flop {
        group.throughput(Throughput::Elements(flop as u64));
    }
    if work.flop.is_some_and(|flop| flop > 1e10) {
        group.sample_size(10);
    }
    let id = BenchmarkId::new(work.name, work.engine);
    group.bench_function(id, |bencher| bencher.iter(&mut work.run));
    group.finish();
}

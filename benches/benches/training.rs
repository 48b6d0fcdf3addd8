//! Whole pieces of a training in the exercise's shapes: an epoch of the source task, the
//! frozen phase of transfer, an evaluation. One thread; the backend and its kernel in the name.
//!
//! The images are drawn at random with half of their pixels black, as clothes on a black ground
//! have; what the time depends on is their number and size.

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use fm_benches::engines;
use fm_nn::{Activation, Engine, FreezeMask, Init, Loss, Network, TrunkSpec};
use fm_train::{
    Evaluator, Examples, Inputs, Labels, Optimizer, Phase, RowOrder, Seeds, Sgd, Trainer,
};
use ndarray::Array2;
use rand_core::Rng;

const PIXELS: usize = 784;
/// Rows of the source task: training and validation.
const SOURCE: (usize, usize) = (43_986, 4_014);
/// Rows of the target task: training and validation.
const TARGET: (usize, usize) = (200, 986);

struct Rows {
    pixels: Array2<u8>,
    labels: Vec<u8>,
}

impl Rows {
    fn new(rows: usize, n_classes: u32) -> Self {
        let mut rng = Seeds::new(1).stream("bench").rng();
        let pixels = Array2::from_shape_fn((rows, PIXELS), |_| {
            let bits = rng.next_u32();
            if bits & 1 == 0 { 0 } else { (bits >> 8) as u8 }
        });
        let labels = (0..rows)
            .map(|_| (rng.next_u32() % n_classes) as u8)
            .collect();
        Self { pixels, labels }
    }

    fn examples(&self) -> Examples<'_> {
        let inputs = Inputs::U8 {
            values: self.pixels.view(),
            scale: 1.0 / 255.0,
        };
        Examples::new(inputs, Labels::U8(&self.labels)).expect("a label for each row")
    }
}

fn network(outputs: usize) -> Network {
    let spec = TrunkSpec {
        inputs: PIXELS,
        hidden: vec![300, 100, 50, 50, 50],
        activation: Activation::Selu,
        init: Init::GlorotUniform,
    };
    let seeds = Seeds::new(1);
    let trunk = spec.trunk(&mut seeds.stream("trunk").rng());
    Network::new(trunk, spec.head(outputs, &mut seeds.stream("head").rng())).expect("shapes fit")
}

fn trainer(engine: &Engine, loss: Loss) -> Trainer {
    let order = RowOrder::Shuffled(Seeds::new(1).stream("shuffle"));
    Trainer {
        engine: engine.clone(),
        loss,
        batch_size: 32,
        order,
    }
}

fn phase(epochs: usize, mask: FreezeMask) -> Phase {
    Phase::new(epochs, mask, Optimizer::Sgd(Sgd::plain(1e-3)))
}

fn epoch(c: &mut Criterion) {
    let rows = Rows::new(SOURCE.0, 8);
    let mut group = c.benchmark_group("epoch of the source task");
    group
        .sample_size(10)
        .measurement_time(Duration::from_secs(8));
    group.throughput(Throughput::Elements(SOURCE.0 as u64));
    for (name, engine) in engines() {
        group.bench_function(BenchmarkId::from_parameter(name), |b| {
            let mut network = network(8);
            let trainer = trainer(&engine, Loss::SoftmaxCrossEntropy);
            let phase = [phase(1, FreezeMask::none(6))];
            b.iter(|| {
                let history = trainer.fit(&mut network, &phase, &rows.examples(), None, &mut ());
                black_box(history).expect("finite losses")
            });
        });
    }
    group.finish();
}

fn frozen_phase(c: &mut Criterion) {
    let (train, valid) = (Rows::new(TARGET.0, 2), Rows::new(TARGET.1, 2));
    let mut group = c.benchmark_group("frozen phase of transfer, 4 epochs with validation");
    for (name, engine) in engines() {
        group.bench_function(BenchmarkId::from_parameter(name), |b| {
            let mut network = network(1);
            let trainer = trainer(&engine, Loss::BinaryCrossEntropy);
            let phase = [phase(4, FreezeMask::trunk(6))];
            b.iter(|| {
                let (train, valid) = (train.examples(), valid.examples());
                let history = trainer.fit(&mut network, &phase, &train, Some(&valid), &mut ());
                black_box(history).expect("finite losses")
            });
        });
    }
    group.finish();
}

fn evaluation(c: &mut Criterion) {
    let rows = Rows::new(SOURCE.1, 8);
    let mut group = c.benchmark_group("evaluation of the source task's validation rows");
    group.throughput(Throughput::Elements(SOURCE.1 as u64));
    for (name, engine) in engines() {
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

criterion_group!(benches, epoch, frozen_phase, evaluation);
criterion_main!(benches);

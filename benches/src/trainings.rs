//! Trainings and scores of the exercise's network on drawn images.
//!
//! Half of an image's pixels are black, as clothes on a black ground have; what the time depends
//! on is number and size.

use std::hint::black_box;

use fm_nn::{Activation, Engine, FreezeMask, Init, Loss, Network, TrunkSpec, Workspace};
use fm_train::{Evaluator, Examples, Inputs, Optimizer, Phase, Seeds, Sgd, Trainer};
use ndarray::Array2;
use rand_core::Rng;

use crate::{BATCH, SIZES, Work, training_flop};

/// Drawn images with labels.
struct Rows {
    pixels: Array2<u8>,
    labels: Vec<u8>,
}

impl Rows {
    fn new(rows: usize, n_classes: u32) -> Self {
        let mut rng = Seeds::new(1).stream("bench").rng();
        let pixels = Array2::from_shape_fn((rows, SIZES[0]), |_| {
            let bits = rng.next_u32();
            if bits & 1 == 0 { 0 } else { (bits >> 8) as u8 }
        });
        let labels = (0..rows).map(|_| (rng.next_u32() % n_classes) as u8);
        let labels = labels.collect();
        Self { pixels, labels }
    }

    fn examples(&self) -> Examples<'_> {
        let inputs = Inputs::pixels(self.pixels.view());
        Examples::new(inputs, &self.labels).expect("a label for each row")
    }
}

/// A network with such hidden layers, on SELU.
fn network(hidden: &[usize], outputs: usize) -> Network {
    let spec = TrunkSpec {
        inputs: SIZES[0],
        hidden: hidden.to_vec(),
        activation: Activation::Selu,
        init: Init::GlorotUniform,
    };
    let seeds = Seeds::new(1);
    let trunk = spec.trunk(&mut seeds.stream("trunk").rng());
    Network::new(trunk, spec.head(outputs, &mut seeds.stream("head").rng())).expect("shapes fit")
}

/// A trainer of shuffled batches.
fn trainer(engine: &Engine, loss: Loss, batch_size: usize) -> Trainer {
    Trainer {
        engine: engine.clone(),
        batch_size,
        ..Trainer::new(loss, Seeds::new(1).stream("shuffle"))
    }
}

/// An epoch of training everything, eight classes, by plain gradient descent.
pub fn epoch(engine: &Engine, rows: usize, hidden: &[usize], batch_size: usize) -> Work {
    let flop = rows as f64 * training_flop(&[&SIZES[..1], hidden, &[8]].concat());
    let (rows, mut network) = (Rows::new(rows, 8), network(hidden, 8));
    let phase = [Phase::new(
        1,
        FreezeMask::none(hidden.len() + 1),
        Sgd::plain(1e-3),
    )];
    let trainer = trainer(engine, Loss::SoftmaxCrossEntropy, batch_size);
    let name = "epoch of the source task".to_owned();
    Work::new(name, engine, Some(flop), move || {
        let examples = rows.examples();
        let fit = trainer.fit(&mut network, &phase, &examples);
        fit.run().expect("finite losses");
    })
}

/// The frozen phase of transfer: four epochs of the head alone, scored after each.
pub fn frozen_phase(engine: &Engine) -> Work {
    let (train, valid) = (Rows::new(200, 2), Rows::new(986, 2));
    let mut network = network(&SIZES[1..6], 1);
    let mask = FreezeMask::trunk(network.layers().len());
    let phase = [Phase::new(4, mask, Sgd::plain(1e-3))];
    let trainer = trainer(engine, Loss::BinaryCrossEntropy, BATCH);
    let name = "frozen phase, 4 epochs, 200 and 986 rows".to_owned();
    Work::new(name, engine, None, move || {
        let (train, valid) = (train.examples(), valid.examples());
        let fit = trainer.fit(&mut network, &phase, &train);
        fit.validation(&valid).run().expect("finite losses");
    })
}

/// Scores of the source task's validation rows.
pub fn evaluation(engine: &Engine) -> Work {
    let (rows, network) = (Rows::new(4_014, 8), network(&SIZES[1..6], 8));
    let mut evaluator = Evaluator::new(&network, engine.clone());
    let name = "evaluation of 4,014 rows".to_owned();
    Work::new(name, engine, None, move || {
        let scores = evaluator.evaluate(&network, &rows.examples(), Loss::SoftmaxCrossEntropy);
        black_box(scores).expect("rows that fit");
    })
}

/// One whole step: forward, loss, backward, update.
pub fn optimizer_step(engine: &Engine, kind: &str, optimizer: Optimizer) -> Work {
    let mut network = network(&SIZES[1..6], 8);
    let mask = FreezeMask::none(network.layers().len());
    let phase = Phase::new(1, mask.clone(), optimizer);
    let state = phase.optimizer_state(&network);
    let mut state = state.expect("right settings");
    let mut workspace = Workspace::for_training(&network, engine.clone(), BATCH);
    let inputs = Array2::from_shape_fn((BATCH, SIZES[0]), |(i, j)| ((i + j) % 7) as f32 / 7.0);
    let labels: Vec<u32> = (0..BATCH as u32).map(|row| row % 8).collect();
    let loss = Loss::SoftmaxCrossEntropy;
    let name = format!("a step of {kind}, {BATCH} rows");
    Work::new(name, engine, None, move || {
        let mean = network.train_step(&inputs, &labels, loss, &mask, &mut state, &mut workspace);
        black_box(mean).expect("a workspace and a mask of this network");
    })
}

//! The exercise's network and trainings on drawn images.
//!
//! Half of an image's pixels are black, as clothes on a black ground have; what the time depends
//! on is number and size.

use fm_nn::{Activation, Engine, FreezeMask, Init, Loss, Network, TrunkSpec};
use fm_train::{Examples, Inputs, Phase, Seeds, Sgd, Trainer};
use ndarray::Array2;
use rand_core::Rng;

/// Layer sizes of the network on the source task: its inputs, and the outputs of each layer.
pub const SIZES: [usize; 7] = [784, 300, 100, 50, 50, 50, 8];
/// Rows of a batch.
pub const BATCH: usize = 32;
/// Rows of the source task: training and validation.
pub const SOURCE: (usize, usize) = (43_986, 4_014);
/// Rows of the target task: training and validation.
pub const TARGET: (usize, usize) = (200, 986);

/// Floating-point operations of a row's forward and backward pass and update, by the layers'
/// sizes from the inputs on: three products for each layer, but no backward one into the inputs.
pub fn training_flop(sizes: &[usize]) -> f64 {
    let products: usize = sizes.windows(2).map(|w| w[0] * w[1]).sum();
    2.0 * (3 * products - sizes[0] * sizes[1]) as f64
}

/// Floating-point operations of an epoch of `rows` rows of the source task.
pub fn source_flop(rows: usize) -> f64 {
    rows as f64 * training_flop(&SIZES)
}

/// Drawn images with labels.
#[derive(Debug)]
pub struct Rows {
    pixels: Array2<u8>,
    labels: Vec<u8>,
}

impl Rows {
    /// So many rows of so many classes.
    pub fn new(rows: usize, n_classes: u32) -> Self {
        let mut rng = Seeds::new(1).stream("bench").rng();
        let pixels = Array2::from_shape_fn((rows, SIZES[0]), |_| {
            let bits = rng.next_u32();
            if bits & 1 == 0 { 0 } else { (bits >> 8) as u8 }
        });
        let labels = (0..rows)
            .map(|_| (rng.next_u32() % n_classes) as u8)
            .collect();
        Self { pixels, labels }
    }

    /// The rows as a trainer takes them.
    pub fn examples(&self) -> Examples<'_> {
        let inputs = Inputs::pixels(self.pixels.view());
        Examples::new(inputs, &self.labels).expect("a label for each row")
    }
}

/// The exercise's network with so many outputs.
pub fn network(outputs: usize) -> Network {
    network_of(&SIZES[1..6], outputs)
}

/// A network with such hidden layers.
pub fn network_of(hidden: &[usize], outputs: usize) -> Network {
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

/// A phase of plain gradient descent.
fn phase(epochs: usize, mask: FreezeMask) -> Phase {
    Phase::new(epochs, mask, Sgd::plain(1e-3))
}

/// One epoch of training everything.
pub fn epoch(engine: &Engine, network: &mut Network, rows: &Rows, batch_size: usize) {
    let phase = [phase(1, FreezeMask::none(network.layers().len()))];
    trainer(engine, Loss::SoftmaxCrossEntropy, batch_size)
        .fit(network, &phase, &rows.examples())
        .run()
        .expect("finite losses");
}

/// The frozen phase of transfer: four epochs of the head alone, scored after each.
pub fn frozen_phase(engine: &Engine, network: &mut Network, train: &Rows, valid: &Rows) {
    let phase = [phase(4, FreezeMask::trunk(network.layers().len()))];
    let (train, valid) = (train.examples(), valid.examples());
    trainer(engine, Loss::BinaryCrossEntropy, BATCH)
        .fit(network, &phase, &train)
        .validation(&valid)
        .run()
        .expect("finite losses");
}

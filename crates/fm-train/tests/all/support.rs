//! A small task for trainings: which points are inside of a circle.

use fm_nn::{Activation, Init, Loss, Network, TrunkSpec};
use fm_train::{Seeds, Stream, Trainer};
use ndarray::Array2;

/// Points, `[rows, 2]`, and the class of each: 1 inside of the circle.
pub(crate) fn points(rows: usize) -> (Array2<f32>, Vec<u8>) {
    let points = Array2::from_shape_fn((rows, 2), |(i, j)| libm::sinf((i * (7 + 4 * j)) as f32));
    let labels = points.rows().into_iter().map(|p| u8::from(p.dot(&p) < 0.8));
    let labels = labels.collect();
    (points, labels)
}

/// A network for them, the same at every call.
pub(crate) fn network(hidden: &[usize], activation: Activation) -> Network {
    let seeds = Seeds::new(1);
    let spec = TrunkSpec {
        inputs: 2,
        hidden: hidden.to_vec(),
        activation,
        init: Init::GlorotUniform,
    };
    let trunk = spec.trunk(&mut seeds.stream("trunk").rng());
    Network::new(trunk, spec.head(1, &mut seeds.stream("head").rng())).unwrap()
}

/// Batches of eight rows, on the portable backend.
pub(crate) fn trainer(order: impl Into<Option<Stream>>) -> Trainer {
    Trainer {
        batch_size: 8,
        ..Trainer::new(Loss::BinaryCrossEntropy, order)
    }
}

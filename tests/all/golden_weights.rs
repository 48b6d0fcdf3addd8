//! The weights of one short training, to the bit, on every machine that runs the tests.
//!
//! Everything is drawn from a seed, and the portable backend has the same bits at every vector
//! level. A change of this hash changes every recorded result: give the reason in the commit. To
//! get the new one, run `cargo test -p fm-tests --test all golden_weights` and take `left` of the
//! failure.

use fm_nn::{Activation, Engine, FreezeMask, Init, Level, Loss, Network, TrunkSpec};
use fm_train::{Adam, Examples, Inputs, Phase, Seeds, Sgd, Trainer};
use ndarray::s;

use crate::images::images;

/// SHA-256 of the weights, as [`Network::digest`] takes it.
const GOLDEN: &str = "c140f2fb9c3e425e0f3efe8e64dce40198ade56853b4e132d9f4d4e356cd341b";

/// The hash of the weights after three phases on 205 drawn images.
fn trained(engine: Engine) -> String {
    let seeds = Seeds::new(42);
    let spec = TrunkSpec {
        inputs: 784,
        // Wide enough at 32 rows to be shared by threads; 37 and 10 leave tails at every width.
        hidden: vec![300, 100, 37],
        activation: Activation::Selu,
        init: Init::GlorotUniform,
    };
    let trunk = spec.trunk(&mut seeds.stream("trunk").rng());
    let head = spec.head(10, &mut seeds.stream("head").rng());
    let mut network = Network::new(trunk, head).expect("shapes fit");

    let (pixels, labels) = images();
    // Six batches of 32 rows and one of 13.
    let inputs = Inputs::pixels(pixels.slice(s![..205, ..]));
    let examples = Examples::new(inputs, &labels[..205]).expect("a label for each row");
    let momentum = Sgd {
        momentum: 0.9,
        weight_decay: 0.01,
        ..Sgd::plain(0.01)
    };
    let phases = [
        Phase::new(1, FreezeMask::none(4), Sgd::plain(0.02)),
        Phase::new(1, FreezeMask::trunk(4), momentum),
        Phase::new(1, FreezeMask::none(4), Adam::new(1e-3)),
    ];
    let trainer = Trainer {
        engine,
        ..Trainer::new(Loss::SoftmaxCrossEntropy, seeds.stream("shuffle"))
    };
    let history = trainer
        .fit(&mut network, &phases, &examples)
        .run()
        .expect("finite losses");
    // Something was learned.
    assert!(history[2].train.loss < history[0].train.loss, "{history:?}");
    network.digest()
}

pub(crate) fn trained_weights_have_the_golden_bits_at_every_level() {
    for level in Level::ALL {
        assert_eq!(trained(Engine::portable_at(level)), GOLDEN, "{level}");
    }
}

//! One model at a time is what an experiment does, one by one.

use fm_data::TaskSplit;
use fm_experiment::single::{self, Lesson};
use fm_experiment::{Run, Tasks};
use fm_nn::{Dense, Engine, FreezeMask, Model, Network};
use fm_tests::small_experiment::{data, protocol};
use fm_train::{Optimizer, Phase, Sgd};

fn lesson() -> Lesson {
    Lesson {
        engine: Engine::portable(),
        batch_size: 32,
        seed: 7,
    }
}

fn sgd(epochs: usize, mask: FreezeMask) -> [Phase; 1] {
    [Phase::new(epochs, mask, Optimizer::Sgd(Sgd::plain(0.05)))]
}

/// A protocol's source model, trained by itself with the protocol's settings.
fn source() -> Model {
    let (_, train) = data().train.hold_out(100).unwrap();
    let task = TaskSplit::new(&[5, 6], 10).unwrap();
    let train = task.source(&train).unwrap();
    let spec = protocol().network;
    let phases = sgd(2, FreezeMask::none(3));
    let (model, _) = single::train(&spec, &lesson(), &phases, &train, None, &mut ()).unwrap();
    model
}

#[test]
fn a_model_trained_by_itself_is_the_experiments() {
    let (data, protocol) = (data(), protocol());
    let tasks = Tasks::split(&protocol, &data.train, &data.test).unwrap();
    let run = Run {
        protocol: &protocol,
        tasks: &tasks,
        engine: Engine::portable(),
    };
    let (network, _) = run.source(7, &()).unwrap();
    assert_eq!(source().network.digest(), network.digest());
}

/// Halving the scale and doubling the first layer's weights changes no bit of what follows, as both
/// are powers of two; so a transfer that honours the scale ends with the same head.
#[test]
fn transfer_keeps_the_scale_of_the_sources_pixels() {
    let source = source();
    let layers = source.network.layers();
    let doubled = layers[0].weight().mapv(|weight| 2.0 * weight);
    let first = &layers[0];
    let first = Dense::from_parts(doubled.view(), first.bias(), first.activation()).unwrap();
    let trunk = vec![first, layers[1].clone()];
    let mut metadata = source.metadata.clone();
    metadata.input_scale = metadata.input_scale.map(|scale| scale / 2.0);
    let scaled = Model {
        network: Network::new(trunk, layers[2].clone()).unwrap(),
        metadata,
    };

    let target = data().train.of_classes(&[5, 6]).unwrap();
    let phases = sgd(3, FreezeMask::trunk(3));
    let transfer = |source: &Model| {
        let trained = single::transfer(source, &lesson(), &phases, &target, None, &mut ());
        trained.unwrap().0
    };
    let (plain, other) = (transfer(&source), transfer(&scaled));
    assert_eq!(other.network.head(), plain.network.head());
    assert_eq!(other.metadata.input_scale, scaled.metadata.input_scale);
    let scores = |model: &Model| {
        let evaluation = single::evaluate(model, &target, Engine::portable());
        evaluation.unwrap().scores
    };
    assert_eq!(scores(&other), scores(&plain));
}

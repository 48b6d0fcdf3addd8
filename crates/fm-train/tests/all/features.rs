//! Features of frozen layers, shared by several trainings.

use fm_nn::{Activation, Dropout, Engine, FreezeMask, Network};
use fm_train::{
    Adam, EpochRecord, Examples, Features, Optimizer, Phase, Scores, Seeds, Sgd, TrainError,
};

use crate::support;

fn network() -> Network {
    support::network(&[9, 7, 5], Activation::Selu)
}

/// A phase with `k` frozen layers, with everything that could depend on the layers below.
fn phase(k: usize, optimizer: impl Into<Optimizer>) -> Phase {
    Phase {
        dropout: Some((Dropout::Alpha(0.1), Seeds::new(1).stream("dropout"))),
        lr_factors: vec![0.5, 0.6, 0.7, 1.0],
        ..Phase::new(3, FreezeMask::first(k, 4), optimizer)
    }
}

#[test]
fn trainings_on_features_have_the_bits_of_trainings_with_frozen_layers() {
    let (points, labels) = support::points(300);
    let examples = Examples::new(&points, &labels).unwrap();
    let (engine, network) = (Engine::portable(), network());
    for layers in 1..=3 {
        let features = Features::new(&network, layers, &examples, &engine).unwrap();
        for frozen in layers..=3 {
            for optimizer in [Optimizer::from(Sgd::plain(0.1)), Adam::new(0.01).into()] {
                let phase = phase(frozen, optimizer);
                let on_features = trained(&network, &phase, &features.examples());
                assert_eq!(
                    on_features,
                    trained(&network, &phase, &examples),
                    "{layers}, {frozen}"
                );
            }
        }
    }
}

/// Everything that a training gives.
fn trained(
    network: &Network,
    phase: &Phase,
    examples: &Examples<'_>,
) -> (Vec<EpochRecord>, Scores, Network) {
    let trainer = support::trainer(Seeds::new(1).stream("shuffle"));
    let (mut network, phases) = (network.clone(), [phase.clone()]);
    let fit = trainer.fit(&mut network, &phases, examples);
    let history = fit.validation(examples).run().unwrap();
    (
        history,
        trainer.evaluate(&network, examples).unwrap(),
        network,
    )
}

#[test]
fn features_of_features_are_features_of_more_layers() {
    let (points, labels) = support::points(30);
    let examples = Examples::new(&points, &labels).unwrap();
    let (engine, network) = (Engine::portable(), network());
    let first = Features::new(&network, 1, &examples, &engine).unwrap();
    let chained = Features::new(&network, 3, &first.examples(), &engine).unwrap();
    let direct = Features::new(&network, 3, &examples, &engine).unwrap();
    assert_eq!(chained.values(), direct.values());
}

#[test]
fn features_of_layers_that_are_not_frozen_are_refused() {
    let (points, labels) = support::points(30);
    let examples = Examples::new(&points, &labels).unwrap();
    let (engine, mut network) = (Engine::portable(), network());
    let features = Features::new(&network, 2, &examples, &engine).unwrap();
    let phases = [phase(1, Sgd::plain(0.1))];
    let trainer = support::trainer(Seeds::new(1).stream("shuffle"));
    let run = trainer
        .fit(&mut network, &phases, &features.examples())
        .run();
    let error = run.unwrap_err().to_string();
    assert!(
        error.contains("first 2 layers, so these must be frozen"),
        "{error}"
    );
    for layers in [0, 4] {
        let error = Features::new(&network, layers, &examples, &engine).unwrap_err();
        assert!(matches!(error, TrainError::Setting { name, .. } if name == "layers"));
    }
}

/// Settings can be compared at every epoch of one training, instead of in one training each.
#[test]
fn the_scores_of_an_epoch_are_those_of_a_training_with_as_many_epochs() {
    let (points, labels) = support::points(60);
    let examples = Examples::new(&points, &labels).unwrap();
    let trainer = support::trainer(Seeds::new(1).stream("shuffle"));
    let fit = |epochs, seen: &mut Vec<Network>| {
        let mut network = network();
        let phases = [Phase::new(epochs, FreezeMask::none(4), Adam::new(0.01))];
        let mut observer = |_: &EpochRecord, network: &Network| {
            seen.push(network.clone());
            std::ops::ControlFlow::Continue(())
        };
        let fit = trainer.fit(&mut network, &phases, &examples);
        fit.observer(&mut observer).run().unwrap();
        network
    };
    let mut seen = Vec::new();
    fit(4, &mut seen);
    for (epochs, network) in (1..).zip(&seen) {
        assert_eq!(fit(epochs, &mut Vec::new()), *network, "{epochs} epochs");
    }
}

//! What stops a training: numbers that are none, and validation that no longer improves.

mod support;

use fm_nn::{Activation, Engine, FreezeMask, Loss, Network};
use fm_train::{
    EarlyStopping, Evaluator, Examples, FirstNotFinite, Inputs, Labels, Monitor, Optimizer, Phase,
    Plateau, RowOrder, Sgd, TrainError, Trainer,
};
use ndarray::Array2;

fn points() -> (Array2<f32>, Vec<u8>) {
    support::points(48)
}

fn network() -> Network {
    support::network(&[9, 5], Activation::Relu)
}

fn trainer() -> Trainer {
    support::trainer(RowOrder::Given)
}

fn phase(epochs: usize, lr: f64) -> Phase {
    let optimizer = Optimizer::Sgd(Sgd::plain(lr));
    Phase::new(epochs, FreezeMask::none(3), optimizer)
}

/// Phase, epoch, step, which loss, and where it began.
type Place = (usize, usize, usize, &'static str, FirstNotFinite);

fn stops(network: &mut Network, phase: Phase, x: &Array2<f32>, valid: &Array2<f32>) -> Place {
    let (_, labels) = points();
    let examples = |x| Examples::new(Inputs::F32(x), Labels::U8(&labels)).unwrap();
    let (train, valid) = (examples(x.view()), examples(valid.view()));
    let error = trainer()
        .fit(network, &[phase], &train, Some(&valid), &mut ())
        .unwrap_err();
    let text = error.to_string();
    match error {
        TrainError::NotFinite {
            phase,
            epoch,
            step,
            what,
            first,
            ..
        } => {
            assert!(text.contains(&format!("first in {first}")), "{text}");
            (phase, epoch, step, what, first)
        }
        other => panic!("{other}"),
    }
}

#[test]
fn the_first_number_that_is_none_is_named() {
    let (points, _) = points();
    let layer = |name: &str| name.to_owned();
    let stops_at = |change: fn(&mut Network)| {
        let mut network = network();
        change(&mut network);
        stops(&mut network, phase(2, 0.1), &points, &points)
    };
    let weights = FirstNotFinite::Weights {
        layer: layer("layers.1"),
    };
    let found = stops_at(|network| network.layers_mut()[1].weight_mut()[(3, 3)] = f32::NAN);
    assert_eq!(found, (1, 1, 1, "training", weights));
    // Two large weights, a product that is too large.
    let found = stops_at(|network| {
        network.layers_mut()[0].weight_mut().fill(1e30);
        network.layers_mut()[1].weight_mut().fill(1e30);
    });
    let activations = FirstNotFinite::Activations {
        layer: layer("layers.1"),
    };
    assert_eq!(found.4, activations);

    // Row 20 is in the third batch of eight.
    let mut bad = points.clone();
    bad[(20, 0)] = f32::INFINITY;
    let found = stops(&mut network(), phase(1, 0.1), &bad, &points);
    assert_eq!(found, (1, 1, 3, "training", FirstNotFinite::Inputs));
    // In the validation rows alone: nothing of the network is wrong.
    let found = stops(&mut network(), phase(1, 0.1), &points, &bad);
    assert_eq!(found, (1, 1, 6, "validation", FirstNotFinite::Loss));
}

#[test]
fn a_learning_rate_far_too_high_is_found_in_the_weights_or_what_they_give() {
    let (points, _) = points();
    let found = stops(&mut network(), phase(9, 1e30), &points, &points);
    assert!(
        !matches!(found.4, FirstNotFinite::Inputs | FirstNotFinite::Loss),
        "{found:?}"
    );
}

#[test]
fn early_stopping_gives_the_best_weights_back() {
    let (points, labels) = points();
    let examples = Examples::new(Inputs::F32(points.view()), Labels::U8(&labels)).unwrap();
    // Other labels: the better the training rows are learned, the worse these become.
    let other: Vec<u8> = (0..48).map(|i| u8::from(i % 3 == 0)).collect();
    let valid = Examples::new(Inputs::F32(points.view()), Labels::U8(&other)).unwrap();
    for monitor in [Monitor::Loss, Monitor::Accuracy] {
        let rule = EarlyStopping {
            monitor,
            ..EarlyStopping::new(3)
        };
        let phases = [Phase {
            early_stopping: Some(rule),
            ..phase(200, 0.3)
        }];
        let mut network = network();
        let history = trainer()
            .fit(&mut network, &phases, &examples, Some(&valid), &mut ())
            .unwrap();
        let scores: Vec<f64> = history
            .iter()
            .map(|record| record.valid.unwrap())
            .map(|valid| match monitor {
                Monitor::Loss => valid.loss,
                Monitor::Accuracy => -valid.accuracy,
            })
            .collect();
        let best = scores.iter().copied().fold(f64::INFINITY, f64::min);
        let at = scores.iter().position(|score| *score == best).unwrap();
        // Three epochs after the best one, and not before.
        assert_eq!(history.len(), at + 1 + 3, "{scores:?}");
        let mut evaluator = Evaluator::new(&network, Engine::portable());
        let given_back = evaluator
            .evaluate(&network, &valid, Loss::BinaryCrossEntropy)
            .unwrap();
        assert_eq!(Some(given_back), history[at].valid);
    }
}

#[test]
fn a_phase_that_ends_with_its_epochs_gives_the_best_back_too() {
    let (points, labels) = points();
    let examples = Examples::new(Inputs::F32(points.view()), Labels::U8(&labels)).unwrap();
    let best_of = |rule| {
        let phases = [Phase {
            early_stopping: rule,
            ..phase(4, 0.1)
        }];
        let mut network = network();
        let trainer = trainer();
        trainer
            .fit(&mut network, &phases, &examples, Some(&examples), &mut ())
            .unwrap();
        network
    };
    // Learning, every epoch is the best so far, and the last one is the last.
    assert_eq!(best_of(Some(EarlyStopping::new(2))), best_of(None));
    // An improvement of a hundred there is never: the first epoch is the best.
    let never = EarlyStopping {
        min_delta: 100.0,
        ..EarlyStopping::new(9)
    };
    assert_ne!(best_of(Some(never)), best_of(None));
}

#[test]
fn what_needs_validation_or_classes_says_so() {
    let (points, labels) = points();
    let examples = Examples::new(Inputs::F32(points.view()), Labels::U8(&labels)).unwrap();
    let refused = |phase: Phase, loss| {
        let trainer = Trainer { loss, ..trainer() };
        let mut network = network();
        trainer
            .fit(&mut network, &[phase], &examples, None, &mut ())
            .unwrap_err()
    };
    let cross = Loss::BinaryCrossEntropy;
    let named = |phase, loss, key| match refused(phase, loss) {
        TrainError::Setting { name, .. } => assert_eq!(name, key),
        other => panic!("{other}"),
    };
    let stopping = Phase {
        early_stopping: Some(EarlyStopping::new(1)),
        ..phase(1, 0.1)
    };
    named(stopping, cross, "early_stopping");
    let plateau = Phase {
        reduce_on_plateau: Some(Plateau::default()),
        ..phase(1, 0.1)
    };
    named(plateau, cross, "reduce_on_plateau");
    let smoothed = |label_smoothing| Phase {
        label_smoothing,
        ..phase(1, 0.1)
    };
    named(smoothed(0.1), Loss::MeanSquaredError, "label_smoothing");
    named(smoothed(1.0), cross, "label_smoothing");
    let weighted = |weights: &[f64]| Phase {
        class_weights: weights.to_vec(),
        ..phase(1, 0.1)
    };
    named(weighted(&[1.0, 0.0]), cross, "class_weights");
    assert_eq!(
        refused(weighted(&[1.0]), cross),
        TrainError::ClassWeights {
            n_classes: 2,
            found: 1
        }
    );
}

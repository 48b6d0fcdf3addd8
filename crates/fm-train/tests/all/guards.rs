//! What ends a training early: divergence, early stopping, an observer; and settings that are refused.

use std::ops::ControlFlow;

use fm_nn::{Activation, Dropout, Engine, FreezeMask, Loss, Network};
use fm_train::{
    Adam, EarlyStopping, EpochRecord, Evaluator, Examples, Monitor, Observer, Phase, Plateau,
    RmsProp, Seeds, Sgd, StepRecord, TrainError, Trainer,
};
use ndarray::Array2;

fn points() -> (Array2<f32>, Vec<u8>) {
    crate::support::points(48)
}

fn network() -> Network {
    crate::support::network(&[9, 5], Activation::Relu)
}

fn trainer() -> Trainer {
    crate::support::trainer(None)
}

fn phase(epochs: usize, lr: f64) -> Phase {
    Phase::new(epochs, FreezeMask::none(3), Sgd::plain(lr))
}

/// Phase, epoch, step, which loss, and where the first values are that are not finite.
type Place = (usize, usize, usize, &'static str, String);

fn stops(network: &mut Network, phase: Phase, x: &Array2<f32>, valid: &Array2<f32>) -> Place {
    let (_, labels) = points();
    let train = Examples::new(x, &labels).unwrap();
    let valid = Examples::new(valid, &labels).unwrap();
    let error = trainer()
        .fit(network, &[phase], &train)
        .validation(&valid)
        .run()
        .unwrap_err();
    let text = error.to_string();
    match error {
        TrainError::Diverged {
            phase,
            epoch,
            step,
            what,
            first,
            ..
        } => {
            assert!(
                text.contains(&format!("not finite are in {first}")),
                "{text}"
            );
            (phase, epoch, step, what, first)
        }
        other => panic!("{other}"),
    }
}

#[test]
fn the_error_names_the_first_values_that_are_not_finite() {
    let (points, _) = points();
    let stops_at = |change: fn(&mut Network)| {
        let mut network = network();
        change(&mut network);
        stops(&mut network, phase(2, 0.1), &points, &points)
    };
    let weights = "the weights of layers.1".to_owned();
    let found = stops_at(|network| network.layers_mut()[1].parts_mut().0.row_mut(3)[3] = f32::NAN);
    assert_eq!(found, (1, 1, 1, "training", weights));
    // The product of two large weights is too large.
    let found = stops_at(|network| {
        network.layers_mut()[0].parts_mut().0.view_mut().fill(1e30);
        network.layers_mut()[1].parts_mut().0.view_mut().fill(1e30);
    });
    assert_eq!(found.4, "the activations of layers.1");

    // Row 20 is in the third batch of eight.
    let mut bad = points.clone();
    bad[(20, 0)] = f32::INFINITY;
    let found = stops(&mut network(), phase(1, 0.1), &bad, &points);
    assert_eq!(found, (1, 1, 3, "training", "the inputs".to_owned()));
    // Only in the validation rows: the network itself is finite.
    let found = stops(&mut network(), phase(1, 0.1), &points, &bad);
    assert_eq!(found, (1, 1, 6, "validation", "the loss".to_owned()));
}

#[test]
fn a_learning_rate_that_is_far_too_high_is_found_in_weights_or_activations() {
    let (points, _) = points();
    let found = stops(&mut network(), phase(9, 1e30), &points, &points);
    assert!(
        !["the inputs", "the loss"].contains(&found.4.as_str()),
        "{found:?}"
    );
}

#[test]
fn early_stopping_restores_the_best_weights() {
    let (points, labels) = points();
    let examples = Examples::new(&points, &labels).unwrap();
    // Other labels: the better the network learns the training rows, the worse its scores here.
    let other: Vec<u8> = (0..48).map(|i| u8::from(i % 3 == 0)).collect();
    let valid = Examples::new(&points, &other).unwrap();
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
            .fit(&mut network, &phases, &examples)
            .validation(&valid)
            .run()
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
        // Exactly three epochs after the best one.
        assert_eq!(history.len(), at + 1 + 3, "{scores:?}");
        let mut evaluator = Evaluator::new(&network, Engine::portable());
        let restored = evaluator
            .evaluate(&network, &valid, Loss::BinaryCrossEntropy)
            .unwrap();
        assert_eq!(Some(restored), history[at].valid);
    }
}

#[test]
fn a_phase_that_ends_with_its_last_epoch_restores_the_best_weights_too() {
    let (points, labels) = points();
    let examples = Examples::new(&points, &labels).unwrap();
    let best_of = |rule| {
        let phases = [Phase {
            early_stopping: rule,
            ..phase(4, 0.1)
        }];
        let mut network = network();
        let trainer = trainer();
        trainer
            .fit(&mut network, &phases, &examples)
            .validation(&examples)
            .run()
            .unwrap();
        network
    };
    // Every epoch is better than the one before, so the last is the best.
    assert_eq!(best_of(Some(EarlyStopping::new(2))), best_of(None));
    // No improvement reaches 100, so the first epoch stays the best.
    let never = EarlyStopping {
        min_delta: 100.0,
        ..EarlyStopping::new(9)
    };
    assert_ne!(best_of(Some(never)), best_of(None));
}

#[test]
fn settings_that_need_validation_or_classes_are_refused_without() {
    let (points, labels) = points();
    let examples = Examples::new(&points, &labels).unwrap();
    let refused = |phase: Phase, loss| {
        let trainer = Trainer { loss, ..trainer() };
        let mut network = network();
        trainer
            .fit(&mut network, &[phase], &examples)
            .run()
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
    let dropout = Phase {
        dropout: Some(Dropout::Standard(0.5)),
        ..phase(1, 0.1)
    };
    named(dropout, cross, "dropout");
    let plateau = Phase {
        reduce_on_plateau: Some(Plateau::default()),
        ..phase(1, 0.1)
    };
    named(plateau, cross, "reduce_on_plateau");
    let smoothed = |label_smoothing| Phase {
        label_smoothing,
        ..phase(1, 0.1)
    };
    named(smoothed(1.0), cross, "label_smoothing");
    let weighted = |weights: &[f64]| Phase {
        class_weights: weights.to_vec(),
        ..phase(1, 0.1)
    };
    named(weighted(&[1.0, 0.0]), cross, "class_weights");
    named(weighted(&[1.0]), cross, "class_weights");
}

/// Ends a training after some calls of `step` or `epoch`.
struct Ends {
    after_steps: usize,
    after_epochs: usize,
}

impl Observer for Ends {
    fn step(&mut self, _: &StepRecord) -> ControlFlow<()> {
        self.after_steps -= 1;
        match self.after_steps {
            0 => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        }
    }

    fn epoch(&mut self, _: &EpochRecord, _: &Network) -> ControlFlow<()> {
        self.after_epochs -= 1;
        match self.after_epochs {
            0 => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        }
    }
}

#[test]
fn a_training_that_an_observer_ends_restores_the_best_weights_too() {
    let (points, labels) = points();
    let examples = Examples::new(&points, &labels).unwrap();
    // No improvement reaches 100, so the first epoch stays the best.
    let rule = EarlyStopping {
        min_delta: 100.0,
        ..EarlyStopping::new(9)
    };
    let phases = |epochs| {
        [Phase {
            early_stopping: Some(rule),
            ..phase(epochs, 0.1)
        }]
    };
    let trainer = trainer();
    let mut best = network();
    let fit = trainer.fit(&mut best, &[phase(1, 0.1)], &examples).run();
    fit.unwrap();
    // Six steps per epoch: after the third epoch, or in the middle of it.
    for (after_steps, after_epochs, epochs) in [(99, 3, 3), (15, 99, 2)] {
        let mut observer = Ends {
            after_steps,
            after_epochs,
        };
        let (mut ended, phases) = (network(), phases(8));
        let mut training = trainer
            .fit(&mut ended, &phases, &examples)
            .validation(&examples)
            .observer(&mut observer);
        let mut finished = 0;
        while training.epoch().unwrap().is_some() {
            finished += 1;
        }
        assert_eq!(finished, epochs);
        assert_eq!(training.checkpoint(), None, "there is nothing to resume");
        assert_eq!(ended, best);
    }
}

#[test]
fn weights_that_the_last_step_made_infinite_are_an_error() {
    let (points, labels) = points();
    let examples = Examples::new(&points, &labels).unwrap();
    // One step in all: its loss, computed before it, is finite.
    let trainer = Trainer {
        batch_size: 48,
        ..trainer()
    };
    let rmsprop = Phase::new(1, FreezeMask::none(3), RmsProp::new(1e38));
    let phases = [rmsprop, phase(1, 0.1)];
    let run = trainer.fit(&mut network(), &phases, &examples).run();
    match run.unwrap_err() {
        TrainError::Diverged {
            phase: 1,
            epoch: 1,
            step: 1,
            what: "training",
            first,
            ..
        } => assert!(first.starts_with("the weights of"), "{first}"),
        other => panic!("{other}"),
    }
}

#[test]
fn missing_labels_and_classes_without_an_output_are_refused() {
    let (points, mut labels) = points();
    let error = Examples::new(&points, &labels[..40]).unwrap_err();
    let text = "48 rows of inputs, but 40 labels; every row needs one label";
    assert_eq!(error.to_string(), text);
    labels[17] = 2;
    let examples = Examples::new(&points, &labels).unwrap();
    let mut network = network();
    let before = network.clone();
    let run = trainer()
        .fit(&mut network, &[phase(1, 0.1)], &examples)
        .run();
    let text = "row 17 of the training examples has class 2, but the classes are 0 to 1; \
                remove the row, or use a network with more outputs";
    assert_eq!(run.unwrap_err().to_string(), text);
    assert_eq!(network, before);
}

/// Settings can be compared at every epoch of one training, instead of in one training each.
#[test]
fn the_scores_of_an_epoch_are_those_of_a_training_with_as_many_epochs() {
    let (points, labels) = crate::support::points(60);
    let examples = Examples::new(&points, &labels).unwrap();
    let trainer = crate::support::trainer(Seeds::new(1).stream("shuffle"));
    let fit = |epochs, seen: &mut Vec<Network>| {
        let mut network = network();
        let phases = [Phase::new(epochs, FreezeMask::none(3), Adam::new(0.01))];
        let mut observer = |_: &EpochRecord, network: &Network| {
            seen.push(network.clone());
            ControlFlow::Continue(())
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

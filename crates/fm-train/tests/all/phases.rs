//! Options of phases: schedules, rates per layer, clipping; and recipes of phases.

use std::ops::ControlFlow;

use fm_nn::{Activation, Freeze, Network};
use fm_train::{
    Adam, EpochRecord, Examples, Observer, Optimizer, Phase, Schedule, Sgd, TrainError, fine_tune,
    gradual_unfreezing,
};

fn network() -> Network {
    crate::support::network(&[9, 5], Activation::Selu)
}

/// Digests of the trunk, after every epoch.
#[derive(Default)]
struct Trunks(Vec<String>);

impl Observer for Trunks {
    fn epoch(&mut self, _: &EpochRecord, network: &Network) -> ControlFlow<()> {
        self.0.push(network.trunk_digest());
        ControlFlow::Continue(())
    }
}

fn fit(phases: &[Phase]) -> Result<(Network, Vec<String>, Vec<EpochRecord>), TrainError> {
    let (points, labels) = crate::support::points(60);
    let examples = Examples::new(&points, &labels)?;
    let trainer = crate::support::trainer(None);
    let (mut network, mut trunks) = (network(), Trunks::default());
    let history = trainer
        .fit(&mut network, phases, &examples)
        .observer(&mut trunks)
        .run()?;
    Ok((network, trunks.0, history))
}

fn sgd(lr: f64) -> Optimizer {
    Optimizer::Sgd(Sgd::plain(lr))
}

fn all(epochs: usize, optimizer: Optimizer) -> Phase {
    Phase::new(epochs, Freeze::Nothing, optimizer)
}

#[test]
fn a_schedule_of_steps_is_the_same_bits_as_phases_at_those_rates() {
    let scheduled = Phase {
        schedule: Schedule::Step {
            every_epochs: 2,
            gamma: 0.5,
        },
        ..all(4, sgd(0.25))
    };
    let (scheduled, ..) = fit(&[scheduled]).unwrap();
    let (by_hand, ..) = fit(&[all(2, sgd(0.25)), all(2, sgd(0.125))]).unwrap();
    assert_eq!(scheduled, by_hand);
    let (constant, ..) = fit(&[all(4, sgd(0.25))]).unwrap();
    assert_ne!(scheduled, constant);
}

#[test]
fn equal_factors_equal_another_rate_and_a_large_clip_norm_changes_nothing() {
    let factors = Phase {
        lr_factors: vec![0.5; 3],
        ..all(2, sgd(0.25))
    };
    assert_eq!(
        fit(&[factors]).unwrap().0,
        fit(&[all(2, sgd(0.125))]).unwrap().0
    );

    let adam = Optimizer::Adam(Adam::new(0.01));
    let clipped = |clip_norm| Phase {
        clip_norm: Some(clip_norm),
        ..all(2, adam)
    };
    let free = fit(&[all(2, adam)]).unwrap().0;
    assert_eq!(fit(&[clipped(1e6)]).unwrap().0, free);
    assert_ne!(fit(&[clipped(1e-3)]).unwrap().0, free);
}

#[test]
fn recipes_train_and_keep_frozen_layers() {
    let start = network();
    let phases = fine_tune(3, 2, 20, Optimizer::Adam(Adam::new(0.05)));
    let (_, trunks, history) = fit(&phases).unwrap();
    assert_eq!(trunks[1], start.trunk_digest());
    assert_ne!(trunks[2], start.trunk_digest());
    assert!(
        history[21].train.loss < history[1].train.loss,
        "{history:?}"
    );

    let (end, trunks, _) = fit(&gradual_unfreezing(3, 1, sgd(0.1))).unwrap();
    assert_eq!(trunks[0], start.trunk_digest());
    assert_ne!(trunks[1], trunks[0]);
    assert_ne!(end.layers()[0], start.layers()[0]);
}

#[test]
fn recipes_freeze_layers_and_lower_their_rates_towards_the_input() {
    let optimizer = Sgd::plain(0.1);
    let phases = gradual_unfreezing(3, 2, optimizer);
    let frozen: Vec<_> = phases.into_iter().map(|phase| phase.freeze).collect();
    assert_eq!(frozen, [2, 1, 0].map(Freeze::First));

    let [head, all] = fine_tune(3, 1, 4, optimizer);
    assert_eq!((head.epochs, all.epochs), (1, 4));
    assert_eq!(
        (head.freeze.clone(), all.freeze.clone()),
        (Freeze::Trunk, Freeze::Nothing)
    );
    assert_eq!(all.optimizer.lr(), 0.05);
    for (found, expected) in all.lr_factors.iter().zip([0.01, 0.1, 1.0]) {
        assert!((found - expected).abs() < 1e-15, "{:?}", all.lr_factors);
    }
    for phase in [head, all] {
        assert_eq!(phase.check_settings(3, 2), Ok(()));
    }
}

#[test]
fn phases_that_do_not_fit_are_refused() {
    let phase = || all(1, sgd(0.1));
    let refused = |phase: Phase| fit(&[phase]).map(|_| ()).unwrap_err();
    let factors = Phase {
        lr_factors: vec![1.0; 2],
        ..phase()
    };
    let named = [
        ("lr_factors", factors),
        (
            "lr_factors",
            Phase {
                lr_factors: vec![0.0, 1.0, 1.0],
                ..phase()
            },
        ),
        (
            "clip_norm",
            Phase {
                clip_norm: Some(0.0),
                ..phase()
            },
        ),
        (
            "schedule.end",
            Phase {
                schedule: Schedule::Cosine { end: 1.5 },
                ..phase()
            },
        ),
        (
            "epochs",
            Phase {
                epochs: 0,
                ..phase()
            },
        ),
    ];
    for (key, phase) in named {
        match refused(phase) {
            TrainError::Setting { name, .. } => assert_eq!(name, key),
            other => panic!("{key}: {other}"),
        }
    }
}

//! A training that is resumed from the bytes of a checkpoint ends with the same bits, whatever the
//! epoch; and a checkpoint of another training is refused.

use fm_nn::{Activation, Dropout, Freeze, FreezeMask, Network, PartMask, container};
use fm_train::{
    Adam, AdamW, Checkpoint, EarlyStopping, EpochRecord, Examples, Optimizer, Phase, Plateau,
    RmsProp, Schedule, Seeds, Sgd, TrainError, Trainer,
};
use ndarray::Array2;

struct Task {
    points: Array2<f32>,
    labels: Vec<u8>,
}

impl Task {
    fn new() -> Self {
        let (points, labels) = crate::support::points(53);
        Self { points, labels }
    }

    fn examples(&self) -> Examples<'_> {
        Examples::new(&self.points, &self.labels).unwrap()
    }
}

fn network(hidden: &[usize]) -> Network {
    crate::support::network(hidden, Activation::Selu)
}

fn trainer() -> Trainer {
    Trainer {
        dropout: Some(Seeds::new(1).stream("dropout")),
        ..crate::support::trainer(Seeds::new(1).stream("shuffle"))
    }
}

fn optimizers() -> Vec<Optimizer> {
    let sgd = Sgd::plain(0.1);
    let momentum = Sgd {
        momentum: 0.9,
        weight_decay: 1e-3,
        ..sgd
    };
    let nesterov = Sgd {
        nesterov: true,
        ..momentum
    };
    let decay = Sgd {
        weight_decay: 1e-3,
        ..sgd
    };
    vec![
        sgd.into(),
        Optimizer::Sgd(decay),
        Optimizer::Sgd(momentum),
        Optimizer::Sgd(nesterov),
        Optimizer::Adam(Adam {
            weight_decay: 1e-3,
            ..Adam::new(0.01)
        }),
        Optimizer::AdamW(AdamW::new(0.01)),
        Optimizer::RmsProp(RmsProp::new(0.01)),
    ]
}

/// A frozen trunk, then single frozen weights, each with a schedule; then everything that has a
/// state of its own.
fn phases(optimizer: Optimizer) -> Vec<Phase> {
    let pattern = Array2::from_shape_fn((2, 9), |(i, j)| (i + j) % 3 == 0);
    let mut pinned = FreezeMask::none(3);
    pinned.layers[0].weight = PartMask::elements(pattern.view());
    vec![
        Phase {
            schedule: Schedule::one_cycle(),
            ..Phase::new(3, FreezeMask::trunk(3), optimizer)
        },
        Phase {
            schedule: Schedule::LinearWarmup {
                steps: 5,
                start: 0.0,
                then: Box::new(Schedule::Cosine { end: 0.1 }),
            },
            lr_factors: vec![0.5, 0.7, 1.0],
            clip_norm: Some(0.2),
            ..Phase::new(3, pinned, optimizer)
        },
        Phase {
            dropout: Some(Dropout::Alpha(0.1)),
            label_smoothing: 0.1,
            class_weights: vec![1.0, 2.0],
            early_stopping: Some(EarlyStopping {
                min_delta: 0.01,
                ..EarlyStopping::new(2)
            }),
            reduce_on_plateau: Some(Plateau {
                patience: 0,
                threshold: 0.05,
                ..Plateau::default()
            }),
            ..Phase::new(6, FreezeMask::parse("layers.1.bias", 3).unwrap(), optimizer)
        },
    ]
}

/// Trains for `epochs` epochs, then resumes from the bytes of a checkpoint.
fn stopped(task: &Task, phases: &[Phase], epochs: usize) -> (Network, Vec<EpochRecord>) {
    let (trainer, examples) = (trainer(), task.examples());
    let mut first = network(&[9, 5]);
    let mut training = trainer
        .fit(&mut first, phases, &examples)
        .validation(&examples);
    for _ in 0..epochs {
        training.epoch().unwrap().unwrap();
    }
    let taken = training.checkpoint().unwrap();
    let bytes = taken.to_bytes();
    let checkpoint = Checkpoint::from_bytes(&bytes).unwrap();
    assert_eq!(checkpoint, taken);

    // The weights of the second network are replaced.
    let mut second = network(&[9, 5]);
    second.layers_mut()[0].parts_mut().0.view_mut().fill(7.0);
    let training = trainer
        .fit(&mut second, checkpoint.phases(), &examples)
        .validation(&examples)
        .resume(&checkpoint)
        .unwrap();
    // A checkpoint directly after resuming equals the one that was resumed.
    assert_eq!(training.checkpoint().unwrap().to_bytes(), bytes);
    let history = training.run().unwrap();
    (second, history)
}

#[test]
fn resuming_after_any_epoch_gives_the_same_bits_under_every_optimizer() {
    let task = Task::new();
    let (mut stopped_early, mut at_phase_ends) = (0, 0);
    for optimizer in optimizers() {
        let phases = phases(optimizer);
        let mut whole = network(&[9, 5]);
        let examples = task.examples();
        let history = trainer()
            .fit(&mut whole, &phases, &examples)
            .validation(&examples)
            .run()
            .unwrap();
        stopped_early += usize::from(history.len() < 12);
        for epochs in 0..=history.len() {
            let (network, found) = stopped(&task, &phases, epochs);
            assert_eq!(network.digest(), whole.digest(), "{optimizer:?}, {epochs}");
            assert_eq!(found, history, "{optimizer:?}, {epochs}");
            at_phase_ends += usize::from(epochs == 3 || epochs == 6);
        }
    }
    assert_eq!(at_phase_ends, 2 * optimizers().len());
    assert!(stopped_early > 0, "no phase was stopped early");
}

/// The state of the optimizer matters: a fresh one gives other bits.
#[test]
fn weights_without_the_optimizer_state_give_other_bits() {
    let task = Task::new();
    let examples = task.examples();
    let phase = |epochs| Phase::new(epochs, FreezeMask::none(3), Adam::new(0.01));
    let mut whole = network(&[9, 5]);
    let fit = |network: &mut Network, epochs| {
        let trainer = Trainer {
            order: None,
            ..trainer()
        };
        trainer
            .fit(network, &[phase(epochs)], &examples)
            .run()
            .unwrap();
    };
    fit(&mut whole, 4);
    let mut afresh = network(&[9, 5]);
    fit(&mut afresh, 2);
    fit(&mut afresh, 2);
    assert_ne!(afresh.digest(), whole.digest());
}

#[test]
fn a_checkpoint_on_disk_is_read_back_equal() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.ckpt");
    let task = Task::new();
    let examples = task.examples();
    let phases = phases(optimizers()[4]);
    let (trainer, mut network) = (trainer(), network(&[9, 5]));
    let mut training = trainer
        .fit(&mut network, &phases, &examples)
        .validation(&examples);
    training.epoch().unwrap();
    let checkpoint = training.checkpoint().unwrap();
    checkpoint.save(&path).unwrap();
    let loaded = Checkpoint::load(&path).unwrap();
    assert_eq!(loaded, checkpoint);
    assert_eq!((loaded.phase(), loaded.history().len()), (Some(1), 1));
    let error = Checkpoint::load(&folder.path().join("none")).unwrap_err();
    assert!(error.to_string().contains("none"), "{error}");
    // A saved network is not a checkpoint.
    let error = Checkpoint::from_bytes(&loaded.network().to_bytes()).unwrap_err();
    assert!(error.to_string().starts_with("not a checkpoint"), "{error}");
}

#[test]
fn a_checkpoint_of_another_training_is_refused_with_the_difference() {
    let task = Task::new();
    let examples = task.examples();
    let phases = phases(optimizers()[2]);
    let mut start = network(&[9, 5]);
    let base = trainer();
    let mut training = base
        .fit(&mut start, &phases, &examples)
        .validation(&examples);
    training.epoch().unwrap();
    let checkpoint = training.checkpoint().unwrap();

    let refused = |trainer: &Trainer, hidden: &[usize], phases: &[Phase], valid: bool| {
        let mut other = network(hidden);
        let before = other.clone();
        let valid = valid.then_some(&examples);
        let error = trainer
            .fit(&mut other, phases, &examples)
            .validation(valid)
            .resume(&checkpoint)
            .map(|_| ())
            .unwrap_err();
        assert_eq!(other, before, "the network is unchanged");
        match error {
            TrainError::Checkpoint { key, .. } => key,
            other => panic!("{other}"),
        }
    };
    assert_eq!(refused(&base, &[9, 6], &phases, true), "network");
    let fewer = &phases[..2];
    assert_eq!(refused(&base, &[9, 5], fewer, true), "number of phases");
    let changed = |change: fn(&mut Phase)| {
        let mut phases = phases.clone();
        change(&mut phases[1]);
        refused(&base, &[9, 5], &phases, true)
    };
    assert_eq!(
        changed(|phase| phase.freeze = Freeze::Nothing),
        "freeze of phase 2"
    );
    assert_eq!(changed(|phase| phase.epochs = 9), "epochs of phase 2");
    assert_eq!(
        changed(|phase| phase.clip_norm = None),
        "clip_norm of phase 2"
    );
    let batches = Trainer {
        batch_size: 9,
        ..base.clone()
    };
    assert_eq!(refused(&batches, &[9, 5], &phases, true), "batch_size");
    let order = Trainer {
        order: None,
        ..base.clone()
    };
    assert_eq!(refused(&order, &[9, 5], &phases, true), "order");
    let dropout = Trainer {
        dropout: Some(Seeds::new(2).stream("dropout")),
        ..base.clone()
    };
    assert_eq!(refused(&dropout, &[9, 5], &phases, true), "dropout");
    let plain: Vec<Phase> = phases
        .iter()
        .map(|phase| Phase {
            early_stopping: None,
            reduce_on_plateau: None,
            ..phase.clone()
        })
        .collect();
    assert_eq!(refused(&base, &[9, 5], &plain, false), "valid_rows");
}

#[test]
#[should_panic(expected = "before the first epoch")]
fn validation_examples_cannot_change_during_a_training() {
    let task = Task::new();
    let (examples, phases) = (task.examples(), phases(optimizers()[0]));
    let (trainer, mut network) = (trainer(), network(&[9, 5]));
    let mut training = trainer
        .fit(&mut network, &phases, &examples)
        .validation(&examples);
    training.epoch().unwrap();
    let _ = training.validation(None);
}

/// A checkpoint is taken between two epochs of a phase, so one whose phase is over is refused.
#[test]
fn a_checkpoint_that_has_waited_too_long_is_refused() {
    let task = Task::new();
    let examples = task.examples();
    let phases = [Phase {
        early_stopping: Some(EarlyStopping::new(2)),
        ..Phase::new(5, Freeze::Nothing, Sgd::plain(0.1))
    }];
    let (trainer, mut network) = (trainer(), network(&[9, 5]));
    let mut training = trainer
        .fit(&mut network, &phases, &examples)
        .validation(&examples);
    training.epoch().unwrap();
    let bytes = training.checkpoint().unwrap().to_bytes();
    let (description, payload) = container::read(&Checkpoint::KIND, &bytes).unwrap();
    let text = std::str::from_utf8(description).unwrap();
    let waited = |n: &str| {
        let text = text.replace("\"waited\":0", &format!("\"waited\":{n}"));
        let bytes = container::write(&Checkpoint::KIND, text.as_bytes(), |to| {
            to.extend_from_slice(payload);
        });
        Checkpoint::from_bytes(&bytes)
    };
    assert!(waited("1").is_ok());
    for n in ["2", &usize::MAX.to_string()] {
        let error = waited(n).unwrap_err().to_string();
        assert!(error.contains("cannot have this state"), "{error}");
    }
}

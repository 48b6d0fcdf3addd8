//! Tuned arms against numbers that PyTorch, scikit-learn and NumPy computed from exported rows, start
//! weights and row orders. The scripts are beside the fixtures, in `tests/fixtures`.
//!
//! `FM_WRITE_FIXTURES=1` writes the exported arms again. Then, in `tests/fixtures`:
//!
//! ```sh
//! for arm in scratch transfer linear-probe; do python folds.py $arm.safetensors --write $arm.json; done
//! python probe.py fixture linear-probe.safetensors 0.01 probe.json
//! ```

use std::path::{Path, PathBuf};

use fm_experiment::{ArmInputs, Experiment, ExperimentError, Record, Store, Tuned};
use fm_nn::{Engine, FreezeMask, Loss};
use fm_train::{Examples, Inputs, Phase, Sgd, Trainer};
use libtest_mimic::Trial;
use serde::Deserialize;
use serde_json::json;

use crate::support::{Outcome, small_data, small_protocol, test};

const ARMS: [&str; 3] = ["scratch", "transfer", "linear-probe"];

pub(crate) fn tests() -> Vec<Trial> {
    vec![
        test("held_out_losses_match_pytorch", held_out_losses),
        test("a_converged_probe_matches_scikit_learn", converged_probe),
        test("choices_match_numpy", choices),
        test(
            "a_cross_validation_that_does_not_fit_its_recipe_is_refused",
            other_cross_validations_are_refused,
        ),
    ]
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

fn read<T: for<'a> Deserialize<'a>>(name: &str) -> Result<T, Box<dyn std::error::Error>> {
    let text = std::fs::read(fixtures().join(name))?;
    Ok(serde_json::from_slice(&text)?)
}

/// Tuned arms of one seed, with batches that are smaller than a fold.
fn experiment() -> Result<Experiment, Box<dyn std::error::Error>> {
    let tune = json!({
        "folds": 4,
        "epochs": [1, 5, 20],
        "space": { "*.lr": [0.005, 0.05], "*.weight_decay": [0.0, 0.1] },
    });
    let protocol = small_protocol().with(&[
        ("training.batch_size".to_owned(), json!(8)),
        (
            "seed.moves".to_owned(),
            json!(["init", "order", "target_rows"]),
        ),
        ("tune".to_owned(), tune),
    ])?;
    Ok(Experiment::new(protocol, small_data()).seeds(&"1".parse()?))
}

/// What each of [`ARMS`] was given, and its record.
fn trained() -> Result<Vec<(ArmInputs, Record)>, Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let experiment = experiment()?;
    let (store, jobs) = experiment.open(folder.path())?;
    experiment.carry_out(&store, &jobs, &())?;
    let mut found = Vec::new();
    for arm in ARMS {
        let cells = jobs
            .iter()
            .flat_map(|job| job.cells.iter().map(move |cell| (job, cell)));
        let (job, cell) = { cells }.find(|(_, cell)| cell.model == arm).ok_or(arm)?;
        let inputs = ArmInputs::new(job, cell, &experiment.data, &store, &Engine::portable())?;
        let record = store.record(&cell.key)?;
        found.push((inputs.ok_or(arm)?, record.ok_or(arm)?));
    }
    Ok(found)
}

/// What PyTorch has found for an arm: by trial and number of epochs.
#[derive(Deserialize)]
struct Folds {
    loss: Vec<Vec<Option<f64>>>,
    correct: Vec<Vec<Option<usize>>>,
}

fn held_out_losses() -> Outcome {
    for (arm, (inputs, record)) in ARMS.iter().zip(trained()?) {
        let (path, bytes) = (
            fixtures().join(format!("{arm}.safetensors")),
            inputs.to_safetensors()?,
        );
        if std::env::var_os("FM_WRITE_FIXTURES").is_some() {
            std::fs::write(&path, &bytes)?;
            continue;
        }
        // What PyTorch was given is what the arm was given.
        assert!(
            std::fs::read(&path)? == bytes,
            "{} has changed",
            path.display()
        );
        let theirs: Folds = read(&format!("{arm}.json"))?;
        let ours = record.tuned.ok_or("not tuned")?.scores;
        assert_eq!((ours.len(), ours[0].len()), (4, 3));
        for (trial, of_trial) in ours.iter().enumerate() {
            for (at, scores) in of_trial.iter().enumerate() {
                let scores = scores.as_ref();
                let (loss, correct) = (scores.map(|s| s.loss), scores.map(|s| s.correct));
                assert_eq!(
                    correct, theirs.correct[trial][at],
                    "{arm}, trial {trial}, {at}"
                );
                let off = loss
                    .zip(theirs.loss[trial][at])
                    .map_or(0.0, |(a, b)| (a - b).abs());
                // 80 steps in f32, each rounded by 6e-8 of weights and sums below 4.
                assert!(off < 2e-6, "{arm}, trial {trial}, {at}: {off:e}");
            }
        }
    }
    Ok(())
}

/// Minimum of the penalised loss that scikit-learn has found.
#[derive(Deserialize)]
struct Minimum {
    penalty: f64,
    weights: Vec<f64>,
    bias: f64,
}

fn converged_probe() -> Outcome {
    let theirs: Minimum = read("probe.json")?;
    let (inputs, _) = trained()?.pop().ok_or("no linear probe")?;
    let rows = Inputs::pixels(inputs.train.pixels());
    let examples = Examples::new(rows, inputs.train.labels())?;
    // All rows in one batch: gradient descent, which ends at the minimum and not near it.
    let trainer = Trainer {
        batch_size: examples.rows(),
        ..Trainer::new(Loss::BinaryCrossEntropy, inputs.order)
    };
    let sgd = Sgd {
        weight_decay: theirs.penalty,
        ..Sgd::plain(0.3)
    };
    let mut network = inputs.begin;
    let phase = Phase::new(5000, FreezeMask::trunk(3), sgd);
    trainer.fit(&mut network, &[phase], &examples).run()?;
    let head = network.head();
    assert_eq!(head.weight().len(), theirs.weights.len());
    let ours = head.weight().into_iter().chain(head.bias()).copied();
    let expected = theirs.weights.iter().copied().chain([theirs.bias]);
    for (found, expected) in ours.zip(expected) {
        let off = (f64::from(found) - expected).abs();
        // A step below half a unit in the last place, 1.2e-7 for weights from 2 to 4, changes nothing:
        // at a rate of 0.3 a gradient of 4e-7. Over the least curvature, the penalty, that is 4e-5.
        assert!(off < 4e-5, "{found}, expected {expected}");
    }
    Ok(())
}

/// A record's scores of `fair`, and what NumPy has found in them.
#[derive(Deserialize)]
struct Choice {
    tuned: Tuned,
    numpy: Found,
}

#[derive(Deserialize)]
struct Found {
    trial: usize,
    epochs: usize,
    losses: Vec<f64>,
    errors: Vec<f64>,
    expected_error: Vec<f64>,
}

fn choices() -> Outcome {
    let choices: Vec<Choice> = read("choice.json")?;
    assert_eq!(choices.len(), 2);
    for Choice { tuned, numpy } in choices {
        assert_eq!((tuned.trial, tuned.epochs), (numpy.trial, numpy.epochs));
        let best = (0..tuned.scores.len()).map(|trial| match tuned.best_of(trial) {
            Some((_, scores)) => (scores.loss, 1.0 - scores.accuracy),
            None => (f64::INFINITY, 0.5),
        });
        let (losses, errors): (Vec<f64>, Vec<f64>) = best.unzip();
        let of_diverged = |loss: &f64| if loss.is_finite() { *loss } else { -1.0 };
        assert_eq!(
            losses.iter().map(of_diverged).collect::<Vec<_>>(),
            numpy.losses
        );
        let expected = fm_stats::expected_best(&losses, &errors)?;
        assert_eq!(expected.len(), numpy.expected_error.len());
        for (a, b) in expected
            .iter()
            .chain(&errors)
            .zip(numpy.expected_error.iter().chain(&numpy.errors))
        {
            // Means of up to 3,432 numbers below 1, summed in another order.
            assert!((a - b).abs() < 1e-13, "{a}, expected {b}");
        }
    }
    Ok(())
}

fn other_cross_validations_are_refused() -> Outcome {
    // Four trials at three numbers of epochs.
    let (_, record) = trained()?.pop().ok_or("no record")?;
    let read = |change: fn(&mut Tuned)| -> Result<_, Box<dyn std::error::Error>> {
        let folder = tempfile::tempdir()?;
        let store = Store::open(folder.path(), &small_data().labels())?;
        let mut record = record.clone();
        record.tuned.as_mut().map(change);
        store.keep(&record)?;
        Ok(store.record(&record.recipe.key()))
    };
    assert_eq!(read(|_| {})?.ok().flatten().as_ref(), Some(&record));
    for change in [
        (|tuned| tuned.trial = 4) as fn(&mut Tuned),
        |tuned| tuned.epochs = 4,
        |tuned| tuned.skipped = vec![4],
        |tuned| tuned.scores.truncate(3),
        |tuned| tuned.scores[1].truncate(2),
        |tuned| {
            tuned.scores[1][1]
                .iter_mut()
                .for_each(|s| s.correct = s.rows + 1)
        },
        |tuned| {
            tuned.scores[1][1]
                .iter_mut()
                .for_each(|s| (s.rows, s.correct) = (0, 0))
        },
    ] {
        assert!(matches!(
            read(change)?,
            Err(ExperimentError::Damaged { .. })
        ));
    }
    Ok(())
}

//! Laws of tuned arms: what chooses, what it costs, and what it leaves.

use fm_experiment::protocol::{Protocol, TuneSpec};
use fm_experiment::{
    ArmRecipe, Data, DatasetIdentity, Experiment, Outcome as Ended, Place, Plan, Record, Request,
    Results,
};
use fm_nn::Backend;
use libtest_mimic::Trial;
use serde_json::{Value, json};

use crate::support::{Outcome, small_data, small_protocol, test};

pub(crate) fn tests() -> Vec<Trial> {
    vec![
        test(
            "no_choice_is_the_untuned_cell",
            no_choice_is_the_untuned_cell,
        ),
        test(
            "the_last_training_is_that_of_the_chosen_settings",
            the_last_training_is_that_of_the_chosen_settings,
        ),
        test(
            "every_arm_has_the_same_budget",
            every_arm_has_the_same_budget,
        ),
        test("test_labels_choose_nothing", test_labels_choose_nothing),
        test(
            "diverged_trials_are_not_chosen",
            diverged_trials_are_not_chosen,
        ),
        test("arms_that_cannot_be_tuned_are_refused", refusals),
    ]
}

/// The small protocol with this `tune`.
fn tuned(tune: Value) -> Result<Protocol, String> {
    let protocol = small_protocol().with(&[("tune".to_owned(), tune)]);
    protocol.map_err(|error| error.to_string())
}

fn run(protocol: Protocol, data: Data) -> Result<Results, Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let experiment = Experiment::new(protocol, data).seeds(&"2".parse()?);
    Ok(experiment.run(folder.path(), &())?)
}

fn place(arm: usize, seed: u64) -> Place {
    Place {
        series: 0,
        point: 0,
        arm: Some(arm),
        seed,
    }
}

/// The records of all arms of both seeds.
fn records(results: &Results) -> Vec<&Record> {
    let places = (0..5).flat_map(|arm| [place(arm, 1), place(arm, 2)]);
    places.filter_map(|place| results.record(place)).collect()
}

fn no_choice_is_the_untuned_cell() -> Outcome {
    let keys = |protocol: &Protocol| -> Result<Vec<_>, Box<dyn std::error::Error>> {
        let request = Request::new(protocol.clone(), &"2".parse()?, Backend::Portable);
        let plan = Plan::new(&request, &small_data().labels())?;
        Ok(plan
            .places()
            .map(|place| plan.recipe(place).key())
            .collect())
    };
    // All arms train for 2 epochs.
    let same_length = small_protocol().with(&[
        ("arms.transfer.phases[1].epochs".to_owned(), json!(1)),
        ("arms.transfer.phases[0].epochs".to_owned(), json!(1)),
        ("arms.random-trunk.phases[1].epochs".to_owned(), json!(1)),
        ("arms.random-trunk.phases[0].epochs".to_owned(), json!(1)),
    ])?;
    let tune = json!({ "epochs": [2], "space": { "*.lr": [0.02] } });
    let no_choice = same_length.with(&[("tune".to_owned(), tune)])?;
    assert_eq!(keys(&no_choice)?, keys(&same_length)?);
    Ok(())
}

fn the_last_training_is_that_of_the_chosen_settings() -> Outcome {
    let tune = json!({ "folds": 4, "epochs": [3, 6, 12], "space": { "*.lr": [0.002, 0.05] } });
    let results = run(tuned(tune)?, small_data())?;
    let point = &results.main().points[0];
    for arm in 0..5 {
        let name = &point.arms[arm];
        let record = results.record(place(arm, 2)).ok_or("no record")?;
        let found = record.tuned.as_ref().ok_or("not tuned")?;
        // The same settings written down in a protocol give the same outputs to the bit.
        let trial = &point.trials(name)[found.trial];
        let mut overrides = trial.settings.clone();
        let phases = trial.phases.len();
        let before: usize = trial.phases[..phases - 1]
            .iter()
            .map(|phase| phase.epochs)
            .sum();
        let last = format!("arms.{name}.phases[{}].epochs", phases - 1);
        overrides.push((last, json!(found.epochs - before)));
        let plain = run(small_protocol().with(&overrides)?, small_data())?;
        let plain = plain.record(place(arm, 2)).ok_or("no record")?;
        assert_eq!(plain.predictions, record.predictions, "{name}");
        assert_eq!(plain.outcome, record.outcome, "{name}");
        // It is the one with the lowest loss of all.
        let losses = found
            .scores
            .iter()
            .flatten()
            .flatten()
            .map(|scores| scores.loss);
        let least = losses.fold(f64::INFINITY, f64::min);
        let (index, best) = found.best_of(found.trial).ok_or("diverged")?;
        assert_eq!(
            (best.loss, [3, 6, 12][index]),
            (least, found.epochs),
            "{name}"
        );
        // Every row is held out once.
        assert_eq!(best.rows, 40);
    }
    Ok(())
}

fn every_arm_has_the_same_budget() -> Outcome {
    let budget = |protocol: Protocol, data: &Data| -> Result<Vec<_>, Box<dyn std::error::Error>> {
        let request = Request::new(protocol, &"1".parse()?, Backend::Portable);
        let plan = Plan::new(&request, &data.labels())?;
        let arms = plan.places().filter_map(|place| plan.recipe(place).arm);
        let budget = |arm: ArmRecipe| {
            let tuning = arm.tuning.expect("tuned");
            let epochs = tuning
                .trials
                .iter()
                .map(|phases| -> usize { phases.iter().map(|phase| phase.epochs).sum() });
            (
                arm.rows,
                tuning.folds,
                epochs.collect::<Vec<_>>(),
                tuning.epochs,
            )
        };
        Ok(arms.map(budget).collect())
    };
    let tune = json!({
        "folds": 3,
        "epochs": [4, 8],
        "trials": 4,
        "space": {
            "*.lr": [0.001, 0.01, 0.1],
            "*.weight_decay": [0.0, 0.1],
            "arms.transfer.phases[0].epochs": [1, 2, 3],
        },
    });
    let budgets = budget(tuned(tune)?, &small_data())?;
    assert_eq!(budgets.len(), 5);
    let expected = (40, 3, vec![8; 4], vec![4, 8]);
    assert!(
        budgets.iter().all(|budget| *budget == expected),
        "{budgets:?}"
    );
    // As in the protocol that is the project's answer.
    let fair = Protocol::built_in("fair").ok_or("it is compiled in")?;
    let TuneSpec { trials, .. } = fair.tune.clone().ok_or("it tunes")?;
    assert_eq!(trials, Some(14));
    Ok(())
}

fn test_labels_choose_nothing() -> Outcome {
    let tune = json!({ "folds": 3, "epochs": [2, 5], "space": { "*.lr": [0.005, 0.05] } });
    let protocol = tuned(tune)?;
    let data = small_data();
    let mut labels = data.test.labels().to_vec();
    labels.rotate_left(1);
    assert_ne!(labels, data.test.labels());
    let pixels = data.test.pixels().to_owned();
    let names = data.test.class_names();
    let test = fm_data::Dataset::new("test", pixels, labels, names, (6, 6))?;
    let permuted = Data {
        test,
        train: data.train.clone(),
        identity: DatasetIdentity {
            name: "permuted".to_owned(),
            ..data.identity.clone()
        },
    };
    let (plain, permuted) = (run(protocol.clone(), data)?, run(protocol, permuted)?);
    let (plain, permuted) = (records(&plain), records(&permuted));
    assert_eq!((plain.len(), permuted.len()), (10, 10));
    for (a, b) in plain.iter().zip(&permuted) {
        assert_eq!(a.tuned, b.tuned);
        assert_ne!(a.outcome, b.outcome);
    }
    Ok(())
}

fn diverged_trials_are_not_chosen() -> Outcome {
    let tune = json!({ "folds": 3, "epochs": [2, 5], "space": { "*.lr": [3e38, 0.05] } });
    let results = run(tuned(tune)?, small_data())?;
    for record in records(&results) {
        let found = record.tuned.as_ref().ok_or("not tuned")?;
        assert_eq!((found.trial, found.best_of(0)), (1, None));
    }
    // Where all diverge, so does the cell; the source network is not concerned, and nor are the others.
    let tune = json!({ "folds": 3, "epochs": [2, 5], "space": { "*.weight_decay": [0.0, 0.1] } });
    let lr = "arms.scratch.phases[0].optimizer.sgd.lr".to_owned();
    let results = run(tuned(tune)?.with(&[(lr, json!(3e38))])?, small_data())?;
    assert_eq!(results.failed().count(), 2);
    for cell in results.failed() {
        let Some(Ended::Failed(failure)) = &cell.outcome else {
            return Err("expected a failure".into());
        };
        assert_eq!(cell.place.arm, Some(0));
        assert_eq!(failure.reason, "all 2 trials diverged in cross-validation");
    }
    Ok(())
}

fn refusals() -> Outcome {
    let schedule = json!({ "cosine": {} });
    let stopping = json!({ "patience": 3 });
    let scratch = "arms.scratch.phases[0]";
    for (tune, key, value, expected) in [
        (
            json!({ "epochs": [] }),
            "",
            json!(0),
            "tune.epochs must be one or more numbers",
        ),
        (
            json!({ "epochs": [4, 4] }),
            "",
            json!(0),
            "ascending, found [4, 4]",
        ),
        (json!({ "epochs": [0] }), "", json!(0), "from 1 on"),
        (
            json!({ "epochs": [4], "folds": 1 }),
            "",
            json!(0),
            "tune.folds must be 2 or more, found 1",
        ),
        (
            json!({ "epochs": [4], "trials": 0 }),
            "",
            json!(0),
            "tune.trials must be 1 or more",
        ),
        (
            json!({ "epochs": [2] }),
            "",
            json!(0),
            "fewer than 2 epochs, the most of tune.epochs, found 2",
        ),
        (
            json!({ "epochs": [4], "space": { "*.momentums": [0.1] } }),
            "",
            json!(0),
            "no arm has such a key",
        ),
        (
            json!({ "epochs": [4], "space": { "*.lr": [] } }),
            "",
            json!(0),
            "tune.space.\"*.lr\" must be one or more values",
        ),
        (
            json!({ "epochs": [4], "space": { "source.epochs": [3] } }),
            "",
            json!(0),
            "must be a key of an arm",
        ),
        (
            json!({ "epochs": [4], "space": { "arms.transfr.phases[0].epochs": [1] } }),
            "",
            json!(0),
            "did you mean \"transfer\"?",
        ),
        (
            json!({ "epochs": [4], "space": { "*.lr": [0.1, 0.1] } }),
            "",
            json!(0),
            "combinations that differ",
        ),
        (
            json!({ "epochs": [4], "space": { "arms.scratch.phases": [[]] } }),
            "",
            json!(0),
            "must be a key of an arm",
        ),
        (
            json!({ "epochs": [4], "space": { "*.trunk": ["source", "fresh"] } }),
            "",
            json!(0),
            "must be keys of the phases of an arm",
        ),
        (
            json!({ "epochs": [4], "space": { "*.schedule": ["constant", { "cosine": {} }] } }),
            "",
            json!(0),
            "no arm has such a key",
        ),
        (
            json!({ "epochs": [4], "space": {
                "arms.*.phases[0].schedule": ["constant", { "cosine": {} }]
            } }),
            "",
            json!(0),
            "phases[0].schedule must be \"constant\" where arms are tuned",
        ),
        (
            json!({ "epochs": [4], "space": { "*.lr": [0.1], "arms.transfer.phases[0].epochs": [1, 2] } }),
            "",
            json!(0),
            "1 of scratch and 2 of transfer",
        ),
        (
            json!({ "epochs": [4], "space": { "*.lr": [-1.0] } }),
            "",
            json!(0),
            "arms[0].phases[0].optimizer.sgd.lr must be",
        ),
        (
            json!({ "epochs": [4] }),
            &format!("{scratch}.schedule"),
            schedule,
            "arms[0].phases[0].schedule must be \"constant\" where arms are tuned",
        ),
        (
            json!({ "epochs": [4] }),
            &format!("{scratch}.early_stopping"),
            stopping,
            "early_stopping must be left out where arms are tuned",
        ),
        (
            json!({ "epochs": [4] }),
            &format!("{scratch}.freeze"),
            json!("layers.0+layers.1+head"),
            "no learning rate to tune",
        ),
    ] {
        let mut overrides = vec![("tune".to_owned(), tune)];
        if !key.is_empty() {
            overrides.push((key.to_owned(), value));
        }
        let changed = small_protocol().with(&overrides);
        let error = changed.expect_err(expected).to_string();
        assert!(error.contains(expected), "{error}");
    }
    // What depends on the data is refused with the data at hand.
    let protocol = tuned(json!({ "folds": 41, "epochs": [4], "space": { "*.lr": [0.1, 0.2] } }))?;
    let request = Request::new(protocol, &"1".parse()?, Backend::Portable);
    let error = Plan::new(&request, &small_data().labels()).map(drop);
    let error = error.expect_err("41 folds of 40 rows").to_string();
    assert!(error.contains("tune.folds must be at most 40"), "{error}");
    // So are arms that a sweep makes from another arm's layers.
    let protocol = tuned(json!({ "epochs": [4, 8] }))?;
    let request = Request::new(protocol, &"1".parse()?, Backend::Portable);
    let request = request.with_named_sweep("depth")?;
    let error = Plan::new(&request, &small_data().labels()).map(drop);
    let error = error.expect_err("depth").to_string();
    assert!(
        error.contains("the rows that cross-validation holds out"),
        "{error}"
    );
    Ok(())
}

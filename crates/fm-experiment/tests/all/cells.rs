//! Laws of cells: what has the same key, and what a training leaves.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};

use fm_experiment::protocol::{Budget, Protocol, SweepSpec, Values};
use fm_experiment::{
    Correct, Experiment, Job, Key, NamedSweep, Observer, Outcome as Ended, Place, Plan, Request,
};
use fm_nn::Backend;
use libtest_mimic::Trial;
use serde_json::json;

use crate::support::{Outcome, small, small_data, small_protocol, test};

pub(crate) fn tests() -> Vec<Trial> {
    vec![
        test(
            "equal_recipes_have_equal_keys",
            equal_recipes_have_equal_keys,
        ),
        test(
            "a_sweep_shares_cells_with_the_main_table",
            a_sweep_shares_cells,
        ),
        test(
            "a_sweep_of_a_key_that_some_arms_lack_has_every_point",
            some_arms_lack_the_key,
        ),
        test(
            "without_reused_layers_the_depth_curves_are_one_cell",
            depth_begins_in_one_cell,
        ),
        test("arms_of_a_seed_share_what_they_can", arms_share),
        test(
            "a_diverged_training_is_a_result",
            a_diverged_training_is_a_result,
        ),
        test("label_noise_is_an_axis", label_noise_is_an_axis),
        test(
            "trainings_of_skipped_trials_are_counted",
            skipped_trials_are_counted,
        ),
        test(
            "trainings_of_no_cell_are_counted",
            trainings_of_no_cell_are_counted,
        ),
        test("rows_come_back_as_they_were_given", rows_come_back),
        test(
            "no_phase_takes_fewer_steps_on_fewer_rows",
            no_phase_takes_fewer_steps,
        ),
        test(
            "values_that_are_not_allowed_are_refused",
            invalid_values_are_refused,
        ),
    ]
}

fn keys(protocol: &Protocol) -> Vec<Key> {
    let seeds = "2".parse().expect("a list");
    let request = Request::new(protocol.clone(), &seeds, Backend::Portable);
    let plan = Plan::new(&request, &small_data().labels()).expect("it fits");
    plan.places()
        .map(|place| plan.recipe(place).key())
        .collect()
}

fn with(key: &str, value: serde_json::Value) -> Vec<Key> {
    let changed = small_protocol().with(&[(key.to_owned(), value)]);
    keys(&changed.expect("a valid value"))
}

fn equal_recipes_have_equal_keys() -> Outcome {
    let base = keys(&small_protocol());
    assert_eq!(base.len(), 2 * 6);
    assert_eq!(base.iter().collect::<BTreeSet<_>>().len(), 12);
    // Words and other spellings of the same setting decide nothing.
    for (key, value) in [
        ("name", json!("other")),
        ("about", json!("other")),
        ("arms.scratch.says", json!("other")),
        ("arms.linear-probe.phases[0].freeze", json!(2)),
        ("arms.scratch.phases[0].freeze", json!(0)),
        ("task.target_classes", json!([1, 3])),
        ("sweeps.samples.seeds", json!(1)),
    ] {
        assert_eq!(with(key, value), base, "{key}");
    }
    // The source's epochs change the source and the arms that reuse it: not scratch and random-trunk.
    let changed = with("source.epochs", json!(3));
    let same = base.iter().zip(&changed).map(|(a, b)| a == b);
    let expected = [false, true, false, false, false, true];
    assert_eq!(same.collect::<Vec<_>>(), [expected, expected].concat());
    // A learning rate of one arm changes that arm alone.
    let changed = with("arms.transfer.phases[1].optimizer.sgd.lr", json!(0.5));
    let same = base.iter().zip(&changed).filter(|(a, b)| a == b);
    assert_eq!(same.count(), 10);
    Ok(())
}

fn a_sweep_shares_cells() -> Outcome {
    let seeds = "2".parse()?;
    let request = Request::new(small_protocol(), &seeds, Backend::Portable);
    let rows = |rows: &[u64]| Values::List(rows.iter().map(|&rows| json!(rows)).collect());
    let request = request.with_sweep(&[("task.target_rows".to_owned(), rows(&[20, 40]))]);
    let plan = Plan::new(&request, &small_data().labels())?;
    let key = |series, point| {
        let (arm, seed) = (Some(1), 2);
        plan.recipe(Place {
            series,
            point,
            arm,
            seed,
        })
        .key()
    };
    assert_eq!(key(1, 1), key(0, 0));
    assert_ne!(key(1, 0), key(0, 0));
    // One job a seed: all points reuse the seed's source.
    let jobs = fm_experiment::jobs(&plan, &BTreeSet::new());
    assert_eq!(jobs.len(), 2);
    // The source, five arms, and five arms on 20 rows.
    assert!(jobs.iter().all(|job| job.cells.len() == 11));
    Ok(())
}

/// `scratch`, the first arm, has neither a source nor the phases of `transfer`.
fn some_arms_lack_the_key() -> Outcome {
    let seeds = "2".parse()?;
    for (key, values) in [
        ("source.epochs", [json!(1), json!(2)]),
        (
            "arms.transfer.phases[0].optimizer.sgd.lr",
            [json!(0.1), json!(0.2)],
        ),
    ] {
        let request = Request::new(small_protocol(), &seeds, Backend::Portable);
        let request = request.with_sweep(&[(key.to_owned(), Values::List(values.to_vec()))]);
        let plan = Plan::new(&request, &small_data().labels())?;
        assert_eq!(plan.series[1].points.len(), 2, "{key}");
    }
    Ok(())
}

fn depth_begins_in_one_cell() -> Outcome {
    let request = Request::new(small_protocol(), &"1".parse()?, Backend::Portable);
    let request = request.with_named_sweep("depth")?;
    let plan = Plan::new(&request, &small_data().labels())?;
    let at = |point: usize| -> BTreeSet<Key> {
        let arms = 0..plan.series[1].points[point].arms.len();
        let place = |arm| Place {
            series: 1,
            point,
            arm: Some(arm),
            seed: 1,
        };
        arms.map(|arm| plan.recipe(place(arm)).key()).collect()
    };
    assert_eq!([at(0).len(), at(1).len(), at(2).len()], [1, 4, 4]);
    Ok(())
}

fn arms_share() -> Outcome {
    let folder = tempfile::tempdir()?;
    let results = small("1").run(folder.path(), &())?;
    let trunk = |arm: &str| {
        let arms = &results.main().points[0].arms;
        let arm = arms.iter().position(|name| name == arm);
        let place = Place {
            series: 0,
            point: 0,
            arm,
            seed: 1,
        };
        results
            .record(place)
            .map(|record| record.trunk_sha256.clone())
            .unwrap_or_default()
    };
    let source = trunk("");
    let (scratch, transfer, probe) = (trunk("scratch"), trunk("transfer"), trunk("linear-probe"));
    assert_eq!([scratch.len(), transfer.len(), probe.len()], [2, 3, 2]);
    // The reused trunk is the source's, and frozen it does not change.
    assert_eq!(transfer[0], source[1]);
    assert_eq!(transfer[0], transfer[1]);
    assert_ne!(transfer[1], transfer[2]);
    assert_eq!(probe[0], probe[1]);
    // Arms with a fresh trunk begin with the same one.
    assert_eq!(scratch[0], trunk("random-trunk")[0]);
    Ok(())
}

fn a_diverged_training_is_a_result() -> Outcome {
    let folder = tempfile::tempdir()?;
    let mut experiment = small("2");
    let lr = "arms.fine-tune.phases[0].optimizer.sgd.lr".to_owned();
    experiment.request.protocol = experiment.request.protocol.with(&[(lr, json!(1e30))])?;
    let results = experiment.run(folder.path(), &())?;
    let failed: Vec<_> = results.failed().collect();
    assert_eq!(failed.len(), 2);
    for cell in failed {
        let Some(Ended::Failed(failure)) = &cell.outcome else {
            panic!("not failed: {:?}", cell.outcome);
        };
        assert_eq!((failure.training.as_str(), failure.phase), ("target", 1));
        assert!(failure.reason.contains("step"), "{}", failure.reason);
    }
    let scored = results.cells().filter(|cell| cell.scores().is_some());
    assert_eq!(scored.count(), 10);

    // A source that diverges fails every cell that reuses it, and no other.
    let lr = "source.optimizer.sgd.lr".to_owned();
    let mut experiment = small("1");
    experiment.request.protocol = experiment.request.protocol.with(&[(lr, json!(1e30))])?;
    let results = experiment.run(folder.path(), &())?;
    let failed: Vec<_> = results
        .failed()
        .map(|cell| results.plan.model(cell.place))
        .collect();
    assert_eq!(failed, ["source", "transfer", "fine-tune", "linear-probe"]);
    Ok(())
}

fn invalid_values_are_refused() -> Outcome {
    let labels = small_data().labels();
    let seeds = "1".parse()?;
    for (key, value, expected) in [
        (
            "task.target_classes",
            json!(["b", "x"]),
            "must be a class from 0 to 4, or its name, found \"x\"",
        ),
        (
            "task.target_classes",
            json!([1, 1]),
            "a class that is not listed before",
        ),
        (
            "task.target_classes",
            json!([0, 1, 2, 3]),
            "of the dataset's 5",
        ),
        (
            "task.target_rows",
            json!(1000),
            "task.target_rows must be at most ",
        ),
        (
            "source.class_weights",
            json!([1.0, 1.0]),
            "source.class_weights must be 3 numbers",
        ),
    ] {
        let protocol = small_protocol().with(&[(key.to_owned(), value)])?;
        let request = Request::new(protocol, &seeds, Backend::Portable);
        let error = Plan::new(&request, &labels).expect_err(key).to_string();
        assert!(error.contains(expected), "{key}: {error}");
    }
    Ok(())
}

fn label_noise_is_an_axis() -> Outcome {
    let base = keys(&small_protocol());
    assert_eq!(with("task.label_noise", json!(0.0)), base);
    // The sources are the same, the arms are not.
    let changed = with("task.label_noise", json!(0.25));
    let same = base.iter().zip(&changed).filter(|(a, b)| a == b).count();
    assert_eq!(same, 2);
    let folder = tempfile::tempdir()?;
    let mut experiment = small("2");
    let shares = Values::List([0.0, 0.25, 1.0].map(|share| json!(share)).to_vec());
    let axis = ("task.label_noise".to_owned(), shares);
    let epochs = ("*.epochs".to_owned(), json!(20));
    experiment.request.protocol = experiment.request.protocol.with(&[epochs])?;
    experiment.request = experiment.request.with_sweep(&[axis]);
    let results = experiment.run(folder.path(), &())?;
    let point = |point| -> Vec<f64> {
        let cells = results.by_seed(1, point, Some(1));
        cells.filter_map(|cell| cell.error()).collect()
    };
    let main: Vec<f64> = results
        .by_seed(0, 0, Some(1))
        .filter_map(|cell| cell.error())
        .collect();
    assert_eq!(point(0), main);
    // With every label exchanged, two classes are swapped: a network that was good is bad.
    for (with_none, with_all) in main.iter().zip(point(2)) {
        assert!(*with_none < 0.3 && with_all > 0.7, "{main:?}, {with_all}");
    }
    let error = small_protocol().with(&[("task.label_noise".to_owned(), json!(1.5))]);
    let error = error.expect_err("above 1").to_string();
    assert!(
        error.contains("task.label_noise must be from 0 to 1, found 1.5"),
        "{error}"
    );
    Ok(())
}

/// Adds up what it is told.
#[derive(Default)]
struct Sums {
    advanced: AtomicU64,
    extended: AtomicU64,
}

impl Observer for Sums {
    fn advance(&self, work: u64) {
        self.advanced.fetch_add(work, Ordering::Relaxed);
    }

    fn extend(&self, work: u64) {
        self.extended.fetch_add(work, Ordering::Relaxed);
    }
}

fn skipped_trials_are_counted() -> Outcome {
    for rates in [[0.005, 0.05], [4.0, 8.0]] {
        let tune = json!({ "folds": 2, "epochs": [4, 5], "space": { "*.lr": rates } });
        let protocol = small_protocol().with(&[("tune".to_owned(), tune)])?;
        let folder = tempfile::tempdir()?;
        let experiment = Experiment::new(protocol, small_data()).seeds(&"2".parse()?);
        let (store, jobs) = experiment.open(folder.path())?;
        let sums = Sums::default();
        experiment.carry_out(&store, &jobs, &sums)?;
        let work: u64 = jobs.iter().map(Job::work).sum();
        let extended = sums.extended.into_inner();
        // Rates that are far too high end above the loss of equal probabilities, so that the next
        // trial is trained on all rows too.
        assert!(extended > 0 || rates[0] < 1.0);
        assert_eq!(sums.advanced.into_inner(), work + extended);
    }
    Ok(())
}

fn rows_come_back() -> Outcome {
    for rows in [0, 1, 7, 8, 9, 2000] {
        let given: Vec<bool> = (0..rows).map(|row| row % 3 == 1 || row % 7 == 2).collect();
        let correct: Correct = given.iter().copied().collect();
        assert_eq!(correct.len(), rows);
        assert_eq!(correct.iter().collect::<Vec<_>>(), given);
        assert_eq!(correct.get(rows), None);
    }
    Ok(())
}

fn no_phase_takes_fewer_steps() -> Outcome {
    // 40 rows in batches of 8 are 5 steps an epoch.
    let protocol = small_protocol().with(&[
        ("training.batch_size".to_owned(), json!(8)),
        ("arms.transfer.phases[0].epochs".to_owned(), json!(1)),
    ])?;
    let steps = |budget| -> Result<Vec<_>, Box<dyn std::error::Error>> {
        let rows = [4, 24, 40, 80].map(|rows: usize| json!(rows)).to_vec();
        let over = [("task.target_rows".to_owned(), Values::List(rows))];
        let sweep = SweepSpec {
            over: over.into(),
            budget,
            ..SweepSpec::default()
        };
        let name = "rows".to_owned();
        let mut request = Request::new(protocol.clone(), &"1".parse()?, Backend::Portable);
        request.sweeps.push(NamedSweep { name, sweep });
        let plan = Plan::new(&request, &small_data().labels())?;
        let arms = plan.series[1]
            .points
            .iter()
            .map(|point| point.recipe(Some(1), 1).arm);
        let steps = arms.flatten().map(|arm| {
            let steps = arm
                .phases
                .iter()
                .map(|phase| phase.epochs * arm.rows.div_ceil(8));
            steps.collect::<Vec<_>>()
        });
        Ok(steps.collect())
    };
    // 1, 3, 5 and 10 steps an epoch.
    assert_eq!(steps(Budget::Epochs)?, [[1, 2], [3, 6], [5, 10], [10, 20]]);
    assert_eq!(steps(Budget::Steps)?, [[5, 10], [6, 12], [5, 10], [10, 20]]);
    Ok(())
}

/// The source network with shuffled labels. The one whose layers others reuse is that of a cell.
fn trainings_of_no_cell_are_counted() -> Outcome {
    let protocol = small_protocol().with_arms(&["shuffled-source".to_owned()])?;
    let mut experiment = Experiment::new(protocol, small_data()).seeds(&"1".parse()?);
    experiment.request = experiment.request.with_named_sweep("depth")?;
    let folder = tempfile::tempdir()?;
    let (store, jobs) = experiment.open(folder.path())?;
    let sums = Sums::default();
    experiment.carry_out(&store, &jobs, &sums)?;
    let work: u64 = jobs.iter().map(Job::work).sum();
    let extended = sums.extended.into_inner();
    // Two epochs of 180 rows of three classes.
    assert_eq!(extended, 2 * 180);
    assert_eq!(sums.advanced.into_inner(), work + extended);
    Ok(())
}

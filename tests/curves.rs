//! Laws of the curves: what must equal a run's own results, to the bit, and what decides nothing.

use std::collections::BTreeMap;
use std::fs;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use fm_experiment::curves::{
    CurvePart, CurveRunner, CurvesAsked, DepthCurve, DepthRecord, PairRecord, SamplesRecord,
    VaryRecord,
};
use fm_experiment::protocol::Varied;
use fm_experiment::{
    ExperimentError, Plan, PlanObserver, Protocol, ResultsFolder, Run, RunRecord, Tasks, report,
};
use fm_nn::{Dense, Engine, FreezeMask, Network};
use fm_tests::small_experiment::{PROTOCOL, data, experiment, plan};
use fm_train::{
    Evaluator, Examples, Inputs, Optimizer, Phase, RowOrder, Scores, Seeds, Sgd, Trainer,
};

const CURVES: &str = r#"
[curves.samples]
rows = [10, 40, 90, 5000, "all"]
arms = ["scratch", "transfer"]

[curves.depth]
arm = "scratch"

[curves.pairs]
arms = ["scratch", "transfer"]
seeds = 2

[curves.vary]
arms = ["scratch", "transfer"]
held_seed = 8
"#;

fn protocol() -> Protocol {
    Protocol::parse(&format!("{PROTOCOL}{CURVES}"), "curves").unwrap()
}

fn asked() -> CurvesAsked {
    CurvesAsked {
        samples: true,
        depth: true,
        pairs: vec![[0, 2], [5, 6]],
        vary: Varied::ALL.into(),
    }
}

/// Trains what is missing of the curves of a folder whose runs are done.
fn curves(
    folder: &Path,
    plan: &Plan,
    engine: &Engine,
    jobs: usize,
    observer: &dyn PlanObserver,
) -> Result<usize, ExperimentError> {
    let data = data();
    let protocol = &plan.identity.protocol;
    let tasks = Tasks::split(protocol, &data.train, &data.test).unwrap();
    let folder = ResultsFolder::open(folder, plan)?;
    let runner = CurveRunner {
        run: Run {
            protocol,
            tasks: &tasks,
            engine: engine.clone(),
        },
        train: &data.train,
        test: &data.test,
        folder: &folder,
        jobs: NonZeroUsize::new(jobs).unwrap(),
        threads: NonZeroUsize::MIN,
    };
    let missing = runner.missing(&asked(), &plan.identity.seeds)?;
    runner.carry_out(&missing, observer)?;
    Ok(missing.len())
}

fn read<T: serde::de::DeserializeOwned>(folder: &Path, name: &str) -> T {
    serde_json::from_slice(&fs::read(folder.join(name)).unwrap()).unwrap()
}

#[test]
fn points_of_the_protocols_own_task_are_the_runs_own_results() {
    let engine = Engine::portable();
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let plan = plan(protocol(), &[3, 8, 9], &engine);
    experiment(folder, &plan, &engine, (1, 1), &()).unwrap();
    // Three seeds of two curves and of four things varied, two seeds of two pairs.
    assert_eq!(
        curves(folder, &plan, &engine, 2, &()).unwrap(),
        6 * 3 + 2 * 2
    );
    assert_eq!(curves(folder, &plan, &engine, 2, &()).unwrap(), 0);

    for seed in [3, 8] {
        let run: RunRecord = read(folder, &format!("runs/seed-{seed:04}.json"));
        let tests: Vec<Scores> = run.arms.iter().map(|arm| arm.test).collect();

        let samples: SamplesRecord = read(folder, &format!("curves/samples/seed-{seed:04}.json"));
        let rows: Vec<usize> = samples.points.iter().map(|point| point.rows).collect();
        // All target rows of the drawn data, counted by its labels.
        let train = data().train;
        let target = train.labels()[100..].iter().filter(|&&l| l == 5 || l == 6);
        assert_eq!(rows, [10, 40, 90, target.count()]);
        let same: Vec<Scores> = samples.points[1].arms.iter().map(|arm| arm.test).collect();
        assert_eq!(same, tests);
        assert_ne!(samples.points[2].arms[0].test, tests[0]);
        // 10 rows are one step of 32, 40 are two.
        assert_eq!(samples.points[0].arms[0].epochs, 2 * 3);

        let depth: DepthRecord = read(folder, &format!("curves/depth/seed-{seed:04}.json"));
        assert_eq!(depth.base, tests[0]);

        let pair: PairRecord = read(folder, &format!("curves/pairs/5-6/seed-{seed:04}.json"));
        assert_eq!(pair.source, run.source.test);
        let same: Vec<Scores> = pair.arms.iter().map(|arm| arm.test).collect();
        assert_eq!(same, tests);
        let other: PairRecord = read(folder, &format!("curves/pairs/0-2/seed-{seed:04}.json"));
        assert_ne!(other.arms[0].test, tests[0]);
    }

    // The held seed itself moves nothing, unless rows are drawn; and those are the same whatever
    // else the seed moves.
    let varied = |what: &str, seed: u64| -> Vec<Scores> {
        let name = format!("curves/vary/{what}/seed-{seed:04}.json");
        let record: VaryRecord = read(folder, &name);
        record.arms.iter().map(|arm| arm.test).collect()
    };
    let held: RunRecord = read(folder, "runs/seed-0008.json");
    let held: Vec<Scores> = held.arms.iter().map(|arm| arm.test).collect();
    assert_eq!(varied("init", 8), held);
    assert_eq!(varied("order", 8), held);
    assert_eq!(varied("subset", 8), varied("all", 8));
    for (what, other) in [("init", "order"), ("order", "subset"), ("subset", "all")] {
        assert_ne!(varied(what, 3), held, "{what}");
        assert_ne!(varied(what, 3), varied(other, 3), "{what}, {other}");
    }

    let report = report::rebuild(folder).unwrap();
    let vary = report.summary.curves.vary.as_ref().unwrap();
    // Two arms and their difference.
    assert_eq!(vary.tables.len(), 3);
    let of: Vec<&str> = vary.tables[2]
        .table
        .sources
        .iter()
        .map(|s| s.source.as_str())
        .collect();
    assert_eq!(of, ["init", "order", "subset"]);
    assert_eq!(vary.tables[2].against.as_deref(), Some("scratch"));
    let curves = &report.summary.curves;
    assert_eq!(curves.samples.as_ref().unwrap().comparisons, 4);
    assert_eq!(curves.depth.as_ref().unwrap().comparisons, 4 * 2);
    let pairs = &curves.pairs.as_ref().unwrap().pairs;
    assert_eq!(pairs.len(), 2);
    assert_eq!(pairs[1].seeds, [3, 8]);
    // What a point says of a seed is what the run says of it.
    let errors = &curves.samples.as_ref().unwrap().points[1].arms[1].test_error;
    assert_eq!(errors, &report.summary.arms["transfer"].test_error);
}

/// Every point of the depth curve, put together by hand from the streams that its definition names.
#[test]
fn depth_is_what_its_definition_says() {
    let engine = Engine::portable();
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let plan = plan(protocol(), &[4], &engine);
    experiment(folder, &plan, &engine, (1, 1), &()).unwrap();
    curves(folder, &plan, &engine, 1, &()).unwrap();
    let record: DepthRecord = read(folder, "curves/depth/seed-0004.json");

    let protocol = &plan.identity.protocol;
    let data = data();
    let tasks = Tasks::split(protocol, &data.train, &data.test).unwrap();
    let part = |set| -> Examples<'_> {
        let set: &fm_data::Dataset = set;
        Examples::new(Inputs::pixels(set.pixels()), set.labels()).unwrap()
    };
    let (train, test) = (part(&tasks.target.train), part(&tasks.target.test));
    let seeds = Seeds::new(4);
    let (loss, outputs) = tasks.target.loss();
    let fit = |network: &mut Network, frozen: usize, order: &str| {
        let trainer = Trainer {
            engine: engine.clone(),
            loss,
            batch_size: 32,
            order: RowOrder::Shuffled(seeds.stream(order)),
        };
        // As the protocol's scratch arm.
        let (mask, optimizer) = (FreezeMask::first(frozen, 3), Sgd::plain(0.05));
        let phase = Phase::new(3, mask, Optimizer::Sgd(optimizer));
        trainer.fit(network, &[phase], &train).run().unwrap();
    };
    let score = |network: &Network| {
        let mut evaluator = Evaluator::new(network, engine.clone());
        evaluator.evaluate(network, &test, loss).unwrap()
    };
    let spec = protocol.network.trunk(784);
    let trunk = |name: &str| spec.trunk(&mut seeds.stream(name).rng());
    let head = |name: &str| spec.head(outputs, &mut seeds.stream(name).rng());

    let source = Network::load(&folder.join("models/seed-0004.fmnn")).unwrap();
    let mut base = Network::new(trunk("target/trunk"), head("target/head")).unwrap();
    fit(&mut base, 0, "target/shuffle");
    assert_eq!(record.base, score(&base));

    let reusing = |from: &[Dense], layers: usize, frozen: usize| {
        let mut layers_of: Vec<Dense> = trunk("depth/trunk");
        layers_of.splice(..layers, from[..layers].iter().cloned());
        let mut network = Network::new(layers_of, head("depth/head")).unwrap();
        fit(&mut network, frozen, "depth/shuffle");
        score(&network)
    };
    assert_eq!(record.none_reused, reusing(&[], 0, 0));
    assert_eq!(record.points.len(), 4 * 2);
    for point in &record.points {
        let k = point.layers;
        let expected = match point.curve {
            DepthCurve::SourceFrozen => reusing(source.trunk(), k, k),
            DepthCurve::SourceTrained => reusing(source.trunk(), k, 0),
            DepthCurve::BaseFrozen => reusing(base.trunk(), k, k),
            DepthCurve::BaseTrained => reusing(base.trunk(), k, 0),
        };
        assert_eq!(point.test, expected, "{} {k}", point.curve.name());
    }
}

/// Cancels once so much work is done.
struct CancelAfter(AtomicU64);

impl PlanObserver for CancelAfter {
    fn advance(&self, work: u64) {
        let left = self.0.load(Ordering::Relaxed).saturating_sub(work);
        self.0.store(left, Ordering::Relaxed);
    }

    fn cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }
}

/// Adds up the work.
struct Counted(AtomicU64);

impl PlanObserver for Counted {
    fn advance(&self, work: u64) {
        self.0.fetch_add(work, Ordering::Relaxed);
    }
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for sub in [
        "curves/vary/subset",
        "curves/vary/all",
        "curves/samples",
        "curves/depth",
        "curves/pairs/0-2",
        "curves/pairs/5-6",
    ] {
        for entry in fs::read_dir(folder.join(sub)).unwrap() {
            let path = entry.unwrap().path();
            let name = format!("{sub}/{}", path.file_name().unwrap().display());
            found.insert(name, fs::read(path).unwrap());
        }
    }
    found
}

#[test]
fn jobs_interruptions_and_lost_models_change_no_byte() {
    let engine = Engine::portable();
    let plan = plan(protocol(), &[1, 2], &engine);
    let whole = tempfile::tempdir().unwrap();
    experiment(whole.path(), &plan, &engine, (2, 1), &()).unwrap();
    let runs = |folder: &Path| fs::read(folder.join("runs/seed-0002.json")).unwrap();
    let before = runs(whole.path());
    curves(whole.path(), &plan, &engine, 1, &()).unwrap();
    assert_eq!(runs(whole.path()), before);
    let expected = files(whole.path());
    assert_eq!(expected.len(), 6 * 2);

    let resumed = tempfile::tempdir().unwrap();
    experiment(resumed.path(), &plan, &engine, (1, 1), &()).unwrap();
    for (round, work) in [1, 900, 3000, 7000].into_iter().enumerate() {
        let cancel = CancelAfter(AtomicU64::new(work));
        let ended = curves(resumed.path(), &plan, &engine, 1 + round % 2, &cancel);
        assert!(
            matches!(ended, Err(ExperimentError::Cancelled)),
            "{ended:?}"
        );
    }
    curves(resumed.path(), &plan, &engine, 2, &()).unwrap();
    assert!(files(resumed.path()) == expected);
    // A model that was cleared away is trained again, once for all that ask for it.
    let model = resumed.path().join("models/seed-0002.fmnn");
    let bytes = fs::read(&model).unwrap();
    let works = [1, 2, 2, 2].map(|jobs| {
        fs::remove_file(&model).unwrap();
        for curve in ["samples", "depth"] {
            let record = format!("curves/{curve}/seed-0002.json");
            fs::remove_file(resumed.path().join(record)).unwrap();
        }
        let work = Counted(AtomicU64::new(0));
        curves(resumed.path(), &plan, &engine, jobs, &work).unwrap();
        assert!(files(resumed.path()) == expected);
        assert_eq!(fs::read(&model).unwrap(), bytes);
        work.0.into_inner()
    });
    assert_eq!(works, [works[0]; 4]);
}

#[test]
fn a_curve_without_its_table_and_a_record_that_does_not_fit_are_refused() {
    let engine = Engine::portable();
    let folder = tempfile::tempdir().unwrap();
    let small = Protocol::parse(PROTOCOL, "small").unwrap();
    let plan = plan(small, &[1], &engine);
    experiment(folder.path(), &plan, &engine, (1, 1), &()).unwrap();
    let error = curves(folder.path(), &plan, &engine, 1, &()).unwrap_err();
    assert!(
        error.to_string().contains("no table [curves.samples]"),
        "{error}"
    );

    let other = tempfile::tempdir().unwrap();
    let plan = fm_tests::small_experiment::plan(protocol(), &[1], &engine);
    experiment(other.path(), &plan, &engine, (1, 1), &()).unwrap();
    curves(other.path(), &plan, &engine, 1, &()).unwrap();
    let path = other.path().join("curves/depth/seed-0001.json");
    let mut record: DepthRecord = read(other.path(), "curves/depth/seed-0001.json");
    record.points.pop();
    fs::write(&path, serde_json::to_vec(&record).unwrap()).unwrap();
    let error = report::rebuild(other.path()).unwrap_err().to_string();
    assert!(
        error.contains("expected four points for each of 2 layers"),
        "{error}"
    );
    assert_eq!(CurvePart::Depth { seed: 1 }.seed(), 1);
}

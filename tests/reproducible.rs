//! The same seed, data and backend: the same bytes, however the work is cut up.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use fm_experiment::{ExperimentError, PlanObserver};
use fm_nn::{Engine, Level};
use fm_tests::engines;
use fm_tests::small_experiment::{PROTOCOL, experiment, plan, protocol};

/// Every file of a folder by its name, but the one that holds times.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for sub in ["", "runs", "models"] {
        for entry in fs::read_dir(folder.join(sub)).unwrap() {
            let entry = entry.unwrap();
            let name = format!("{sub}/{}", entry.file_name().display());
            if entry.path().is_file() && !name.ends_with("timings.json") {
                files.insert(name, fs::read(entry.path()).unwrap());
            }
        }
    }
    files
}

/// Ends the work once so much of it is done.
struct CancelAfter {
    left: AtomicU64,
}

impl PlanObserver for CancelAfter {
    fn advance(&self, work: u64) {
        let left = self.left.load(Ordering::Relaxed).saturating_sub(work);
        self.left.store(left, Ordering::Relaxed);
    }

    fn cancelled(&self) -> bool {
        self.left.load(Ordering::Relaxed) == 0
    }
}

#[test]
fn jobs_and_interruptions_change_no_byte() {
    for engine in engines() {
        let plan = plan(protocol(), &[1, 2, 3, 42], &engine);
        let whole = tempfile::tempdir().unwrap();
        experiment(whole.path(), &plan, &engine, (1, 1), &()).unwrap();
        let expected = files(whole.path());
        // plan, lock, summary, test images, an arm's model, and record, predictions and model of
        // four seeds
        assert_eq!(expected.len(), 5 + 3 * 4, "{:?}", expected.keys());

        let beside = tempfile::tempdir().unwrap();
        experiment(beside.path(), &plan, &engine, (2, 1), &()).unwrap();
        assert!(
            files(beside.path()) == expected,
            "{}: two jobs",
            engine.kernel()
        );

        // Interrupted again and again, within a source training and within an arm.
        let resumed = tempfile::tempdir().unwrap();
        for (round, left) in [1, 4000, 9000, 6000].into_iter().enumerate() {
            let cancel = CancelAfter {
                left: AtomicU64::new(left),
            };
            let ended = experiment(resumed.path(), &plan, &engine, (1 + round % 2, 1), &cancel);
            assert!(
                matches!(ended, Err(ExperimentError::Cancelled)),
                "{ended:?}"
            );
            assert!(!resumed.path().join("summary.json").exists());
        }
        experiment(resumed.path(), &plan, &engine, (2, 1), &()).unwrap();
        assert!(
            files(resumed.path()) == expected,
            "{}: resumed",
            engine.kernel()
        );
    }
}

#[test]
fn every_vector_level_trains_the_same_weights() {
    let folder = |level| {
        let engine = Engine::portable_at(level).ok()?;
        let folder = tempfile::tempdir().unwrap();
        experiment(
            folder.path(),
            &plan(protocol(), &[7], &engine),
            &engine,
            (1, 1),
            &(),
        )
        .unwrap();
        let mut files = files(folder.path());
        files.remove("/plan.json"); // names the level
        Some(files)
    };
    let expected = folder(Level::Baseline).unwrap();
    for level in Level::ALL {
        let Some(found) = folder(level) else { continue };
        assert!(found == expected, "{level}");
    }
}

#[test]
fn an_arm_does_not_depend_on_the_arms_beside_it() {
    let engine = Engine::portable();
    let run = |text: &str| {
        let protocol = fm_experiment::Protocol::parse(text, "changed").unwrap();
        let folder = tempfile::tempdir().unwrap();
        experiment(
            folder.path(),
            &plan(protocol, &[5], &engine),
            &engine,
            (1, 1),
            &(),
        )
        .unwrap()
    };
    let summary = run(PROTOCOL);
    // A third arm in the middle, with the same recipe as the first under another name.
    let twin = "[[arms]]\nname = \"twin\"\ntrunk = \"fresh\"\nphases = [{ epochs = 3, freeze = \
                \"nothing\", optimizer = { sgd = { lr = 0.05 } } }]\n\n[[arms]]\nname = \"transfer\"";
    let more = run(&PROTOCOL.replace("[[arms]]\nname = \"transfer\"", twin));
    assert_eq!(more.arms["scratch"], summary.arms["scratch"]);
    assert_eq!(more.arms["transfer"], summary.arms["transfer"]);
    // Same head, same trunk, same batches: paired by seed means this.
    assert_eq!(more.arms["twin"], more.arms["scratch"]);
}

//! What a stopped experiment need not do again, and what it leaves behind.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use fm_experiment::protocol::TrunkOrigin;
use fm_experiment::{ExperimentError, PlanObserver};
use fm_nn::Engine;
use fm_tests::small_experiment::{experiment, plan, protocol};
use fm_train::Checkpoint;

/// Ends a plan after so many steps, and counts them: a run asks before each.
struct Steps {
    count: AtomicU64,
    most: u64,
}

impl Steps {
    fn most(most: u64) -> Self {
        let count = AtomicU64::new(0);
        Self { count, most }
    }

    fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }
}

impl PlanObserver for Steps {
    fn cancelled(&self) -> bool {
        self.count.fetch_add(1, Ordering::Relaxed) >= self.most
    }
}

/// Steps of an epoch of the source training: 700 rows, of which classes 5 and 6 are not its own.
fn epoch_steps(folder: &Path) -> u64 {
    let text = fs::read_to_string(folder.join("runs/seed-0001.json")).unwrap();
    let record: fm_experiment::RunRecord = serde_json::from_str(&text).unwrap();
    record.source.history[0].train.rows.div_ceil(32) as u64
}

#[test]
fn finished_epochs_are_not_trained_again() {
    let engine = Engine::portable();
    let plan = plan(protocol(), &[1], &engine);
    let whole = tempfile::tempdir().unwrap();
    let run = |folder: &Path, most| {
        let steps = Steps::most(most);
        let ended = experiment(folder, &plan, &engine, (1, 1), &steps).map(|_| ());
        (ended, steps.count())
    };
    let (ended, all) = run(whole.path(), u64::MAX);
    ended.unwrap();
    let epoch = epoch_steps(whole.path());
    let bytes = |folder: &Path| fs::read(folder.join("runs/seed-0001.json")).unwrap();

    // Stopped in the first epoch, in the second of the source's two, and in the first arm.
    for (stop, epochs_done) in [(3, 0), (epoch + 3, 1), (2 * epoch + 3, 2)] {
        let folder = tempfile::tempdir().unwrap();
        let (ended, _) = run(folder.path(), stop);
        assert!(
            matches!(ended, Err(ExperimentError::Cancelled)),
            "{ended:?}"
        );
        let path = folder.path().join("checkpoints/seed-0001.ckpt");
        assert_eq!(path.exists(), epochs_done > 0, "{stop}");
        if path.exists() {
            let checkpoint = Checkpoint::load(&path).unwrap();
            assert_eq!(checkpoint.history().len() as u64, epochs_done);
            assert_eq!(checkpoint.phase().is_none(), epochs_done == 2, "{stop}");
        }
        let (ended, rest) = run(folder.path(), u64::MAX);
        ended.unwrap();
        assert_eq!(rest, all - epochs_done * epoch, "{stop}");
        assert_eq!(bytes(folder.path()), bytes(whole.path()), "{stop}");
        assert!(!folder.path().join("checkpoints").exists());
    }
}

/// Where an arm begins with a source trained on shuffled labels, that training is gone on with too.
#[test]
fn finished_epochs_of_a_second_source_are_not_trained_again() {
    let engine = Engine::portable();
    let mut protocol = protocol();
    protocol.arms[1].trunk = TrunkOrigin::ShuffledSource;
    let plan = plan(protocol, &[1], &engine);
    let run = |folder: &Path, most| {
        let steps = Steps::most(most);
        let ended = experiment(folder, &plan, &engine, (1, 1), &steps).map(|_| ());
        (ended, steps.count())
    };
    let (whole, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (ended, all) = run(whole.path(), u64::MAX);
    ended.unwrap();
    let epoch = epoch_steps(whole.path());
    // In the second epoch of the second source.
    assert!(run(folder.path(), 3 * epoch + 3).0.is_err());
    let names = ["seed-0001.ckpt", "seed-0001-shuffled.ckpt"];
    let done = names.map(|name| {
        let path = folder.path().join("checkpoints").join(name);
        Checkpoint::load(&path).unwrap().history().len()
    });
    assert_eq!(done, [2, 1]);
    let (ended, rest) = run(folder.path(), u64::MAX);
    ended.unwrap();
    assert_eq!(rest, all - 3 * epoch);
    let bytes = |folder: &Path| fs::read(folder.join("runs/seed-0001.json")).unwrap();
    assert_eq!(bytes(folder.path()), bytes(whole.path()));
    assert!(!folder.path().join("checkpoints").exists());
}

#[test]
fn a_damaged_checkpoint_is_named_and_can_be_removed() {
    let engine = Engine::portable();
    let plan = plan(protocol(), &[1], &engine);
    let folder = tempfile::tempdir().unwrap();
    let run = |steps| experiment(folder.path(), &plan, &engine, (1, 1), &Steps::most(steps));
    assert!(run(25).is_err());
    let path = folder.path().join("checkpoints/seed-0001.ckpt");
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&path, &bytes).unwrap();
    let message = run(u64::MAX).unwrap_err().to_string();
    assert!(
        message.contains("seed-0001.ckpt is damaged: the SHA-256"),
        "{message}"
    );
    assert!(message.contains("remove it and start again"), "{message}");
    fs::remove_file(&path).unwrap();
    run(u64::MAX).unwrap();
}

#[test]
fn a_checkpoint_of_another_protocol_is_refused_by_what_differs() {
    let engine = Engine::portable();
    let folder = tempfile::tempdir().unwrap();
    let stop = |folder: &Path, protocol| {
        let plan = plan(protocol, &[1], &engine);
        experiment(folder, &plan, &engine, (1, 1), &Steps::most(25)).unwrap_err()
    };
    let other = tempfile::tempdir().unwrap();
    let mut longer = protocol();
    longer.source.epochs = 9;
    stop(other.path(), longer);
    stop(folder.path(), protocol());
    let name = "checkpoints/seed-0001.ckpt";
    fs::copy(other.path().join(name), folder.path().join(name)).unwrap();
    let message = stop(folder.path(), protocol()).to_string();
    assert!(
        message.contains("epochs of phase 1 is 9, but here it is 2"),
        "{message}"
    );
}

#[test]
fn what_a_killed_process_left_is_swept_away() {
    let engine = Engine::portable();
    let plan = plan(protocol(), &[1], &engine);
    let folder = tempfile::tempdir().unwrap();
    let run = || experiment(folder.path(), &plan, &engine, (1, 1), &()).unwrap();
    run();
    let left = [
        "timings.json.7-0.part",
        "runs/seed-0001.json.7-0.part",
        "checkpoints/seed-0001.ckpt",
        "checkpoints/seed-0001.ckpt.7-0.part",
    ];
    fs::create_dir(folder.path().join("checkpoints")).unwrap();
    for name in left {
        fs::write(folder.path().join(name), "half").unwrap();
    }
    run();
    for name in left {
        assert!(!folder.path().join(name).exists(), "{name}");
    }
    assert!(!folder.path().join("checkpoints").exists());
}

//! Laws of stores: any order, any number of processes and any interruption give the same records.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::SystemTime;

use fm_experiment::protocol::Values;
use fm_experiment::{
    Cell, Counts, DatasetIdentity, ExperimentError, Key, Observer, Outcome as Ended, Process,
    ProcessState, Progress, Results, Slice, Store,
};
use libtest_mimic::Trial;
use serde_json::json;

use crate::support::{Outcome, records, small, small_data, test};

pub(crate) fn tests() -> Vec<Trial> {
    vec![
        test("any_interruption_gives_the_same_records", any_interruption),
        test(
            "any_number_of_threads_gives_the_same_records",
            any_number_of_threads,
        ),
        test(
            "concurrent_runs_and_slices_give_the_same_records",
            concurrent_runs,
        ),
        test("a_store_grows_by_seeds_arms_and_sweeps", a_store_grows),
        test(
            "a_panic_keeps_what_is_finished",
            a_panic_keeps_what_is_finished,
        ),
        test(
            "progress_from_names_counts_what_records_say",
            progress_from_names,
        ),
        test("a_changed_byte_is_noticed", a_changed_byte_is_noticed),
        test(
            "other_folders_and_other_data_are_refused",
            other_folders_are_refused,
        ),
        test(
            "what_is_damaged_and_deleted_is_written_again",
            lost_files_are_written_again,
        ),
        test(
            "lost_source_networks_are_trained_again",
            lost_source_networks,
        ),
        test(
            "a_process_without_a_sign_for_three_minutes_is_lost",
            silent_processes_are_lost,
        ),
        test(
            "a_process_is_there_while_it_works",
            a_process_is_there_while_it_works,
        ),
    ]
}

/// Stops after so many cells.
struct StopAfter {
    cells: usize,
    done: AtomicUsize,
}

impl Observer for StopAfter {
    fn cell_done(&self, _: &Cell, _: &Ended) {
        self.done.fetch_add(1, Ordering::Relaxed);
    }

    fn cancelled(&self) -> bool {
        self.done.load(Ordering::Relaxed) >= self.cells
    }
}

fn whole(seeds: &str) -> Result<BTreeMap<PathBuf, Vec<u8>>, ExperimentError> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    small(seeds).run(folder.path(), &())?;
    Ok(records(folder.path()))
}

fn modified(folder: &Path) -> BTreeMap<PathBuf, SystemTime> {
    let files = records(folder).into_keys();
    let time = |name: PathBuf| {
        let metadata = folder.join(&name).metadata().expect("it is there");
        (name, metadata.modified().expect("the system has times"))
    };
    files.map(time).collect()
}

fn any_interruption() -> Outcome {
    let whole = whole("2")?;
    assert_eq!(whole.len(), 12);
    for cells in [1, 2, 5, 7] {
        let folder = tempfile::tempdir()?;
        let stop = StopAfter {
            cells,
            done: AtomicUsize::new(0),
        };
        let stopped = small("2").run(folder.path(), &stop);
        assert!(matches!(stopped, Err(ExperimentError::Cancelled)));
        let before = modified(folder.path());
        assert!(
            (cells..12).contains(&before.len()),
            "{} records",
            before.len()
        );
        small("2").run(folder.path(), &())?;
        assert_eq!(records(folder.path()), whole);
        // Nothing was written twice.
        let after = modified(folder.path());
        assert!(before.iter().all(|(name, time)| after[name] == *time));
    }
    Ok(())
}

fn any_number_of_threads() -> Outcome {
    let whole = whole("3")?;
    for threads in [1, 3, 8] {
        let folder = tempfile::tempdir()?;
        let mut experiment = small("3");
        experiment.executor.threads = NonZeroUsize::new(threads).ok_or("no threads")?;
        experiment.run(folder.path(), &())?;
        assert_eq!(records(folder.path()), whole);
    }
    Ok(())
}

fn concurrent_runs() -> Outcome {
    let whole = whole("6")?;
    let folder = tempfile::tempdir()?;
    // Overlapping seeds, and a reader all the while.
    std::thread::scope(|scope| -> Outcome {
        let runs = ["1..4", "2..5", "3..6", "6,1"]
            .map(|seeds| scope.spawn(|| small(seeds).run(folder.path(), &()).map(|_| ())));
        while runs.iter().any(|run| !run.is_finished()) {
            match Results::read(folder.path()) {
                Ok(_) | Err(ExperimentError::Folder { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        for run in runs {
            run.join().map_err(|_| "a run panicked")??;
        }
        Ok(())
    })?;
    assert_eq!(records(folder.path()), whole);

    // Shares do not overlap and leave nothing.
    let folder = tempfile::tempdir()?;
    let mut jobs = 0;
    for index in 1..=3 {
        let experiment = small("6");
        let (store, mut share) = experiment.open(folder.path())?;
        let slice = Slice { index, count: 3 };
        share.retain(|job| slice.contains(&job.source));
        jobs += share.len();
        experiment.carry_out(&store, &share, &())?;
    }
    assert_eq!(jobs, 6);
    assert_eq!(records(folder.path()), whole);
    Ok(())
}

/// Without opening a record: the same counts at any moment, and the same jobs are missing.
fn progress_from_names() -> Outcome {
    let folder = tempfile::tempdir()?;
    let mut experiment = small("3");
    // With the larger rate arms diverge.
    let rates = Values::List(vec![json!(0.02), json!(1e30)]);
    let axis = ("arms.scratch.phases[0].optimizer.sgd.lr".to_owned(), rates);
    experiment.request = experiment.request.with_sweep(&[axis]);
    for cells in [4, 9, usize::MAX] {
        let stop = StopAfter {
            cells,
            done: AtomicUsize::new(0),
        };
        match experiment.run(folder.path(), &stop) {
            Ok(_) => {}
            Err(ExperimentError::Cancelled) => assert!(cells < usize::MAX),
            Err(error) => return Err(error.into()),
        }
        let results = Results::read(folder.path())?;
        let progress = Progress::read(folder.path())?;
        let counts = progress.series.iter();
        let sum = |of: fn(&Counts) -> usize| counts.clone().map(of).sum::<usize>();
        assert_eq!(sum(|counts| counts.missing), results.missing().count());
        assert_eq!(sum(|counts| counts.diverged), results.failed().count());
        let (_, jobs) = experiment.open(folder.path())?;
        let missing: BTreeMap<Key, u64> = jobs.iter().map(|job| (job.source, job.work())).collect();
        assert_eq!(progress.jobs, missing);
        let cells: usize = jobs.iter().map(|job| job.cells.len()).sum();
        assert_eq!(progress.missing, cells);
    }
    assert_eq!(Progress::read(folder.path())?.diverged.len(), 3);
    Ok(())
}

fn a_store_grows() -> Outcome {
    let folder = tempfile::tempdir()?;
    small("2").run(folder.path(), &())?;
    let before = records(folder.path());
    let mut experiment = small("4");
    experiment.request = experiment.request.with_named_sweep("samples")?;
    let results = experiment.run(folder.path(), &())?;
    assert_eq!(results.main().seeds, [1, 2, 3, 4]);
    assert_eq!(results.missing().count(), 0);
    // A new arm, asked for with fewer seeds: what was asked before stays.
    let mut experiment = small("1");
    let arms = ["shuffled-source".to_owned()];
    experiment.request.protocol = experiment.request.protocol.with_arms(&arms)?;
    let results = experiment.run(folder.path(), &())?;
    assert_eq!(
        (results.main().seeds.len(), results.plan.series.len()),
        (4, 2)
    );
    assert_eq!(results.main().points[0].arms.len(), 6);
    // The new arm is there for one seed, and missing for three.
    assert_eq!(
        results
            .missing()
            .filter(|cell| cell.place.series == 0)
            .count(),
        3
    );
    let after = records(folder.path());
    assert!(
        before
            .iter()
            .all(|(name, bytes)| after.get(name) == Some(bytes))
    );
    Ok(())
}

struct PanicAt(AtomicUsize);

impl Observer for PanicAt {
    fn cell_done(&self, _: &Cell, _: &Ended) {
        let done = self.0.fetch_add(1, Ordering::Relaxed);
        assert!(done != 6, "on purpose");
    }
}

fn a_panic_keeps_what_is_finished() -> Outcome {
    let folder = tempfile::tempdir()?;
    let panic = PanicAt(AtomicUsize::new(0));
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let ended = small("4").run(folder.path(), &panic);
    std::panic::set_hook(hook);
    match ended {
        Err(ExperimentError::Panic(message)) => assert!(message.contains("on purpose")),
        other => panic!("{other:?}"),
    }
    assert!(records(folder.path()).len() >= 7);
    small("4").run(folder.path(), &())?;
    assert_eq!(records(folder.path()), whole("4")?);
    Ok(())
}

fn a_changed_byte_is_noticed() -> Outcome {
    let folder = tempfile::tempdir()?;
    let mut experiment = small("1");
    experiment.request.protocol.arms.truncate(1);
    experiment.run(folder.path(), &())?;
    let store = Store::read(folder.path())?;
    for (name, bytes) in records(folder.path()) {
        let path = folder.path().join(&name);
        let stem = path
            .file_stem()
            .and_then(|stem| stem.to_str())
            .ok_or("no name")?;
        let key = Key::from_hex(stem).ok_or("no key")?;
        let mut changed = bytes.clone();
        for at in (0..bytes.len()).step_by(3) {
            changed[at] ^= 0x11;
            std::fs::write(&path, &changed)?;
            match store.record(&key) {
                Ok(_) => panic!("a change at {at} of {} was not noticed", name.display()),
                Err(ExperimentError::Damaged { path: named, .. }) => assert_eq!(named, path),
                Err(other) => panic!("{other}"),
            }
            changed[at] ^= 0x11;
        }
        for end in [0, 1, 9, bytes.len() / 2, bytes.len() - 1] {
            std::fs::write(&path, &bytes[..end])?;
            assert!(store.record(&key).is_err(), "cut at {end}");
        }
        std::fs::write(&path, &bytes)?;
    }
    Ok(())
}

fn other_folders_are_refused() -> Outcome {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("film.mkv");
    std::fs::write(&file, "mine")?;
    let refused = small("1").run(folder.path(), &());
    assert!(matches!(refused, Err(ExperimentError::Folder { .. })));
    assert_eq!(std::fs::read_dir(folder.path())?.count(), 1);
    let refused = small("1").run(&file, &());
    assert!(matches!(refused, Err(ExperimentError::Folder { .. })));

    let folder = tempfile::tempdir()?;
    small("1").run(folder.path(), &())?;
    let mut labels = small_data().labels();
    labels.identity = DatasetIdentity {
        name: "other".to_owned(),
        files: Vec::new(),
    };
    let refused = Store::open(folder.path(), &labels);
    assert!(matches!(refused, Err(ExperimentError::Folder { .. })));
    // A request that is refused leaves no folder.
    let none = folder.path().join("none");
    let mut experiment = small("1");
    let rows = ("task.target_rows".to_owned(), json!(1000));
    experiment.request.protocol = experiment.request.protocol.with(&[rows])?;
    assert!(experiment.run(&none, &()).is_err());
    assert!(!none.exists());
    Ok(())
}

fn lost_files_are_written_again() -> Outcome {
    let folder = tempfile::tempdir()?;
    small("1").run(folder.path(), &())?;
    for name in ["train-labels.safetensors", "store.json"] {
        let path = folder.path().join(name);
        let whole = std::fs::read(&path)?;
        std::fs::write(&path, &whole[..whole.len() / 2])?;
        let refused = Results::read(folder.path());
        assert!(matches!(refused, Err(ExperimentError::Damaged { .. })));
        std::fs::remove_file(&path)?;
        assert!(Results::read(folder.path()).is_err());
        small("1").run(folder.path(), &())?;
        assert_eq!(std::fs::read(&path)?, whole);
    }
    Ok(())
}

fn lost_source_networks() -> Outcome {
    let mut with_depth = small("2");
    with_depth.request = with_depth.request.with_named_sweep("depth")?;
    let folder = tempfile::tempdir()?;
    with_depth.run(folder.path(), &())?;
    let whole = records(folder.path());
    let folder = tempfile::tempdir()?;
    small("2").run(folder.path(), &())?;
    std::fs::remove_dir_all(folder.path().join("models"))?;
    with_depth.run(folder.path(), &())?;
    assert_eq!(records(folder.path()), whole);
    Ok(())
}

fn silent_processes_are_lost() -> Outcome {
    let seen = |secs_ago, failed: Option<&str>| {
        let now = Process::this(None);
        let seen = Process {
            seen_at: now.seen_at - secs_ago,
            failed: failed.map(str::to_owned),
            ..now
        };
        seen.state()
    };
    assert_eq!(seen(100, None), ProcessState::Running);
    assert_eq!(seen(200, None), ProcessState::Lost);
    assert_eq!(seen(0, Some("no data")), ProcessState::Failed);
    Ok(())
}

fn a_process_is_there_while_it_works() -> Outcome {
    let folder = tempfile::tempdir()?;
    let store = Store::open(folder.path(), &small_data().labels())?;
    let slice = Some(Slice { index: 2, count: 3 });
    let found = store.announced(Process::this(slice), || {
        // It is written by another thread.
        loop {
            match store.processes()?.as_slice() {
                [] => std::thread::yield_now(),
                [one] => return Ok::<_, ExperimentError>((one.slice, one.state())),
                more => panic!("{more:?}"),
            }
        }
    });
    assert_eq!(found?, (slice, ProcessState::Running));
    assert_eq!(store.processes()?, []);
    Ok(())
}

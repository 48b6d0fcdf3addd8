//! Processes in one results folder at the same time: every cell is trained once, with the bytes
//! that one process alone gives.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use fm_experiment::Results;
use fm_report::Report;
use libtest_mimic::Trial;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::support::{
    Mounted, assert_same, count, experiment, fm, message, mount, printed, trials,
};

pub(crate) fn tests() -> Vec<Trial> {
    trials![
        processes_with_overlapping_seeds_and_kills_give_what_one_process_gives,
        eight_slices_give_what_one_process_gives,
        a_finished_folder_grows_by_what_is_asked,
    ]
}

/// A source and two arms.
const CELLS_OF_A_SEED: usize = 3;

fn processes_with_overlapping_seeds_and_kills_give_what_one_process_gives() {
    let (alone, together) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let start = Instant::now();
    printed(&mut experiment(alone.path(), "1..11", &["--jobs", "1"]));
    let takes = start.elapsed();

    let folder = together.path();
    // One seed, so that the readers have a folder from the beginning.
    printed(&mut experiment(folder, "1", &[]));
    let (results, view) = (folder.join("results"), folder.join("view"));
    fs::create_dir(&view).unwrap();
    // Where nothing can be mounted, the readers open the folder itself.
    let bound = mount(&["--bind", results.to_str().unwrap()], &view).is_ok();
    let mounted = bound.then(|| Mounted(&view));
    if bound {
        mount(&["-o", "remount,ro,bind"], &view).unwrap();
    }
    let view = if bound { &view } else { &results };

    let (done, kills, reads) = (
        AtomicBool::new(false),
        AtomicUsize::new(0),
        AtomicUsize::new(0),
    );
    thread::scope(|scope| {
        let readers = [
            scope.spawn(|| read_until(&done, || read(view, &reads))),
            scope.spawn(|| read_until(&done, || read_with_fm(folder, view))),
        ];
        let workers = (0..8u64).map(|process| {
            let kills = &kills;
            scope.spawn(move || {
                let seeds = format!("{}..{}", process + 1, process + 4);
                let mut rng = ChaCha8Rng::seed_from_u64(process);
                // Half of the processes are killed, three times each.
                for _ in 0..3 * (process % 2) {
                    let mut command = experiment(folder, &seeds, &["--jobs", "1"]);
                    let mut child = command.spawn().unwrap();
                    let share = f64::from(rng.next_u32()) / f64::from(u32::MAX);
                    thread::sleep(takes.mul_f64(share));
                    kills.fetch_add(
                        usize::from(child.try_wait().unwrap().is_none()),
                        Ordering::Relaxed,
                    );
                    child.kill().unwrap();
                    child.wait().unwrap();
                }
                printed(&mut experiment(folder, &seeds, &["--jobs", "1"]));
            })
        });
        let workers: Vec<_> = workers.collect();
        let ended: Vec<_> = workers.into_iter().map(|worker| worker.join()).collect();
        done.store(true, Ordering::Relaxed);
        let ended = ended.into_iter().chain(readers.map(|reader| reader.join()));
        // A panic of any of them is the test's.
        ended.for_each(|ended| ended.unwrap());
    });
    assert!(
        kills.into_inner() > 3,
        "most processes ended before their kill"
    );
    assert!(reads.into_inner() > 10, "too few readings");
    assert_same(&results, &alone.path().join("results"), "eight processes");
    assert_eq!(count(&results), 11 * CELLS_OF_A_SEED);
    let status = printed(&mut fm(folder, &["status", "results", "--format", "json"]));
    let status: serde_json::Value = serde_json::from_str(&status).unwrap();
    assert_eq!(status["series"][0]["done"], 11 * CELLS_OF_A_SEED);
    assert_eq!(status["series"][0]["missing"], 0);
    drop(mounted);
}

fn read_until(done: &AtomicBool, read: impl Fn()) {
    while !done.load(Ordering::Relaxed) {
        read();
        thread::sleep(Duration::from_millis(5));
    }
}

fn read(view: &Path, reads: &AtomicUsize) {
    let results = Results::read(view).unwrap();
    Report::of(&results).unwrap();
    reads.fetch_add(1, Ordering::Relaxed);
}

fn read_with_fm(folder: &Path, view: &Path) {
    let view = view.to_str().unwrap();
    for args in [
        &["status", view][..],
        &["report", view, "--format", "json", "--out", "copy"],
    ] {
        let output = fm(folder, args).output().unwrap();
        assert!(output.status.success(), "{args:?}: {}", message(&output));
        assert_eq!(message(&output), "", "{args:?}");
    }
}

fn eight_slices_give_what_one_process_gives() {
    let (alone, sliced) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let sweep = ["--sweep", "samples", "--sweep", "depth"];
    printed(&mut experiment(alone.path(), "1..9", &sweep));
    let folder = sliced.path();
    let reports: Vec<bool> = thread::scope(|scope| {
        let slices = (1..=8).map(|index| {
            scope.spawn(move || {
                let slice = format!("{index}/8");
                let flags = [&sweep[..], &["--jobs", "1", "--slice", &slice]].concat();
                let printed = printed(&mut experiment(folder, "1..9", &flags));
                printed.contains("Report: ")
            })
        });
        let slices: Vec<_> = slices.collect();
        slices
            .into_iter()
            .map(|slice| slice.join().unwrap())
            .collect()
    });
    assert!(reports.contains(&true), "the last share writes the report");
    let results = folder.join("results");
    assert_same(&results, &alone.path().join("results"), "eight slices");
    // What remains after all slices is nothing.
    let before = count(&results);
    printed(&mut experiment(folder, "1..9", &sweep));
    assert_eq!(count(&results), before);
}

fn a_finished_folder_grows_by_what_is_asked() {
    let (alone, grown) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let sweep = ["--sweep", "task.target_rows=10,40"];
    printed(&mut experiment(alone.path(), "1..3", &sweep));
    let results = grown.path().join("results");
    for (seeds, flags, cells) in [
        ("1..2", &[][..], 6),
        // 40 rows are the main table's; 10 rows have two arms of each seed.
        ("1..2", &sweep[..], 10),
        ("1..3", &sweep[..], 15),
    ] {
        let printed = printed(&mut experiment(grown.path(), seeds, flags));
        assert_eq!(count(&results), cells, "{printed}");
        assert!(printed.contains("Report: "), "{printed}");
    }
    assert_same(
        &results,
        &alone.path().join("results"),
        "asked in three steps",
    );
    let found = Results::read(&results).unwrap();
    assert_eq!(found.request.seeds, [1, 2, 3]);
    assert_eq!(found.missing().count(), 0);
}

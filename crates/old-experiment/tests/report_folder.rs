//! What reports do to a results folder, and which plans and records they refuse.

mod report_support;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Barrier;
use std::thread;

use fm_experiment::protocol::Pairing;
use fm_experiment::report::{ReportError, compare_folders, rebuild};
use fm_experiment::{ExperimentError, ResultsFolder, RunRecord};
use report_support::{folder, folder_of, plan, record};

fn paths(folder: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(paths(&path));
        }
        found.insert(path);
    }
    found
}

#[test]
fn comparing_folders_changes_nothing_in_them() {
    let folder = folder();
    let path = folder.path();
    fs::remove_file(path.join(".lock")).unwrap();
    fs::remove_dir_all(path.join("models")).unwrap();
    fs::write(path.join("summary.json.part"), "half").unwrap();
    let before = paths(path);
    let found = compare_folders(&[path.to_owned(), path.to_owned()]).unwrap();
    assert!(!found.rows.is_empty());
    assert_eq!(paths(path), before);
}

#[test]
fn a_report_removes_its_own_old_files_and_no_others() {
    let folder = folder();
    rebuild(folder.path()).unwrap();
    let fresh = paths(folder.path());
    // As a curve left it whose records have been removed since.
    fs::write(folder.path().join("report/samples.csv"), "old").unwrap();
    rebuild(folder.path()).unwrap();
    assert_eq!(paths(folder.path()), fresh);
    fs::write(folder.path().join("report/mine.csv"), "mine").unwrap();
    rebuild(folder.path()).unwrap();
    assert!(folder.path().join("report/mine.csv").exists());
}

#[test]
fn seeds_that_are_not_ascending_are_refused() {
    for seeds in ["[1, 1, 2]", "[2, 1]"] {
        let folder = folder();
        let path = folder.path().join("plan.json");
        let text = fs::read_to_string(&path).unwrap();
        let mut plan: serde_json::Value = serde_json::from_str(&text).unwrap();
        plan["seeds"] = serde_json::from_str(seeds).unwrap();
        fs::write(&path, plan.to_string()).unwrap();
        let error = rebuild(folder.path()).unwrap_err();
        assert!(matches!(error, ReportError::Seeds { .. }), "{error}");
    }
}

#[test]
fn records_that_contradict_themselves_are_refused() {
    let refused = |change: fn(&mut RunRecord), words: &str| {
        let mut record = record(1);
        change(&mut record);
        let folder = folder_of(&plan(), &[record]);
        let error = rebuild(folder.path()).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    };
    refused(|r| r.arms[0].test.accuracy = 0.5, "no accuracy of 0.5");
    refused(|r| r.source.history.clear(), "source: there is no epoch");
    refused(|r| r.arms[1].history.clear(), "transfer: there is no epoch");
    refused(
        |r| r.arms[1].trunk_sha256.clear(),
        "transfer: there is no digest",
    );
}

/// However two starts meet, one of them has the folder and its plan is the one that is there.
#[test]
fn two_plans_that_begin_a_folder_at_once_are_not_mixed() {
    let plans = [1, 2].map(|seed| {
        let mut plan = plan();
        plan.identity.seeds = vec![seed];
        plan
    });
    for _ in 0..50 {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("results");
        let barrier = Barrier::new(2);
        let opened = thread::scope(|scope| {
            let starts = plans.each_ref().map(|plan| {
                scope.spawn(|| {
                    barrier.wait();
                    // Closed again at once, so that the other may come after it.
                    ResultsFolder::open(&path, plan).map(drop).is_ok()
                })
            });
            starts.map(|start| start.join().unwrap())
        });
        let there = ResultsFolder::plan(&path).unwrap().unwrap();
        let of_there = plans.each_ref().map(|plan| *plan == there);
        assert_eq!(opened, of_there);
    }
}

#[test]
fn a_file_in_the_folder_s_place_is_called_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("results");
    fs::write(&path, "mine").unwrap();
    let error = ResultsFolder::open(&path, &plan()).unwrap_err();
    assert!(
        matches!(error, ExperimentError::NotFolder { .. }),
        "{error}"
    );
    assert_eq!(fs::read_to_string(&path).unwrap(), "mine");
}

#[test]
fn charts_show_the_arms_that_the_protocol_compares() {
    let mut plan = plan();
    plan.identity.protocol.comparisons = vec![Pairing {
        arm: "linear-probe".to_owned(),
        against: "transfer".to_owned(),
    }];
    let records: Vec<_> = (1..=7).map(record).collect();
    let folder = folder_of(&plan, &records);
    rebuild(folder.path()).unwrap();
    let page = fs::read_to_string(folder.path().join("report.html")).unwrap();
    for shown in ["linear-probe and transfer: ", "scratch: "] {
        for chart in ["validation loss", "right how often"] {
            assert!(page.contains(&format!("{shown}{chart}")), "{shown}{chart}");
        }
    }
    assert!(!page.contains("and scratch: "));
}

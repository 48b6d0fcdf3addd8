//! Reports of tuned arms.

use std::collections::BTreeMap;

use fm_report::Report;
use serde_json::json;

use crate::csv_files::read;
use crate::stores::{experiment, run};

#[test]
fn every_trial_is_in_the_csv_and_one_of_each_training_is_chosen() {
    let tune = json!({
        "folds": 3,
        "epochs": [2, 4],
        "trials": 2,
        "space": {
            "*.lr": [0.01, 1e20],
            "arms.transfer.phases[0].epochs": [1, 2],
        },
    });
    let moves = json!(["init", "order", "target_rows"]);
    let experiment = experiment("6", &[("tune", tune), ("seed.moves", moves)]);
    let folder = tempfile::tempdir().unwrap();
    let results = run(&experiment, folder.path());
    let report = Report::of(&results).unwrap();
    report.write(folder.path()).unwrap();

    let text = std::fs::read_to_string(folder.path().join("tuning.csv")).unwrap();
    let rows = read(&text);
    let column = |name: &str| rows[0].iter().position(|title| title == name).unwrap();
    let (arm, seed, chosen) = (column("arm"), column("seed"), column("chosen"));
    let (lr, epochs, loss) = (column("*.lr"), column("epochs"), column("held_out_loss"));
    let mut trainings: BTreeMap<(&str, &str), Vec<&Vec<String>>> = BTreeMap::new();
    for row in &rows[1..] {
        let training = (row[arm].as_str(), row[seed].as_str());
        trainings.entry(training).or_default().push(row);
    }
    // Five arms, six seeds; a training with a frozen phase of two epochs has no two epochs to choose.
    assert_eq!(trainings.len(), 30);
    for (training, rows) in trainings {
        assert_eq!(rows.len(), 2 * 2, "{training:?}");
        let taken: Vec<_> = rows.iter().filter(|row| row[chosen] == "1").collect();
        assert_eq!(taken.len(), 1, "{training:?}");
        let number = |text: &str| text.parse::<f64>().unwrap_or(f64::INFINITY);
        let least = rows.iter().map(|row| number(&row[loss]));
        assert_eq!(number(&taken[0][loss]), least.fold(f64::INFINITY, f64::min));
        // What the summary says each seed chose.
        let index = training.1.parse::<usize>().unwrap() - 1;
        let told = &report.summary["arms"][training.0]["chosen"][index];
        assert_eq!(told["epochs"].to_string(), taken[0][epochs]);
        assert_eq!(told["settings"]["*.lr"].to_string(), taken[0][lr]);
    }
    // A mean curve of trainings of different lengths would mislead.
    let markdown = std::fs::read_to_string(folder.path().join("report.md")).unwrap();
    assert!(markdown.contains("How the arms were tuned"), "{markdown}");
    assert!(!markdown.contains("Learning curves"), "{markdown}");
    // The intervals for other rows stand beside that over the draws alone.
    let file = folder.path().join("report/intervals.csv");
    let intervals = read(&std::fs::read_to_string(file).unwrap());
    assert_eq!(intervals.len(), 1 + 4);
}

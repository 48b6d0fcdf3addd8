//! The numbers of the test rows, as CSV. Fractions, not percent.

use fm_train::ConfusionMatrix;

use super::gallery;
use super::tables::class_names;
use crate::report::load::Material;
use crate::report::text::{csv, exact, exact_or_empty};
use crate::stats::RowVariance;
use crate::test_rows::{ModelRows, RowsTally, TestRowsSummary};

/// Names and texts of the files; none where no run left its predictions.
pub(in crate::report) fn files(material: &Material) -> Vec<(&'static str, String)> {
    let (Some(summary), Some(tally)) = (&material.summary.test_rows, &material.rows.tally) else {
        return Vec::new();
    };
    vec![
        ("report/rows.csv", rows(material, tally)),
        ("report/spread.csv", spread(material, summary)),
        ("report/confusion.csv", confusion(material, summary)),
        ("report/calibration.csv", calibration(material, summary)),
    ]
}

/// A line per test row of the target task: every arm's errors and mean probability.
fn rows(material: &Material, tally: &RowsTally) -> String {
    let (classes, _) = class_names(&material.plan);
    let mut heading = ["row_number", "label", "class", "seeds", "gallery"]
        .map(str::to_owned)
        .to_vec();
    for arm in tally.arms() {
        heading.push(format!("{arm}_wrong"));
        heading.push(format!("{arm}_probability"));
    }
    let heading: Vec<&str> = heading.iter().map(String::as_str).collect();
    let arms = tally.arms().count();
    // Which gallery a row is in: the name of the arm that gets it.
    let mut gallery = vec![""; tally.target().labels.len()];
    if let Some([arm, against]) = gallery::pair(material, tally) {
        for (wrong, right) in [(against, arm), (arm, against)] {
            for shown in gallery::choose(tally, wrong, right) {
                gallery[shown.row] = tally.arms().nth(right).unwrap_or_default();
            }
        }
    }
    let target = tally.target();
    let lines = target.labels.iter().zip(&target.row_numbers).enumerate();
    let lines = lines.map(|(row, (&label, number))| {
        let class = classes.get(usize::from(label)).cloned().unwrap_or_default();
        let mut line = vec![number.to_string(), label.to_string(), class];
        line.push(tally.runs().to_string());
        line.push(gallery[row].to_owned());
        for arm in 0..arms {
            let score = tally.score(arm, row);
            line.push(score.wrong.to_string());
            line.push(exact(score.probability));
        }
        line
    });
    csv(&heading, lines)
}

/// Every model by its task and name, the source's last.
fn models<'a>(
    material: &'a Material,
    summary: &'a TestRowsSummary,
) -> impl Iterator<Item = (&'static str, &'a str, &'a ModelRows)> {
    let arms = material.plan.identity.protocol.arms.iter();
    arms.map(|arm| ("target", arm.name.as_str(), &summary.arms[&arm.name].model))
        .chain([("source", "source", &summary.source)])
}

fn spread(material: &Material, summary: &TestRowsSummary) -> String {
    let row = |task: &str, model: &str, against: &str, v: &RowVariance| {
        let mut row = vec![task.to_owned(), model.to_owned(), against.to_owned()];
        row.extend([v.seeds, v.rows].map(|n| n.to_string()));
        row.push(exact_or_empty(v.sd_over_seeds));
        row.push(exact(v.sd_from_rows_one_run));
        row.extend([v.share_of_spread, v.error_from_seeds].map(exact_or_empty));
        row.push(exact(v.error_from_rows));
        row
    };
    let mut lines: Vec<_> = models(material, summary)
        .map(|(task, model, rows)| row(task, model, "", &rows.variance))
        .collect();
    let comparisons = summary.comparisons.iter();
    lines.extend(comparisons.map(|c| row("target", &c.arm, &c.against, &c.variance)));
    csv(
        &[
            "task",
            "model",
            "against",
            "seeds",
            "rows",
            "sd_over_seeds",
            "sd_from_rows_one_run",
            "share_of_spread",
            "error_from_seeds",
            "error_from_rows",
        ],
        lines,
    )
}

fn confusion(material: &Material, summary: &TestRowsSummary) -> String {
    let (target, source) = class_names(&material.plan);
    let mut lines = Vec::new();
    for (task, model, rows) in models(material, summary) {
        let classes = if task == "source" { &source } else { &target };
        let name = |class: usize| classes.get(class).cloned().unwrap_or_default();
        let matrix: &ConfusionMatrix = &rows.confusion;
        for ((truth, predicted), &count) in matrix.counts().indexed_iter() {
            let of_class = matrix.counts().row(truth).sum();
            let share = (of_class > 0).then(|| count as f64 / of_class as f64);
            lines.push(vec![
                task.to_owned(),
                model.to_owned(),
                name(truth),
                name(predicted),
                count.to_string(),
                exact_or_empty(share),
            ]);
        }
    }
    csv(
        &[
            "task",
            "model",
            "true_class",
            "predicted_class",
            "count",
            "fraction_of_true_class",
        ],
        lines,
    )
}

fn calibration(material: &Material, summary: &TestRowsSummary) -> String {
    let mut lines = Vec::new();
    for (task, model, rows) in models(material, summary) {
        let bins = rows.reliability.bins();
        for (index, bin) in bins.iter().enumerate().filter(|(_, bin)| bin.rows > 0) {
            let edge = |index: usize| exact(index as f64 / bins.len() as f64);
            lines.push(vec![
                task.to_owned(),
                model.to_owned(),
                edge(index),
                edge(index + 1),
                bin.rows.to_string(),
                bin.correct.to_string(),
                exact_or_empty(bin.mean_probability()),
                exact_or_empty(bin.accuracy()),
            ]);
        }
    }
    csv(
        &[
            "task",
            "model",
            "from",
            "to",
            "predictions",
            "right",
            "mean_probability",
            "accuracy",
        ],
        lines,
    )
}

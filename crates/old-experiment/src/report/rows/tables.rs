//! The tables of the test rows.

use fm_data::published::CLASS_NAMES;

use crate::plan::Plan;
use crate::report::load::Material;
use crate::report::numbers::{self, percent};
use crate::report::table::Table;
use crate::stats::RowVariance;
use crate::stats::words::Percents;
use crate::test_rows::{ArmRows, TestRowsSummary};

/// Most classes whose confusions of all arms fit one table.
const MOST_CLASSES: usize = 3;

/// Names of the target task's and of the source task's classes, in the order of their labels.
pub(super) fn class_names(plan: &Plan) -> (Vec<String>, Vec<String>) {
    let target = &plan.identity.protocol.task.target_classes;
    let name = |class: usize| {
        let known = CLASS_NAMES.get(class);
        known.map_or_else(|| class.to_string(), |name| (*name).to_owned())
    };
    let source =
        (0..CLASS_NAMES.len()).filter(|class| !target.iter().any(|t| usize::from(*t) == *class));
    let target = target.iter().map(|&class| name(usize::from(class)));
    (target.collect(), source.map(name).collect())
}

/// Where the spread of every model's error comes from, and that of every difference.
pub(super) fn spread(material: &Material, summary: &TestRowsSummary) -> Table {
    let caption = "Spread of the test error, in percentage points";
    let columns = [
        "sd between seeds",
        "sd, other rows",
        "owed to rows",
        "mean ±, seeds",
        "mean ±, rows",
    ];
    let mut table = Table::with_columns(caption, columns.map(str::to_owned));
    let mut row = |name: String, v: &RowVariance| {
        let number = |value: Option<f64>| {
            let digits = |v: f64| Percents::telling_apart(&[]).number(v);
            value.map_or_else(|| "–".to_owned(), digits)
        };
        let share = v
            .share_of_spread
            .map(|share| format!("{:.0} %", 100.0 * share));
        table.rows.push(vec![
            name,
            number(v.sd_over_seeds),
            number(Some(v.sd_from_rows_one_run)),
            share.unwrap_or_else(|| "–".to_owned()),
            number(v.error_from_seeds),
            number(Some(v.error_from_rows)),
        ]);
    };
    for arm in &material.plan.identity.protocol.arms {
        row(arm.name.clone(), &summary.arms[&arm.name].model.variance);
    }
    for c in &summary.comparisons {
        row(format!("{} − {}", c.arm, c.against), &c.variance);
    }
    row("source network".to_owned(), &summary.source.variance);
    table
}

/// What the table of spreads means.
pub(super) fn spread_words(summary: &TestRowsSummary) -> String {
    let rows = summary
        .arms
        .values()
        .next()
        .map_or(0, |arm| arm.model.variance.rows);
    format!(
        "All seeds are tested on the same {rows} images. The second column is how far one run’s \
         error would move if these images were drawn anew (the standard deviation of a bootstrap \
         over test rows), the third how much of the variance between seeds is of that kind. The \
         last two are the standard errors of the mean over all seeds: more seeds shrink the one \
         from the seeds, but not the one from the test rows, which the intervals above leave out."
    )
}

/// All arms' confusions in one table; none for tasks of many classes.
pub(super) fn confusions(material: &Material, summary: &TestRowsSummary) -> Option<Table> {
    let (classes, _) = class_names(&material.plan);
    if classes.len() > MOST_CLASSES {
        return None;
    }
    let arms = &material.plan.identity.protocol.arms;
    let caption = "True class → predicted class";
    let mut table = Table::with_columns(caption, arms.iter().map(|arm| arm.name.clone()));
    for (i, truth) in classes.iter().enumerate() {
        for (j, predicted) in classes.iter().enumerate() {
            let mut row = vec![format!("{truth} → {predicted}")];
            row.extend(arms.iter().map(|arm| {
                let counts = summary.arms[&arm.name].model.confusion.counts();
                let of_class = counts.row(i).sum();
                match of_class {
                    0 => "–".to_owned(),
                    _ => {
                        let share = counts[[i, j]] as f64 / of_class as f64;
                        format!("{} ({})", counts[[i, j]], percent(share))
                    }
                }
            }));
            table.rows.push(row);
        }
    }
    Some(table)
}

/// Calibration error, Brier score and area under the ROC curve.
pub(super) fn beyond_accuracy(material: &Material, summary: &TestRowsSummary) -> Table {
    let arms = &material.plan.identity.protocol.arms;
    let caption = "Probabilities of the test rows, mean ± standard deviation over seeds";
    let mut table = Table::with_columns(caption, arms.iter().map(|arm| arm.name.clone()));
    let mut row = |name: &str, cell: &dyn Fn(&ArmRows) -> String| {
        let cells = arms.iter().map(|arm| cell(&summary.arms[&arm.name]));
        table
            .rows
            .push([name.to_owned()].into_iter().chain(cells).collect());
    };
    row("Brier score", &|arm| {
        numbers::loss_and_sd(&arm.brier_score.description)
    });
    if summary.arms.values().any(|arm| arm.roc_auc.is_some()) {
        row("area under the ROC curve", &|arm| {
            let area = arm.roc_auc.as_ref();
            area.map_or_else(
                || "–".to_owned(),
                |area| numbers::loss_and_sd(&area.description),
            )
        });
    }
    row("calibration error, all seeds", &|arm| {
        percent(arm.model.calibration_error)
    });
    table
}

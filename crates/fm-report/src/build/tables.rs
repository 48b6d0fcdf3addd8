//! The tables of the main table's scores and comparisons.

use fm_experiment::{Compared, Outcome, Results};
use fm_stats::{Comparison, Description, Interval};

use super::analysis::{Analysis, Scores};
use super::sentences::verdict;
use crate::number::{Unit, counted, level};
use crate::table::{Column, Table, Value};

/// Test scores of the source network and of every arm.
pub(crate) fn scores(analysis: &Analysis<'_>) -> Table {
    let seeds = counted(analysis.results.main().seeds.len(), "seed");
    let interval = format!(
        "{} interval of the mean error",
        level(analysis.settings.level)
    );
    let columns = [
        Column::text("model", "model"),
        Column::new("seeds", "seeds", Unit::Count).detail(),
        Column::new("test_accuracy", "test accuracy", Unit::Fraction).mean_sd(),
        Column::new("test_error", "test error", Unit::Fraction).mean_sd(),
        Column::new("test_error", interval, Unit::Fraction)
            .interval()
            .detail(),
        Column::new("test_loss", "test loss", Unit::Loss).mean_sd(),
    ];
    let caption = format!("Scores on test rows, {seeds}, mean ± standard deviation");
    let mut table = Table::new("scores", caption, columns);
    let mut row = |name: &str, scores: &Scores| {
        let of = |measure: &super::analysis::Measure| mean_sd(measure.description.as_ref());
        let error = scores.test_error.description.as_ref();
        table.push([
            name.into(),
            error.map(|d| d.count).into(),
            of(&scores.test_accuracy),
            of(&scores.test_error),
            Value::interval(error.and_then(|d| d.interval).map(Interval::ends)),
            of(&scores.test_loss),
        ]);
    };
    row("source task", &analysis.source);
    for (name, scores) in &analysis.arms {
        row(name, scores);
    }
    table
}

pub(crate) fn mean_sd(description: Option<&Description>) -> Value {
    description.map_or(Value::Missing, |d| Value::MeanSd(d.mean, d.sd))
}

/// The columns of a comparison: difference, interval, pairs won, p and verdict.
pub(crate) fn comparison_columns(level: f64) -> [Column; 5] {
    let interval = format!("{} interval", crate::number::level(level));
    [
        Column::new("difference", "difference", Unit::Points),
        Column::new("difference", interval, Unit::Points).interval(),
        Column::wins("won:lost"),
        Column::text("verdict", "verdict").detail(),
        Column::new("p", "p", Unit::PValue).detail(),
    ]
}

/// A comparison as cells of [`comparison_columns`]; p is corrected for its family.
pub(crate) fn comparison_cells(comparison: Option<&Comparison>) -> [Value; 5] {
    let Some(c) = comparison else {
        return [const { Value::Missing }; 5];
    };
    [
        c.difference.into(),
        Value::interval(c.interval.map(Interval::ends)),
        Value::Wins {
            wins: c.wins,
            ties: c.ties,
            losses: c.losses,
        },
        verdict(c).into(),
        c.adjusted_p.into(),
    ]
}

/// The comparisons of the main table.
pub(crate) fn comparisons(analysis: &Analysis<'_>) -> Table {
    let columns = [
        Column::text("arm", "arm"),
        Column::text("against", "against"),
    ];
    let columns = columns
        .into_iter()
        .chain(comparison_columns(analysis.settings.level));
    let family = analysis.comparisons.len();
    let corrected = match family {
        0 | 1 => String::new(),
        several => format!("; p after Holm's correction for {several} comparisons"),
    };
    let caption = format!("Differences of mean test errors, paired by seed{corrected}");
    let mut table = Table::new("comparisons", caption, columns);
    for Compared {
        pairing,
        comparison,
        ..
    } in &analysis.comparisons
    {
        let names = [pairing.arm.as_str().into(), pairing.against.as_str().into()];
        table.push(names.into_iter().chain(comparison_cells(Some(comparison))));
    }
    table
}

/// Test errors of every seed, and the differences.
pub(crate) fn every_seed(analysis: &Analysis<'_>) -> Table {
    let mut columns = vec![Column::new("seed", "seed", Unit::Count)];
    let source = ("source".to_owned(), analysis.source.clone());
    let models: Vec<&(String, Scores)> = [&source].into_iter().chain(&analysis.arms).collect();
    for (name, _) in &models {
        columns.push(Column::new(format!("{name}_error"), name, Unit::Fraction));
    }
    for c in &analysis.comparisons {
        let key = format!("{}_minus_{}", c.pairing.arm, c.pairing.against);
        columns.push(Column::new(key, c.pairing.to_string(), Unit::Points));
    }
    let mut table = Table::new(
        "seeds",
        "Test error of every seed, and the differences",
        columns,
    );
    for (index, &seed) in analysis.results.main().seeds.iter().enumerate() {
        let mut row: Vec<Value> = vec![seed.into()];
        row.extend(
            models
                .iter()
                .map(|(_, scores)| scores.test_error.per_seed[index].into()),
        );
        row.extend(analysis.comparisons.iter().map(|c| {
            let at = c.paired.seeds.iter().position(|&other| other == seed);
            at.map(|at| c.paired.arm[at] - c.paired.against[at]).into()
        }));
        table.push(row);
    }
    table
}

/// The long table: a row per cell, with the values of the sweeps' axes.
pub(crate) fn cells(results: &Results) -> Table {
    let plan = &results.plan;
    let mut axes: Vec<&str> = Vec::new();
    for axis in plan.series.iter().flat_map(|series| &series.axes) {
        if !axes.contains(&axis.as_str()) {
            axes.push(axis);
        }
    }
    let mut columns = vec![Column::text("series", "series")];
    columns.extend(axes.iter().map(|axis| Column::text(*axis, *axis)));
    columns.extend([
        Column::text("model", "model"),
        Column::new("seed", "seed", Unit::Count),
        Column::text("status", "status"),
        Column::new("test_accuracy", "test accuracy", Unit::Fraction),
        Column::new("test_error", "test error", Unit::Fraction),
        Column::new("test_loss", "test loss", Unit::Loss),
        Column::new("correct", "correct", Unit::Count),
        Column::new("rows", "rows", Unit::Count),
        Column::new("epochs", "epochs", Unit::Count),
        Column::new("last_train_loss", "last training loss", Unit::Loss),
        Column::text("key", "key"),
        Column::text("file", "file"),
    ]);
    let mut table = Table::new("cells", "Every cell", columns);
    for cell in results.cells() {
        let series = &plan.series[cell.place.series];
        let mut row: Vec<Value> = vec![series.name().unwrap_or("main").into()];
        row.extend(axes.iter().map(|axis| {
            let at = series.axes.iter().position(|known| known == axis);
            at.map(|at| value_text(&series.points[cell.place.point].values[at]))
                .into()
        }));
        let scores = cell.scores();
        let status = match &cell.outcome {
            Some(Outcome::Scored(_)) => "scored",
            Some(Outcome::Failed(_)) => "failed",
            None => "missing",
        };
        let path = results.store().record_path(&cell.key);
        let file = path.strip_prefix(results.store().path()).unwrap_or(&path);
        let file = cell.outcome.as_ref().map(|_| file.display().to_string());
        row.extend([
            plan.model(cell.place).into(),
            cell.place.seed.into(),
            status.into(),
            scores.map(|s| s.accuracy).into(),
            cell.error().into(),
            scores.map(|s| s.loss).into(),
            scores.map(|s| s.correct).into(),
            scores.map(|s| s.rows).into(),
            cell.epochs.into(),
            cell.last_epoch.map(|epoch| epoch.train.loss).into(),
            cell.key.to_string().into(),
            file.into(),
        ]);
        table.push(row);
    }
    table
}

/// A value of an axis as text: a string without quotes, anything else as JSON.
pub(crate) fn value_text(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Trainings that diverged.
pub(crate) fn failed(results: &Results) -> Option<Table> {
    let columns = [
        Column::text("model", "model"),
        Column::text("series", "sweep"),
        Column::text("point", "values"),
        Column::new("seed", "seed", Unit::Count),
        Column::text("training", "training"),
        Column::new("phase", "phase", Unit::Count),
        Column::new("epoch", "epoch", Unit::Count),
        Column::new("step", "step", Unit::Count),
        Column::text("reason", "what happened"),
    ];
    let caption = "Trainings that diverged, and where; counted from 1";
    let mut table = Table::new("failed", caption, columns);
    for cell in results.failed() {
        let Some(Outcome::Failed(failure)) = &cell.outcome else {
            continue;
        };
        let series = &results.plan.series[cell.place.series];
        let values = series.points[cell.place.point]
            .values
            .iter()
            .map(value_text);
        table.push([
            results.plan.model(cell.place).into(),
            series.name().into(),
            values.collect::<Vec<_>>().join(", ").into(),
            cell.place.seed.into(),
            failure.training.as_str().into(),
            failure.phase.into(),
            failure.epoch.into(),
            failure.step.into(),
            failure.reason.as_str().into(),
        ]);
    }
    (!table.rows.is_empty()).then_some(table)
}

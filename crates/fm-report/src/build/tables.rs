//! The tables of the main table's scores and comparisons, and of every cell.

use fm_experiment::protocol::Moved;
use fm_experiment::{CellResult, Compared, Failure, Outcome, Results};
use fm_stats::{Comparison, Interval, StatsError};

use super::analysis::{Analysis, Scores, Sweep};
use super::names::{axis_words, point_words, value_text};
use super::sentences::verdict_words;
use super::spread;
use crate::number::{Unit, counted, level};
use crate::table::{Column, Rows, Table};

/// Test scores of the source network and of every arm.
pub(crate) fn scores(analysis: &Analysis<'_>) -> Table {
    let seeds = counted(analysis.results.main().seeds.len(), "seed");
    let caption = format!("Scores on the test images, {seeds}, mean ± standard deviation");
    let interval = format!(
        "{} interval of the mean error",
        level(analysis.settings.level)
    );
    let mean_sd = |key, title, unit| Column::new(key, title, unit).mean_sd();
    let accuracy = mean_sd("test_accuracy", "test accuracy", Unit::Fraction);
    let error = mean_sd("test_error", "test error", Unit::Fraction);
    let interval = Column::new("test_error", interval, Unit::Fraction).interval();
    let loss = mean_sd("test_loss", "test loss", Unit::Loss);
    Table::of("scores", caption, &models(analysis, "source task"))
        .column(Column::text("model", "model"), |(name, _)| *name)
        .column(Column::count("seeds").detail(), |(_, s)| {
            Some(s.test_error.description?.count)
        })
        .column(accuracy, |(_, scores)| scores.test_accuracy.description)
        .column(error, |(_, scores)| scores.test_error.description)
        .column(interval.detail(), |(_, s)| {
            s.test_error.description?.interval
        })
        .column(loss, |(_, scores)| scores.test_loss.description)
        .table()
}

/// The source network and the arms.
fn models<'a>(analysis: &'a Analysis<'_>, source: &'a str) -> Vec<(&'a str, &'a Scores)> {
    let arms = analysis.arms.iter();
    let arms = arms.map(|(name, scores)| (name.as_str(), scores));
    [(source, &analysis.source)]
        .into_iter()
        .chain(arms)
        .collect()
}

/// The column of an axis: numbers stand at the right.
pub(crate) fn axis_column(sweep: &Sweep<'_>, index: usize) -> Column {
    let axis = &sweep.series.axes[index];
    let mut values = sweep.points.iter().map(|point| &point.point.values[index]);
    match values.all(serde_json::Value::is_number) {
        true => Column::new(axis, axis_words(axis), Unit::Setting),
        false => Column::text(axis, axis_words(axis)),
    }
}

/// The table with the columns of a comparison: difference, interval, pairs won, verdict, and p, which
/// is corrected for its family.
pub(crate) fn with_comparison<'a, R>(
    rows: Rows<'a, R>,
    level: f64,
    of: impl Fn(&'a R) -> Option<&'a Comparison>,
) -> Rows<'a, R> {
    let points = |title: &str| Column::new("difference", title, Unit::Points);
    let interval = format!("{} interval", crate::number::level(level));
    rows.column(points("difference"), |row| of(row).map(|c| c.difference))
        .column(points(&interval).interval(), |row| of(row)?.interval)
        .column(Column::wins("won:lost"), &of)
        .column(Column::text("verdict", "verdict").detail(), |row| {
            of(row).map(|c| verdict_words(c.verdict))
        })
        .column(Column::new("p", "p", Unit::PValue).detail(), |row| {
            of(row).map(|c| c.adjusted_p)
        })
}

/// Comparisons of one family; `name` is that of the file.
pub(crate) fn comparisons(name: &str, comparisons: &[Compared], level: f64) -> Table {
    let corrected = match comparisons.len() {
        0 | 1 => String::new(),
        several => format!("; p after Holm's correction for {several} comparisons"),
    };
    let caption = format!("Differences of mean test errors, paired by seed{corrected}");
    let rows = Table::of(name, caption, comparisons)
        .column(Column::text("arm", "arm"), |c| &c.pairing.arm)
        .column(Column::text("against", "against"), |c| &c.pairing.against);
    with_comparison(rows, level, |c| Some(&c.comparison)).table()
}

/// What the interval of each comparison is, depending on what else it holds for; `None` where seeds
/// do not draw the target rows.
pub(crate) fn intervals(analysis: &Analysis<'_>) -> Result<Option<Table>, StatsError> {
    let crossed = |c: &&Compared| c.comparison.crossed.is_some();
    let mut rows = Vec::new();
    for compared in analysis.comparisons.iter().filter(crossed) {
        let draws = compared.paired.compare(false, &analysis.settings)?;
        rows.push((compared, held_rows(analysis, compared), draws.interval));
    }
    let caption = format!(
        "{} intervals for other first weights, and for what each column says",
        level(analysis.settings.level)
    );
    let interval = |key: &str, title| Column::new(key, title, Unit::Points).interval();
    let mut table = Table::of("intervals", caption, &rows)
        .column(Column::text("comparison", "comparison"), |(c, ..)| {
            c.pairing.to_string()
        });
    if rows.iter().any(|(_, held, _)| held.is_some()) {
        let same = interval("seeds", "the same training images");
        table = table.column(same, |(_, held, _)| *held);
    }
    let table = table
        .column(interval("draws", "other training images"), |(.., draws)| {
            *draws
        })
        .column(
            interval(
                "draws_rows",
                "other training and test images (of the verdicts)",
            ),
            |(c, ..)| c.comparison.interval,
        );
    Ok((!rows.is_empty()).then(|| table.table()))
}

/// The interval of the same comparison in a sweep over what a seed moves, where it does not draw
/// the target rows.
fn held_rows(analysis: &Analysis<'_>, compared: &Compared) -> Option<Interval> {
    let mut sweeps = analysis.sweeps.iter();
    let sweep = sweeps.find(|sweep| sweep.series.axes == [spread::AXIS])?;
    let pairing = sweep
        .series
        .pairings
        .iter()
        .position(|p| *p == compared.pairing)?;
    let held =
        |moves: &[Moved]| moves.contains(&Moved::Init) && !moves.contains(&Moved::TargetRows);
    let mut points = sweep.points.iter();
    let point = points.find(|point| held(&point.point.protocol().seed.moves))?;
    point.comparison(pairing)?.interval
}

/// Test errors of every seed.
pub(crate) fn every_seed(analysis: &Analysis<'_>) -> Table {
    let seeds = analysis.results.main().seeds.iter().copied();
    let seeds: Vec<(usize, u64)> = seeds.enumerate().collect();
    let mut rows = Table::of("seeds", "Test error of every seed", &seeds)
        .column(Column::count("seed"), |(_, seed)| *seed);
    for (name, scores) in models(analysis, "source") {
        let column = Column::new(format!("{name}_error"), name, Unit::Fraction);
        rows = rows.column(column, |(index, _)| scores.test_error.per_seed[*index]);
    }
    rows.table()
}

/// The long table: a row per cell, with the values of the sweeps' axes.
pub(crate) fn cells(results: &Results) -> Table {
    let plan = &results.plan;
    let mut axes: Vec<&String> = Vec::new();
    for axis in plan.series.iter().flat_map(|series| &series.axes) {
        if !axes.contains(&axis) {
            axes.push(axis);
        }
    }
    let series = |cell: &CellResult| &plan.series[cell.place.series];
    let cells: Vec<&CellResult> = results.cells().collect();
    let mut rows = Table::of("cells", "Every cell", &cells)
        .column(Column::text("series", "series"), |c| {
            series(c).name().unwrap_or("main").to_owned()
        });
    for axis in axes {
        rows = rows.column(Column::text(axis, axis), |cell| {
            let at = series(cell).axes.iter().position(|known| known == axis)?;
            Some(value_text(
                &series(cell).points[cell.place.point].values[at],
            ))
        });
    }
    let status = |cell: &CellResult| match &cell.outcome {
        Some(Outcome::Scored(_)) => "scored",
        Some(Outcome::Failed(_)) => "failed",
        None => "missing",
    };
    let file = |cell: &CellResult| {
        cell.outcome.as_ref()?;
        let path = results.store().record_path(&cell.key);
        let file = path.strip_prefix(results.store().path()).unwrap_or(&path);
        Some(file.display().to_string())
    };
    let fraction = |key| Column::new(key, key, Unit::Fraction);
    let loss = |key| Column::new(key, key, Unit::Loss);
    rows.column(Column::text("model", "model"), |c| {
        plan.model(c.place).to_owned()
    })
    .column(Column::count("seed"), |c| c.place.seed)
    .column(Column::text("status", "status"), |c| status(c))
    .column(fraction("test_accuracy"), |c| {
        c.scores().map(|s| s.accuracy)
    })
    .column(fraction("test_error"), |c| c.error())
    .column(loss("test_loss"), |c| c.scores().map(|s| s.loss))
    .column(Column::count("correct"), |c| c.scores().map(|s| s.correct))
    .column(Column::count("rows"), |c| c.scores().map(|s| s.rows))
    .column(Column::count("epochs"), |c| c.epochs)
    .column(loss("last_train_loss"), |c| {
        c.last_epoch.map(|e| e.train.loss)
    })
    .column(Column::text("key", "key"), |c| c.key.to_string())
    .column(Column::text("file", "file"), |c| file(c))
    .table()
}

/// Cells whose trainings diverged, and how.
pub(crate) fn failures(results: &Results) -> Vec<(&CellResult, &Failure)> {
    let failed = results.cells().filter_map(|cell| match &cell.outcome {
        Some(Outcome::Failed(failure)) => Some((cell, failure)),
        _ => None,
    });
    failed.collect()
}

/// Trainings that diverged.
pub(crate) fn failed(results: &Results) -> Option<Table> {
    let series = |cell: &CellResult| &results.plan.series[cell.place.series];
    let values = |cell: &CellResult| {
        let series = series(cell);
        point_words(&series.axes, &series.points[cell.place.point].values)
    };
    let caption = "Trainings that diverged, and where; counted from 1";
    let failures = failures(results);
    let rows = Table::of("failed", caption, &failures)
        .column(Column::text("model", "model"), |(cell, _)| {
            results.plan.model(cell.place)
        })
        .column(Column::text("point", "values"), |(cell, _)| values(cell))
        .column(Column::count("seed"), |(cell, _)| cell.place.seed)
        .column(Column::text("training", "training"), |(_, f)| &f.training)
        .column(Column::count("phase"), |(_, f)| f.phase)
        .column(Column::count("epoch"), |(_, f)| f.epoch)
        .column(Column::count("step"), |(_, f)| f.step)
        .column(Column::text("reason", "what happened"), |(_, f)| &f.reason);
    (!failures.is_empty()).then(|| rows.table())
}

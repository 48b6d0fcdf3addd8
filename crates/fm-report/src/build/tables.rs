//! The tables of the main table's scores and comparisons, of every cell and of every epoch.

use fm_experiment::protocol::Moved;
use fm_experiment::{CellResult, Compared, Failure, Outcome, Results};
use fm_stats::{Comparison, Interval, StatsError};
use fm_train::EpochRecord;

use super::analysis::{Analysis, Scores, Sweep, main_records};
use super::learning::MEASURES;
use super::names::{axis_words, models, point_words, value_text};
use super::sentences::verdict_words;
use super::spread;
use crate::number::{Unit, counted, level};
use crate::table::{Column, Rows, Table};

/// Test scores of the source network and of every arm.
pub(crate) fn scores(analysis: &Analysis<'_>) -> Table {
    let seeds = counted(analysis.results.main().seeds.len(), "seed");
    let caption = format!("Scores on the test images, {seeds}, mean ± standard deviation");
    let of_level = level(analysis.settings.level);
    let interval = format!("{of_level} interval of the mean error");
    let interval = Column::new("test_error", interval, Unit::Fraction).interval();
    let mean_sd = |key, title, unit| Column::new(key, title, unit).mean_sd();
    let accuracy = mean_sd("test_accuracy", "test accuracy", Unit::Fraction);
    let error = mean_sd("test_error", "test error", Unit::Fraction);
    let loss = mean_sd("test_loss", "test loss", Unit::Loss);
    let count = |s: &Scores| Some(s.test_error.description?.count);
    let of_mean = |s: &Scores| s.test_error.description?.interval;
    Table::of("scores", caption, &scored(analysis, "source task"))
        .column(text("model"), |(name, _)| *name)
        .column(Column::count("seeds").detail(), |(_, s)| count(s))
        .column(accuracy, |(_, s)| s.test_accuracy.description)
        .column(error, |(_, s)| s.test_error.description)
        .column(interval.detail(), |(_, s)| of_mean(s))
        .column(loss, |(_, s)| s.test_loss.description)
        .table()
}

/// The source network and the arms with their scores.
fn scored<'a>(analysis: &'a Analysis<'_>, source: &'a str) -> Vec<(&'a str, &'a Scores)> {
    let arms = analysis.arms.iter();
    let arms = arms.map(|(name, scores)| (name.as_str(), scores));
    let all = [(source, &analysis.source)].into_iter().chain(arms);
    all.collect()
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
    let verdict = |row| Some(verdict_words(of(row)?.verdict));
    let p = Column::new("p", "p", Unit::PValue);
    rows.column(points("difference"), |row| of(row).map(|c| c.difference))
        .column(points(&interval).interval(), |row| of(row)?.interval)
        .column(Column::wins("won:lost"), &of)
        .column(text("verdict").detail(), verdict)
        .column(p.detail(), |row| of(row).map(|c| c.adjusted_p))
}

/// The comparisons of the main table.
pub(crate) fn comparisons(analysis: &Analysis<'_>) -> Table {
    let corrected = match analysis.comparisons.len() {
        0 | 1 => String::new(),
        several => format!("; p after Holm's correction for {several} comparisons"),
    };
    let caption = format!("Differences of mean test errors, paired by seed{corrected}");
    let rows = Table::of("comparisons", caption, &analysis.comparisons)
        .column(text("arm"), |c| &c.pairing.arm)
        .column(text("against"), |c| &c.pairing.against);
    with_comparison(rows, analysis.settings.level, |c| Some(&c.comparison)).table()
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
        .column(text("comparison"), |(c, ..)| c.pairing.to_string());
    if rows.iter().any(|(_, held, _)| held.is_some()) {
        let same = interval("seeds", "the same training images");
        table = table.column(same, |(_, held, _)| *held);
    }
    let draws = interval("draws", "other training images");
    let both = "other training and test images (of the verdicts)";
    let both = interval("draws_rows", both);
    let table = table.column(draws, |(.., draws)| *draws);
    let table = table.column(both, |(c, ..)| c.comparison.interval);
    Ok((!rows.is_empty()).then(|| table.table()))
}

/// The interval of the same comparison in a sweep over what a seed moves, where it does not draw
/// the target rows.
fn held_rows(analysis: &Analysis<'_>, compared: &Compared) -> Option<Interval> {
    let mut sweeps = analysis.sweeps.iter();
    let sweep = sweeps.find(|sweep| sweep.series.axes == [spread::AXIS])?;
    let mut pairings = sweep.series.pairings.iter();
    let pairing = pairings.position(|p| *p == compared.pairing)?;
    let mut points = sweep.points.iter();
    let point = points.find(|point| {
        let moves = &point.point.protocol().seed.moves;
        moves.contains(&Moved::Init) && !moves.contains(&Moved::TargetRows)
    })?;
    point.comparison(pairing)?.interval
}

/// Test errors of every seed.
pub(crate) fn every_seed(analysis: &Analysis<'_>) -> Table {
    let seeds = analysis.results.main().seeds.iter().copied();
    let seeds: Vec<(usize, u64)> = seeds.enumerate().collect();
    let mut rows = Table::of("seeds", "Test error of every seed", &seeds)
        .column(Column::count("seed"), |(_, seed)| *seed);
    for (name, scores) in scored(analysis, "source") {
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
    let mut rows = Table::of("cells", "Every cell", &cells).column(text("series"), |c| {
        series(c).name().unwrap_or("main").to_owned()
    });
    for axis in axes {
        rows = rows.column(text(axis), |cell| {
            let at = series(cell).axes.iter().position(|known| known == axis)?;
            let point = &series(cell).points[cell.place.point];
            Some(value_text(&point.values[at]))
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
    rows.column(text("model"), |c| plan.model(c.place).to_owned())
        .column(Column::count("seed"), |c| c.place.seed)
        .column(text("status"), |c| status(c))
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
        .column(text("key"), |c| c.key.to_string())
        .column(text("file"), |c| file(c))
        .table()
}

/// A row for each epoch of each training of the main table.
pub(crate) fn epochs(results: &Results) -> Table {
    let mut rows: Vec<(&str, u64, &EpochRecord)> = Vec::new();
    for (model, arm) in models(results) {
        for (seed, record) in main_records(results, arm) {
            rows.extend(record.history.iter().map(|epoch| (model, seed, epoch)));
        }
    }
    let mut table = Table::of("history", "Every epoch", &rows)
        .column(text("model"), |(model, ..)| *model)
        .column(Column::count("seed"), |(_, seed, _)| *seed)
        .column(Column::count("phase"), |(.., epoch)| epoch.phase)
        .column(Column::count("epoch"), |(.., epoch)| epoch.epoch);
    for measure in MEASURES {
        let column = Column::new(measure.tag.replace('/', "_"), measure.words, measure.unit);
        table = table.column(column, |(.., epoch)| (measure.of)(epoch));
    }
    table.table()
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
    let values = |cell: &CellResult| {
        let series = &results.plan.series[cell.place.series];
        point_words(&series.axes, &series.points[cell.place.point].values)
    };
    let caption = "Trainings that diverged, and where; counted from 1";
    let reason = Column::text("reason", "what happened");
    let failures = failures(results);
    let rows = Table::of("failed", caption, &failures)
        .column(text("model"), |(cell, _)| results.plan.model(cell.place))
        .column(Column::text("point", "values"), |(cell, _)| values(cell))
        .column(Column::count("seed"), |(cell, _)| cell.place.seed)
        .column(text("training"), |(_, f)| &f.training)
        .column(Column::count("phase"), |(_, f)| f.phase)
        .column(Column::count("epoch"), |(_, f)| f.epoch)
        .column(Column::count("step"), |(_, f)| f.step)
        .column(reason, |(_, f)| &f.reason);
    (!failures.is_empty()).then(|| rows.table())
}

/// A column of words whose key is its title.
pub(super) fn text(title: &str) -> Column {
    Column::text(title, title)
}

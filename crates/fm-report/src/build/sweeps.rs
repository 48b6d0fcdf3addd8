//! Sweeps: lines over one axis, heat maps over two, and tables of any.

use fm_experiment::protocol::{Budget, Moved, Pairing};
use fm_stats::{Comparison, Interval, Verdict};
use serde_json::Value as Json;

use super::analysis::{Analysis, Sweep, SweepPoint};
use super::effects;
use super::names::{axis_words, class_names, point_words, value_cell, value_text};
use super::tables::{axis_column, text, with_comparison};
use crate::document::{Section, Shown, Text};
use crate::number::{Unit, counted};
use crate::plot::{Axis, Datum, Mark, Plot, Shape};
use crate::table::{Column, Table, Value};

/// An axis reaches so many times its least value before it is logarithmic.
const WIDE: f64 = 20.0;

/// The section of a sweep.
pub(crate) fn section(analysis: &Analysis<'_>, sweep: &Sweep<'_>) -> Section {
    let axes = &sweep.series.axes;
    let words: Vec<&str> = axes.iter().map(|axis| axis_words(axis)).collect();
    let title = format!("Sweep over {}", words.join(" and "));
    let mut section = Section::new(title, Shown::Folded);
    match axes.len() {
        1 => section.extend(curves(analysis, sweep)),
        2 => section.extend((0..sweep.series.pairings.len()).map(|pairing| map(sweep, pairing))),
        _ => {}
    }
    let comparisons = table(analysis, sweep);
    match axes.len() {
        1 => section.push(comparisons),
        // Of a grid, a terminal has room for the errors alone.
        _ => {
            section.push(effects::points(sweep));
            let title = format!("Every comparison over {}", words.join(" and "));
            section.push(Section::new(title, Shown::Details).with(comparisons));
        }
    }
    effects::push_ranges(&mut section, sweep);
    section.extend(notes(sweep).map(Text::Note));
    section.extend(set_words(sweep).map(Text::Note));
    section
}

/// The axis across, and each point's place on it: its number, where every point has one.
fn across(sweep: &Sweep<'_>) -> (Axis, Vec<f64>) {
    let axis = &sweep.series.axes[0];
    let points = || sweep.points.iter().map(|point| point.point);
    let numbers = points().map(|point| match axis.as_str() {
        // "all" rows are counted.
        "task.target_rows" => Some(point.target_rows() as f64),
        _ => point.values[0].as_f64(),
    });
    let numbers: Option<Vec<f64>> = numbers.collect();
    let Some(numbers) = numbers else {
        let names = points().map(|point| value_text(&point.values[0]));
        let places = (0..sweep.points.len()).map(|k| k as f64);
        return (Axis::names(axis_words(axis), names), places.collect());
    };
    let least = numbers.iter().copied().fold(f64::INFINITY, f64::min);
    let most = numbers.iter().copied().fold(0.0, f64::max);
    let unit = match numbers.iter().all(|v| *v == libm::round(*v)) {
        true => Unit::Count,
        false => Unit::Setting,
    };
    let log = least > 0.0 && most > WIDE * least;
    let linear = Axis::linear(axis_words(axis), unit);
    (Axis { log, ..linear }, numbers)
}

/// Over the only axis: the test error of every arm, and the difference of every pairing.
fn curves(analysis: &Analysis<'_>, sweep: &Sweep<'_>) -> [Plot; 2] {
    type Value<'v> = &'v dyn Fn(&SweepPoint<'_>) -> Option<(f64, Option<Interval>)>;
    let (x, places) = across(sweep);
    let line = |name: String, colour, value: Value<'_>| {
        let points = sweep.points.iter().zip(&places);
        let data = points.filter_map(|(point, x)| {
            let (y, interval) = value(point)?;
            let label = point_words(&sweep.series.axes, &point.point.values);
            Some(Datum::new(*x, y, label).within(interval))
        });
        Mark::new(Shape::Line, name, colour, data)
    };
    let plot = |name: &str, what: &str, y| {
        let title = format!("{what} over {}", x.title);
        Plot::new(sweep.file(name), title, x.clone(), y)
            .note("Lines are means over the seeds, bands the intervals of the means.")
    };
    let y = Axis::log("test error", Unit::Fraction);
    let mut errors = plot("errors", "Test error", y);
    for (index, arm) in sweep.arms().iter().enumerate() {
        let colour = analysis.colour(arm).unwrap_or(index);
        errors = errors.with(line(arm.clone(), colour, &|point| {
            let error = point.scores.get(index)?.test_error.description?;
            Some((error.mean, error.interval))
        }));
    }
    let y = Axis::linear("difference of the test errors", Unit::Points);
    let mut differences = plot("differences", "Difference", y).zero("better", "worse");
    for (index, pairing) in sweep.series.pairings.iter().enumerate() {
        let colour = analysis.colour(&pairing.arm).unwrap_or(2 * index);
        differences = differences.with(line(pairing.to_string(), colour, &|point| {
            let c = point.comparison(index)?;
            Some((c.difference, c.interval))
        }));
    }
    [errors, differences]
}

/// The differences of a pairing over two axes: a heat map.
fn map(sweep: &Sweep<'_>, pairing: usize) -> Table {
    let axes = &sweep.series.axes;
    let values = [0, 1].map(|axis| {
        let mut values: Vec<&Json> = Vec::new();
        for value in sweep.points.iter().map(|point| &point.point.values[axis]) {
            if !values.contains(&value) {
                values.push(value);
            }
        }
        values
    });
    let names = &sweep.series.pairings[pairing];
    let [x, y] = [0, 1].map(|axis| axis_words(&axes[axis]));
    heat_map(
        sweep.file(&format!("{}-{}", names.arm, names.against)),
        format!("{names}, points; across {x}, down {y}"),
        Column::text(&axes[1], y),
        values,
        |value| value_text(value),
        |across, down| {
            let mut points = sweep.points.iter();
            let point = points.find(|p| p.point.values.iter().eq([*across, *down]))?;
            point.comparison(pairing)
        },
    )
}

/// Differences over two lists of values: a column for each of the first, a row for each of the second, and
/// a star where the difference is shown.
pub(crate) fn heat_map<'a, V>(
    name: String,
    caption: String,
    first: Column,
    [across, down]: [Vec<V>; 2],
    words: impl Fn(&V) -> String,
    comparison: impl Fn(&V, &V) -> Option<&'a Comparison>,
) -> Table {
    let signs = "blue: fewer errors; star: better or worse after Holm's correction";
    let mut table = Table::of(name, format!("{caption}; {signs}"), &down).column(first, &words);
    for value in &across {
        let column = Column::new(words(value), words(value), Unit::Points).shaded();
        table = table.column(column, |row| {
            let c = comparison(value, row)?;
            Some(match c.verdict {
                Some(Verdict::Better | Verdict::Worse) => Value::Starred(c.difference),
                _ => Value::Number(c.difference),
            })
        });
    }
    table.table()
}

/// A row per point and pairing. The errors of a single pairing have the arms' names.
pub(crate) fn table(analysis: &Analysis<'_>, sweep: &Sweep<'_>) -> Table {
    let caption = format!(
        "Test errors, and differences paired by seed, {}; p after Holm's correction for {}",
        counted(sweep.series.seeds.len(), "seed"),
        counted(sweep.family(), "comparison")
    );
    let pairings = &sweep.series.pairings;
    let rows = sweep.points.iter().flat_map(|point| {
        let pairings = pairings.iter().enumerate();
        pairings.map(move |(index, pairing)| (point, pairing, point.comparison(index)))
    });
    let rows: Vec<(&SweepPoint<'_>, &Pairing, Option<&Comparison>)> = rows.collect();
    let mut table = Table::of(sweep.file("comparisons"), caption, &rows);
    for (index, axis) in sweep.series.axes.iter().enumerate() {
        table = table.column(axis_column(sweep, index), |(point, ..)| {
            let names = &analysis.results.plan.class_names;
            match axis.as_str() {
                "task.target_classes" => {
                    class_names(point.point.target_classes(), names, ", ").into()
                }
                _ => value_cell(&point.point.values[index]),
            }
        });
    }
    let error = |key: &str, title: &str| Column::new(key, title, Unit::Fraction);
    let (against, arm) = match pairings.as_slice() {
        [Pairing { arm, against }] => (error("against_error", against), error("arm_error", arm)),
        _ => {
            let against = text("against").detail();
            table = table
                .column(text("arm"), |(_, pairing, _)| &pairing.arm)
                .column(against, |(_, pairing, _)| &pairing.against);
            (
                error("against_error", "error of against").detail(),
                error("arm_error", "error of arm"),
            )
        }
    };
    table = table
        .column(against, |(.., c)| c.map(|c| c.baseline_error))
        .column(arm.detail(), |(.., c)| c.map(|c| c.arm_error));
    table = with_comparison(table, analysis.settings.level, |(.., c)| *c);
    if sweep.points.iter().any(|point| point.failed > 0) {
        table = table.column(Column::count("failed"), |(point, ..)| point.failed);
    }
    table.table()
}

/// What a reader must know about the sweep's recipe.
fn notes(sweep: &Sweep<'_>) -> Option<String> {
    let spec = &sweep.series.sweep.as_ref()?.sweep;
    if let Some(arm) = &spec.layers_of {
        return Some(format!(
            "After Yosinski et al. 2014. The first k layers come from A, the source network, or from B, \
             a network trained as {arm}. The other layers are new, and the same for all four curves of a \
             seed. The reused layers are frozen (AnB, BnB) or trained on (AnB+, BnB+), with the epochs \
             and optimizer of {arm}. At k = 0 no layer is reused. An error of a frozen curve that rises \
             with k can have three reasons: features too specific to the source task (AnB), layers that \
             were trained together and are now separated (BnB), too few trainable layers. If AnB+ is \
             below BnB+, the difference is the gain from the source task."
        ));
    }
    let over_rows = sweep
        .series
        .axes
        .iter()
        .any(|axis| axis == "task.target_rows");
    over_rows.then(|| {
        let budget = match spec.budget {
            Budget::Epochs => {
                "Every point has the arm's epochs, so that its number of steps grows with its rows."
            }
            Budget::Steps => {
                "With fewer rows than the protocol's, arms are trained for more epochs, so that the \
                 number of steps does not fall; with more rows, for the arm's epochs."
            }
        };
        let moves = &sweep.points[0].point.protocol().seed.moves;
        let which = match moves.contains(&Moved::TargetRows) {
            true => "Each seed draws its own rows.",
            false => "The rows are the first of the target task, the same for every seed.",
        };
        format!("{which} {budget}")
    })
}

/// The keys that have another value in this sweep than in the protocol.
pub(crate) fn set_words(sweep: &Sweep<'_>) -> Option<String> {
    let set = sweep.series.sweep.as_ref()?.sweep.set.iter();
    let set = set.map(|(key, value)| format!("{key} = {}", value_text(value)));
    let set: Vec<String> = set.collect();
    (!set.is_empty()).then(|| format!("All points of this sweep have {}.", set.join(", ")))
}

//! Sweeps: lines over one axis, heat maps over two, and a table of any.

use fm_experiment::protocol::{Budget, Pairing};
use fm_experiment::{Compared, Point};
use fm_stats::Interval;
use serde_json::Value as Json;

use super::analysis::{Analysis, Sweep};
use super::names;
use super::tables::{comparison_cells, comparison_columns, value_text};
use crate::document::{Section, Text};
use crate::number::{Unit, counted};
use crate::plot::{Axis, AxisScale, Cell, Datum, Mark, Palette, Plot, Series};
use crate::table::{Column, Table, Value};

/// An axis reaches so many times its least value before it is logarithmic.
const WIDE: f64 = 20.0;

/// The section of a sweep.
pub(crate) fn section(analysis: &Analysis<'_>, sweep: &Sweep<'_>) -> Section {
    let axes = &sweep.series.axes;
    let words: Vec<&str> = axes.iter().map(|axis| axis_words(axis)).collect();
    let title = format!("Sweep over {}", words.join(" and "));
    let mut section = Section::folded(title);
    match axes.len() {
        1 => {
            section.push(errors(analysis, sweep));
            section.push(differences(analysis, sweep));
        }
        2 => {
            for pairing in 0..sweep.series.pairings.len() {
                section.push(map(sweep, pairing));
            }
        }
        _ => {}
    }
    section.push(table(analysis, sweep));
    if let Some(words) = notes(sweep) {
        section.push(Text::note(words));
    }
    section
}

/// An axis in words; its key where it has none.
fn axis_words(axis: &str) -> &str {
    match axis {
        "task.target_rows" => "target rows trained on",
        "arms.*.reuse" => "layers reused",
        "task.target_classes" => "target classes",
        other => other,
    }
}

/// The name of a sweep's files: its own, or its number where the name has other signs than letters,
/// digits, `-` and `_`.
pub(crate) fn file(sweep: &Sweep<'_>, what: &str) -> String {
    let name = sweep.series.name().unwrap_or_default();
    match names::plain(name) == name && !name.is_empty() {
        true => names::plain(&format!("{name}-{what}")),
        false => names::plain(&format!("sweep-{}-{what}", sweep.index)),
    }
}

/// A point's value of the only axis as a number, where it has one; "all" rows are counted.
fn number(point: &Point, axis: &str) -> Option<f64> {
    match (&point.values[0], axis) {
        (_, "task.target_rows") => Some(point.target_rows() as f64),
        (Json::Number(number), _) => number.as_f64(),
        _ => None,
    }
}

/// The axis across, and each point's place on it.
fn across(sweep: &Sweep<'_>) -> (Axis, Vec<f64>) {
    let axis = &sweep.series.axes[0];
    let points = || sweep.points.iter().map(|point| point.point);
    let numbers: Option<Vec<f64>> = points().map(|point| number(point, axis)).collect();
    let Some(numbers) = numbers else {
        let names = points().map(|point| value_text(&point.values[0]));
        let places = (0..sweep.points.len()).map(|k| k as f64);
        return (Axis::names(axis_words(axis), names), places.collect());
    };
    let (least, most) = numbers
        .iter()
        .fold((f64::INFINITY, 0.0_f64), |(l, m), v| (l.min(*v), m.max(*v)));
    let unit = match numbers.iter().all(|v| *v == libm::round(*v)) {
        true => Unit::Count,
        false => Unit::Setting,
    };
    let scale = match least > 0.0 && most > WIDE * least {
        true => AxisScale::Log,
        false => AxisScale::Linear,
    };
    let title = axis_words(axis).to_owned();
    (Axis { title, unit, scale }, numbers)
}

/// A point in words: "task.target_rows 200".
fn point_label(sweep: &Sweep<'_>, point: &Point) -> String {
    let values = sweep.series.axes.iter().zip(&point.values);
    let values = values.map(|(axis, value)| format!("{} {}", axis_words(axis), value_text(value)));
    values.collect::<Vec<_>>().join(", ")
}

/// Test errors of every arm over the only axis.
fn errors(analysis: &Analysis<'_>, sweep: &Sweep<'_>) -> Plot {
    let (x, places) = across(sweep);
    let y = Axis::log("test error", Unit::Fraction);
    let title = format!("Test error over {}", x.title);
    let mut plot = Plot::new(file(sweep, "errors"), title, x, y);
    let arms = sweep
        .points
        .first()
        .map_or(&[][..], |point| &point.point.arms);
    for (index, arm) in arms.iter().enumerate() {
        let data = sweep.points.iter().zip(&places).filter_map(|(point, &x)| {
            let error = point.errors.get(index)?.as_ref()?;
            let interval = error.interval.map(Interval::ends);
            Some(Datum::new(x, error.mean, point_label(sweep, point.point)).within(interval))
        });
        plot.marks
            .push(Mark::Line(series(analysis, arm, index), data.collect()));
    }
    plot.note = "Lines are means over the seeds, bands the intervals of the means.".to_owned();
    plot
}

/// The same colour for an arm as elsewhere; arms of the sweep alone take their place in it.
fn series(analysis: &Analysis<'_>, arm: &str, index: usize) -> Series {
    let known = analysis.arms.iter().any(|(name, _)| name == arm);
    Series::new(arm, if known { analysis.colour(arm) } else { index })
}

/// Differences of every pairing over the only axis.
fn differences(analysis: &Analysis<'_>, sweep: &Sweep<'_>) -> Plot {
    let (x, places) = across(sweep);
    let y = Axis::linear("difference of the test errors", Unit::Points);
    let title = format!("Differences over {}", x.title);
    let mut plot = Plot::new(file(sweep, "differences"), title, x, y).with(Mark::Zero {
        below: "better".to_owned(),
        above: "worse".to_owned(),
    });
    for (index, pairing) in sweep.series.pairings.iter().enumerate() {
        let data = sweep.points.iter().zip(&places).filter_map(|(point, &x)| {
            let c = &point.compared[index].as_ref()?.comparison;
            let interval = c.interval.map(Interval::ends);
            Some(Datum::new(x, c.difference, point_label(sweep, point.point)).within(interval))
        });
        let name = pairing.to_string();
        let Series { colour, .. } = series(analysis, &pairing.arm, 2 * index);
        plot.marks
            .push(Mark::Line(Series::new(name, colour), data.collect()));
    }
    plot
}

/// The differences of a pairing over two axes.
fn map(sweep: &Sweep<'_>, pairing: usize) -> Plot {
    let names = |axis: usize| {
        let mut names: Vec<String> = Vec::new();
        for point in &sweep.points {
            let name = value_text(&point.point.values[axis]);
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    };
    let (columns, rows) = (names(0), names(1));
    let cells = sweep.points.iter().filter_map(|point| {
        let c = &point.compared[pairing].as_ref()?.comparison;
        let [x, y] = [(0, &columns), (1, &rows)].map(|(axis, names)| {
            let name = value_text(&point.point.values[axis]);
            names.iter().position(|known| *known == name)
        });
        Some(Cell {
            x: x?,
            y: y?,
            value: c.difference,
            sign: shown_sign(c),
            label: point_label(sweep, point.point),
        })
    });
    let cells = Mark::Cells {
        title: "difference".to_owned(),
        unit: Unit::Points,
        palette: Palette::Diverging,
        cells: cells.collect(),
    };
    let pairing = &sweep.series.pairings[pairing];
    let Pairing { arm, against } = pairing;
    let [x, y] = [0, 1].map(|axis| axis_words(&sweep.series.axes[axis]));
    let name = file(sweep, &format!("{arm}-{against}"));
    let title = format!("{pairing}, points; across {x}, down {y}");
    let mut plot =
        Plot::new(name, title, Axis::names(x, columns), Axis::names(y, rows)).with(cells);
    plot.note = SIGN_NOTE.to_owned();
    plot
}

/// What the signs and colours of a heat map of differences mean.
pub(crate) const SIGN_NOTE: &str = "Blue is below zero: fewer errors. A star marks a difference that \
                                    holds after Holm's correction for all cells.";

/// A star for a difference that is shown.
pub(crate) fn shown_sign(comparison: &fm_stats::Comparison) -> &'static str {
    use fm_stats::Verdict::{Better, Worse};
    match comparison.verdict {
        Some(Better | Worse) => "*",
        _ => "",
    }
}

/// A row per point and pairing. The errors of a single pairing have the arms' names.
pub(crate) fn table(analysis: &Analysis<'_>, sweep: &Sweep<'_>) -> Table {
    let axes = &sweep.series.axes;
    let single = match sweep.series.pairings.as_slice() {
        [pairing] => Some(pairing),
        _ => None,
    };
    let axis = |axis: &String| Column::text(axis, axis_words(axis));
    let mut columns: Vec<Column> = axes.iter().map(axis).collect();
    match single {
        Some(Pairing { arm, against }) => columns.extend([
            Column::new("against_error", against, Unit::Fraction),
            Column::new("arm_error", arm, Unit::Fraction).detail(),
        ]),
        None => columns.extend([
            Column::text("arm", "arm"),
            Column::text("against", "against").detail(),
            Column::new("against_error", "error of against", Unit::Fraction).detail(),
            Column::new("arm_error", "error of arm", Unit::Fraction).detail(),
        ]),
    }
    columns.extend(comparison_columns(analysis.settings.level));
    let failed = sweep.points.iter().any(|point| point.failed > 0);
    if failed {
        columns.push(Column::new("failed", "failed", Unit::Count));
    }
    let caption = format!(
        "Test errors, and differences paired by seed, {}; p after Holm's correction for {}",
        counted(sweep.series.seeds.len(), "seed"),
        counted(sweep.family(), "comparison")
    );
    let mut table = Table::new(file(sweep, "comparisons"), caption, columns);
    let names = &analysis.results.plan.class_names;
    for point in &sweep.points {
        for (pairing, compared) in sweep.series.pairings.iter().zip(&point.compared) {
            let c = compared.as_ref().map(|c: &Compared| &c.comparison);
            let values = axes.iter().zip(&point.point.values);
            let text = |(axis, value): (&String, &Json)| match axis.as_str() {
                "task.target_classes" => class_names(value, names),
                _ => value_text(value),
            };
            let mut row: Vec<Value> = values.map(text).map(Value::from).collect();
            if single.is_none() {
                row.extend([&pairing.arm, &pairing.against].map(|name| name.as_str().into()));
            }
            row.extend([
                c.map(|c| c.baseline_error).into(),
                c.map(|c| c.arm_error).into(),
            ]);
            row.extend(comparison_cells(c));
            if failed {
                row.push(point.failed.into());
            }
            table.push(row);
        }
    }
    table
}

/// The names of classes that are numbers, as text.
fn class_names(value: &Json, names: &[String]) -> String {
    let name = |n: &Json| names.get(usize::try_from(n.as_u64()?).ok()?);
    let found = value.as_array().into_iter().flatten().map(name);
    match found.collect::<Option<Vec<&String>>>() {
        Some(found) if !found.is_empty() => {
            let found: Vec<&str> = found.into_iter().map(String::as_str).collect();
            found.join(", ")
        }
        _ => value_text(value),
    }
}

/// What a reader must know about the sweep's recipe.
fn notes(sweep: &Sweep<'_>) -> Option<String> {
    let spec = &sweep.series.sweep.as_ref()?.sweep;
    if let Some(arm) = &spec.layers_of {
        return Some(format!(
            "After Yosinski et al. 2014. The first k layers come from A, the source network, or from \
             B, a network trained as {arm}; the other layers are new, the same for all four curves of \
             a seed. The reused layers are frozen (AnB, BnB) or trained on (AnB+, BnB+), with the \
             epochs and optimizer of {arm}. At k = 0 no layer is reused: training from scratch with \
             other random numbers than {arm}. If the error of a frozen curve rises with k, there are \
             three possible reasons: features too specific to the source task (AnB), layers that were \
             trained together and are now separated (BnB), too few trainable layers. If AnB+ is below \
             BnB+, the difference is the gain from the source task."
        ));
    }
    let rows = sweep
        .series
        .axes
        .iter()
        .any(|axis| axis == "task.target_rows");
    rows.then(|| {
        let budget = match spec.budget {
            Budget::Epochs => {
                "Every point has the arm's epochs, so that its number of steps grows with its rows."
            }
            Budget::Steps => {
                "With fewer rows than the protocol's, arms are trained for more epochs, so that the \
                 number of steps does not fall; with more rows, for the arm's epochs."
            }
        };
        format!("The rows are the first of the target task, the same for every seed. {budget}")
    })
}

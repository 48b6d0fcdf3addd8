//! What the values of a sweep's axes do to each arm: the mean errors at every point, and their range.

use fm_stats::mean;
use serde_json::Value as Json;

use super::analysis::Sweep;
use super::names::{axis_words, point_words, value_cell};
use super::tables::{axis_column, text};
use crate::document::{Section, Text};
use crate::number::{Unit, counted};
use crate::table::{Column, Table};

/// The test error of every arm at every point of a grid.
pub(super) fn points(sweep: &Sweep<'_>) -> Table {
    let seeds = counted(sweep.series.seeds.len(), "seed");
    let caption = format!("Test error at every point, {seeds}, mean ± standard deviation");
    let mut rows = Table::of(sweep.file("points"), caption, &sweep.points);
    for index in 0..sweep.series.axes.len() {
        rows = rows.column(axis_column(sweep, index), move |point| {
            value_cell(&point.point.values[index])
        });
    }
    for (index, arm) in sweep.arms().iter().enumerate() {
        let column = Column::new(format!("{arm}_error"), arm, Unit::Fraction).mean_sd();
        // A terminal has room for two arms.
        let column = if index < 2 { column } else { column.detail() };
        rows = rows.column(column, move |point| {
            point.scores.get(index)?.test_error.description
        });
    }
    let diverged = Column::count("diverged");
    rows.column(diverged, |point| point.failed).table()
}

/// The values of a point with the mean error of an arm.
type Scored<'a> = (&'a [Json], f64);

/// Adds where each arm's mean error is lowest, and how far it changes along each of several axes on
/// average over the others, if an arm has two points.
pub(super) fn push_ranges(section: &mut Section, sweep: &Sweep<'_>) {
    let axes = &sweep.series.axes;
    let all = sweep.points.iter().map(|p| p.point.values.as_slice());
    let all: Vec<&[Json]> = all.collect();
    let rows = sweep.arms().iter().enumerate().filter_map(|(arm, name)| {
        let points = sweep.points.iter().filter_map(|point| {
            let error = point.scores.get(arm)?.test_error.description?;
            let whole = error.count == sweep.series.seeds.len();
            whole.then_some((point.point.values.as_slice(), error.mean))
        });
        let points: Vec<Scored<'_>> = points.collect();
        let lowest = *points.iter().min_by(|a, b| a.1.total_cmp(&b.1))?;
        let highest = points.iter().fold(0.0_f64, |most, point| most.max(point.1));
        (points.len() > 1).then(|| (name, lowest, highest, complete(&all, &points)))
    });
    let rows: Vec<_> = rows.collect();
    if rows.is_empty() {
        return;
    }
    let caption = "Lowest and highest mean test error of each arm over the points of the sweep";
    let error = |key, title| Column::new(key, title, Unit::Fraction);
    let mut table = Table::of(sweep.file("ranges"), caption, &rows)
        .column(text("arm"), |(arm, ..)| *arm)
        .column(error("lowest", "lowest"), |(_, lowest, ..)| lowest.1)
        .column(text("at"), |(_, lowest, ..)| point_words(axes, lowest.0))
        .column(error("highest", "highest"), |(_, _, highest, _)| *highest);
    let mut note =
        "Points where a training of the arm diverged or is missing are left out. The lowest of \
                    several errors on the same test images is optimistic."
            .to_owned();
    if axes.len() > 1 {
        for (index, axis) in axes.iter().enumerate() {
            let title = format!("change over {}", axis_words(axis));
            let column = Column::new(axis, title, Unit::Spread).detail();
            table = table.column(column, move |(.., points)| main_effect(index, points));
        }
        note += " The change over a key is the highest minus the lowest mean error of its values, each \
                 over the other keys. Values with a point that has no score are left out.";
    }
    section.push(table.table());
    section.push(Text::note(note));
}

/// The points of the largest part of the grid that has a score everywhere: while one is missing, the
/// value with the most missing points is left out.
fn complete<'a>(all: &[&[Json]], points: &[Scored<'a>]) -> Vec<Scored<'a>> {
    let scored = |values: &[Json]| points.iter().any(|(known, _)| *known == values);
    let mut kept = all.to_vec();
    loop {
        let missing = kept.iter().filter(|values| !scored(values));
        let values: Vec<(usize, &Json)> = missing.flat_map(|v| v.iter().enumerate()).collect();
        let count = |value: &&(usize, &Json)| values.iter().filter(|v| v == value).count();
        let Some(&(axis, value)) = values.iter().max_by_key(count) else {
            break;
        };
        kept.retain(|values| values[axis] != *value);
    }
    let in_kept = |(values, _): &&Scored<'a>| kept.contains(values);
    points.iter().filter(in_kept).copied().collect()
}

/// The largest minus the smallest mean over the points that share a value of the axis; `None` if
/// there is one value.
fn main_effect(axis: usize, points: &[Scored<'_>]) -> Option<f64> {
    let first = &points.first()?.0[axis];
    let several = points.iter().any(|(values, _)| values[axis] != *first);
    let means = points.iter().map(|(values, _)| {
        let same = points.iter().filter(|(v, _)| v[axis] == values[axis]);
        mean(&same.map(|(_, error)| *error).collect::<Vec<_>>())
    });
    let means: Vec<f64> = means.collect();
    let most = |sign: f64| {
        means
            .iter()
            .map(|m| sign * m)
            .fold(f64::NEG_INFINITY, f64::max)
    };
    several.then(|| most(1.0) + most(-1.0))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_with_missing_points_is_left_out() {
        let row = |x| (0..3).map(move |y| [json!(x), json!(y)]);
        let values: Vec<[Json; 2]> = (0..3).flat_map(row).collect();
        let all: Vec<&[Json]> = values.iter().map(|v| v.as_slice()).collect();
        // Two points with x = 2 have no score.
        let points: Vec<_> = all[..7].iter().map(|&values| (values, 0.1)).collect();
        let kept = complete(&all, &points);
        assert_eq!(kept.len(), 6);
        assert!(kept.iter().all(|(values, _)| values[0] != json!(2)));
    }
}

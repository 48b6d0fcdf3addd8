//! What the values of a sweep's axes do to each arm: the mean errors at every point, and main effects
//! in words.

use fm_stats::{Description, mean};
use serde_json::Value as Json;

use super::analysis::Sweep;
use super::names::{axis_words, value_cell, value_text};
use super::tables::axis_column;
use crate::number::{Unit, counted};
use crate::table::{Column, Table};

/// The test error of every arm at every point of a grid; `file` names its CSV file.
pub(super) fn table(sweep: &Sweep<'_>, file: String) -> Table {
    let seeds = counted(sweep.series.seeds.len(), "seed");
    let caption = format!("Test error at every point, {seeds}, mean ± standard deviation");
    let mut rows = Table::of(file, caption, &sweep.points);
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
    rows.column(Column::count("diverged"), |point| point.failed)
        .table()
}

/// A point with the mean error of an arm.
type Scored<'a> = (&'a [Json], f64);

/// A sentence for each arm: where its mean error is lowest, and how far it changes along each axis on
/// average over the others. Points without a score of every seed are left out.
pub(super) fn words(sweep: &Sweep<'_>) -> Option<String> {
    let seeds = sweep.series.seeds.len();
    let all = sweep.points.iter().map(|p| p.point.values.as_slice());
    let all: Vec<&[Json]> = all.collect();
    let sentences = sweep.arms().iter().enumerate().filter_map(|(arm, name)| {
        let whole = |d: &Description| d.count == seeds;
        let points = sweep.points.iter().filter_map(|point| {
            let error = point
                .scores
                .get(arm)?
                .test_error
                .description
                .filter(whole)?;
            Some((point.point.values.as_slice(), error.mean))
        });
        sentence(name, &sweep.series.axes, &all, &points.collect::<Vec<_>>())
    });
    let sentences: Vec<String> = sentences.collect();
    (!sentences.is_empty()).then(|| {
        format!(
            "{} Means over the seeds, without points at which a training of the arm diverged or is missing. \
             The lowest of several errors on the same test images is optimistic.",
            sentences.join(" ")
        )
    })
}

/// "scratch: lowest at *.lr 0.03, *.epochs 80 (0.63 %); …".
fn sentence(arm: &str, axes: &[String], all: &[&[Json]], points: &[Scored<'_>]) -> Option<String> {
    let by_error = |a: &&(_, f64), b: &&(_, f64)| a.1.total_cmp(&b.1);
    let (values, lowest) = points.iter().min_by(by_error)?;
    let (_, highest) = points.iter().max_by(by_error)?;
    if points.len() < 2 {
        return None;
    }
    let at = axes.iter().zip(*values);
    let at = at.map(|(axis, value)| format!("{} {}", axis_words(axis), value_text(value)));
    let range = format!(
        "{arm}: the lowest mean error, {}, is at {}, the highest is {}",
        Unit::Fraction.with_unit(*lowest),
        at.collect::<Vec<_>>().join(", "),
        Unit::Fraction.with_unit(*highest),
    );
    if axes.len() < 2 {
        return Some(format!("{range}."));
    }
    let points = complete(axes.len(), all, points);
    let effects = axes.iter().enumerate().filter_map(|(index, axis)| {
        let effect = Unit::Spread.with_unit(main_effect(index, &points)?);
        Some(format!("{effect} over {}", axis_words(axis)))
    });
    let effects: Vec<String> = effects.collect();
    Some(match effects.is_empty() {
        true => format!("{range}."),
        false => format!(
            "{range}; on average over the other keys, where all have scores, it changes by {}.",
            effects.join(" and by ")
        ),
    })
}

/// The points of the largest part of the grid that has a score everywhere: while one is missing, the
/// value with the most missing points is left out.
fn complete<'a>(n_axes: usize, all: &[&[Json]], points: &[Scored<'a>]) -> Vec<Scored<'a>> {
    let scored = |values: &[Json]| points.iter().any(|(known, _)| *known == values);
    let mut kept: Vec<&[Json]> = all.to_vec();
    loop {
        let missing: Vec<&[Json]> = kept.iter().copied().filter(|v| !scored(v)).collect();
        let values = missing
            .iter()
            .flat_map(|v| (0..n_axes).map(|axis| (axis, &v[axis])));
        let count =
            |(axis, value): &(usize, &Json)| missing.iter().filter(|v| v[*axis] == **value).count();
        let Some((axis, value)) = values.max_by_key(count) else {
            break;
        };
        kept.retain(|v| v[axis] != *value);
    }
    let in_kept = |(values, _): &&Scored<'a>| kept.contains(values);
    points.iter().filter(in_kept).copied().collect()
}

/// The largest minus the smallest mean over the points that share a value of the axis; `None` if
/// there is one value.
fn main_effect(axis: usize, points: &[Scored<'_>]) -> Option<f64> {
    let of_value = |value: &Json| {
        let same = points.iter().filter(|(values, _)| values[axis] == *value);
        let errors: Vec<f64> = same.map(|(_, error)| *error).collect();
        mean(&errors)
    };
    let first = points.first()?.0[axis].clone();
    let several = points.iter().any(|(values, _)| values[axis] != first);
    let means = points.iter().map(|(values, _)| of_value(&values[axis]));
    let [low, high] = means.fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], mean| {
        [low.min(mean), high.max(mean)]
    });
    several.then_some(high - low)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_main_effect_is_over_the_means_of_the_other_axis() {
        let values = [
            [json!(0.1), json!(20)],
            [json!(0.1), json!(80)],
            [json!(0.2), json!(20)],
            [json!(0.2), json!(80)],
        ];
        let errors = [0.04, 0.02, 0.03, 0.005];
        let points: Vec<_> = values.iter().map(|v| v.as_slice()).zip(errors).collect();
        // 0.03 and 0.0175; 0.035 and 0.0125
        assert!((main_effect(0, &points).unwrap() - 0.0125).abs() < 1e-12);
        assert!((main_effect(1, &points).unwrap() - 0.0225).abs() < 1e-12);
        let axes = ["*.lr".to_owned(), "*.epochs".to_owned()];
        let all: Vec<&[Json]> = values.iter().map(|v| v.as_slice()).collect();
        let found = sentence("scratch", &axes, &all, &points).unwrap();
        assert_eq!(
            found,
            "scratch: the lowest mean error, 0.50 %, is at learning rate 0.2, epochs 80, the highest is 4.00 %; on \
             average over the other keys, where all have scores, it changes by 1.250 points over learning rate and by 2.250 points over epochs."
        );
    }

    #[test]
    fn a_value_with_missing_points_is_left_out() {
        let values: Vec<[Json; 2]> = (0..3)
            .flat_map(|x| (0..3).map(move |y| [json!(x), json!(y)]))
            .collect();
        let all: Vec<&[Json]> = values.iter().map(|v| v.as_slice()).collect();
        // Two points with x = 2 have no score.
        let points: Vec<_> = all[..7].iter().map(|&values| (values, 0.1)).collect();
        let kept = complete(2, &all, &points);
        assert_eq!(kept.len(), 6);
        assert!(kept.iter().all(|(values, _)| values[0] != json!(2)));
    }
}

//! The plots of the main table: errors and paired differences, a strip for each.

use fm_stats::Interval;

use super::analysis::Analysis;
use crate::number::Unit;
use crate::plot::{Axis, Datum, Mark, Plot, Series};

/// The paired differences, the first comparison on top; `None` without comparisons.
pub(crate) fn differences(analysis: &Analysis<'_>) -> Option<Plot> {
    analysis.comparisons.first()?;
    let (mut points, mut means) = (Vec::new(), Vec::new());
    let mut names = Vec::new();
    for (row, compared) in analysis.comparisons.iter().enumerate() {
        let (paired, comparison) = (&compared.paired, &compared.comparison);
        names.push(compared.pairing.to_string());
        let differences = paired.differences().zip(&paired.seeds);
        points.extend(
            differences.map(|(difference, seed)| {
                Datum::new(difference, row as f64, format!("seed {seed}"))
            }),
        );
        let interval = comparison.interval.map(Interval::ends);
        means.push(Datum::new(comparison.difference, row as f64, "").within(interval));
    }
    let against = analysis.baseline();
    let title = match against {
        Some(against) => format!("Test error minus that of {against}, seed by seed"),
        None => "Difference of the test errors, seed by seed".to_owned(),
    };
    let worse = against.map_or_else(|| "worse".to_owned(), |arm| format!("worse than {arm}"));
    let axis = Axis::linear("difference of the test errors", Unit::Points);
    let mut plot = Plot::new("differences", title, axis, Axis::names("comparison", names))
        .with(Mark::Zero {
            below: "better".to_owned(),
            above: worse,
        })
        .with(Mark::Means(Series::new("", 0), means))
        .with(Mark::Points(Series::new("", 0), points));
    plot.note = "Each dot is one seed; the diamond is the mean, the bar its interval.".to_owned();
    Some(plot)
}

/// The test errors of every arm.
pub(crate) fn errors(analysis: &Analysis<'_>) -> Plot {
    let names = analysis.arms.iter().map(|(name, _)| name.clone());
    let axis = Axis::linear("test error", Unit::Fraction);
    let mut plot = Plot::new(
        "errors",
        "Test error of every arm",
        axis,
        Axis::names("arm", names),
    );
    let seeds = &analysis.results.main().seeds;
    let mut means = Vec::new();
    for (row, (_, scores)) in analysis.arms.iter().enumerate() {
        let error = &scores.test_error;
        let points = seeds
            .iter()
            .zip(&error.per_seed)
            .filter_map(|(seed, error)| {
                Some(Datum::new((*error)?, row as f64, format!("seed {seed}")))
            });
        let points = Mark::Points(Series::new("", row), points.collect());
        plot.marks.push(points);
        means.extend(
            error
                .description
                .as_ref()
                .map(|d| Datum::new(d.mean, row as f64, "").within(d.interval.map(Interval::ends))),
        );
    }
    plot.with(Mark::Means(Series::new("", 0), means))
}

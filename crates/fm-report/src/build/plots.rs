//! Errors and paired differences, a strip for each.

use fm_experiment::Compared;

use super::analysis::Analysis;
use crate::number::{Unit, level};
use crate::plot::{Axis, Datum, Mark, Plot, Shape};

/// Paired differences, a strip for each comparison, the first on top; `None` without comparisons.
pub(crate) fn differences(comparisons: &[Compared]) -> Option<Plot> {
    let first = comparisons.first()?;
    let baseline = &first.pairing.against;
    let compared = || comparisons.iter().enumerate();
    let points = compared().flat_map(|(row, c)| {
        let differences = c.paired.differences().zip(&c.paired.seeds);
        differences.map(move |(d, seed)| Datum::new(d, row as f64, format!("seed {seed}")))
    });
    let means = compared().map(|(row, compared)| {
        let c = &compared.comparison;
        Datum::new(c.difference, row as f64, "").within(c.interval)
    });
    let mut title = "Difference of the test errors, seed by seed".to_owned();
    let mut worse = "worse".to_owned();
    if comparisons.iter().all(|c| c.pairing.against == *baseline) {
        title = format!("Test error minus that of {baseline}, seed by seed");
        worse = format!("worse than {baseline}");
    }
    let note = format!(
        "Each dot is one seed: filled better, hollow worse, grey equal. The diamond is the mean, the \
         bar its {} interval.",
        level(first.comparison.level)
    );
    let names = compared().map(|(_, compared)| compared.pairing.to_string());
    let names = Axis::names("comparison", names);
    let axis = Axis::linear("difference of the test errors", Unit::Points);
    let plot = Plot::new("differences", title, axis, names).zero("better", worse);
    let plot = plot.with(Mark::means(means));
    Some(
        plot.with(Mark::new(Shape::Points, "", 0, points))
            .note(note),
    )
}

/// The test errors of every arm.
pub(crate) fn errors(analysis: &Analysis<'_>) -> Plot {
    let names = analysis.arms.iter().map(|(name, _)| name.clone());
    let axis = Axis::linear("test error", Unit::Fraction);
    let names = Axis::names("arm", names);
    let mut plot = Plot::new("errors", "Test error of every arm", axis, names);
    let seeds = &analysis.results.main().seeds;
    let mut means = Vec::new();
    for (row, (_, scores)) in analysis.arms.iter().enumerate() {
        let error = &scores.test_error;
        let points = seeds.iter().zip(&error.per_seed);
        let points = points.filter_map(|(seed, error)| {
            Some(Datum::new((*error)?, row as f64, format!("seed {seed}")))
        });
        plot = plot.with(Mark::new(Shape::Points, "", row, points));
        let mean = |d: fm_stats::Description| Datum::new(d.mean, row as f64, "").within(d.interval);
        means.extend(error.description.map(mean));
    }
    plot.with(Mark::means(means)).note(
        "Each dot is one seed. The diamond is the mean, the bar the interval of the mean over seeds.",
    )
}

//! The sweep over pairs of target classes: a matrix, and the differences over difficulty.

use fm_stats::{Comparison, MIN_PAIRS, StatsError, pool, sd};

use super::analysis::{Analysis, Sweep};
use super::sweeps::{SIGN_NOTE, difference_cell, difference_cells, file, table};
use crate::document::{Section, Shown, Text};
use crate::number::{Unit, counted, level};
use crate::plot::{Axis, Datum, Mark, Palette, Plot, Shape};

/// The key of the axis.
pub(crate) const AXIS: &str = "task.target_classes";

/// The section of the sweep.
pub(crate) fn section(analysis: &Analysis<'_>, sweep: &Sweep<'_>) -> Result<Section, StatsError> {
    let mut section = Section::new("Which classes?", Shown::Folded);
    if !sweep.series.pairings.is_empty() {
        section.push(matrix(analysis, sweep));
        section.push(scatter(analysis, sweep));
    }
    section.extend(pooled(analysis, sweep)?.map(Text::Note));
    section.push(table(analysis, sweep));
    section.push(Text::note(
        "Each pair has a source training of its own, on the other classes. Differences are paired by \
         seed; each interval is on its own.",
    ));
    Ok(section)
}

/// The classes of each pair, ascending, and the first comparison.
fn compared<'a>(sweep: &'a Sweep<'_>) -> impl Iterator<Item = ([usize; 2], &'a Comparison)> {
    sweep
        .points
        .iter()
        .filter_map(|point| match *point.point.target_classes() {
            [a, b] => Some(([a.min(b).into(), a.max(b).into()], point.comparison(0)?)),
            _ => None,
        })
}

/// "Sandal, Shirt".
fn names(analysis: &Analysis<'_>, classes: [usize; 2]) -> String {
    classes
        .map(|class| analysis.results.plan.class_names[class].clone())
        .join(", ")
}

/// Below the diagonal the difference, above it the error of the arm compared with.
fn matrix(analysis: &Analysis<'_>, sweep: &Sweep<'_>) -> Plot {
    let pairing = &sweep.series.pairings[0];
    let differences =
        compared(sweep).map(|([a, b], c)| difference_cell((a, b), c, names(analysis, [a, b])));
    let errors = compared(sweep)
        .map(|([a, b], c)| Datum::cell((b, a), c.baseline_error, "", names(analysis, [a, b])));
    let title = format!(
        "{pairing}, points (below the diagonal); error of {}, % (above)",
        pairing.against
    );
    let error = format!("error of {}", pairing.against);
    let classes = |title| Axis::names(title, analysis.results.plan.class_names.clone());
    Plot::new(
        file(sweep, "matrix"),
        title,
        classes("class"),
        classes("other class"),
    )
    .with(difference_cells(differences))
    .with(Mark::new(
        Shape::Cells(Unit::Fraction, Palette::Plain),
        error,
        0,
        errors,
    ))
    .note(SIGN_NOTE)
}

/// The difference of every pair over the error of the arm compared with.
fn scatter(analysis: &Analysis<'_>, sweep: &Sweep<'_>) -> Plot {
    let pairing = &sweep.series.pairings[0];
    let data = compared(sweep).map(|(classes, c)| {
        Datum::new(c.baseline_error, c.difference, names(analysis, classes)).within(c.interval)
    });
    Plot::new(
        file(sweep, "difficulty"),
        format!("{pairing} over the error of {}", pairing.against),
        Axis::log(format!("test error of {}", pairing.against), Unit::Fraction),
        Axis::linear("difference", Unit::Points),
    )
    .zero("better", format!("worse than {}", pairing.against))
    .with(Mark::new(Shape::Points, "", 0, data))
    .note("A dot is a pair of classes, on the bar of its interval.")
}

/// The mean difference over pairs of classes, which are taken as draws from all pairs.
fn pooled(analysis: &Analysis<'_>, sweep: &Sweep<'_>) -> Result<Option<String>, StatsError> {
    let Some(pairing) = sweep.series.pairings.first() else {
        return Ok(None);
    };
    let found = sweep.points.iter().filter_map(|point| {
        let paired = &point.compared.first()?.as_ref()?.paired;
        let differences: Vec<f64> = paired.differences().collect();
        let error = sd(&differences)? / libm::sqrt(differences.len() as f64);
        // The standard error of few seeds is itself too uncertain to weigh a pair by.
        let known = differences.len() >= MIN_PAIRS && error > 0.0;
        known.then(|| (fm_stats::mean(&differences), error))
    });
    let (differences, errors): (Vec<f64>, Vec<f64>) = found.unzip();
    if differences.len() < 3 {
        return Ok(None);
    }
    let found = pool(&differences, &errors, &[], &analysis.settings)?;
    let mean = found.coefficients[0];
    Ok(Some(format!(
        "Over {} of classes, taken as a sample of all pairs, {pairing} is {} on average ({} interval \
         {}). From pair to pair the true difference varies with a standard deviation of {}.",
        counted(differences.len(), "pair"),
        Unit::Points.with_unit(mean.estimate),
        level(analysis.settings.level),
        Unit::Points.interval(mean.interval),
        Unit::Spread.with_unit(found.between_sd),
    )))
}

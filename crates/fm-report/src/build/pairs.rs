//! The sweep over pairs of target classes: a matrix, and the differences over difficulty.

use fm_stats::{Comparison, Interval, MIN_PAIRS, StatsError, pool, sd};

use super::analysis::{Analysis, Sweep, SweepPoint};
use super::sweeps::{SIGN_NOTE, file, shown_sign, table};
use crate::document::{Section, Text};
use crate::number::{Unit, counted, level};
use crate::plot::{Axis, Cell, Datum, Mark, Palette, Plot, Series};

/// The key of the axis.
pub(crate) const AXIS: &str = "task.target_classes";

/// The section of the sweep.
pub(crate) fn section(analysis: &Analysis<'_>, sweep: &Sweep<'_>) -> Result<Section, StatsError> {
    let mut section = Section::folded("Which classes?");
    if !sweep.series.pairings.is_empty() {
        section.push(matrix(analysis, sweep));
        section.push(scatter(analysis, sweep));
    }
    if let Some(words) = pooled(analysis, sweep)? {
        section.push(Text::note(words));
    }
    section.push(table(analysis, sweep));
    section.push(Text::note(
        "Each pair has a source training of its own, on the other classes. Differences are paired by \
         seed; each interval is on its own.",
    ));
    Ok(section)
}

/// Each pair's two classes and the first comparison.
fn compared<'a>(sweep: &'a Sweep<'_>) -> impl Iterator<Item = ([usize; 2], &'a Comparison)> {
    sweep.points.iter().filter_map(|point| {
        let compared = point.compared.first()?.as_ref()?;
        Some((classes(point)?, &compared.comparison))
    })
}

/// The numbers of a pair's classes, ascending.
fn classes(point: &SweepPoint<'_>) -> Option<[usize; 2]> {
    match *point.point.target_classes() {
        [a, b] => Some([a.min(b).into(), a.max(b).into()]),
        _ => None,
    }
}

/// "Sandal, Shirt".
fn names(analysis: &Analysis<'_>, classes: [usize; 2]) -> String {
    classes.map(|class| class_name(analysis, class)).join(", ")
}

fn class_name(analysis: &Analysis<'_>, class: usize) -> String {
    let name = analysis.results.plan.class_names.get(class);
    name.cloned().unwrap_or_else(|| class.to_string())
}

/// Below the diagonal the difference, above it the error of the arm compared with.
fn matrix(analysis: &Analysis<'_>, sweep: &Sweep<'_>) -> Plot {
    let pairing = &sweep.series.pairings[0];
    let (mut differences, mut errors) = (Vec::new(), Vec::new());
    for ([a, b], c) in compared(sweep) {
        let cell = |x, y, value, sign| Cell {
            x,
            y,
            value,
            sign,
            label: names(analysis, [a, b]),
        };
        differences.push(cell(a, b, c.difference, shown_sign(c)));
        errors.push(cell(b, a, c.baseline_error, ""));
    }
    let class_names =
        || (0..analysis.results.plan.class_names.len()).map(|k| class_name(analysis, k));
    let title = format!(
        "{pairing}, points (below the diagonal); error of {}, % (above)",
        pairing.against
    );
    let mut plot = Plot::new(
        file(sweep, "matrix"),
        title,
        Axis::names("class", class_names()),
        Axis::names("other class", class_names()),
    )
    .with(Mark::Cells {
        title: "difference".to_owned(),
        unit: Unit::Points,
        palette: Palette::Diverging,
        cells: differences,
    })
    .with(Mark::Cells {
        title: format!("error of {}", pairing.against),
        unit: Unit::Fraction,
        palette: Palette::Plain,
        cells: errors,
    });
    plot.note = SIGN_NOTE.to_owned();
    plot
}

/// The difference of every pair over the error of the arm compared with.
fn scatter(analysis: &Analysis<'_>, sweep: &Sweep<'_>) -> Plot {
    let pairing = &sweep.series.pairings[0];
    let data = compared(sweep).map(|(classes, c)| {
        let interval = c.interval.map(Interval::ends);
        Datum::new(c.baseline_error, c.difference, names(analysis, classes)).within(interval)
    });
    let error = format!("test error of {}", pairing.against);
    let mut plot = Plot::new(
        file(sweep, "difficulty"),
        format!("{pairing} over the error of {}", pairing.against),
        Axis::log(error, Unit::Fraction),
        Axis::linear("difference", Unit::Points),
    )
    .with(Mark::Zero {
        below: "better".to_owned(),
        above: format!("worse than {}", pairing.against),
    })
    .with(Mark::Points(Series::new("", 0), data.collect()));
    plot.note = "A dot is a pair of classes, on the bar of its interval.".to_owned();
    plot
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
        Unit::Points.interval(mean.interval.ends()),
        Unit::Spread.with_unit(found.between_sd),
    )))
}

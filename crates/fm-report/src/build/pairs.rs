//! The sweep over pairs of target classes: a matrix, and the differences over difficulty.

use std::collections::BTreeSet;

use fm_stats::{Comparison, StatsError, smallest_p};

use super::analysis::{Analysis, Sweep};
use super::names::class_names;
use super::regression::{self, classes};
use super::sweeps::{SIGN_NOTE, difference_cell, file, set_words, table};
use crate::document::{Section, Shown, Text};
use crate::number::{Unit, counted};
use crate::plot::{Axis, Datum, Mark, Plot, Shape};
use crate::table::{Column, Table};

/// The key of the axis.
pub(crate) const AXIS: &str = "task.target_classes";

/// The section of the sweep.
pub(crate) fn section(analysis: &Analysis<'_>, sweep: &Sweep<'_>) -> Result<Section, StatsError> {
    let mut section = Section::new("Which classes?", Shown::Folded);
    if !sweep.series.pairings.is_empty() {
        section.push(matrix(analysis, sweep));
        section.push(scatter(analysis, sweep));
    }
    regression::push(&mut section, analysis, sweep)?;
    section.push(table(analysis, sweep));
    section.push(Text::note(
        "Each pair has a source training of its own, on the other classes. Differences are paired by \
         seed; each interval is on its own.",
    ));
    section.extend(no_single_pair(analysis, sweep).map(Text::Note));
    section.extend(set_words(sweep).map(Text::Note));
    Ok(section)
}

/// Says so if no pair can be concluded on its own, whatever its differences are.
fn no_single_pair(analysis: &Analysis<'_>, sweep: &Sweep<'_>) -> Option<String> {
    let seeds = compared(sweep).map(|(_, c)| c.pairs).max()?;
    let least = smallest_p(seeds) * sweep.family() as f64;
    (least > analysis.settings.alpha()).then(|| {
        format!(
            "With {} no single pair of {} can be shown to be better or worse: the smallest p that they \
             allow is {} after the correction. Conclude from the mean over pairs and the pooled values.",
            counted(seeds, "seed"),
            sweep.family(),
            Unit::PValue.number(least)
        )
    })
}

/// The classes of each pair, ascending, and the first comparison.
fn compared<'a>(sweep: &'a Sweep<'_>) -> impl Iterator<Item = ([usize; 2], &'a Comparison)> {
    let points = sweep.points.iter();
    points.filter_map(|point| Some((classes(point)?, point.comparison(0)?)))
}

/// The difference of each pair: a heat map, a column for its first class and a row for the other.
fn matrix(analysis: &Analysis<'_>, sweep: &Sweep<'_>) -> Table {
    let names = &analysis.results.plan.class_names;
    let pairs = || compared(sweep).map(|(classes, _)| classes);
    let first: BTreeSet<usize> = pairs().map(|[first, _]| first).collect();
    let second: BTreeSet<usize> = pairs().map(|[_, second]| second).collect();
    let second: Vec<usize> = second.into_iter().collect();
    let caption = format!("{}, points; {SIGN_NOTE}", sweep.series.pairings[0]);
    let mut table = Table::of(file(sweep, "matrix"), caption, &second)
        .column(Column::text("class", "class"), |class| &names[*class]);
    for class in first {
        let column = Column::new(&names[class], &names[class], Unit::Points).shaded();
        table = table.column(column, |other| {
            let pair = compared(sweep).find(|(classes, _)| *classes == [class, *other]);
            pair.map(|(_, comparison)| difference_cell(comparison))
        });
    }
    table.table()
}

/// The difference of every pair over the mean error of both arms.
fn scatter(analysis: &Analysis<'_>, sweep: &Sweep<'_>) -> Plot {
    let pairing = &sweep.series.pairings[0];
    let data = compared(sweep).map(|(classes, c)| {
        let error = (c.arm_error + c.baseline_error) / 2.0;
        Datum::new(
            error,
            c.difference,
            class_names(&classes, &analysis.results.plan.class_names, ", "),
        )
        .within(c.interval)
    });
    Plot::new(
        file(sweep, "difficulty"),
        format!("{pairing} over the mean error of both"),
        Axis::log("mean test error of both arms", Unit::Fraction),
        Axis::linear("difference", Unit::Points),
    )
    .zero("better", format!("worse than {}", pairing.against))
    .with(Mark::new(Shape::Points, "", 0, data))
    .note("A dot is a pair of classes, on the bar of its interval.")
}

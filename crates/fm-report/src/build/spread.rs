//! The sweep over what a seed moves: where the spread over seeds comes from.

use fm_experiment::protocol::Moved;
use fm_stats::{SourceVariance, StatsError, VariedSource, variance_table};

use super::analysis::{Sweep, SweepPoint};
use crate::document::{Section, Shown, Text};
use crate::number::Unit;
use crate::table::{Column, Table};

/// The key of the axis.
pub(crate) const AXIS: &str = "seed.moves";

/// The section of the sweep.
pub(crate) fn section(sweep: &Sweep<'_>) -> Result<Section, StatsError> {
    let mut rows = Vec::new();
    for (index, arm) in sweep.arms().iter().enumerate() {
        let values = |point: &SweepPoint<'_>| {
            let scores = point.scores.get(index).into_iter();
            let errors = scores.flat_map(|scores| &scores.test_error.per_seed);
            errors.copied().flatten().collect()
        };
        rows.extend(variances(arm, sweep, &values)?);
    }
    for (index, pairing) in sweep.series.pairings.iter().enumerate() {
        let values = |point: &SweepPoint<'_>| {
            let compared = point.compared[index].iter();
            compared.flat_map(|c| c.paired.differences()).collect()
        };
        rows.extend(variances(&pairing.to_string(), sweep, &values)?);
    }
    let caption =
        "Standard deviation (sd) of test errors and of their differences, by what the seed changes";
    let error = Column::new("sd_error", "standard error of sd", Unit::Spread);
    let share = Column::new("share", "share of variance", Unit::Number(2));
    let table = Table::of("spread", caption, &rows)
        .column(Column::text("of", "error or difference"), |(of, _)| of)
        .column(Column::text("moved", "the seed changes"), |(_, line)| {
            &line.source
        })
        .column(Column::count("seeds"), |(_, line)| line.count)
        .column(Column::new("sd", "sd", Unit::Spread), |(_, line)| line.sd)
        .column(error, |(_, line)| line.sd_error)
        .column(share, |(_, line)| line.share_of_all)
        .table();
    Ok(
        Section::new("Where does the spread over seeds come from?", Shown::Folded)
            .with(table)
            .with(Text::note(
                "In each row the seed changes the sources of randomness that are named: first weights \
                 (init), the order of rows (order), which target rows are trained on (target_rows). \
                 Everything else is fixed at one seed. A share is the variance of the row divided by \
                 the variance with everything changed. Shares do not have to add up to 1: effects \
                 interact, and the variances are estimates.",
            )),
    )
}

/// The variances of some values at each point of the sweep. The point that moves most is that with
/// everything moved.
fn variances(
    of: &str,
    sweep: &Sweep<'_>,
    values: &dyn Fn(&SweepPoint<'_>) -> Vec<f64>,
) -> Result<Vec<(String, SourceVariance)>, StatsError> {
    let all = sweep.points.iter().max_by_key(|point| moved(point).len());
    let all = all.filter(|point| moved(point).len() > 1);
    let is_all = |point: &SweepPoint<'_>| all.is_some_and(|all| std::ptr::eq(all, point));
    let single = sweep.points.iter().filter(|point| !is_all(point));
    let single = single.map(|point| {
        let names: Vec<String> = moved(point).iter().map(name).collect();
        (names.join(" + "), values(point))
    });
    let single: Vec<_> = single.filter(|(_, values)| !values.is_empty()).collect();
    let sources = single.iter();
    let sources = sources.map(|(source, values)| VariedSource { source, values });
    let all = all.map(values).filter(|values| !values.is_empty());
    let found = variance_table(&sources.collect::<Vec<_>>(), all.as_deref())?;
    let lines = found.sources.into_iter().chain(found.all);
    Ok(lines.map(|line| (of.to_owned(), line)).collect())
}

fn moved<'a>(point: &SweepPoint<'a>) -> &'a [Moved] {
    &point.point.protocol().seed.moves
}

/// As protocols write it.
fn name(moved: &Moved) -> String {
    let text = serde_json::to_value(moved).unwrap_or_default();
    text.as_str().unwrap_or_default().to_owned()
}

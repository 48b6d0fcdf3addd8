//! The sweep over what a seed moves: where the spread over seeds comes from.

use fm_stats::{StatsError, VarianceTable, VariedSource, variance_table};

use super::analysis::{Analysis, Sweep};
use crate::document::{Section, Text};
use crate::number::Unit;
use crate::table::{Column, Table, Value};

/// The key of the axis.
pub(crate) const AXIS: &str = "seed.moves";

/// The section of the sweep.
pub(crate) fn section(analysis: &Analysis<'_>, sweep: &Sweep<'_>) -> Result<Section, StatsError> {
    let mut section = Section::folded("Where does the spread over seeds come from?");
    let errors = table("spread-errors", "Test error", Unit::Fraction);
    let differences = table("spread-differences", "Difference", Unit::Points);
    let (mut errors, mut differences) = (errors, differences);
    let arms = sweep
        .points
        .first()
        .map_or(&[][..], |point| &point.point.arms);
    for (index, arm) in arms.iter().enumerate() {
        let values = |point: usize| {
            let cells = analysis.results.by_seed(sweep.index, point, Some(index));
            cells.filter_map(|cell| cell.error()).collect::<Vec<f64>>()
        };
        add(&mut errors, arm, &variances(sweep, &values)?);
    }
    for (index, pairing) in sweep.series.pairings.iter().enumerate() {
        let values = |point: usize| match &sweep.points[point].compared[index] {
            Some(c) => c.paired.differences().collect(),
            None => Vec::new(),
        };
        add(
            &mut differences,
            &pairing.to_string(),
            &variances(sweep, &values)?,
        );
    }
    section.push(errors);
    section.push(differences);
    section.push(Text::note(
        "In each row the seed changes one source of randomness: first weights (init), the order of \
         rows (order), which target rows are trained on (target_rows), or all three. Everything else \
         is fixed at one seed, so compare the standard deviations (sd), not the means. A share is the \
         variance of the row divided by the variance with everything changed. Shares do not have to \
         add up to 1: effects interact, and the variances are estimates.",
    ));
    Ok(section)
}

fn table(name: &str, of: &str, unit: Unit) -> Table {
    let columns = [
        Column::text("of", of.to_lowercase()),
        Column::text("moved", "changed"),
        Column::new("seeds", "seeds", Unit::Count),
        Column::new("mean", "mean", unit),
        Column::new("sd", "sd", Unit::Spread),
        Column::new("sd_error", "standard error of sd", Unit::Spread),
        Column::new("share", "share of variance", Unit::Number(2)),
    ];
    Table::new(
        name,
        format!("{of}: standard deviation by what the seed changes"),
        columns,
    )
}

/// The point that moves most is that with everything moved.
fn variances(
    sweep: &Sweep<'_>,
    values: &dyn Fn(usize) -> Vec<f64>,
) -> Result<VarianceTable, StatsError> {
    let moved = |point: usize| sweep.points[point].point.protocol().seed.moves.clone();
    let all = (0..sweep.points.len()).max_by_key(|&point| moved(point).len());
    let all = all.filter(|&point| moved(point).len() > 1);
    let names: Vec<(String, Vec<f64>)> = (0..sweep.points.len())
        .filter(|&point| Some(point) != all)
        .map(|point| {
            let names = moved(point).iter().map(name).collect::<Vec<_>>();
            (names.join(" + "), values(point))
        })
        .filter(|(_, values)| !values.is_empty())
        .collect();
    let sources = names
        .iter()
        .map(|(source, values)| VariedSource { source, values });
    let all = all.map(values).filter(|values| !values.is_empty());
    variance_table(&sources.collect::<Vec<_>>(), all.as_deref())
}

/// As protocols write it.
fn name(moved: &fm_experiment::protocol::Moved) -> String {
    let text = serde_json::to_value(moved).unwrap_or_default();
    text.as_str().unwrap_or_default().to_owned()
}

fn add(table: &mut Table, of: &str, found: &VarianceTable) {
    for line in found.sources.iter().chain(&found.all) {
        table.push([
            of.into(),
            line.source.as_str().into(),
            line.count.into(),
            Value::Number(line.mean),
            line.sd.into(),
            line.sd_error.into(),
            line.share_of_all.into(),
        ]);
    }
}

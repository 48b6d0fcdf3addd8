//! The sweep over what a seed moves: where the spread over seeds comes from.

use fm_experiment::protocol::Moved;
use fm_stats::{StatsError, variance_table};

use super::analysis::{Sweep, SweepPoint};
use super::names::value_text;
use crate::document::{Section, Shown, Text};
use crate::number::Unit;
use crate::table::{Column, Table};

/// The key of the axis.
pub(crate) const AXIS: &str = "seed.moves";

/// The section of the sweep.
pub(crate) fn section(sweep: &Sweep<'_>) -> Result<Section, StatsError> {
    let mut rows = Vec::new();
    let mut add = |of: &str, values: &dyn Fn(&SweepPoint<'_>) -> Vec<f64>| {
        let groups = sweep
            .points
            .iter()
            .map(|point| (moved(point), values(point)));
        let mut groups: Vec<_> = groups.filter(|(_, values)| !values.is_empty()).collect();
        // The point that moves most, if it moves several, is that with everything moved.
        let most = sweep.points.iter().map(|point| moved(point).len()).max();
        let is_all = |(moved, _): &(&[Moved], _)| moved.len() > 1 && Some(moved.len()) == most;
        let all = groups.iter().rposition(is_all);
        let all = all.map(|index| groups.remove(index).1);
        let named = groups
            .into_iter()
            .map(|(moved, values)| (name(moved), values));
        let lines = variance_table(&named.collect::<Vec<_>>(), all.as_deref())?;
        rows.extend(lines.into_iter().map(|line| (of.to_owned(), line)));
        Ok(())
    };
    for (index, arm) in sweep.arms().iter().enumerate() {
        add(arm, &|point| {
            let scores = point.scores.get(index).into_iter();
            let errors = scores.flat_map(|scores| &scores.test_error.per_seed);
            errors.copied().flatten().collect()
        })?;
    }
    for (index, pairing) in sweep.series.pairings.iter().enumerate() {
        add(&pairing.to_string(), &|point| {
            let compared = point.compared[index].iter();
            compared.flat_map(|c| c.paired.differences()).collect()
        })?;
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
    let note = "In each row the seed changes only what is named: first weights (init), the order of \
                rows (order), which target rows are trained on (target_rows). A share is the variance \
                of the row divided by that with everything changed. Shares do not have to add up to 1: \
                effects interact, and the variances are estimates.";
    let title = "Where does the spread over seeds come from?";
    let section = Section::new(title, Shown::Folded).with(table);
    Ok(section.with(Text::note(note)))
}

fn moved<'a>(point: &SweepPoint<'a>) -> &'a [Moved] {
    &point.point.protocol().seed.moves
}

/// "init + order", as protocols write them.
fn name(moved: &[Moved]) -> String {
    let names = moved
        .iter()
        .map(|moved| value_text(&serde_json::json!(moved)));
    names.collect::<Vec<_>>().join(" + ")
}

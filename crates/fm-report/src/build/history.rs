//! Every epoch of every training of the main table.

use fm_experiment::Results;

use super::analysis::{main_place, main_records};
use super::learning::MEASURES;
use crate::table::{Column, Table};

/// A row for each epoch.
pub(crate) fn table(results: &Results) -> Table {
    let arms = (0..results.main().points[0].arms.len()).map(Some);
    let trainings = [None].into_iter().chain(arms).flat_map(|arm| {
        let place = move |seed| main_place(arm, seed);
        main_records(results, arm).map(move |(seed, record)| (place(seed), record))
    });
    let rows = trainings
        .flat_map(|(place, record)| record.history.iter().map(move |epoch| (place, epoch)));
    let rows: Vec<_> = rows.collect();
    let mut table = Table::of("history", "Every epoch", &rows)
        .column(Column::text("model", "model"), |(place, _)| {
            results.plan.model(*place)
        })
        .column(Column::count("seed"), |(place, _)| place.seed)
        .column(Column::count("phase"), |(_, epoch)| epoch.phase)
        .column(Column::count("epoch"), |(_, epoch)| epoch.epoch);
    for measure in MEASURES {
        let column = Column::new(measure.tag.replace('/', "_"), measure.words, measure.unit);
        table = table.column(column, |(_, epoch)| (measure.of)(epoch));
    }
    table.table()
}

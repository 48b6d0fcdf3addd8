//! Every epoch of every training of the main table.

use fm_experiment::Results;

use super::analysis::{main_place, main_records};
use super::learning::Measure;
use crate::number::Unit;
use crate::table::{Column, Table, Value};

/// A row for each epoch.
pub(crate) fn table(results: &Results) -> Table {
    let mut columns = vec![Column::text("model", "model")];
    columns.extend(["seed", "phase", "epoch"].map(|key| Column::new(key, key, Unit::Count)));
    columns.extend(
        Measure::ALL.map(|measure| Column::new(measure.key(), measure.key(), measure.unit())),
    );
    let mut table = Table::new("history", "Every epoch", columns);
    let main = results.main();
    let models = (0..main.points[0].arms.len()).map(Some);
    for arm in [None].into_iter().chain(models) {
        for (seed, record) in main_records(results, arm) {
            for epoch in &record.history {
                let mut row: Vec<Value> = vec![
                    results.plan.model(main_place(arm, seed)).into(),
                    seed.into(),
                ];
                row.extend([epoch.phase.into(), epoch.epoch.into()]);
                row.extend(Measure::ALL.map(|measure| measure.of(epoch).into()));
                table.push(row);
            }
        }
    }
    table
}

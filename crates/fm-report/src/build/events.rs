//! TensorBoard event files of the main table: every epoch of every training.
//!
//! A run per model and seed (`seed-0001/transfer`) and the mean over seeds (`mean/transfer`), with
//! the tags `train/loss`, `valid/accuracy` and so on; `test/…` is at the last epoch. Epochs are the
//! steps. Equal records give equal bytes: the wall time of an event is its epoch in seconds.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use fm_experiment::{Record, Results};

use super::analysis::main_records;
use super::learning::{MEASURES, bands, histories};
use super::names::models;
use super::write::write_file;
use crate::error::ReportError;
use crate::tensorboard::EventFile;

/// The name that TensorBoard looks for.
const FILE: &str = "events.out.tfevents.0.fm";

/// Writes TensorBoard event files to `tensorboard/` in a folder, such as that of the store, and
/// returns its path: `tensorboard --logdir` on it shows every epoch of every training of the main
/// table.
///
/// # Errors
/// What the file system says.
pub fn write_events(results: &Results, folder: &Path) -> Result<PathBuf, ReportError> {
    let logs = folder.join("tensorboard");
    for (name, arm) in models(results) {
        for (seed, record) in main_records(results, arm) {
            write_file(
                &logs,
                &format!("seed-{seed:04}/{name}/{FILE}"),
                training(record),
            )?;
        }
        write_file(&logs, &format!("mean/{name}/{FILE}"), mean(results, arm))?;
    }
    Ok(logs)
}

fn training(record: &Record) -> Vec<u8> {
    let mut file = EventFile::new();
    for epoch in &record.history {
        let values = MEASURES.iter();
        let values = values.filter_map(|of| Some((of.tag, (of.of)(epoch)?)));
        file.scalars(epoch.epoch, &values.collect::<Vec<_>>());
    }
    if let Some(test) = record.scores() {
        let last = record.history.last().map_or(0, |epoch| epoch.epoch);
        let values = [("test/loss", test.loss), ("test/accuracy", test.accuracy)];
        file.scalars(last, &values);
    }
    file.0
}

fn mean(results: &Results, arm: Option<usize>) -> Vec<u8> {
    let histories = histories(results, arm);
    let mut events: BTreeMap<usize, Vec<(&str, f64)>> = BTreeMap::new();
    for measure in MEASURES {
        for band in bands(&histories, measure) {
            let values = events.entry(band.epoch).or_default();
            values.push((measure.tag, band.mean));
        }
    }
    let mut file = EventFile::new();
    for (epoch, values) in events {
        file.scalars(epoch, &values);
    }
    file.0
}

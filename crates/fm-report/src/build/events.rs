//! TensorBoard event files of the main table: every epoch of every training.
//!
//! A run per model and seed (`seed-0001/transfer`) and the mean over seeds (`mean/transfer`), with
//! the tags `train/loss`, `valid/accuracy` and so on; `test/…` is at the last epoch. Epochs are the
//! steps. Equal records give equal bytes: the wall time of an event is its epoch in seconds.

use std::collections::BTreeMap;

use fm_experiment::{Record, Results};

use super::analysis::main_records;
use super::learning::{MEASURES, bands, histories};
use super::names::models;
use crate::tensorboard::EventFile;

/// The name that TensorBoard looks for.
const FILE: &str = "events.out.tfevents.0.fm";

/// Name and bytes of every event file, below the folder of the logs.
pub(crate) fn files(results: &Results) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for (name, arm) in models(results) {
        for (seed, record) in main_records(results, arm) {
            files.push((format!("seed-{seed:04}/{name}/{FILE}"), training(record)));
        }
        files.push((format!("mean/{name}/{FILE}"), mean(results, arm)));
    }
    files
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

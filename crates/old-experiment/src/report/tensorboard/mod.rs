//! TensorBoard event files: every epoch of every training, for who looks at curves there.
//!
//! `tensorboard --logdir DIR/tensorboard` shows a run per model and seed (`seed-0001/transfer`) and
//! the mean over seeds (`mean/transfer`), with the tags `train/loss`, `valid/accuracy` and so on;
//! `test/…` stands at the last epoch. Epochs are the steps. Equal records give equal bytes, so
//! there is no time of writing: an event's wall time is its epoch in seconds since 1970.

mod event;
mod record;

use std::fs;
use std::path::{Path, PathBuf};

use fm_nn::write_whole;
use fm_train::{EpochRecord, Scores};

use super::curves::{Measure, bands};
use super::error::ReportError;
use super::load::Material;
use event::EventFile;

/// The name that TensorBoard looks for; its end says whose file it is.
pub(crate) const FILE: &str = "events.out.tfevents.0.fm";

/// Writes the event files below `root/tensorboard`; gives that folder.
pub(super) fn write(root: &Path, material: &Material) -> Result<PathBuf, ReportError> {
    let logs = root.join("tensorboard");
    let keep = |run: String, file: EventFile| {
        let folder = logs.join(run);
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| ReportError::Write { path, source }
        };
        fs::create_dir_all(&folder).map_err(failed(&folder))?;
        let path = folder.join(FILE);
        write_whole(&path, &file.finish()).map_err(failed(&path))
    };
    for record in &material.records {
        let seed = format!("seed-{:04}", record.seed);
        let source = &record.source;
        keep(
            format!("{seed}/source"),
            training(&source.history, &source.test),
        )?;
        for arm in &record.arms {
            // Arms may have any plain name; the source task has its own.
            let name = run_name(&arm.name);
            keep(format!("{seed}/{name}"), training(&arm.history, &arm.test))?;
        }
    }
    let arms = material.plan.identity.protocol.arms.iter().enumerate();
    let models = arms.map(|(index, arm)| (run_name(&arm.name), Some(index)));
    for (name, index) in models.chain([("source".to_owned(), None)]) {
        let histories = material.histories(index);
        let mut file = EventFile::new();
        let mut events: Vec<(usize, &str, f64)> = Measure::ALL
            .into_iter()
            .flat_map(|measure| {
                let bands = bands(&histories, measure).into_iter();
                bands.map(move |band| (band.epoch, tag(measure), band.mean))
            })
            .collect();
        // By epoch; the sort keeps the order of the tags.
        events.sort_by_key(|&(epoch, ..)| epoch);
        for epoch in events.chunk_by(|a, b| a.0 == b.0) {
            let values: Vec<(&str, f64)> =
                epoch.iter().map(|&(_, tag, mean)| (tag, mean)).collect();
            file.scalars(epoch[0].0, &values);
        }
        keep(format!("mean/{name}"), file)?;
    }
    Ok(logs)
}

/// An arm called like the source's run gets another name.
fn run_name(arm: &str) -> String {
    match arm {
        "source" => "source-arm".to_owned(),
        other => other.to_owned(),
    }
}

fn training(history: &[EpochRecord], test: &Scores) -> EventFile {
    let mut file = EventFile::new();
    for epoch in history {
        let values: Vec<(&str, f64)> = Measure::ALL
            .into_iter()
            .filter_map(|measure| Some((tag(measure), measure.of(epoch)?)))
            .collect();
        file.scalars(epoch.epoch, &values);
    }
    let last = history.last().map_or(0, |epoch| epoch.epoch);
    let values = [("test/loss", test.loss), ("test/accuracy", test.accuracy)];
    file.scalars(last, &values);
    file
}

fn tag(measure: Measure) -> &'static str {
    match measure {
        Measure::TrainLoss => "train/loss",
        Measure::TrainAccuracy => "train/accuracy",
        Measure::ValidLoss => "valid/loss",
        Measure::ValidAccuracy => "valid/accuracy",
    }
}

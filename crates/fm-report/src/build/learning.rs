//! Learning curves: what the seeds show of each epoch.

use fm_experiment::Results;
use fm_stats::Interval;
use fm_train::EpochRecord;

use super::analysis::main_records;
use super::sentences::capitalised;
use crate::number::Unit;
use crate::plot::{Axis, Datum, Mark, Plot, Shape};

/// A number of an epoch.
#[derive(Clone, Copy)]
pub(crate) struct Measure {
    /// Its name in TensorBoard.
    pub(crate) tag: &'static str,
    pub(crate) words: &'static str,
    pub(crate) unit: Unit,
    pub(crate) of: fn(&EpochRecord) -> Option<f64>,
}

pub(crate) const TRAIN_LOSS: Measure = Measure {
    tag: "train/loss",
    words: "training loss",
    unit: Unit::Loss,
    of: |epoch| Some(epoch.train.loss),
};
pub(crate) const TRAIN_ACCURACY: Measure = Measure {
    tag: "train/accuracy",
    words: "training accuracy",
    unit: Unit::Fraction,
    of: |epoch| Some(epoch.train.accuracy),
};
pub(crate) const VALID_LOSS: Measure = Measure {
    tag: "valid/loss",
    words: "validation loss",
    unit: Unit::Loss,
    of: |epoch| epoch.valid.map(|valid| valid.loss),
};
pub(crate) const VALID_ACCURACY: Measure = Measure {
    tag: "valid/accuracy",
    words: "validation accuracy",
    unit: Unit::Fraction,
    of: |epoch| epoch.valid.map(|valid| valid.accuracy),
};
pub(crate) const MEASURES: [Measure; 4] = [TRAIN_LOSS, TRAIN_ACCURACY, VALID_LOSS, VALID_ACCURACY];

/// What the seeds show at one epoch.
pub(crate) struct Band {
    pub(crate) epoch: usize,
    pub(crate) mean: f64,
    /// The middle 80 % of the seeds.
    pub(crate) middle: Interval,
}

/// One band per epoch that every seed has. `middle` leaves a tenth of the seeds out on each side
/// (linear interpolation between order statistics).
pub(crate) fn bands(histories: &[&[EpochRecord]], measure: Measure) -> Vec<Band> {
    let band = |index: usize| {
        let epoch = histories.first()?.get(index)?.epoch;
        let values = histories.iter();
        let values = values.map(|history| (measure.of)(history.get(index)?));
        let mut values = values.collect::<Option<Vec<f64>>>()?;
        let mean = fm_stats::mean(&values);
        values.sort_by(f64::total_cmp);
        let [low, high] = [0.1, 0.9].map(|share| quantile(&values, share));
        Some(Band {
            epoch,
            mean,
            middle: Interval { low, high },
        })
    };
    (0..).map_while(band).collect()
}

/// Of sorted values, at least one.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let below = (place as usize).min(sorted.len() - 1);
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (place - below as f64) * (sorted[above] - sorted[below])
}

/// The histories of a model of the main table, by seed.
pub(crate) fn histories(results: &Results, arm: Option<usize>) -> Vec<&[EpochRecord]> {
    let records = main_records(results, arm).map(|(_, record)| record);
    // A training that diverged ends early, and would end the mean of all.
    let scored = records.filter(|record| record.scores().is_some());
    scored.map(|record| record.history.as_slice()).collect()
}

/// Measures of models over the epochs, a line for each name; `None` where no training has any.
pub(crate) fn plot(
    results: &Results,
    file: &str,
    words: &str,
    lines: &[(&str, Option<usize>, Measure)],
) -> Option<Plot> {
    let axis = match lines.first()?.2.unit {
        Unit::Loss => Axis::log(words, Unit::Loss),
        unit => Axis::linear(words, unit),
    };
    let title = format!("{}, mean over the seeds", capitalised(words));
    let mut plot = Plot::new(file, title, Axis::linear("epoch", Unit::Count), axis);
    for (colour, (name, arm, measure)) in lines.iter().enumerate() {
        let bands = bands(&histories(results, *arm), *measure).into_iter();
        let data = bands.map(|band| {
            let label = format!("epoch {}", band.epoch);
            Datum::new(band.epoch as f64, band.mean, label).within(Some(band.middle))
        });
        let line = Mark::new(Shape::Line, *name, colour, data);
        plot.marks.extend((!line.data.is_empty()).then_some(line));
    }
    (!plot.marks.is_empty()).then_some(plot)
}

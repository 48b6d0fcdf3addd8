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
#[derive(Clone, Copy, Debug, PartialEq)]
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
        let epochs: Option<Vec<_>> = histories.iter().map(|history| history.get(index)).collect();
        let epochs = epochs?;
        let epoch = epochs.first()?.epoch;
        let values: Option<Vec<f64>> = epochs.iter().map(|epoch| (measure.of)(epoch)).collect();
        let mut values = values?;
        let mean = fm_stats::mean(&values);
        values.sort_by(f64::total_cmp);
        Some(Band {
            epoch,
            mean,
            middle: Interval {
                low: quantile(&values, 0.1),
                high: quantile(&values, 0.9),
            },
        })
    };
    (0..).map_while(band).collect()
}

/// Of sorted values, at least one.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let below = (place as usize).min(sorted.len() - 1);
    let above = (below + 1).min(sorted.len() - 1);
    let part = place - below as f64;
    sorted[below] + part * (sorted[above] - sorted[below])
}

/// The histories of a model of the main table, by seed.
pub(crate) fn histories(results: &Results, arm: Option<usize>) -> Vec<&[EpochRecord]> {
    let records = main_records(results, arm).map(|(_, record)| record);
    // A training that diverged ends early, and would end the mean of all.
    let scored = records.filter(|record| record.scores().is_some());
    scored.map(|record| record.history.as_slice()).collect()
}

/// Measures over the epochs, a line for each name; `None` where no training has any.
pub(crate) fn plot(
    name: &str,
    words: &str,
    lines: &[(&str, Measure, &[&[EpochRecord]])],
) -> Option<Plot> {
    let axis = match lines.first()?.1.unit {
        Unit::Loss => Axis::log(words, Unit::Loss),
        unit => Axis::linear(words, unit),
    };
    let title = format!("{}, mean over the seeds", capitalised(words));
    let mut plot = Plot::new(name, title, Axis::linear("epoch", Unit::Count), axis);
    for (colour, (name, measure, histories)) in lines.iter().enumerate() {
        let data = bands(histories, *measure).into_iter().map(|band| {
            let label = format!("epoch {}", band.epoch);
            Datum::new(band.epoch as f64, band.mean, label).within(Some(band.middle))
        });
        let line = Mark::new(Shape::Line, *name, colour, data);
        plot.marks.extend((!line.data.is_empty()).then_some(line));
    }
    (!plot.marks.is_empty()).then_some(plot)
}

#[cfg(test)]
mod tests {
    use super::*;
    use fm_train::Scores;

    fn history(losses: &[f64]) -> Vec<EpochRecord> {
        let scores = |loss| Scores {
            loss,
            accuracy: 0.5,
            correct: 1,
            rows: 2,
        };
        let epochs = losses.iter().enumerate();
        epochs
            .map(|(index, &loss)| EpochRecord {
                phase: 1,
                epoch: index + 1,
                train: scores(loss),
                valid: None,
            })
            .collect()
    }

    #[test]
    fn a_band_has_the_mean_and_the_middle_of_the_seeds() {
        // numpy.quantile(range(11), [0.1, 0.9]) is 1 and 9.
        let histories: Vec<_> = (0..11).map(|k| history(&[f64::from(k)])).collect();
        let slices: Vec<&[EpochRecord]> = histories.iter().map(Vec::as_slice).collect();
        let found = bands(&slices, TRAIN_LOSS);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].mean, found[0].middle.ends()), (5.0, (1.0, 9.0)));
        // Between two values: numpy.quantile([0, 1], 0.1) is 0.1.
        assert_eq!(quantile(&[0.0, 1.0], 0.1), 0.1);
    }

    #[test]
    fn histories_of_unequal_length_or_without_validation_end_early() {
        let (long, short) = (history(&[1.0, 2.0]), history(&[1.0]));
        assert_eq!(bands(&[&long, &short], TRAIN_LOSS).len(), 1);
        assert!(bands(&[&long], VALID_LOSS).is_empty());
        assert!(bands(&[], TRAIN_LOSS).is_empty());
    }
}

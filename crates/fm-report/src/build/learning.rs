//! Learning curves: what the seeds show of each epoch.

use fm_experiment::Results;
use fm_train::EpochRecord;

use super::analysis::main_records;
use crate::number::Unit;
use crate::plot::{Axis, Datum, Mark, Plot, Series};

/// A number of an epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Measure {
    TrainLoss,
    TrainAccuracy,
    ValidLoss,
    ValidAccuracy,
}

impl Measure {
    pub(crate) const ALL: [Self; 4] = [
        Self::TrainLoss,
        Self::TrainAccuracy,
        Self::ValidLoss,
        Self::ValidAccuracy,
    ];

    /// As a column of a CSV file.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::TrainLoss => "train_loss",
            Self::TrainAccuracy => "train_accuracy",
            Self::ValidLoss => "valid_loss",
            Self::ValidAccuracy => "valid_accuracy",
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::TrainLoss => "training loss",
            Self::TrainAccuracy => "training accuracy",
            Self::ValidLoss => "validation loss",
            Self::ValidAccuracy => "validation accuracy",
        }
    }

    pub(crate) fn unit(self) -> Unit {
        match self {
            Self::TrainLoss | Self::ValidLoss => Unit::Loss,
            Self::TrainAccuracy | Self::ValidAccuracy => Unit::Fraction,
        }
    }

    pub(crate) fn of(self, epoch: &EpochRecord) -> Option<f64> {
        match self {
            Self::TrainLoss => Some(epoch.train.loss),
            Self::TrainAccuracy => Some(epoch.train.accuracy),
            Self::ValidLoss => epoch.valid.map(|valid| valid.loss),
            Self::ValidAccuracy => epoch.valid.map(|valid| valid.accuracy),
        }
    }
}

/// What the seeds show at one epoch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Band {
    pub(crate) epoch: usize,
    pub(crate) mean: f64,
    /// The middle 80 % of the seeds.
    pub(crate) middle: (f64, f64),
}

/// One band per epoch that every seed has. `middle` leaves a tenth of the seeds out on each side
/// (linear interpolation between order statistics).
pub(crate) fn bands(histories: &[&[EpochRecord]], measure: Measure) -> Vec<Band> {
    let epochs = histories.iter().map(|h| h.len()).min().unwrap_or(0);
    let band = |index: usize| {
        let epoch = histories.first()?.get(index)?.epoch;
        let values: Option<Vec<f64>> = histories.iter().map(|h| measure.of(&h[index])).collect();
        let mut values = values?;
        let mean = fm_stats::mean(&values);
        values.sort_by(f64::total_cmp);
        let middle = (quantile(&values, 0.1), quantile(&values, 0.9));
        Some(Band {
            epoch,
            mean,
            middle,
        })
    };
    (0..epochs).map_while(band).collect()
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

/// A measure over the epochs, a line per training; `None` where no training has it.
pub(crate) fn plot(
    name: &str,
    measures: &[Measure],
    trainings: &[(Series, Vec<&[EpochRecord]>)],
) -> Option<Plot> {
    let of = measures.first()?;
    let what = of.words().split(' ').next_back()?;
    let words = if measures.len() > 1 { what } else { of.words() };
    let axis = match of.unit() {
        Unit::Loss => Axis::log(words, Unit::Loss),
        unit => Axis::linear(words, unit),
    };
    let title = format!(
        "{}, mean over the seeds",
        super::sentences::capitalised(words)
    );
    let mut plot = Plot::new(name, title, Axis::linear("epoch", Unit::Count), axis);
    for (series, histories) in trainings {
        for (nth, measure) in measures.iter().enumerate() {
            let data = bands(histories, *measure).into_iter().map(|band| {
                Datum::new(
                    band.epoch as f64,
                    band.mean,
                    format!("epoch {}", band.epoch),
                )
                .within(Some(band.middle))
            });
            let data: Vec<Datum> = data.collect();
            if !data.is_empty() {
                let series = match measures.len() {
                    1 => series.clone(),
                    _ => Series::new(measure.words(), nth),
                };
                plot.marks.push(Mark::Line(series, data));
            }
        }
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
        let found = bands(&slices, Measure::TrainLoss);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].mean, found[0].middle), (5.0, (1.0, 9.0)));
        // Between two values: numpy.quantile([0, 1], 0.1) is 0.1.
        assert_eq!(quantile(&[0.0, 1.0], 0.1), 0.1);
    }

    #[test]
    fn histories_of_unequal_length_or_without_validation_end_early() {
        let (long, short) = (history(&[1.0, 2.0]), history(&[1.0]));
        assert_eq!(bands(&[&long, &short], Measure::TrainLoss).len(), 1);
        assert!(bands(&[&long], Measure::ValidLoss).is_empty());
        assert!(bands(&[], Measure::TrainLoss).is_empty());
    }
}

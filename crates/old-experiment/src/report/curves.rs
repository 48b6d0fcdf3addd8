//! Learning curves: what every seed's history says of an epoch, and its picture.

use fm_train::EpochRecord;

use super::numbers;
use super::svg::{Anchor, Scale, Svg, WIDTH};
use super::text;
use crate::stats::mean;

/// A number of an epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Measure {
    TrainLoss,
    TrainAccuracy,
    ValidLoss,
    ValidAccuracy,
}

impl Measure {
    pub(super) const ALL: [Self; 4] = [
        Self::TrainLoss,
        Self::TrainAccuracy,
        Self::ValidLoss,
        Self::ValidAccuracy,
    ];

    /// As in CSV files.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::TrainLoss => "train_loss",
            Self::TrainAccuracy => "train_accuracy",
            Self::ValidLoss => "valid_loss",
            Self::ValidAccuracy => "valid_accuracy",
        }
    }

    pub(super) fn of(self, epoch: &EpochRecord) -> Option<f64> {
        match self {
            Self::TrainLoss => Some(epoch.train.loss),
            Self::TrainAccuracy => Some(epoch.train.accuracy),
            Self::ValidLoss => epoch.valid.map(|valid| valid.loss),
            Self::ValidAccuracy => epoch.valid.map(|valid| valid.accuracy),
        }
    }

    fn is_accuracy(self) -> bool {
        matches!(self, Self::TrainAccuracy | Self::ValidAccuracy)
    }
}

/// What the seeds show at one epoch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Band {
    pub(super) phase: usize,
    pub(super) epoch: usize,
    pub(super) seeds: usize,
    pub(super) mean: f64,
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) min: f64,
    pub(super) max: f64,
}

/// One band per epoch that every seed has, from the seeds' histories. `low` and `high` leave a
/// tenth of the seeds out on each side (linear interpolation between order statistics).
pub(super) fn bands(histories: &[&[EpochRecord]], measure: Measure) -> Vec<Band> {
    let epochs = histories.iter().map(|h| h.len()).min().unwrap_or(0);
    let band = |index: usize| {
        let first = histories.first()?.get(index)?;
        let values: Option<Vec<f64>> = histories.iter().map(|h| measure.of(&h[index])).collect();
        let mut values = values?;
        let mean = mean(&values);
        values.sort_by(f64::total_cmp);
        Some(Band {
            phase: first.phase,
            epoch: first.epoch,
            seeds: values.len(),
            mean,
            low: quantile(&values, 0.1),
            high: quantile(&values, 0.9),
            min: values[0],
            max: values[values.len() - 1],
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

/// A line of a chart.
pub(super) struct Curve<'a> {
    /// In the legend.
    pub(super) name: &'a str,
    pub(super) bands: &'a [Band],
}

/// A phase on the axis of epochs.
pub(super) struct PhaseMark {
    /// Its last epoch.
    pub(super) last: usize,
    /// What is frozen, in full and in short.
    pub(super) words: [String; 2],
}

/// What a chart is called and what it is of.
pub(super) struct Labels<'a> {
    pub(super) id: &'a str,
    pub(super) title: &'a str,
    pub(super) description: &'a str,
    pub(super) measure: Measure,
    /// Phases in order.
    pub(super) phases: &'a [PhaseMark],
    /// Values that the axis must reach, so that charts beside each other can be compared.
    pub(super) range: (f64, f64),
}

const LEFT: f64 = 46.0;
const RIGHT: f64 = WIDTH - 10.0;
const TOP: f64 = 44.0;
const BOTTOM: f64 = 250.0;

/// Draws one or two curves over the epochs: the first full, the second dashed.
pub(super) fn line_chart(labels: &Labels<'_>, curves: &[Curve<'_>]) -> String {
    let factor = if labels.measure.is_accuracy() {
        100.0
    } else {
        1.0
    };
    let last = curves.iter().flat_map(|c| c.bands).map(|b| b.epoch).max();
    let last = last.unwrap_or(1).max(2) as f64;
    let across = Scale::new((1.0, last), (LEFT + 8.0, RIGHT - 8.0));
    let (low, high) = labels.range;
    let linear = || Scale::around([factor * low, factor * high], (BOTTOM, TOP));
    let up = match labels.measure.is_accuracy() {
        true => linear(),
        false => Scale::log_around((low, high), (BOTTOM, TOP)).unwrap_or_else(linear),
    };
    let mut svg = Svg::new(labels.id, labels.title, labels.description, BOTTOM + 44.0);

    for tick in up.ticks(7) {
        let y = up.at(tick.value);
        svg.line("grid", (LEFT, y), (RIGHT, y));
        svg.text("tick", Anchor::End, (LEFT - 6.0, y + 4.0), &tick.text);
    }
    let whole = |value: &f64| *value == libm::round(*value);
    let across_ticks = across.ticks(8).into_iter();
    for tick in across_ticks.filter(|tick| whole(&tick.value)) {
        let text = format!("{:.0}", tick.value);
        svg.text(
            "tick",
            Anchor::Middle,
            (across.at(tick.value), BOTTOM + 17.0),
            &text,
        );
    }
    svg.line("axis", (LEFT, BOTTOM), (RIGHT, BOTTOM));
    let middle = (LEFT + RIGHT) / 2.0;
    svg.text("tick", Anchor::Middle, (middle, BOTTOM + 37.0), "epoch");
    draw_phases(&mut svg, labels.phases, across);

    // The second lies below the first, which the chart is about.
    for (index, curve) in curves.iter().enumerate().rev() {
        let class = if index == 0 { "a" } else { "b" };
        let at = |band: &Band, value: f64| (across.at(band.epoch as f64), up.at(factor * value));
        let edge = |value: fn(&Band) -> f64| curve.bands.iter().map(move |b| at(b, value(b)));
        let mut area: Vec<(f64, f64)> = edge(|b| b.low).collect();
        area.extend(edge(|b| b.high).rev());
        svg.polygon(&format!("band {class}"), &area);
        let line: Vec<(f64, f64)> = edge(|b| b.mean).collect();
        svg.polyline(&format!("curve {class}"), &line);
        for (band, place) in curve.bands.iter().zip(line) {
            let value = if labels.measure.is_accuracy() {
                numbers::percent(band.mean)
            } else {
                format!("{:.4}", band.mean)
            };
            let says = format!("{}, epoch {}: {value}", curve.name, band.epoch);
            svg.dot(&format!("node {class}"), place, 2.5, &says);
        }
    }
    let mut x = LEFT;
    for (index, curve) in curves.iter().enumerate() {
        let class = if index == 0 { "curve a" } else { "curve b" };
        svg.line(class, (x, 12.0), (x + 30.0, 12.0));
        let name = text::shortened(curve.name);
        svg.text("label", Anchor::Start, (x + 36.0, 16.5), &name);
        x += 56.0 + 7.5 * name.chars().count() as f64;
    }
    svg.finish()
}

/// A line between phases, and what is frozen, in as many words as there is room for.
fn draw_phases(svg: &mut Svg, phases: &[PhaseMark], across: Scale) {
    /// Width of a letter at the size of `phase-name`.
    const LETTER: f64 = 6.2;
    if phases.len() < 2 {
        return;
    }
    let mut start = LEFT;
    for (index, phase) in phases.iter().enumerate() {
        let end = if index + 1 == phases.len() {
            RIGHT
        } else {
            let x = across.at(phase.last as f64 + 0.5).clamp(start, RIGHT);
            svg.line("phase", (x, TOP - 12.0), (x, BOTTOM));
            x
        };
        let fits = |words: &&String| LETTER * words.chars().count() as f64 <= end - start;
        if let Some(words) = phase.words.iter().find(fits) {
            let at = ((start + end) / 2.0, TOP - 4.0);
            svg.text("phase-name", Anchor::Middle, at, words);
        }
        start = end;
    }
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
        let band = found[0];
        assert_eq!((band.mean, band.low, band.high), (5.0, 1.0, 9.0));
        assert_eq!((band.min, band.max, band.seeds), (0.0, 10.0, 11));
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

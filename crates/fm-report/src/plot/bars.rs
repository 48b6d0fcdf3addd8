//! Means and their intervals as lines of text.

use std::cmp::Ordering;

use super::chart::{AxisScale, Datum, Mark, Plot};
use super::scale::Scale;
use super::strips::value_range;

impl Plot {
    /// A bar of so many letters for each of the `means` of strips: `─` over the interval, `◆` at the
    /// mean, `│` at zero where the plot has a line there, `◂` and `▸` for what lies beyond the axis.
    pub(crate) fn text_bars(&self, means: &[Datum], letters: usize) -> Vec<String> {
        let log = self.x.scale == AxisScale::Log;
        // The axis of the means alone: dots are not drawn.
        let range = value_range(self, false).unwrap_or((0.0, 1.0));
        let scale = Scale::with_air(range, (0.0, letters as f64 - 1.0), log);
        let letter = |value: f64| libm::round(scale.at(value)) as usize;
        let zero = self
            .marks
            .iter()
            .any(|mark| matches!(mark, Mark::Zero { .. }));
        let bar = |datum: &Datum| {
            let mut bar = vec![' '; letters];
            if let Some((low, high)) = datum.interval {
                bar[letter(low)..=letter(high)].fill('─');
            }
            if zero {
                bar[letter(0.0)] = '│';
            }
            bar[letter(datum.x)] = match scale.place(datum.x).side {
                Ordering::Less => '◂',
                Ordering::Equal => '◆',
                Ordering::Greater => '▸',
            };
            bar.into_iter().collect()
        };
        means.iter().map(bar).collect()
    }
}

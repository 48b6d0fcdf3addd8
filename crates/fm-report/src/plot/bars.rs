//! Means and their intervals as lines of text.

use std::cmp::Ordering;

use super::chart::{Datum, Plot};
use super::range::value_range;

impl Plot {
    /// A bar of so many letters for each of the `means` of strips: `─` over the interval, `◆` at the
    /// mean, `│` at zero where the plot has a line there, `◂` and `▸` for what lies beyond the axis.
    pub(crate) fn text_bars(&self, means: &[Datum], letters: usize) -> Vec<String> {
        // The axis of the means alone: dots are not drawn.
        let scale = self
            .x
            .place_values(value_range(self, false), (0.0, letters as f64 - 1.0));
        let letter = |value: f64| libm::round(scale.at(value)) as usize;
        let bar = |datum: &Datum| {
            let mut bar = vec![' '; letters];
            if let Some(interval) = datum.interval {
                bar[letter(interval.low)..=letter(interval.high)].fill('─');
            }
            if self.zero.is_some() {
                bar[letter(0.0)] = '│';
            }
            bar[letter(datum.x)] = match scale.place(datum.x).1 {
                Ordering::Less => '◂',
                Ordering::Equal => '◆',
                Ordering::Greater => '▸',
            };
            bar.into_iter().collect()
        };
        means.iter().map(bar).collect()
    }
}

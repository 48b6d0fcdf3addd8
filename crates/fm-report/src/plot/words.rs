//! A plot in words: for screen readers, and for pointers that rest on a datum.

use super::chart::{AxisScale, Cell, Datum, Mark, Plot};
use crate::number::Unit;

impl Plot {
    /// "seed 7: −0.94 points".
    pub(super) fn datum_words(&self, series: &str, datum: &Datum) -> String {
        let axis = self.values();
        let value = axis.unit.with_unit(self.value_of(datum));
        let interval = match datum.interval {
            Some(ends) => format!(" ({})", axis.unit.interval(ends)),
            None => String::new(),
        };
        let names = [series, &datum.label]
            .into_iter()
            .filter(|name| !name.is_empty());
        let name = names.collect::<Vec<_>>().join(", ");
        match name.is_empty() {
            true => format!("{value}{interval}"),
            false => format!("{name}: {value}{interval}"),
        }
    }

    /// What the marks show, in a sentence.
    pub(super) fn description(&self) -> String {
        let parts: Vec<String> = self
            .marks
            .iter()
            .filter_map(|mark| self.mark_words(mark))
            .collect();
        match parts.is_empty() {
            true => "No data.".to_owned(),
            false => format!("{}.", parts.join("; ")),
        }
    }

    fn mark_words(&self, mark: &Mark) -> Option<String> {
        match mark {
            Mark::Means(_, data) => {
                let names = self.y.categories();
                let words = |datum: &Datum| {
                    let name = names.get(datum.y as usize).map_or("", String::as_str);
                    self.datum_words(name, datum)
                };
                Some(data.iter().map(words).collect::<Vec<_>>().join("; "))
            }
            Mark::Line(series, data) => {
                let (first, last) = (data.first()?, data.last()?);
                let value = |d: &Datum| self.y.unit.with_unit(d.y);
                Some(match data.len() {
                    1 => self.datum_words(&series.name, first),
                    _ => format!(
                        "{}: {} at {}, {} at {}",
                        series.name,
                        value(first),
                        first.label,
                        value(last),
                        last.label
                    ),
                })
            }
            Mark::Points(_, data) if self.is_strips() && !data.is_empty() => None,
            Mark::Points(series, data) => {
                let words = |datum| self.datum_words(&series.name, datum);
                Some(data.iter().map(words).collect::<Vec<_>>().join("; "))
            }
            Mark::Cells { unit, cells, .. } => {
                let words = |cell: &Cell| cell_words(*unit, cell);
                Some(cells.iter().map(words).collect::<Vec<_>>().join("; "))
            }
            Mark::Zero { .. } | Mark::Upright(..) | Mark::Guide(_) => None,
        }
        .filter(|words| !words.is_empty())
    }

    /// What is said of values that the axis leaves out; `shown` is its range in the values' unit.
    pub(super) fn beyond_words(&self, beyond: usize) -> String {
        let log = self.values().scale == AxisScale::Log;
        match beyond {
            0 => String::new(),
            1 => "One value is outside the plot; an arrow at the edge gives it.".to_owned(),
            _ if log => format!(
                "{beyond} values are outside the plot (zero has no logarithm); arrows at the edge give \
                 their range."
            ),
            _ => format!(
                "{beyond} values are outside the plot; arrows at the edge give their range."
            ),
        }
    }
}

/// "Sandal, Shirt: −0.94 points".
pub(super) fn cell_words(unit: Unit, cell: &Cell) -> String {
    format!("{}: {}", cell.label, unit.with_unit(cell.value))
}

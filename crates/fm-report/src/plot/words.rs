//! A plot in words: for screen readers, and for pointers that rest on a datum.

use super::chart::{Datum, Mark, Plot, Shape};

impl Plot {
    /// "seed 7: −0.94 points".
    pub(super) fn datum_words(&self, series: &str, datum: &Datum) -> String {
        let unit = self.values().unit;
        let value = unit.with_unit(self.value_of(datum));
        let in_words = |ends| format!(" ({})", unit.interval(ends));
        let interval = datum.interval.map(in_words).unwrap_or_default();
        let names = match (series, datum.label.as_str()) {
            ("", "") => String::new(),
            ("", name) | (name, "") => format!("{name}: "),
            (series, label) => format!("{series}, {label}: "),
        };
        format!("{names}{value}{interval}")
    }

    /// What the marks show, in a sentence.
    pub(super) fn description(&self) -> String {
        let parts = self.marks.iter().map(|mark| self.mark_words(mark));
        let parts: Vec<String> = parts.filter(|words| !words.is_empty()).collect();
        match parts.is_empty() {
            true => "No data.".to_owned(),
            false => format!("{}.", parts.join("; ")),
        }
    }

    fn mark_words(&self, mark: &Mark) -> String {
        let name = mark.name.as_str();
        let data = mark.data.iter().map(|datum| match mark.shape {
            Shape::Means => self.datum_words(self.y.name_at(datum.y), datum),
            _ => self.datum_words(name, datum),
        });
        match (mark.shape, mark.data.as_slice()) {
            (Shape::Guide, _) => String::new(),
            (Shape::Points, _) if self.is_strips() => String::new(),
            (Shape::Line, [first, .., last]) => {
                let [from, to] = [first, last].map(|d| self.y.unit.with_unit(d.y));
                format!("{name}: {from} at {}, {to} at {}", first.label, last.label)
            }
            _ => data.collect::<Vec<_>>().join("; "),
        }
    }

    /// What is said of values that the axis leaves out.
    pub(super) fn beyond_words(&self, beyond: usize) -> String {
        let words = match beyond {
            0 => String::new(),
            1 => "One value is outside the plot; an arrow at the edge gives it.".to_owned(),
            _ => format!("{beyond} values are outside the plot; arrows at the edge give them."),
        };
        match self.values().log {
            true => words.replace(';', " (zero has no logarithm);"),
            false => words,
        }
    }
}

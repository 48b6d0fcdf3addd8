//! A plot in words: for screen readers, and for pointers that rest on a datum.

use super::chart::{AxisScale, Datum, Mark, Plot, Shape};

impl Plot {
    /// "seed 7: −0.94 points".
    pub(super) fn datum_words(&self, series: &str, datum: &Datum) -> String {
        let unit = self.values().unit;
        let value = unit.with_unit(self.value_of(datum));
        let interval = match datum.interval {
            Some(interval) => format!(" ({})", unit.interval(interval)),
            None => String::new(),
        };
        let names = [series, &datum.label]
            .into_iter()
            .filter(|name| !name.is_empty());
        match names.collect::<Vec<_>>().join(", ").as_str() {
            "" => format!("{value}{interval}"),
            name => format!("{name}: {value}{interval}"),
        }
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
        let (name, data) = (mark.name.as_str(), mark.data.as_slice());
        let each = |words: &dyn Fn(&Datum) -> String| {
            data.iter().map(words).collect::<Vec<_>>().join("; ")
        };
        match (mark.shape, data) {
            (Shape::Guide, _) => String::new(),
            (Shape::Line, [first, .., last]) => {
                let [from, to] = [first, last].map(|d| self.y.unit.with_unit(d.y));
                format!("{name}: {from} at {}, {to} at {}", first.label, last.label)
            }
            (Shape::Means, _) => each(&|d| self.datum_words(self.y.name_at(d.y), d)),
            (Shape::Points, _) if self.is_strips() => String::new(),
            (Shape::Points | Shape::Line, _) => each(&|d| self.datum_words(name, d)),
        }
    }

    /// What is said of values that the axis leaves out.
    pub(super) fn beyond_words(&self, beyond: usize) -> String {
        let zero = match self.values().scale {
            AxisScale::Log => " (zero has no logarithm)",
            _ => "",
        };
        match beyond {
            0 => String::new(),
            1 => format!("One value is outside the plot{zero}; an arrow at the edge gives it."),
            _ => {
                format!("{beyond} values are outside the plot{zero}; arrows at the edge give them.")
            }
        }
    }
}

//! A small SVG writer: elements, a scale and round tick values.
//!
//! Written here rather than with a plotting crate because the report's pictures take their colours
//! from the page (light, dark, print), name themselves to a screen reader and are the same bytes
//! each time; `plotters` writes fixed colours into every element and has no titles.

use super::text;

/// Width of every chart in its own units; on a phone they come out at about 0.8 pixels.
pub(super) const WIDTH: f64 = 440.0;

/// A picture being drawn.
pub(super) struct Svg {
    head: String,
    body: String,
}

/// Where a text stands to its point.
#[derive(Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

impl Svg {
    /// Begins a picture with its name and its description in words. `id` is unique in the page and
    /// made of letters, digits, `-` and `_`.
    pub(super) fn new(id: &str, title: &str, description: &str, height: f64) -> Self {
        let head = format!(
            "<svg class=\"chart\" viewBox=\"0 0 {} {}\" role=\"img\" \
             aria-labelledby=\"{id}-title {id}-desc\">\n<title id=\"{id}-title\">{}</title>\n\
             <desc id=\"{id}-desc\">{}</desc>\n",
            number(WIDTH),
            number(height),
            text::html(title),
            text::html(description),
        );
        Self {
            head,
            body: String::new(),
        }
    }

    pub(super) fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        self.body.push_str(&format!(
            "<line class=\"{class}\" x1=\"{}\" y1=\"{}\" x2=\"{}\" y2=\"{}\"/>\n",
            number(from.0),
            number(from.1),
            number(to.0),
            number(to.1)
        ));
    }

    pub(super) fn text(&mut self, class: &str, anchor: Anchor, at: (f64, f64), text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        self.body.push_str(&format!(
            "<text class=\"{class}\" text-anchor=\"{anchor}\" x=\"{}\" y=\"{}\">{}</text>\n",
            number(at.0),
            number(at.1),
            text::html(text)
        ));
    }

    /// A line through points, in order.
    pub(super) fn polyline(&mut self, class: &str, points: &[(f64, f64)]) {
        self.shape("polyline", class, points);
    }

    /// A filled area with these corners.
    pub(super) fn polygon(&mut self, class: &str, points: &[(f64, f64)]) {
        self.shape("polygon", class, points);
    }

    fn shape(&mut self, element: &str, class: &str, points: &[(f64, f64)]) {
        let points: Vec<String> = points
            .iter()
            .map(|&(x, y)| format!("{},{}", number(x), number(y)))
            .collect();
        self.body.push_str(&format!(
            "<{element} class=\"{class}\" points=\"{}\"/>\n",
            points.join(" ")
        ));
    }

    /// A dot that tells `says` where a pointer rests on it.
    pub(super) fn dot(&mut self, class: &str, at: (f64, f64), radius: f64, says: &str) {
        self.body.push_str(&format!(
            "<circle class=\"{class}\" cx=\"{}\" cy=\"{}\" r=\"{}\"><title>{}</title></circle>\n",
            number(at.0),
            number(at.1),
            number(radius),
            text::html(says)
        ));
    }

    /// A cell of a heat map, as strong as `strength` from 0 to 1.
    pub(super) fn cell(
        &mut self,
        class: &str,
        at: (f64, f64),
        size: (f64, f64),
        strength: f64,
        says: &str,
    ) {
        self.body.push_str(&format!(
            "<rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" \
             fill-opacity=\"{}\"><title>{}</title></rect>\n",
            number(at.0),
            number(at.1),
            number(size.0),
            number(size.1),
            number(strength),
            text::html(says)
        ));
    }

    /// A text that ends at its point and rises towards it.
    pub(super) fn slanted_text(&mut self, class: &str, at: (f64, f64), text: &str) {
        let (x, y) = (number(at.0), number(at.1));
        self.body.push_str(&format!(
            "<text class=\"{class}\" text-anchor=\"end\" x=\"{x}\" y=\"{y}\" \
             transform=\"rotate(-40 {x} {y})\">{}</text>\n",
            text::html(text)
        ));
    }

    pub(super) fn finish(self) -> String {
        format!("{}{}</svg>\n", self.head, self.body)
    }
}

/// A coordinate: at most two decimals, none that say nothing, never "-0".
fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    match text {
        "-0" | "" => "0".to_owned(),
        text => text.to_owned(),
    }
}

/// Maps a range of values to a range of coordinates.
#[derive(Clone, Copy)]
pub(super) struct Scale {
    /// Of the values' logarithms to base 10 where `log`.
    values: (f64, f64),
    coordinates: (f64, f64),
    log: bool,
}

/// A value on an axis and how it is written.
pub(super) struct Tick {
    pub(super) value: f64,
    pub(super) text: String,
}

impl Scale {
    /// A range of no width is widened, so that what stands in it comes out in the middle.
    pub(super) fn new(values: (f64, f64), coordinates: (f64, f64)) -> Self {
        let (low, high) = values;
        let values = if high > low {
            values
        } else {
            let reach = if low == 0.0 { 1.0 } else { low.abs() / 2.0 };
            (low - reach, low + reach)
        };
        Self {
            values,
            coordinates,
            log: false,
        }
    }

    /// The range of `values` with a little air on both sides.
    pub(super) fn around(values: impl IntoIterator<Item = f64>, coordinates: (f64, f64)) -> Self {
        let (low, high) = values
            .into_iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
                (low.min(value), high.max(value))
            });
        if !(low.is_finite() && high.is_finite()) {
            return Self::new((0.0, 1.0), coordinates);
        }
        let air = 0.04 * (high - low);
        Self::new((low - air, high + air), coordinates)
    }

    /// A logarithmic scale around a range; none for a range that is not above zero.
    pub(super) fn log_around(values: (f64, f64), coordinates: (f64, f64)) -> Option<Self> {
        let (low, high) = values;
        if !(low > 0.0 && high.is_finite()) {
            return None;
        }
        let scale = Self::around([libm::log10(low), libm::log10(high)], coordinates);
        Some(Self { log: true, ..scale })
    }

    pub(super) fn at(self, value: f64) -> f64 {
        let value = if self.log { libm::log10(value) } else { value };
        let share = (value - self.values.0) / (self.values.1 - self.values.0);
        self.coordinates.0 + share * (self.coordinates.1 - self.coordinates.0)
    }

    /// Round values within the range, at most about `most` of them.
    pub(super) fn ticks(self, most: usize) -> Vec<Tick> {
        let (low, high) = self.values;
        if !self.log {
            return linear_ticks((low, high), most);
        }
        let ticks = log_ticks((low, high), most);
        if ticks.len() >= 3 {
            return ticks;
        }
        // Less than a power of ten: there is room for other round values.
        linear_ticks((libm::pow(10.0, low), libm::pow(10.0, high)), most)
    }
}

/// Multiples of 1, 2 or 5 times a power of ten.
fn linear_ticks((low, high): (f64, f64), most: usize) -> Vec<Tick> {
    let rough = (high - low) / most.max(1) as f64;
    let unit = libm::pow(10.0, libm::floor(libm::log10(rough)));
    let step = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * unit)
        .find(|step| *step >= rough * (1.0 - 1e-9))
        .unwrap_or(10.0 * unit);
    let first = libm::ceil(low / step - 1e-9);
    let decimals = (-libm::floor(libm::log10(step * (1.0 + 1e-9)))).clamp(0.0, 12.0) as usize;
    (0..=2 * most)
        .map(|k| (first + k as f64) * step)
        .take_while(|tick| *tick <= high + 1e-9 * step)
        .map(|tick| {
            let value = if tick.abs() < step * 1e-9 { 0.0 } else { tick };
            let text = format!("{value:.decimals$}").replace('-', "−");
            Tick { value, text }
        })
        .collect()
}

/// Between two logarithms: powers of ten with 2 and 5 of each, or the powers alone where those are
/// enough.
fn log_ticks((low, high): (f64, f64), most: usize) -> Vec<Tick> {
    let (first, last) = (libm::floor(low) as i32, libm::ceil(high) as i32);
    let powers = (last - first) as usize;
    let (factors, every): (&[u32], usize) = if powers <= most / 2 {
        (&[1, 2, 5], 1)
    } else {
        (&[1], powers.div_ceil(most.max(1)))
    };
    let mut ticks = Vec::new();
    for power in (first..=last).step_by(every) {
        for &factor in factors {
            let value = f64::from(factor) * libm::pow(10.0, f64::from(power));
            let place = libm::log10(value);
            if place >= low - 1e-9 && place <= high + 1e-9 {
                let text = if power.abs() <= 4 {
                    let decimals = (-power).max(0) as usize;
                    format!("{value:.decimals$}")
                } else {
                    format!("{factor}e{power}").replace('-', "−")
                };
                ticks.push(Tick { value, text });
            }
        }
    }
    ticks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(scale: Scale, most: usize) -> Vec<String> {
        scale.ticks(most).into_iter().map(|t| t.text).collect()
    }

    #[test]
    fn ticks_are_round_and_within_the_range() {
        let ticks = |low, high| texts(Scale::new((low, high), (0.0, 1.0)), 5);
        assert_eq!(ticks(0.0, 20.0), ["0", "5", "10", "15", "20"]);
        assert_eq!(ticks(-1.33, 0.31), ["−1.0", "−0.5", "0.0"]);
        assert_eq!(ticks(0.012, 0.058), ["0.02", "0.03", "0.04", "0.05"]);
        // A single value, and numbers far from any training's, still end.
        assert!(!ticks(3.0, 3.0).is_empty());
        assert!(ticks(-1e100, 1e100).len() <= 11);
    }

    #[test]
    fn logarithmic_ticks_are_one_two_five_or_powers() {
        let ticks = |low, high| texts(Scale::log_around((low, high), (0.0, 1.0)).unwrap(), 7);
        assert_eq!(ticks(0.06, 1.6), ["0.1", "0.2", "0.5", "1"]);
        assert_eq!(ticks(0.26, 0.61), ["0.3", "0.4", "0.5", "0.6"]);
        assert!(ticks(1e-12, 1e90).len() <= 9);
        assert!(Scale::log_around((0.0, 1.0), (0.0, 1.0)).is_none());
        let scale = Scale::log_around((0.1, 10.0), (0.0, 100.0)).unwrap();
        assert!((scale.at(1.0) - 50.0).abs() < 1e-9); // rounding of log10
    }

    #[test]
    fn coordinates_are_short_and_have_no_negative_zero() {
        assert_eq!(number(-0.001), "0");
        assert_eq!(number(12.50), "12.5");
        assert_eq!(number(100.0), "100");
        assert_eq!(Scale::new((5.0, 5.0), (0.0, 10.0)).at(5.0), 5.0);
        let nothing = Scale::around([], (0.0, 10.0));
        assert_eq!(nothing.at(0.5), 5.0);
    }

    #[test]
    fn a_picture_has_its_name_and_escapes_its_texts() {
        let mut svg = Svg::new("a", "<t>", "d & d", 10.0);
        svg.text("c", Anchor::End, (1.0, 2.0), "a<b");
        let svg = svg.finish();
        assert!(svg.contains("<title id=\"a-title\">&lt;t&gt;</title>"));
        assert!(svg.contains("<desc id=\"a-desc\">d &amp; d</desc>"));
        assert!(svg.contains(">a&lt;b</text>"));
    }
}

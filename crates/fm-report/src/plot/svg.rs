//! The SVG writer: elements with classes, which the page's style sheet colours.
//!
//! Written here rather than with a plotting crate because colours come from the page (light, dark,
//! print), pictures have names for screen readers, and equal data give equal bytes.

use super::chart::Plot;
use crate::escape;

/// Width of every picture in its own units.
pub(super) const WIDTH: f64 = 440.0;

/// A place in a picture.
pub(super) type At = (f64, f64);

/// The elements of a picture being drawn.
#[derive(Default)]
pub(super) struct Svg(pub(super) String);

impl Svg {
    /// The element, with the plot's name and description for screen readers.
    pub(super) fn finish(self, plot: &Plot, height: f64) -> String {
        let id = &plot.name;
        format!(
            "<svg class=\"chart\" viewBox=\"0 0 {} {}\" role=\"img\" \
             aria-labelledby=\"{id}-title {id}-desc\">\n<title id=\"{id}-title\">{}</title>\n\
             <desc id=\"{id}-desc\">{}</desc>\n{}</svg>\n",
            number(WIDTH),
            number(height),
            escape::html(&plot.title),
            escape::html(&plot.description()),
            self.0
        )
    }

    pub(super) fn line(&mut self, class: &str, (x1, y1): At, (x2, y2): At) {
        let [x1, y1, x2, y2] = [x1, y1, x2, y2].map(number);
        let ends = format!("x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\"");
        self.add("line", class, &ends, "");
    }

    /// `anchor` is the end of the text at its place: `start`, `middle` or `end`.
    pub(super) fn text(&mut self, class: &str, anchor: &str, (x, y): At, text: &str) {
        let [x, y] = [x, y].map(number);
        let place = format!("text-anchor=\"{anchor}\" x=\"{x}\" y=\"{y}\"");
        self.add("text", class, &place, &escape::html(text));
    }

    /// A line through points, in order.
    pub(super) fn polyline(&mut self, class: &str, points: &[At]) {
        self.add("polyline", class, &joined(points), "");
    }

    /// A filled area; a pointer that rests on it shows `says`, unless that is empty.
    pub(super) fn polygon(&mut self, class: &str, points: &[At], says: &str) {
        self.add("polygon", class, &joined(points), &titled(says));
    }

    /// An arrow whose tip is its place; `direction` is a unit vector along an axis.
    pub(super) fn arrow(&mut self, class: &str, (x, y): At, (dx, dy): At, says: &str) {
        let (x0, y0) = (x - 7.0 * dx, y - 7.0 * dy);
        let (wide, high) = (4.0 * dy.abs(), 4.0 * dx.abs());
        let corners = [(x, y), (x0 - wide, y0 - high), (x0 + wide, y0 + high)];
        self.polygon(class, &corners, says);
    }

    pub(super) fn dot(&mut self, class: &str, (x, y): At, radius: f64, says: &str) {
        let [x, y, r] = [x, y, radius].map(number);
        let place = format!("cx=\"{x}\" cy=\"{y}\" r=\"{r}\"");
        self.add("circle", class, &place, &titled(says));
    }

    fn add(&mut self, name: &str, class: &str, attributes: &str, content: &str) {
        let start = format!("<{name} class=\"{class}\" {attributes}");
        self.0 += &match content {
            "" => format!("{start}/>\n"),
            content => format!("{start}>{content}</{name}>\n"),
        };
    }
}

fn titled(says: &str) -> String {
    match says {
        "" => String::new(),
        says => format!("<title>{}</title>", escape::html(says)),
    }
}

fn joined(points: &[At]) -> String {
    let points = points.iter().map(|&(x, y)| [x, y].map(number).join(","));
    format!("points=\"{}\"", points.collect::<Vec<_>>().join(" "))
}

/// A coordinate: at most two decimals, no trailing zeros, never "-0".
fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    match text.trim_end_matches('0').trim_end_matches('.') {
        "-0" | "" => "0".to_owned(),
        text => text.to_owned(),
    }
}

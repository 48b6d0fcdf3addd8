//! The SVG writer: elements with classes, which the page's style sheet colours.
//!
//! Written here rather than with a plotting crate because colours come from the page (light, dark,
//! print), pictures have names for screen readers, and equal data give equal bytes.

use std::fmt::Write as _;

use super::chart::Plot;
use crate::escape;

/// Width of every picture in its own units.
pub(super) const WIDTH: f64 = 440.0;

/// A place in a picture.
pub(super) type At = (f64, f64);

/// Where a text stands relative to its place.
#[derive(Clone, Copy)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// A picture being drawn.
pub(super) struct Svg {
    body: String,
}

impl Svg {
    pub(super) fn new() -> Self {
        let body = String::new();
        Self { body }
    }

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
            self.body
        )
    }

    pub(super) fn line(&mut self, class: &str, from: At, to: At) {
        let ([x1, y1], [x2, y2]) = (pair(from), pair(to));
        self.add(format_args!(
            "<line class=\"{class}\" x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\"/>"
        ));
    }

    pub(super) fn text(&mut self, class: &str, anchor: Anchor, at: At, text: &str) {
        let [x, y] = pair(at);
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let text = escape::html(text);
        self.add(format_args!(
            "<text class=\"{class}\" text-anchor=\"{anchor}\" x=\"{x}\" y=\"{y}\">{text}</text>"
        ));
    }

    /// A line through points, in order.
    pub(super) fn polyline(&mut self, class: &str, points: &[At]) {
        let points = joined(points);
        self.add(format_args!(
            "<polyline class=\"{class}\" points=\"{points}\"/>"
        ));
    }

    /// A filled area; a pointer that rests on it shows `says`, unless that is empty.
    pub(super) fn polygon(&mut self, class: &str, points: &[At], says: &str) {
        let points = joined(points);
        let title = titled(says);
        self.add(format_args!(
            "<polygon class=\"{class}\" points=\"{points}\">{title}</polygon>"
        ));
    }

    /// An arrow whose tip is its place; `direction` is a unit vector along an axis.
    pub(super) fn arrow(&mut self, class: &str, (x, y): At, (dx, dy): At, says: &str) {
        let (x0, y0) = (x - 7.0 * dx, y - 7.0 * dy);
        let (wide, high) = (4.0 * dy.abs(), 4.0 * dx.abs());
        let corners = [(x, y), (x0 - wide, y0 - high), (x0 + wide, y0 + high)];
        self.polygon(class, &corners, says);
    }

    pub(super) fn dot(&mut self, class: &str, at: At, radius: f64, says: &str) {
        let ([x, y], r, title) = (pair(at), number(radius), titled(says));
        self.add(format_args!(
            "<circle class=\"{class}\" cx=\"{x}\" cy=\"{y}\" r=\"{r}\">{title}</circle>"
        ));
    }

    fn add(&mut self, element: std::fmt::Arguments<'_>) {
        // Writing to a String cannot fail.
        let _ = writeln!(self.body, "{element}");
    }
}

fn titled(says: &str) -> String {
    match says {
        "" => String::new(),
        says => format!("<title>{}</title>", escape::html(says)),
    }
}

fn pair(at: At) -> [String; 2] {
    [number(at.0), number(at.1)]
}

fn joined(points: &[At]) -> String {
    let points = points.iter().map(|&at| pair(at).join(","));
    points.collect::<Vec<_>>().join(" ")
}

/// A coordinate: at most two decimals, no trailing zeros, never "-0".
fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    match text.trim_end_matches('0').trim_end_matches('.') {
        "-0" | "" => "0".to_owned(),
        text => text.to_owned(),
    }
}

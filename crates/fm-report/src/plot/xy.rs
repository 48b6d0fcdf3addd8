//! Lines, bands and scattered points on two axes of numbers.

use std::cmp::Ordering;

use super::chart::{Mark, Plot, Shape};
use super::frame::{axis_below, class, dot_class, legend};
use super::range::{extent, value_range};
use super::scale::Scale;
use super::svg::{At, Svg, WIDTH};

const LEFT: f64 = 46.0;
const RIGHT: f64 = WIDTH - 10.0;
const TALL: f64 = 230.0;

/// Draws the plot; gives the element and how many values are arrows at an edge.
pub(super) fn draw(plot: &Plot) -> (String, usize) {
    let mut svg = Svg::default();
    let top = legend(&mut svg, plot, LEFT) + 24.0;
    let bottom = top + TALL;
    let places = plot.marks.iter().flat_map(|mark| &mark.data).map(|d| d.x);
    let places = extent(places.filter(|x| !plot.x.log || *x > 0.0));
    let x = plot.x.place_values(places, (LEFT + 10.0, RIGHT - 10.0));
    let y = plot.y.place_values(value_range(plot, true), (bottom, top));
    for (at, text) in y.ticks(7) {
        let is_zero = plot.zero.is_some() && at == y.at(0.0);
        let class = if is_zero { "zero" } else { "grid" };
        svg.line(class, (LEFT, at), (RIGHT, at));
        svg.text("tick", "end", (LEFT - 6.0, at + 4.0), &text);
    }
    let height = axis_below(&mut svg, x, (LEFT, RIGHT), bottom, None);
    svg.text("tick", "start", (2.0, top - 9.0), &plot.y.words());
    if let Some([_, above]) = &plot.zero {
        svg.text("tick", "end", (RIGHT, top - 9.0), &format!("↑ {above}"));
    }
    let at = |x_value, y_value| (x.at(x_value), y.at(y_value));
    let path = |mark: &Mark| -> Vec<At> { mark.data.iter().map(|d| at(d.x, d.y)).collect() };
    // The first mark lies on top; bands, bars and guides lie below all lines and dots.
    for mark in plot.marks.iter().rev() {
        let ends = mark.data.iter().filter_map(|datum| {
            let (low, high) = datum.interval?.ends();
            Some((at(datum.x, low), at(datum.x, high)))
        });
        match (mark.shape, path(mark).as_slice()) {
            (Shape::Line, _) => {
                let (mut area, high): (Vec<At>, Vec<At>) = ends.unzip();
                area.extend(high.into_iter().rev());
                if !area.is_empty() {
                    svg.polygon(&format!("band {}", class(mark)), &area, "");
                }
            }
            (Shape::Guide, [from, .., to]) => {
                svg.line("upright", *from, *to);
                svg.text("tick", "start", (to.0 + 4.0, top + 10.0), &mark.name);
            }
            _ => ends.for_each(|(low, high)| svg.line("whisker", low, high)),
        }
    }
    let mut beyond = 0;
    for mark in plot.marks.iter().rev() {
        if mark.shape == Shape::Line {
            svg.polyline(&format!("curve {}", class(mark)), &path(mark));
        }
        if mark.shape != Shape::Guide {
            beyond += dots(&mut svg, plot, mark, [x, y]);
        }
    }
    (svg.finish(plot, height), beyond)
}

/// A dot per datum, or an arrow at the edge with its value; of neighbours of a line that are all
/// beyond it, only the first has its value. Gives how many are arrows.
fn dots(svg: &mut Svg, plot: &Plot, mark: &Mark, [across, up]: [Scale<'_>; 2]) -> usize {
    let (mut beyond, mut told_up_to) = (0, f64::NEG_INFINITY);
    for datum in &mark.data {
        let (x, (y, side)) = (across.at(datum.x), up.place(datum.y));
        let says = plot.datum_words(&mark.name, datum);
        let (class, radius) = match mark.shape {
            Shape::Line => (format!("node {}", class(mark)), 2.5),
            _ => (dot_class(plot, mark, datum), 4.0),
        };
        let (direction, drop) = match side {
            Ordering::Equal => {
                svg.dot(&class, (x, y), radius, &says);
                continue;
            }
            Ordering::Greater => (-1.0, 19.0),
            Ordering::Less => (1.0, -11.0),
        };
        beyond += 1;
        svg.arrow(&class, (x, y), (0.0, direction), &says);
        if x > told_up_to {
            let (anchor, away) = match x > WIDTH - 70.0 {
                true => ("end", -6.0),
                false => ("start", 6.0),
            };
            let text = plot.y.unit.number(datum.y);
            svg.text("tick", anchor, (x + away, y + drop), &text);
            told_up_to = x + 44.0;
        }
    }
    beyond
}

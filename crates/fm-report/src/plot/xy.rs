//! Lines, bands and scattered points on two axes of numbers.

use std::cmp::Ordering;

use super::chart::{Datum, Mark, Plot, Shape};
use super::frame::{axis_below, class, dot_class, legend, legend_height};
use super::range::{horizontal_range, value_range};
use super::scale::Scale;
use super::svg::{Anchor, At, Svg, WIDTH};

const LEFT: f64 = 46.0;
const RIGHT: f64 = WIDTH - 10.0;
const TALL: f64 = 230.0;

/// Draws the plot; gives the element and how many values are arrows at an edge.
pub(super) fn draw(plot: &Plot) -> (String, usize) {
    let top = legend_height(plot) + 24.0;
    let bottom = top + TALL;
    let drawing = Drawing {
        plot,
        across: plot
            .x
            .place_values(horizontal_range(plot), (LEFT + 10.0, RIGHT - 10.0)),
        up: plot.y.place_values(value_range(plot, true), (bottom, top)),
    };
    let mut svg = Svg::new();
    for tick in drawing.up.ticks(7) {
        let is_zero = plot.zero.is_some() && tick.is_zero;
        let class = if is_zero { "zero" } else { "grid" };
        svg.line(class, (LEFT, tick.at), (RIGHT, tick.at));
        svg.text("tick", Anchor::End, (LEFT - 6.0, tick.at + 4.0), &tick.text);
    }
    let height = axis_below(&mut svg, drawing.across, (LEFT, RIGHT), bottom, None);
    svg.text("tick", Anchor::Start, (2.0, top - 9.0), &plot.y.words());
    if let Some([_, above]) = plot.zero.as_ref().filter(|[_, above]| !above.is_empty()) {
        let above = format!("↑ {above}");
        svg.text("tick", Anchor::End, (RIGHT, top - 9.0), &above);
    }
    let mut beyond = 0;
    // The first mark lies on top; all bands lie below all lines.
    for mark in plot.marks.iter().rev() {
        drawing.below(&mut svg, mark, top);
    }
    for mark in plot.marks.iter().rev() {
        beyond += drawing.above(&mut svg, mark);
    }
    legend(&mut svg, plot, LEFT);
    (svg.finish(plot, height), beyond)
}

/// A plot and its scales.
struct Drawing<'a> {
    plot: &'a Plot,
    across: Scale<'a>,
    up: Scale<'a>,
}

impl Drawing<'_> {
    fn at(&self, x: f64, y: f64) -> At {
        (self.across.at(x), self.up.at(y))
    }

    /// Bands, bars, and lines that help reading.
    fn below(&self, svg: &mut Svg, mark: &Mark, top: f64) {
        let ends = mark.data.iter().filter_map(|datum| {
            let (low, high) = datum.interval?.ends();
            Some([low, high].map(|end| self.at(datum.x, end)))
        });
        match mark.shape {
            Shape::Line => {
                let (mut area, high): (Vec<At>, Vec<At>) =
                    ends.map(|[low, high]| (low, high)).unzip();
                area.extend(high.into_iter().rev());
                if !area.is_empty() {
                    svg.polygon(&format!("band {}", class(mark)), &area, "");
                }
            }
            Shape::Guide => {
                let places: Vec<At> = mark.data.iter().map(|d| self.at(d.x, d.y)).collect();
                if let [from, .., to] = places[..] {
                    svg.line("upright", from, to);
                    if !mark.name.is_empty() {
                        let at = (to.0 + 4.0, top + 10.0);
                        svg.text("tick", Anchor::Start, at, &mark.name);
                    }
                }
            }
            _ => ends.for_each(|[low, high]| svg.line("whisker", low, high)),
        }
    }

    /// Lines and dots; gives how many dots are arrows.
    fn above(&self, svg: &mut Svg, mark: &Mark) -> usize {
        match mark.shape {
            Shape::Line => {
                let path: Vec<At> = mark.data.iter().map(|d| self.at(d.x, d.y)).collect();
                svg.polyline(&format!("curve {}", class(mark)), &path);
                self.dots(svg, mark, 2.5, |_| format!("node {}", class(mark)))
            }
            Shape::Guide => 0,
            _ => self.dots(svg, mark, 4.0, |datum| dot_class(self.plot, mark, datum)),
        }
    }

    /// A dot per datum, or an arrow at the edge with its value; of neighbours of a line that are
    /// all beyond it, only the first has its value.
    fn dots(
        &self,
        svg: &mut Svg,
        mark: &Mark,
        radius: f64,
        class: impl Fn(&Datum) -> String,
    ) -> usize {
        let (mut beyond, mut told_up_to) = (0, f64::NEG_INFINITY);
        for datum in &mark.data {
            let x = self.across.at(datum.x);
            let y = self.up.place(datum.y);
            let says = self.plot.datum_words(&mark.name, datum);
            let (direction, drop) = match y.side {
                Ordering::Equal => {
                    svg.dot(&class(datum), (x, y.at), radius, &says);
                    continue;
                }
                Ordering::Greater => (-1.0, 19.0),
                Ordering::Less => (1.0, -11.0),
            };
            beyond += 1;
            svg.arrow(&class(datum), (x, y.at), (0.0, direction), &says);
            if x > told_up_to {
                let (anchor, away) = match x > WIDTH - 70.0 {
                    true => (Anchor::End, -6.0),
                    false => (Anchor::Start, 6.0),
                };
                let text = self.plot.y.unit.number(datum.y);
                svg.text("tick", anchor, (x + away, y.at + drop), &text);
                told_up_to = x + 44.0;
            }
        }
        beyond
    }
}

//! Strips: a category below the other, every datum a dot, the mean and its interval below them.

use std::cmp::Ordering;

use fm_stats::Interval;

use super::chart::{Datum, Mark, Plot, Shape};
use super::frame::{axis_below, dot_class, legend, legend_height};
use super::range::value_range;
use super::scale::{Place, Scale};
use super::svg::{Anchor, Svg, WIDTH};
use crate::escape::shortened;

const LEFT: f64 = 12.0;
const RIGHT: f64 = WIDTH - 12.0;
/// Rows of dots that are stacked at most to each side of the middle.
const MOST_STACKED: usize = 6;
/// Heights of a strip's label and of its mean.
const LABEL: f64 = 22.0;
const MEAN: f64 = 24.0;
/// Height of the row that tells what lies beyond the edges.
const BEYOND: f64 = 18.0;

/// Draws the plot; gives the element and how many values are beyond an edge.
pub(super) fn draw(plot: &Plot) -> (String, usize) {
    let names = plot.y.categories();
    let scale = plot.x.place_values(value_range(plot, true), (LEFT, RIGHT));
    let strips = (0..names.len()).map(|name| Strip::new(plot, name, scale));
    let strips: Vec<Strip<'_>> = strips.collect();
    let top = legend_height(plot) + if plot.zero.is_some() { 22.0 } else { 4.0 };
    let bottom = top + strips.iter().map(Strip::height).sum::<f64>();
    let mut svg = Svg::new();
    let height = axis_below(&mut svg, scale, (LEFT, RIGHT), bottom, Some(top));
    if let Some([below, above]) = &plot.zero {
        let y = top - 8.0;
        svg.text("tick", Anchor::Start, (LEFT, y), &format!("← {below}"));
        svg.text("tick", Anchor::End, (RIGHT, y), &format!("{above} →"));
    }
    let (mut y, mut beyond) = (top, 0);
    for (strip, name) in strips.iter().zip(names) {
        let label = match strip.means.first() {
            Some(mean) => {
                let mean = plot.x.unit.with_unit(mean.x);
                format!("{}: {mean}", shortened(name, 34))
            }
            None => shortened(name, 44),
        };
        svg.text("label", Anchor::Start, (LEFT, y + 15.0), &label);
        if plot.zero.is_some() {
            // The line stops short of the labels, which would lie across it.
            let x = scale.at(0.0);
            svg.line("zero", (x, y + LABEL), (x, y + strip.height()));
        }
        strip.draw(&mut svg, y);
        beyond += strip.beyond.iter().map(Vec::len).sum::<usize>();
        y += strip.height();
    }
    legend(&mut svg, plot, LEFT);
    (svg.finish(plot, height), beyond)
}

/// A category's data and where they are drawn.
struct Strip<'a> {
    plot: &'a Plot,
    scale: Scale<'a>,
    /// Dots within the axis: across, and the row above or below the middle.
    dots: Vec<(&'a Mark, &'a Datum, (f64, f64))>,
    /// Data beyond the lower and the upper edge, ascending.
    beyond: [Vec<&'a Datum>; 2],
    means: Vec<&'a Datum>,
    radius: f64,
    /// Height of the dots.
    swarm: f64,
}

impl<'a> Strip<'a> {
    fn new(plot: &'a Plot, name: usize, scale: Scale<'a>) -> Self {
        let (mut dots, mut means, mut beyond) = (Vec::new(), Vec::new(), [Vec::new(), Vec::new()]);
        for mark in &plot.marks {
            for datum in mark.data.iter().filter(|datum| datum.y == name as f64) {
                let place = scale.place(datum.x);
                match (mark.shape, place.side) {
                    (Shape::Means, _) => means.push(datum),
                    (Shape::Points, Ordering::Equal) => dots.push((mark, datum, (place.at, 0.0))),
                    (Shape::Points, Ordering::Less) => beyond[0].push(datum),
                    (Shape::Points, Ordering::Greater) => beyond[1].push(datum),
                    _ => {}
                }
            }
        }
        for data in &mut beyond {
            data.sort_by(|a, b| a.x.total_cmp(&b.x));
        }
        let radius = if dots.len() > 60 { 2.5 } else { 4.5 };
        let across: Vec<f64> = dots.iter().map(|(.., (x, _))| *x).collect();
        let mut swarm_height: f64 = 0.0;
        for ((.., place), row) in dots.iter_mut().zip(swarm(&across, radius)) {
            place.1 = row;
            swarm_height = swarm_height.max(2.0 * (row.abs() + radius));
        }
        Self {
            plot,
            scale,
            dots,
            beyond,
            means,
            radius,
            swarm: swarm_height,
        }
    }

    fn height(&self) -> f64 {
        LABEL + self.swarm + self.beyond_height() + MEAN * self.means.len() as f64
    }

    /// A row for what lies beyond the edges.
    fn beyond_height(&self) -> f64 {
        match self.beyond.iter().all(Vec::is_empty) {
            true => 0.0,
            false => BEYOND,
        }
    }

    fn draw(&self, svg: &mut Svg, y: f64) {
        let Self { plot, scale, .. } = self;
        let middle = y + LABEL + self.swarm / 2.0;
        for (mark, datum, (x, row)) in &self.dots {
            let says = plot.datum_words("", datum);
            svg.dot(
                &dot_class(plot, mark, datum),
                (*x, middle + row),
                self.radius,
                &says,
            );
        }
        let unit = plot.x.unit;
        let y = y + LABEL + self.swarm;
        for (data, side) in self.beyond.iter().zip([Ordering::Less, Ordering::Greater]) {
            let text = match data.as_slice() {
                [] => continue,
                [one] => format!("{}: {}", one.label, unit.number(one.x)),
                [first, .., last] => {
                    let (low, high) = (first.x, last.x);
                    let (of, ends) = (data.len() + self.dots.len(), Interval { low, high });
                    format!("{} of {of}: {}", data.len(), unit.interval(ends))
                }
            };
            arrow(svg, y + BEYOND / 2.0, side, &text);
        }
        for (row, datum) in self.means.iter().enumerate() {
            let y = y + self.beyond_height() + 11.0 + MEAN * row as f64;
            if let Some(interval) = datum.interval {
                let ends = [interval.low, interval.high].map(|end| scale.place(end));
                svg.line("mean", (ends[0].at, y), (ends[1].at, y));
                for end in ends.iter().filter(|end| end.side == Ordering::Equal) {
                    svg.line("mean", (end.at, y - 5.0), (end.at, y + 5.0));
                }
            }
            let Place { at: x, side } = scale.place(datum.x);
            let says = plot.datum_words("mean", datum);
            if side == Ordering::Equal {
                let corners = [(x - 6.0, y), (x, y - 6.0), (x + 6.0, y), (x, y + 6.0)];
                svg.polygon("mean-mark", &corners, &says);
            } else {
                arrow(svg, y, side, &says);
            }
        }
    }
}

/// An arrow at an edge, and words beside it.
fn arrow(svg: &mut Svg, y: f64, side: Ordering, words: &str) {
    let (edge, direction, anchor) = match side {
        Ordering::Greater => (RIGHT, 1.0, Anchor::End),
        _ => (LEFT, -1.0, Anchor::Start),
    };
    svg.arrow("mean-mark", (edge, y), (direction, 0.0), "");
    svg.text("tick", anchor, (edge - 12.0 * direction, y + 4.0), words);
}

/// The rows in which the dots lie, above and below the middle, so that none hides another.
fn swarm(across: &[f64], radius: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..across.len()).collect();
    order.sort_by(|a, b| across[*a].total_cmp(&across[*b]).then(a.cmp(b)));
    let apart = 2.0 * radius + 1.0;
    let mut rows = vec![0.0; across.len()];
    let mut row_ends = [f64::NEG_INFINITY; 2 * MOST_STACKED + 1];
    for index in order {
        let x = across[index];
        // Rows 0, −1, 1, −2, 2, …: the first that is free, else the one free for longest.
        let free = row_ends.iter().position(|end| x - end >= apart);
        let row = free.unwrap_or_else(|| {
            let ends = row_ends.iter().enumerate();
            ends.min_by(|a, b| a.1.total_cmp(b.1))
                .map_or(0, |(row, _)| row)
        });
        row_ends[row] = x;
        let side = if row % 2 == 1 { -1.0 } else { 1.0 };
        rows[index] = side * row.div_ceil(2) as f64 * apart;
    }
    rows
}

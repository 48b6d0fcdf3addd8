//! Strips: a category below the other, every datum a dot, the mean and its interval below them.

use std::cmp::Ordering;

use super::chart::{AxisScale, Datum, Mark, Plot, Series};
use super::frame::{arrow_across, class, legend, legend_height, scaled};
use super::range::{range, without_outliers};
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

/// Draws the plot; gives the element and a sentence about values beyond the axis.
pub(super) fn draw(plot: &Plot) -> (String, String) {
    let names = plot.y.categories();
    let unit = plot.x.unit;
    let log = plot.x.scale == AxisScale::Log;
    let zero = plot.marks.iter().find_map(|mark| match mark {
        Mark::Zero { below, above } => Some((below, above)),
        _ => None,
    });
    let scale = Scale::with_air(
        scaled(value_range(plot, true), unit.factor()),
        (LEFT, RIGHT),
        log,
    );

    let strips: Vec<Strip<'_>> = (0..names.len())
        .map(|name| Strip::new(plot, name, scale))
        .collect();
    let top = legend_height(plot) + if zero.is_some() { 22.0 } else { 4.0 };
    let bottom = top + strips.iter().map(Strip::height).sum::<f64>();
    let mut svg = Svg::new();
    for tick in scale.ticks(8) {
        let x = scale.at(tick.value);
        svg.line("grid", (x, top), (x, bottom));
        svg.text("tick", Anchor::Middle, (x, bottom + 17.0), &tick.text);
    }
    svg.line("axis", (LEFT, bottom), (RIGHT, bottom));
    let middle = (WIDTH / 2.0, bottom + 37.0);
    svg.text("tick", Anchor::Middle, middle, &plot.x.words());
    if let Some((below, above)) = zero {
        let y = top - 8.0;
        svg.text("tick", Anchor::Start, (LEFT, y), &format!("← {below}"));
        svg.text("tick", Anchor::End, (RIGHT, y), &format!("{above} →"));
    }

    let (mut y, mut beyond) = (top, 0);
    for (strip, name) in strips.iter().zip(names) {
        let label = match strip.means.first() {
            Some(mean) => format!("{}: {}", shortened(name, 34), unit.with_unit(mean.x)),
            None => shortened(name, 44),
        };
        svg.text("label", Anchor::Start, (LEFT, y + 15.0), &label);
        if zero.is_some() {
            // The line stops short of the labels, which would lie across it.
            let x = scale.at(0.0);
            svg.line("zero", (x, y + LABEL), (x, y + strip.height()));
        }
        beyond += strip.draw(plot, &mut svg, scale, y, zero.is_some());
        y += strip.height();
    }
    legend(&mut svg, plot, LEFT);
    let svg = svg.finish(&plot.name, &plot.title, &plot.description(), bottom + 44.0);
    (svg, plot.beyond_words(beyond))
}

/// The range of values that the axis shows, with or without those of the dots.
pub(super) fn value_range(plot: &Plot, dots: bool) -> Option<(f64, f64)> {
    let log = plot.x.scale == AxisScale::Log;
    let zero = plot
        .marks
        .iter()
        .any(|mark| matches!(mark, Mark::Zero { .. }));
    let names = 0..plot.y.categories().len();
    let groups: Vec<Vec<f64>> = names.map(|name| group(plot, name, log, dots)).collect();
    range(&groups, if zero { &[0.0] } else { &[] })
}

/// The values of a category that the axis should show.
fn group(plot: &Plot, name: usize, log: bool, dots: bool) -> Vec<f64> {
    let of = |data: &[Datum], values: &dyn Fn(&Datum) -> Vec<f64>| -> Vec<f64> {
        let data = data.iter().filter(|datum| datum.y == name as f64);
        let values = data.flat_map(values);
        values.filter(|v| !log || *v > 0.0).collect()
    };
    let mut group = Vec::new();
    for mark in &plot.marks {
        match mark {
            Mark::Points(_, data) if dots => {
                group.extend(without_outliers(&of(data, &|d| vec![d.x])))
            }
            Mark::Means(_, data) => {
                let ends = |d: &Datum| {
                    d.interval
                        .map_or(vec![d.x], |(low, high)| vec![low, d.x, high])
                };
                group.extend(of(data, &ends));
            }
            _ => {}
        }
    }
    group
}

/// A category's data and where they are drawn.
struct Strip<'a> {
    /// Dots within the axis: across, and the row above or below the middle.
    dots: Vec<(&'a Series, &'a Datum, (f64, f64))>,
    /// Values beyond the lower and the upper edge, ascending.
    beyond: [Vec<f64>; 2],
    means: Vec<&'a Datum>,
    radius: f64,
    /// Height of the dots.
    swarm: f64,
}

impl<'a> Strip<'a> {
    fn new(plot: &'a Plot, name: usize, scale: Scale) -> Self {
        let factor = plot.x.unit.factor();
        let (mut points, mut means, mut beyond) =
            (Vec::new(), Vec::new(), [Vec::new(), Vec::new()]);
        for mark in &plot.marks {
            let (Mark::Points(series, data) | Mark::Means(series, data)) = mark else {
                continue;
            };
            for datum in data.iter().filter(|datum| datum.y == name as f64) {
                let place = scale.place(factor * datum.x);
                match (mark, place.side) {
                    (Mark::Means(..), _) => means.push(datum),
                    (_, Ordering::Equal) => points.push((series, datum, place.at)),
                    (_, Ordering::Less) => beyond[0].push(datum.x),
                    (_, Ordering::Greater) => beyond[1].push(datum.x),
                }
            }
        }
        beyond
            .iter_mut()
            .for_each(|values| values.sort_by(f64::total_cmp));
        let radius = if points.len() > 60 { 2.5 } else { 4.5 };
        let across: Vec<f64> = points.iter().map(|point| point.2).collect();
        let rows = swarm(&across, radius);
        let farthest = rows.iter().map(|row| row.abs()).fold(0.0, f64::max);
        let dots = points.into_iter().zip(&rows);
        Self {
            dots: dots
                .map(|((series, datum, x), row)| (series, datum, (x, *row)))
                .collect(),
            beyond,
            means,
            radius,
            swarm: if rows.is_empty() {
                0.0
            } else {
                2.0 * (farthest + radius)
            },
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

    /// Gives how many values lie beyond the axis.
    fn draw(&self, plot: &Plot, svg: &mut Svg, scale: Scale, y: f64, signs: bool) -> usize {
        let middle = y + LABEL + self.swarm / 2.0;
        for (series, datum, (x, row)) in &self.dots {
            let class = match signs {
                false => format!("dot {}", class(series)),
                true if datum.x < 0.0 => "dot s0".to_owned(),
                true => "dot s1 hollow".to_owned(),
            };
            svg.dot(
                &class,
                (*x, middle + row),
                self.radius,
                &plot.datum_words("", datum),
            );
        }
        let unit = plot.x.unit;
        let y = y + LABEL + self.swarm;
        let arrow = |svg: &mut Svg, edge: f64, y: f64, side: Ordering, text: &str| {
            arrow_across(svg, "mean-mark", (edge, y), side);
            let (anchor, away) = match side {
                Ordering::Greater => (Anchor::End, -12.0),
                _ => (Anchor::Start, 12.0),
            };
            svg.text("tick", anchor, (edge + away, y + 4.0), text);
        };
        for (values, side) in self.beyond.iter().zip([Ordering::Less, Ordering::Greater]) {
            let text = match values.as_slice() {
                [] => continue,
                [one] => unit.number(*one),
                [a, b] => format!("{}, {}", unit.number(*a), unit.number(*b)),
                [low, .., high] => {
                    let of = values.len() + self.dots.len();
                    format!("{} of {of}: {}", values.len(), unit.interval((*low, *high)))
                }
            };
            let edge = match side {
                Ordering::Less => LEFT,
                _ => RIGHT,
            };
            arrow(svg, edge, y + BEYOND / 2.0, side, &text);
        }
        for (row, datum) in self.means.iter().enumerate() {
            let y = y + self.beyond_height() + 11.0 + MEAN * row as f64;
            if let Some((low, high)) = datum.interval {
                let ends = [low, high].map(|end| scale.place(unit.factor() * end));
                svg.line("mean", (ends[0].at, y), (ends[1].at, y));
                for end in ends.iter().filter(|end| end.side == Ordering::Equal) {
                    svg.line("mean", (end.at, y - 5.0), (end.at, y + 5.0));
                }
            }
            let Place { at: x, side } = scale.place(unit.factor() * datum.x);
            let says = plot.datum_words("mean", datum);
            if side == Ordering::Equal {
                let corners = [(x - 6.0, y), (x, y - 6.0), (x + 6.0, y), (x, y + 6.0)];
                svg.polygon("mean-mark", &corners, &says);
            } else {
                arrow(svg, x, y, side, &says);
            }
        }
        self.beyond.iter().map(Vec::len).sum()
    }
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

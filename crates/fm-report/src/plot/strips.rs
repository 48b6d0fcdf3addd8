//! Strips: a category below the other, every datum a dot, the mean and its interval below them.

use std::cmp::Ordering;

use fm_stats::Interval;

use super::chart::{Datum, Mark, Plot, Shape};
use super::frame::{axis_below, dot_class, legend};
use super::range::value_range;
use super::scale::Scale;
use super::svg::{Svg, WIDTH};
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
    let scale = plot.x.place_values(value_range(plot, true), (LEFT, RIGHT));
    let (mut svg, mut strips) = (Svg::default(), Svg::default());
    let top = legend(&mut svg, plot, LEFT) + if plot.zero.is_some() { 22.0 } else { 4.0 };
    let (mut bottom, mut beyond) = (top, 0);
    for name in 0..plot.y.names.len() {
        beyond += strip(&mut strips, plot, scale, name, &mut bottom);
    }
    let height = axis_below(&mut svg, scale, (LEFT, RIGHT), bottom, Some(top));
    if let Some([below, above]) = &plot.zero {
        let y = top - 8.0;
        svg.text("tick", "start", (LEFT, y), &format!("← {below}"));
        svg.text("tick", "end", (RIGHT, y), &format!("{above} →"));
    }
    svg.0 += &strips.0;
    (svg.finish(plot, height), beyond)
}

/// Draws the strip of a name from `y` on, which becomes its lower end; gives how many values are
/// beyond an edge.
fn strip(svg: &mut Svg, plot: &Plot, scale: Scale<'_>, name: usize, y: &mut f64) -> usize {
    let (mut dots, mut means, mut beyond) = (Vec::new(), Vec::new(), [Vec::new(), Vec::new()]);
    let marks = plot.marks.iter();
    let data = marks.flat_map(|mark| mark.data.iter().map(move |datum| (mark, datum)));
    for (mark, datum) in data.filter(|(_, datum)| datum.y == name as f64) {
        match (mark.shape, scale.place(datum.x)) {
            (Shape::Means, _) => means.push(datum),
            (Shape::Points, (x, Ordering::Equal)) => dots.push((x, mark, datum)),
            (Shape::Points, (_, Ordering::Less)) => beyond[0].push(datum),
            (Shape::Points, (_, Ordering::Greater)) => beyond[1].push(datum),
            _ => {}
        }
    }
    let radius = if dots.len() > 60 { 2.5 } else { 4.5 };
    let rows = swarm(&dots, radius);
    let highest = rows.iter().map(|row| 2.0 * (row.abs() + radius));
    let label = *y + LABEL;
    let below = label + highest.fold(0.0, f64::max);
    let any_beyond = beyond.iter().any(|data| !data.is_empty());
    let first_mean = below + if any_beyond { BEYOND } else { 0.0 };
    let bottom = first_mean + MEAN * means.len() as f64;

    let (name, unit) = (&plot.y.names[name], plot.x.unit);
    let words = match means.first() {
        Some(mean) => format!("{}: {}", shortened(name, 34), unit.with_unit(mean.x)),
        None => shortened(name, 44),
    };
    svg.text("label", "start", (LEFT, *y + 15.0), &words);
    if plot.zero.is_some() {
        // The line stops short of the labels, which would lie across it.
        let x = scale.at(0.0);
        svg.line("zero", (x, label), (x, bottom));
    }
    for ((x, mark, datum), row) in dots.iter().zip(rows) {
        let (class, says) = (dot_class(plot, mark, datum), plot.datum_words("", datum));
        svg.dot(&class, (*x, (label + below) / 2.0 + row), radius, &says);
    }
    for (data, side) in beyond.iter_mut().zip([Ordering::Less, Ordering::Greater]) {
        data.sort_by(|a, b| a.x.total_cmp(&b.x));
        let text = match data.as_slice() {
            [] => continue,
            [one] => format!("{}: {}", one.label, unit.number(one.x)),
            [first, .., last] => {
                let (low, high) = (first.x, last.x);
                let (of, ends) = (data.len() + dots.len(), Interval { low, high });
                format!("{} of {of}: {}", data.len(), unit.interval(ends))
            }
        };
        arrow(svg, below + BEYOND / 2.0, side, &text);
    }
    for (row, datum) in means.iter().enumerate() {
        mean(
            svg,
            plot,
            scale,
            first_mean + 11.0 + MEAN * row as f64,
            datum,
        );
    }
    *y = bottom;
    beyond.iter().map(Vec::len).sum()
}

/// A diamond on the bar of its interval, or an arrow at the edge.
fn mean(svg: &mut Svg, plot: &Plot, scale: Scale<'_>, y: f64, datum: &Datum) {
    if let Some(interval) = datum.interval {
        let ends = [interval.low, interval.high].map(|end| scale.place(end));
        svg.line("mean", (ends[0].0, y), (ends[1].0, y));
        for (x, _) in ends.iter().filter(|(_, side)| side.is_eq()) {
            svg.line("mean", (*x, y - 5.0), (*x, y + 5.0));
        }
    }
    let says = plot.datum_words("mean", datum);
    match scale.place(datum.x) {
        (x, Ordering::Equal) => {
            let corners = [(x - 6.0, y), (x, y - 6.0), (x + 6.0, y), (x, y + 6.0)];
            svg.polygon("mean-mark", &corners, &says);
        }
        (_, side) => arrow(svg, y, side, &says),
    }
}

/// An arrow at an edge, and words beside it.
fn arrow(svg: &mut Svg, y: f64, side: Ordering, words: &str) {
    let (edge, direction, anchor) = match side {
        Ordering::Greater => (RIGHT, 1.0, "end"),
        _ => (LEFT, -1.0, "start"),
    };
    svg.arrow("mean-mark", (edge, y), (direction, 0.0), "");
    svg.text("tick", anchor, (edge - 12.0 * direction, y + 4.0), words);
}

impl Plot {
    /// A bar of so many letters for each of the `means` of strips: `─` over the interval, `◆` at the
    /// mean, `│` at zero where the plot has a line there, `◂` and `▸` for what lies beyond the axis.
    pub(crate) fn text_bars(&self, means: &[Datum], letters: usize) -> Vec<String> {
        // The axis of the means alone: dots are not drawn.
        let range = value_range(self, false);
        let scale = self.x.place_values(range, (0.0, letters as f64 - 1.0));
        let letter = |value: f64| libm::round(scale.at(value)) as usize;
        let bar = |datum: &Datum| {
            let mut bar = vec![' '; letters];
            if let Some(interval) = datum.interval {
                bar[letter(interval.low)..=letter(interval.high)].fill('─');
            }
            if self.zero.is_some() {
                bar[letter(0.0)] = '│';
            }
            bar[letter(datum.x)] = match scale.place(datum.x).1 {
                Ordering::Less => '◂',
                Ordering::Equal => '◆',
                Ordering::Greater => '▸',
            };
            bar.into_iter().collect()
        };
        means.iter().map(bar).collect()
    }
}

/// The rows in which the dots lie, above and below the middle, so that none hides another.
fn swarm(dots: &[(f64, &Mark, &Datum)], radius: f64) -> Vec<f64> {
    let mut order: Vec<(usize, f64)> = dots.iter().map(|(x, ..)| *x).enumerate().collect();
    order.sort_by(|a, b| a.1.total_cmp(&b.1));
    let apart = 2.0 * radius + 1.0;
    let mut rows = vec![0.0; dots.len()];
    let mut row_ends = [f64::NEG_INFINITY; 2 * MOST_STACKED + 1];
    for (index, x) in order {
        // Rows 0, −1, 1, −2, 2, …: the first that is free, else the one free for longest.
        let free = row_ends.iter().position(|end| x - end >= apart);
        let longest = || (0..row_ends.len()).min_by(|&a, &b| row_ends[a].total_cmp(&row_ends[b]));
        let row = free.or_else(longest).unwrap_or_default();
        row_ends[row] = x;
        let side = if row % 2 == 1 { -1.0 } else { 1.0 };
        rows[index] = side * row.div_ceil(2) as f64 * apart;
    }
    rows
}

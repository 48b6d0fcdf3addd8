//! What the layouts share: classes of a mark, the horizontal axis, the legend.

use super::chart::{Datum, Mark, Plot, Shape};
use super::scale::Scale;
use super::svg::{Svg, WIDTH};
use crate::escape::shortened;

/// Height of a row of the legend.
const ROW: f64 = 18.0;

/// The class of a mark's colour and dashes.
pub(super) fn class(mark: &Mark) -> String {
    format!("s{}", mark.colour % 6)
}

/// The class of a datum's dot; beside a line at zero it tells the sign.
pub(super) fn dot_class(plot: &Plot, mark: &Mark, datum: &Datum) -> String {
    let value = plot.value_of(datum);
    match plot.zero {
        None => format!("dot {}", class(mark)),
        Some(_) if value == 0.0 => "dot tie".to_owned(),
        Some(_) if value < 0.0 => "dot s0".to_owned(),
        Some(_) => "dot s1 hollow".to_owned(),
    }
}

/// The horizontal axis with its ticks and title, and upright lines from `grid` on where it is given;
/// gives the height of the picture.
pub(super) fn axis_below(
    svg: &mut Svg,
    scale: Scale<'_>,
    (left, right): (f64, f64),
    bottom: f64,
    grid: Option<f64>,
) -> f64 {
    for (x, text) in scale.ticks(8) {
        if let Some(top) = grid {
            svg.line("grid", (x, top), (x, bottom));
        }
        svg.text("tick", "middle", (x, bottom + 17.0), &text);
    }
    svg.line("axis", (left, bottom), (right, bottom));
    let middle = ((left + right) / 2.0, bottom + 37.0);
    svg.text("tick", "middle", middle, &scale.axis.words());
    bottom + 44.0
}

/// The names of points and lines, two to a row, from the top of the picture; gives the legend's
/// height. A single name needs no legend.
pub(super) fn legend(svg: &mut Svg, plot: &Plot, left: f64) -> f64 {
    let marks = plot.marks.iter().filter(|mark| !mark.name.is_empty());
    let named = marks.filter(|mark| matches!(mark.shape, Shape::Points | Shape::Line));
    let named: Vec<&Mark> = named.collect();
    if named.len() < 2 {
        return 0.0;
    }
    for (index, mark) in named.iter().enumerate() {
        let x = left + (index % 2) as f64 * (WIDTH - left) / 2.0;
        let y = 10.0 + ROW * (index / 2) as f64;
        let class = class(mark);
        match mark.shape == Shape::Line {
            true => svg.line(&format!("curve {class}"), (x, y), (x + 30.0, y)),
            false => svg.dot(&format!("dot {class}"), (x + 15.0, y), 4.5, ""),
        }
        let name = shortened(&mark.name, 22);
        svg.text("label", "start", (x + 36.0, y + 4.5), &name);
    }
    ROW * named.len().div_ceil(2) as f64 + 4.0
}

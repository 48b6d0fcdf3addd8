//! What the layouts share: classes of a series, arrows at an edge, the legend.

use std::cmp::Ordering;

use super::chart::{Mark, Plot, Series};
use super::svg::{Anchor, At, Svg, WIDTH};
use crate::escape::shortened;

/// Height of a row of the legend.
const ROW: f64 = 18.0;

/// The class of a series' colour and dashes.
pub(super) fn class(series: &Series) -> String {
    format!("s{}", series.colour % 6)
}

/// The range of an axis in the numbers that its ticks show.
pub(super) fn scaled(range: Option<(f64, f64)>, factor: f64) -> (f64, f64) {
    let (low, high) = range.unwrap_or((0.0, 1.0 / factor));
    (factor * low, factor * high)
}

/// An arrow at the left or right edge that points outwards.
pub(super) fn arrow_across(svg: &mut Svg, class: &str, (x, y): At, side: Ordering) {
    let back = if side == Ordering::Greater { -7.0 } else { 7.0 };
    svg.polygon(
        class,
        &[(x, y), (x + back, y - 4.0), (x + back, y + 4.0)],
        "",
    );
}

/// An arrow at the lower or upper edge that points outwards.
pub(super) fn arrow_up(svg: &mut Svg, class: &str, (x, y): At, side: Ordering, says: &str) {
    let back = if side == Ordering::Greater { 7.0 } else { -7.0 };
    svg.polygon(
        class,
        &[(x, y), (x - 4.0, y + back), (x + 4.0, y + back)],
        says,
    );
}

/// The series of points and lines that have a name, each once.
fn named(plot: &Plot) -> Vec<(&Series, bool)> {
    let mut named: Vec<(&Series, bool)> = Vec::new();
    for mark in &plot.marks {
        let (series, line) = match mark {
            Mark::Points(series, _) => (series, false),
            Mark::Line(series, _) => (series, true),
            _ => continue,
        };
        if !series.name.is_empty() && !named.iter().any(|(known, _)| *known == series) {
            named.push((series, line));
        }
    }
    named
}

/// Height of the legend: nothing for a single name.
pub(super) fn legend_height(plot: &Plot) -> f64 {
    match named(plot).len() {
        0 | 1 => 0.0,
        names => ROW * names.div_ceil(2) as f64 + 4.0,
    }
}

/// Two names to a row, from the top of the picture.
pub(super) fn legend(svg: &mut Svg, plot: &Plot, left: f64) {
    if legend_height(plot) == 0.0 {
        return;
    }
    for (index, (series, line)) in named(plot).into_iter().enumerate() {
        let x = left + (index % 2) as f64 * (WIDTH - left) / 2.0;
        let y = 10.0 + ROW * (index / 2) as f64;
        let class = class(series);
        match line {
            true => svg.line(&format!("curve {class}"), (x, y), (x + 30.0, y)),
            false => svg.dot(&format!("dot {class}"), (x + 15.0, y), 4.5, ""),
        }
        let name = shortened(&series.name, 22);
        svg.text("label", Anchor::Start, (x + 36.0, y + 4.5), &name);
    }
}

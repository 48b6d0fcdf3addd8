//! The picture of a plot, in the layout that fits it.

use super::chart::{Mark, Plot};
use super::{heat, strips, xy};

/// The plot as an SVG element, and a sentence about what its axes leave out.
pub(crate) fn svg(plot: &Plot) -> (String, String) {
    let is_cells = |mark: &Mark| matches!(mark, Mark::Cells { .. });
    if plot.marks.iter().any(is_cells) {
        (heat::draw(plot), String::new())
    } else if plot.is_strips() {
        strips::draw(plot)
    } else {
        xy::draw(plot)
    }
}

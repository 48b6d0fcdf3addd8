//! Charts, drawn as SVG.

mod chart;
mod frame;
mod range;
mod scale;
mod strips;
mod svg;
mod words;
mod xy;

pub use chart::{Axis, Datum, Mark, Plot, Shape};

/// The plot as an SVG element in the layout that fits it, and a sentence about what its axes leave
/// out.
pub(crate) fn svg(plot: &Plot) -> (String, String) {
    let (svg, beyond) = match plot.is_strips() {
        true => strips::draw(plot),
        false => xy::draw(plot),
    };
    (svg, plot.beyond_words(beyond))
}

//! Charts, drawn as SVG.

mod bars;
mod chart;
mod frame;
mod heat;
mod picture;
mod range;
mod scale;
mod strips;
mod svg;
mod words;
mod xy;

pub use chart::{Axis, AxisScale, Cell, Datum, Mark, Palette, Plot, Series};
pub(crate) use picture::svg;

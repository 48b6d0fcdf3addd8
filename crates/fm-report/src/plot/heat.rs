//! A heat map: a cell per pair of names, with its value in it.

use super::chart::{Datum, Palette, Plot, Shape};
use super::svg::{Anchor, Svg, WIDTH};
use crate::escape::shortened;
use crate::number::Unit;

const LEFT: f64 = 92.0;
const TOP: f64 = 8.0;
/// Opacity of the strongest cell: dark text can be read on it, and light text in dark mode.
const STRONGEST: f64 = 0.6;
/// Width of a letter of a value.
const LETTER: f64 = 6.0;

/// Draws the plot.
pub(super) fn draw(plot: &Plot) -> String {
    let (columns, rows) = (plot.x.categories(), plot.y.categories());
    let width = (WIDTH - 2.0 - LEFT) / columns.len().max(1) as f64;
    let height = width.clamp(20.0, 46.0);
    let bottom = TOP + height * rows.len() as f64;
    let size = (width, height);
    let corner = |x: usize, y: usize| (LEFT + x as f64 * width, TOP + y as f64 * height);
    // Long names are slanted.
    let fits = |name: &String| 7.5 * name.chars().count() as f64 <= width;
    let straight = columns.iter().all(fits);
    let below = if straight { 40.0 } else { 84.0 };
    let mut svg = Svg::new();
    for (y, name) in rows.iter().enumerate() {
        let at = (LEFT - 6.0, corner(0, y).1 + height / 2.0 + 4.0);
        svg.text("tick", Anchor::End, at, &shortened(name, 14));
        for x in 0..columns.len() {
            svg.cell("heat", corner(x, y), size, 0.0, "");
        }
    }
    for (x, name) in columns.iter().enumerate() {
        let at = (corner(x, 0).0 + width / 2.0 + 4.0, bottom + 14.0);
        let name = shortened(name, 14);
        match straight {
            true => svg.text("tick", Anchor::Middle, (at.0 - 4.0, bottom + 17.0), &name),
            false => svg.slanted_text("tick", at, &name),
        }
    }
    for mark in &plot.marks {
        let Shape::Cells(unit, palette) = mark.shape else {
            continue;
        };
        let values = mark.data.iter().map(|cell| cell.value.abs());
        let largest = values.filter(|v| v.is_finite()).fold(0.0, f64::max);
        for cell in &mark.data {
            let (x, y) = (cell.x as usize, cell.y as usize);
            if x >= columns.len() || y >= rows.len() {
                continue;
            }
            let coloured = palette != Palette::Plain && largest > 0.0 && cell.value.is_finite();
            // A root makes the small ones visible.
            let strength = match coloured {
                true => STRONGEST * libm::sqrt(cell.value.abs() / largest),
                false => 0.0,
            };
            let (class, text_class) = match palette {
                Palette::Plain => ("heat s0", "value soft"),
                Palette::Diverging if cell.value > 0.0 => ("heat s1", "value"),
                Palette::Diverging | Palette::Sequential => ("heat s0", "value"),
            };
            let (left, top) = corner(x, y);
            svg.cell(
                class,
                (left, top),
                size,
                strength,
                &unit.labelled(&cell.label, cell.value),
            );
            let middle = (left + width / 2.0, top + height / 2.0 + 3.5);
            svg.text(
                text_class,
                Anchor::Middle,
                middle,
                &value(unit, cell, width),
            );
        }
    }
    svg.finish(plot, bottom + below)
}

/// The value with its sign, with one decimal where two do not fit.
fn value(unit: Unit, cell: &Datum, width: f64) -> String {
    let exact = format!("{}{}", unit.number(cell.value), cell.sign);
    match exact.chars().count() as f64 * LETTER <= width {
        true => exact,
        false => format!("{}{}", unit.short(cell.value), cell.sign),
    }
}

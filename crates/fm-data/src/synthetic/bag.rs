//! Bags: a body, a handle or strap, and what is stitched on.

use super::canvas::Canvas;
use super::draw::Draw;
use super::fabric::{self, Fabric, Pattern};
use super::outline::Outline;

/// Bag.
pub(super) fn bag(canvas: &mut Canvas, draw: &mut Draw) {
    let tone = fabric::tone(draw, 0.06);
    let fabric = Fabric::new(
        draw,
        tone,
        [
            (0.66, Pattern::Plain),
            (0.05, Pattern::Stripes),
            (0.05, Pattern::Checks),
            (0.14, Pattern::Print),
            (0.1, Pattern::Knit),
        ],
    );
    let axis = 14.0 + draw.bell(0.0, 0.4);
    let tall = draw.chance(0.25);
    let (wide, high) = if tall {
        (draw.between(7.0, 10.5), draw.between(15.0, 20.0))
    } else {
        (draw.between(10.6, 13.6), draw.between(13.0, 20.0))
    };
    let handle = if draw.chance(0.22) {
        0.0
    } else {
        draw.between(3.0, 26.0 - high)
    };
    // Body and handle together sit in the middle of the image.
    let top = 14.0 - 0.5 * (high + handle) + handle;
    let bottom = top + high;
    let upper = (wide + draw.bell(-0.6, 0.9)).min(13.4);
    let radius = draw.pick([(0.5, 1.0), (0.3, 3.0), (0.2, 7.0)]) * draw.between(0.6, 1.3);
    let strap_shade = draw.between(0.6, 1.1);
    if handle > 0.0 {
        let thick = draw.between(0.8, 2.0);
        let reach = upper * draw.between(0.35, 0.95);
        let lean = draw.bell(0.0, 0.6);
        let start = [axis - reach, top + 1.0];
        let end = [axis + reach, top + 1.0];
        // A quadratic curve rises to half of its control point.
        let peak = top - 2.0 * handle + 0.5;
        let arc = if draw.chance(0.7) {
            Outline::at(start)
                .curve(
                    [axis - reach * 0.95 + lean, top - handle],
                    [axis + lean, top - handle + 0.5],
                )
                .curve([axis + reach * 0.95 + lean, top - handle], end)
        } else {
            Outline::at(start).curve([axis + lean, peak], end)
        };
        if draw.chance(0.35) {
            let shade = strap_shade * draw.between(0.6, 0.9);
            canvas.fill(
                &arc.moved(draw.between(-0.8, 0.8), draw.between(0.8, 1.8))
                    .ribbon(thick, thick),
                &fabric,
                shade,
            );
        }
        canvas.fill(&arc.ribbon(thick, thick), &fabric, strap_shade);
    }
    let (left, right) = (axis - upper, axis + upper);
    let (low_left, low_right) = (axis - wide, axis + wide);
    let r = radius.min(0.45 * high).min(0.8 * wide);
    let body = Outline::at([left + 0.4 * r, top])
        .line([axis, top + draw.bell(0.2, 0.5)])
        .line([right - 0.4 * r, top])
        .curve(
            [right, top],
            [right + 0.1 * (low_right - right), top + 0.4 * r],
        )
        .line([low_right, bottom - r])
        .curve([low_right, bottom], [low_right - r, bottom])
        .line([low_left + r, bottom])
        .curve([low_left, bottom], [low_left, bottom - r])
        .line([left + 0.1 * (low_left - left), top + 0.4 * r])
        .curve([left, top], [left + 0.4 * r, top]);
    canvas.fill(&body, &fabric, 1.0);
    if draw.chance(0.4) {
        // A flap, with its edge.
        let deep = high * draw.between(0.3, 0.65);
        let (shade, edge) = (draw.between(0.85, 1.12), draw.between(0.55, 0.9));
        let drop = draw.between(0.0, 3.0);
        let lip = Outline::at([left + 0.6, top + deep - drop])
            .curve([axis, top + deep + drop], [right - 0.6, top + deep - drop]);
        let flap = lip
            .clone()
            .line([right - 0.6, top + 0.5])
            .line([left + 0.6, top + 0.5]);
        canvas.fill(&flap, &fabric, shade);
        canvas.fill(&lip.ribbon(0.8, 0.8), &fabric, edge);
    } else if draw.chance(0.5) {
        let (y, shade) = (top + draw.between(0.8, 4.0), draw.between(0.5, 0.9));
        canvas.fill(
            &Outline::at([left + 0.8, y])
                .line([right - 0.8, y])
                .ribbon(0.8, 0.8),
            &fabric,
            shade,
        );
    }
    if draw.chance(0.35) {
        let ink = Fabric::flat(fabric::second_tone(draw, tone));
        let (x, y, half) = (
            axis + draw.bell(0.0, 0.6),
            top + high * draw.between(0.3, 0.6),
            draw.between(0.6, 1.4),
        );
        canvas.fill(
            &Outline::rounded([x - half, y - half], [x + half, y + half], half),
            &ink,
            1.0,
        );
    }
    if draw.chance(0.25) {
        let shade = draw.between(0.6, 0.9);
        let x = upper * draw.between(0.4, 0.7);
        let seam = Outline::at([axis - x, top + 0.5])
            .line([axis - x, bottom - 0.5])
            .ribbon(0.8, 0.8);
        canvas.fill(&seam, &fabric, shade);
        canvas.fill(&seam.flipped(axis), &fabric, shade);
    }
}

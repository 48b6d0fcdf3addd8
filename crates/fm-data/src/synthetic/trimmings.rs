//! What is put on tops: motifs, blocks of colour, hems, closures, collars and hoods.

use super::canvas::Canvas;
use super::draw::Draw;
use super::fabric::{self, Fabric};
use super::outline::Outline;
use super::tops::{AXIS, Body};

/// A motif on the chest.
pub(super) fn motif(canvas: &mut Canvas, draw: &mut Draw, fabric: &Fabric, body: &Body) {
    let ink = Fabric::flat(fabric::second_tone(draw, fabric.tone()));
    let y = body.top + draw.between(6.5, 10.5);
    match draw.below(3) {
        0 => {
            let (w, h) = (draw.between(1.5, 4.0), draw.between(1.5, 4.0));
            let round = Outline::rounded([AXIS - w, y - h * 0.5], [AXIS + w, y + h], 4.0);
            canvas.fill(&round, &ink, 1.0);
            if draw.chance(0.5) {
                let hole =
                    Outline::rounded([AXIS - w * 0.5, y], [AXIS + w * 0.5, y + h * 0.5], 2.0);
                canvas.fill(&hole, fabric, 1.0);
            }
        }
        1 => {
            // Lines of lettering, as blots of different lengths.
            for line in 0..=draw.below(3) {
                let y = y + 1.9 * line as f32;
                let half = draw.between(2.0, 4.3);
                let mut x = AXIS - half;
                while x < AXIS + half {
                    let end = x + draw.between(0.5, 1.6);
                    canvas.fill(
                        &Outline::polygon([[x, y], [end, y], [end, y + 1.2], [x, y + 1.2]]),
                        &ink,
                        1.0,
                    );
                    x = end + draw.between(0.3, 0.7);
                }
            }
        }
        _ => {
            let (w, h) = (draw.between(2.0, 4.5), draw.between(2.5, 6.5));
            let lean = draw.bell(0.0, 1.0);
            canvas.fill(
                &Outline::polygon([
                    [AXIS - w, y + h * 0.5],
                    [AXIS + lean, y - 1.0],
                    [AXIS + w, y + h * 0.5],
                    [AXIS - lean, y + h],
                ]),
                &ink,
                1.0,
            );
        }
    }
}

/// A block of another tone right across the body.
pub(super) fn block(canvas: &mut Canvas, draw: &mut Draw, fabric: &Fabric, body: &Body) {
    let ink = Fabric::flat(fabric::second_tone(draw, fabric.tone()));
    let from = body.armpit_y() + draw.between(0.0, 8.0);
    let to = (from + draw.between(1.5, 8.0)).min(body.bottom - 1.0);
    canvas.fill(&body.band(from, to), &ink, 1.0);
}

/// A band at the hem, as knitted ribs or a stitched edge.
pub(super) fn hem_band(canvas: &mut Canvas, draw: &mut Draw, fabric: &Fabric, body: &Body) {
    let high = draw.between(0.8, 2.2);
    let shade = draw.between(0.7, 1.05);
    canvas.fill(&body.band(body.bottom - high, body.bottom), fabric, shade);
}

/// A line down the front from the neck, `width` pixels wide.
pub(super) fn front_line(
    canvas: &mut Canvas,
    fabric: &Fabric,
    body: &Body,
    width: f32,
    to: f32,
    shade: f32,
) {
    let line = Outline::at([AXIS, body.top + body.neck_depth * 0.9]).line([AXIS, to]);
    canvas.fill(&line.ribbon(width, width), fabric, shade);
}

/// Buttons down the front.
pub(super) fn buttons(canvas: &mut Canvas, draw: &mut Draw, fabric: &Fabric, body: &Body, to: f32) {
    let ink = Fabric::flat(fabric::second_tone(draw, fabric.tone()));
    let step = draw.between(2.6, 4.6);
    let (x, half) = (AXIS + draw.bell(0.0, 0.3), draw.between(0.3, 0.6));
    let mut y = body.top + body.neck_depth + draw.between(0.6, 2.0);
    while y < to - 1.0 {
        canvas.fill(
            &Outline::rounded([x - half, y - half], [x + half, y + half], half),
            &ink,
            1.0,
        );
        y += step;
    }
}

/// A pair of collar leaves, `drop` pixels long.
pub(super) fn collar(canvas: &mut Canvas, fabric: &Fabric, body: &Body, drop: f32, shade: f32) {
    let leaf = Outline::polygon([
        [AXIS - body.neck * 0.75, body.top - 0.5],
        [AXIS - body.neck - 0.7, body.top + 0.6],
        [AXIS - body.neck * 0.75, body.top + drop],
        [AXIS - 0.2, body.top + body.neck_depth],
    ]);
    canvas.fill(&leaf, fabric, shade);
    canvas.fill(&leaf.flipped(AXIS), fabric, shade);
}

/// A hood behind and around the neck.
pub(super) fn hood(canvas: &mut Canvas, draw: &mut Draw, fabric: &Fabric, body: &Body) {
    let (wide, high) = (body.neck + draw.between(0.6, 1.8), draw.between(2.0, 3.4));
    let top = body.top - high * 0.75;
    let outer = Outline::rounded([AXIS - wide, top], [AXIS + wide, body.top + high], 3.0);
    let shade = draw.between(0.85, 1.05);
    canvas.fill(&outer, fabric, shade);
    let inner = Outline::rounded(
        [AXIS - wide * 0.6, top + 0.9],
        [AXIS + wide * 0.6, body.top + high * 0.9],
        2.5,
    );
    let shade = draw.between(0.45, 0.8);
    canvas.fill(&inner, fabric, shade);
}

//! Trousers: a waistband and two legs.

use super::canvas::Canvas;
use super::draw::Draw;
use super::fabric::{self, Fabric, Pattern};
use super::outline::Outline;

/// Trouser.
pub(super) fn trouser(canvas: &mut Canvas, draw: &mut Draw) {
    let tone = fabric::tone(draw, 0.04);
    let fabric = Fabric::new(
        draw,
        tone,
        [
            (0.78, Pattern::Plain),
            (0.03, Pattern::Stripes),
            (0.02, Pattern::Checks),
            (0.07, Pattern::Print),
            (0.1, Pattern::Knit),
        ],
    );
    let axis = 14.0 + draw.bell(0.0, 0.3);
    let (top, bottom) = (draw.between(0.4, 1.4), draw.between(26.4, 27.7));
    let waist = draw.bell(4.3, 0.5);
    let hip = waist + draw.bell(0.7, 0.3);
    let hip_at = top + draw.bell(5.5, 0.6);
    let crotch = top + draw.bell(8.6, 0.9);
    let stand = draw.bell(5.0, 0.9).max(3.0);
    let cuff = if draw.chance(0.1) {
        // Legs together, nearly like a narrow dress.
        stand
    } else {
        draw.bell(3.0, 0.7).max(1.3)
    };
    let bend = draw.bell(0.0, 0.7);
    for right in [false, true] {
        // Legs differ a little, as they do on a body.
        let out = axis - stand + draw.bell(0.0, 0.35);
        let end = bottom + draw.bell(0.0, 0.25);
        let knee = 0.5 * (crotch + bottom);
        let leg = Outline::at([axis + 0.15, top])
            .line([axis - waist, top])
            .curve([axis - hip, top + 2.0], [axis - hip, hip_at])
            .curve([axis - hip - 0.2 * bend, knee], [out, end])
            .line([(out + cuff).min(axis - 0.1), end])
            .curve(
                [(axis - 0.9 - 0.3 * bend).min(axis - 0.1), knee],
                [axis + 0.15, crotch],
            );
        let leg = leg.flipped_if(right, axis);
        let shade = draw.bell(1.0, 0.03);
        canvas.fill(&leg, &fabric, shade);
        if draw.chance(0.35) {
            // The crease, or a seam that catches the light.
            let x = 0.5 * (axis - hip + axis);
            let crease = Outline::at([x, hip_at]).curve([x, knee], [out + 0.5 * cuff, end - 0.5]);
            let crease = crease.ribbon(0.9, 0.9);
            let crease = crease.flipped_if(right, axis);
            let shade = draw.between(0.75, 1.2);
            canvas.fill(&crease, &fabric, shade);
        }
    }
    if draw.chance(0.6) {
        let (high, shade) = (draw.between(0.8, 1.8), draw.between(0.65, 0.95));
        canvas.fill(
            &Outline::polygon([
                [axis - waist, top],
                [axis + waist, top],
                [axis + waist + 0.15, top + high],
                [axis - waist - 0.15, top + high],
            ]),
            &fabric,
            shade,
        );
    }
    if draw.chance(0.4) {
        let (to, shade) = (crotch - draw.between(0.5, 2.0), draw.between(0.65, 0.92));
        canvas.fill(
            &Outline::at([axis, top + 1.0])
                .line([axis, to])
                .ribbon(0.6, 0.6),
            &fabric,
            shade,
        );
    }
}

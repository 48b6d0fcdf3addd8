//! Sandals: a sole as of any shoe, and straps, bands or a cut-out upper where the foot goes.

use super::canvas::Canvas;
use super::draw::Draw;
use super::fabric::Fabric;
use super::footwear::{Heel, Sole, Upper, ground_for, leather, sole_fabric};
use super::outline::Outline;
use super::shoes::{boot, open_toe, openings};

/// What a sandal stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stand {
    Flat,
    Wedge,
    Heel,
}

/// How high the straps go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ankle {
    Free,
    Strap,
    Laced,
}

/// What holds the toes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Front {
    Bands,
    Thong,
    Closed,
}

/// Sandal.
pub(super) fn sandal(canvas: &mut Canvas, draw: &mut Draw) {
    let fabric = leather(draw, 0.14);
    if draw.chance(0.08) {
        open_boot(canvas, draw, &fabric);
        return;
    }
    let bottom = sole_fabric(draw, &fabric);
    let (platform, rise, shape) = stand(draw);
    let ankle = match draw.pick([
        (0.54, Ankle::Free),
        (0.35, Ankle::Strap),
        (0.11, Ankle::Laced),
    ]) {
        Ankle::Free => 0.0,
        Ankle::Strap => draw.between(5.5, 9.5),
        Ankle::Laced => draw.between(9.0, 16.0),
    };
    let height = rise + ankle.max(6.0) + 0.8;
    // What is taller than long is fitted to the height of the image.
    let fit = (27.4 / height).min(1.0);
    let (rise, ankle) = (rise * fit, ankle * fit);
    let inset = 0.45 * (height * fit - 18.0).max(0.0);
    let sole = Sole {
        toe: draw.between(0.5, 1.6) + inset,
        heel: draw.between(26.2, 27.4) - inset,
        ground: ground_for(draw, height * fit),
        platform,
        rise,
        spring: draw.bell(0.4, 0.3).max(0.0),
        shape,
    };
    // The foot that the straps go round.
    let foot = Upper {
        toe_cap: draw.bell(4.2, 0.5),
        instep: draw.bell(7.4, 0.8) + 0.1 * rise,
        throat: draw.bell(0.56, 0.04),
        throat_height: 9.0,
        back: ankle,
        dip: 0.0,
    };
    sole.paint(canvas, &bottom, 1.0);
    let width = draw.between(1.2, 3.8);
    front(canvas, draw, &fabric, &sole, &foot, width);
    if ankle > 0.0 {
        around_ankle(canvas, draw, &fabric, &sole, &foot, width);
    } else if draw.chance(0.5) {
        sling(canvas, draw, &fabric, &sole, width);
    }
}

/// Thickness under the ball of the foot, height of the heel, and its shape: flat, a wedge or a heel.
fn stand(draw: &mut Draw) -> (f32, f32, Heel) {
    match draw.pick([
        (0.4, Stand::Flat),
        (0.22, Stand::Wedge),
        (0.38, Stand::Heel),
    ]) {
        Stand::Flat => {
            let platform = draw.between(0.9, 3.0);
            (platform, platform + draw.between(0.0, 1.5), Heel::Wedge)
        }
        Stand::Wedge => {
            let platform = draw.between(1.5, 5.0);
            (platform, platform + draw.between(2.0, 9.0), Heel::Wedge)
        }
        Stand::Heel => {
            let above = draw.between(3.0, 6.5);
            let below = draw.between(0.9, above);
            let (platform, rise) = (draw.between(0.8, 3.2), draw.between(5.0, 13.5));
            (platform, rise, Heel::Block { above, below })
        }
    }
}

/// Paints what holds the toes.
fn front(
    canvas: &mut Canvas,
    draw: &mut Draw,
    fabric: &Fabric,
    sole: &Sole,
    foot: &Upper,
    width: f32,
) {
    let shade = draw.bell(1.0, 0.08);
    match draw.pick([
        (0.45, Front::Bands),
        (0.27, Front::Thong),
        (0.28, Front::Closed),
    ]) {
        Front::Bands => {
            // Bands across the toes and the instep.
            for i in 0..=draw.below(3) {
                let [x, y] = sole.seat(0.16 + 0.17 * i as f32 + draw.between(0.0, 0.08));
                let [rx, ry] = foot.ridge(sole, 0.1 + 0.3 * i as f32);
                let lean = draw.between(-0.5, 1.5);
                let band =
                    Outline::at([x, y + 0.4]).curve([x + 0.3, 0.5 * (y + ry)], [rx + lean, ry]);
                canvas.fill(&band.ribbon(width, width * 0.8), fabric, shade);
            }
        }
        Front::Thong => {
            // A strap from between the toes along the ridge and down to the side.
            let [x, y] = sole.seat(0.18);
            let [rx, ry] = foot.ridge(sole, draw.between(0.45, 0.8));
            let [sx, sy] = sole.seat(draw.between(0.55, 0.72));
            let strap = Outline::at([x, y])
                .curve([0.5 * (x + rx), ry + 0.8], [rx, ry])
                .curve([rx + 2.0, ry + 0.4], [sx, sy + 0.3]);
            canvas.fill(&strap.ribbon(0.7 * width, width), fabric, shade);
        }
        Front::Closed => {
            // A closed toe or a broad band.
            let [a, ay] = sole.seat(draw.between(0.0, 0.14));
            let [b, by] = sole.seat(draw.between(0.36, 0.52));
            let [rx, ry] = foot.ridge(sole, draw.between(0.3, 0.75));
            let band = Outline::at([a, ay + 0.3])
                .curve(
                    [a + 0.3, ay - foot.toe_cap],
                    [0.5 * (a + rx), 0.5 * (ay + ry) - 0.9],
                )
                .line([rx, ry])
                .line([b, by + 0.3]);
            canvas.fill(&band, fabric, shade);
        }
    }
}

/// A strap behind the heel up to the ankle, one or more round it, and what ties it to the toes.
fn around_ankle(
    canvas: &mut Canvas,
    draw: &mut Draw,
    fabric: &Fabric,
    sole: &Sole,
    foot: &Upper,
    width: f32,
) {
    let [heel, heel_y] = sole.seat(0.97);
    let top = heel_y - foot.back;
    let thin = draw.between(0.9, 2.4);
    if foot.back > 8.0 || draw.chance(0.7) {
        let post = Outline::at([heel, heel_y + 0.3])
            .curve([heel + 0.2, heel_y - 0.5 * foot.back], [heel - 0.4, top]);
        canvas.fill(&post.ribbon(draw.between(1.2, 4.5), thin), fabric, 1.0);
    }
    let front = sole.seat(draw.between(0.5, 0.64))[0];
    let mut y = top;
    let (step, slant) = (draw.between(2.4, 4.5), draw.between(-0.6, 1.8));
    while y < heel_y - 4.0 {
        let strap = Outline::at([heel - 0.2, y + 0.2])
            .curve([0.5 * (heel + front), y + 1.3], [front, y - slant]);
        canvas.fill(&strap.ribbon(thin, thin), fabric, 1.0);
        y += step * if draw.chance(0.35) { 4.0 } else { 1.0 };
    }
    if draw.chance(0.55) {
        let [x, y] = foot.ridge(sole, 0.1);
        let tie = Outline::at([front, top]).curve([front - 0.3, 0.4 * top + 0.6 * y], [x, y + 0.5]);
        canvas.fill(&tie.ribbon(thin, width * 0.7), fabric, 1.0);
    }
}

/// A strap round the heel.
fn sling(canvas: &mut Canvas, draw: &mut Draw, fabric: &Fabric, sole: &Sole, width: f32) {
    let [heel, heel_y] = sole.seat(0.98);
    let [x, y] = sole.seat(0.55);
    let high = draw.between(3.0, 6.5);
    let sling = Outline::at([x, y - 1.5])
        .curve([heel - 2.0, heel_y - high], [heel, heel_y - high])
        .curve([heel + 0.6, heel_y - 0.5 * high], [heel - 0.3, heel_y]);
    canvas.fill(&sling.ribbon(0.6 * width, 0.6 * width), fabric, 1.0);
}

/// A boot with cut-outs and an open toe.
fn open_boot(canvas: &mut Canvas, draw: &mut Draw, fabric: &Fabric) {
    let above = draw.between(3.0, 6.5);
    let below = draw.between(0.9, above);
    let rise = draw.between(4.0, 10.5);
    let shape = if draw.chance(0.3) {
        Heel::Wedge
    } else {
        Heel::Block { above, below }
    };
    let shaft = draw.between(10.0, 26.5 - rise);
    let (upper, sole) = boot(draw, shaft, rise, shape);
    let bottom = sole_fabric(draw, fabric);
    canvas.fill(&upper.outline(&sole), fabric, 1.0);
    open_toe(canvas, draw, &sole);
    openings(canvas, draw, &sole, &upper, 2);
    sole.paint(canvas, &bottom, 1.0);
}

//! Closed shoes: sneakers and ankle boots, with their laces, panels and openings.

use super::canvas::Canvas;
use super::draw::Draw;
use super::fabric::{self, Fabric};
use super::footwear::{Heel, Sole, Upper, ground_for, leather, sole_fabric};
use super::outline::Outline;

/// Cuts the tip off an upper, where the toes would show.
pub(super) fn open_toe(canvas: &mut Canvas, draw: &mut Draw, sole: &Sole) {
    let [toe, y] = sole.seat(0.0);
    let to = [toe + draw.between(2.0, 4.5), y + 0.5];
    canvas.cut(&Outline::rounded([toe - 1.0, y - 4.0], to, 1.5));
}

/// Cuts one to `most` holes in the side of an upper, where the foot would show.
pub(super) fn openings(
    canvas: &mut Canvas,
    draw: &mut Draw,
    sole: &Sole,
    upper: &Upper,
    most: u32,
) {
    for _ in 0..=draw.below(most) {
        let [x, y] = sole.seat(draw.between(0.3, 0.85));
        let y = y - draw.between(1.5, 0.8 * upper.back);
        let (w, h) = (draw.between(1.5, 6.0), draw.between(0.9, 2.6));
        canvas.cut(&Outline::rounded(
            [x - 0.5 * w, y - h],
            [x + 0.5 * w, y],
            1.2,
        ));
    }
}

/// A panel of another tone on the side.
fn panel(canvas: &mut Canvas, draw: &mut Draw, fabric: &Fabric, sole: &Sole, upper: &Upper) {
    let ink = Fabric::flat(fabric::second_tone(draw, fabric.tone()));
    let from = draw.between(0.2, 0.6);
    let to = from + draw.between(0.1, 0.4);
    let ([a, ay], [b, by]) = (sole.seat(from), sole.seat(to.min(0.97)));
    let high = upper.instep * draw.between(0.4, 0.75);
    let lean = draw.bell(0.0, 1.2);
    let side = Outline::at([a, ay])
        .curve([a + lean, ay - high], [0.5 * (a + b) + lean, ay - high])
        .line([b, by]);
    canvas.fill(&side, &ink, 1.0);
}

/// Laces, stripes and panels of a closed shoe.
fn trimmings(canvas: &mut Canvas, draw: &mut Draw, fabric: &Fabric, sole: &Sole, upper: &Upper) {
    let length = sole.heel - sole.toe;
    if draw.chance(0.35) {
        panel(canvas, draw, fabric, sole, upper);
    }
    if draw.chance(0.5) {
        // Laces: short strokes across the ridge.
        let shade = draw.pick([(0.6, 0.6), (0.4, 1.3)]) * draw.between(0.8, 1.1);
        for i in 0..4 {
            let [x, y] = upper.ridge(sole, 0.35 + 0.18 * i as f32);
            let lace = Outline::at([x - 0.3, y - 0.1]).line([x + 1.7, y + 1.6]);
            canvas.fill(&lace.ribbon(0.7, 0.5), fabric, shade);
        }
    }
    if draw.chance(0.4) {
        // Stripes on the side.
        let shade = draw.pick([(0.6, 0.6), (0.4, 1.35)]) * draw.between(0.8, 1.1);
        let lean = draw.between(0.5, 2.5);
        for i in 0..=draw.below(3) {
            let u = 0.42 + 0.09 * i as f32;
            let [x, y] = sole.seat(u);
            let high = upper.throat_height * draw.between(0.55, 0.8);
            canvas.fill(
                &Outline::at([x, y])
                    .line([x + lean, y - high])
                    .ribbon(0.9, 0.9),
                fabric,
                shade,
            );
        }
    }
    if draw.chance(0.4) {
        // The seam of the toe cap.
        let (u, shade) = (draw.between(0.16, 0.28), draw.between(0.7, 0.95));
        let [x, y] = sole.seat(u);
        let cap = Outline::at([x, y]).curve(
            [x + 0.8, y - 0.6 * upper.toe_cap],
            [x - 0.02 * length, y - upper.toe_cap],
        );
        canvas.fill(&cap.ribbon(0.7, 0.7), fabric, shade);
    }
    if draw.chance(0.4) {
        // The heel's reinforcement.
        let (u, shade) = (draw.between(0.78, 0.88), draw.between(0.65, 1.0));
        let [x, y] = sole.seat(u);
        let [heel, heel_y] = sole.seat(1.0);
        let counter = Outline::at([x, y])
            .curve(
                [x + 0.5, y - 0.5 * upper.back],
                [heel - 0.5, heel_y - upper.back * 0.8],
            )
            .line([heel - 0.1, heel_y]);
        canvas.fill(&counter, fabric, shade);
    }
}

/// How high a sneaker is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cut {
    High,
    Low,
    Usual,
}

/// Sneaker.
pub(super) fn sneaker(canvas: &mut Canvas, draw: &mut Draw) {
    let fabric = leather(draw, 0.12);
    // How much higher than usual: a few go up to the ankle, some are cut low like a slipper.
    let higher = match draw.pick([(0.12, Cut::High), (0.28, Cut::Low), (0.6, Cut::Usual)]) {
        Cut::High => draw.between(1.5, 4.5),
        Cut::Low => -draw.between(1.0, 4.5),
        Cut::Usual => 0.0,
    };
    let upper = Upper {
        toe_cap: draw.bell(4.0, 0.5) + 0.25 * higher.min(0.0),
        instep: draw.bell(8.0, 0.6) + higher.min(0.0),
        throat: draw.bell(0.52, 0.035),
        throat_height: draw.bell(7.8, 0.8) + higher,
        back: draw.bell(7.8, 0.9) + higher,
        dip: draw.bell(1.0, 0.4).max(0.0),
    };
    let platform = draw.bell(2.1, 0.45).max(0.8);
    let rise = platform + draw.bell(0.6, 0.4).max(0.0);
    let sole = Sole {
        toe: draw.between(0.5, 1.3),
        heel: draw.between(26.5, 27.5),
        ground: ground_for(draw, upper.back.max(upper.throat_height) + rise),
        platform,
        rise,
        spring: draw.bell(0.6, 0.35).max(0.0),
        shape: Heel::Wedge,
    };
    let bottom = sole_fabric(draw, &fabric);
    canvas.fill(&upper.outline(&sole), &fabric, 1.0);
    trimmings(canvas, draw, &fabric, &sole, &upper);
    sole.paint(canvas, &bottom, 1.0);
}

/// What a boot stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stand {
    Flat,
    Block,
    Thin,
}

/// How high a boot's heel is, and its shape.
fn boot_heel(draw: &mut Draw) -> (f32, Heel) {
    match draw.pick([
        (0.38, Stand::Flat),
        (0.32, Stand::Block),
        (0.3, Stand::Thin),
    ]) {
        Stand::Flat => (draw.between(1.4, 3.0), Heel::Wedge),
        Stand::Block => {
            let above = draw.between(5.0, 7.5);
            let below = above - draw.between(0.2, 2.0);
            (draw.between(2.0, 6.5), Heel::Block { above, below })
        }
        Stand::Thin => {
            let above = draw.between(3.5, 5.5);
            let below = draw.between(1.0, 2.4);
            (draw.between(6.0, 11.5), Heel::Block { above, below })
        }
    }
}

/// The upper of a boot with a shaft of about `shaft` pixels, and the sole under it.
pub(super) fn boot(draw: &mut Draw, shaft: f32, rise: f32, shape: Heel) -> (Upper, Sole) {
    let upper = Upper {
        toe_cap: draw.bell(4.4, 0.5),
        instep: draw.bell(8.2, 0.8) + 0.15 * rise,
        throat: draw.bell(0.51, 0.04),
        throat_height: shaft + 0.25 * rise + draw.bell(0.0, 0.8),
        back: shaft + draw.bell(0.0, 0.6),
        dip: draw.bell(0.15, 0.35),
    };
    let height = upper.back + rise;
    // What is taller than long is fitted to the height of the image, and so is shorter.
    let inset = 0.45 * (height - 19.0).max(0.0);
    let sole = Sole {
        toe: draw.between(0.5, 1.5) + inset,
        heel: draw.between(26.2, 27.4) - inset,
        ground: ground_for(draw, height),
        platform: draw.bell(1.4, 0.4).max(0.7),
        rise,
        spring: draw.bell(0.5, 0.3).max(0.0),
        shape,
    };
    (upper, sole)
}

/// Ankle boot.
pub(super) fn ankle_boot(canvas: &mut Canvas, draw: &mut Draw) {
    let fabric = leather(draw, 0.03);
    let (rise, shape) = boot_heel(draw);
    let low = draw.chance(0.17);
    let shaft = if low {
        draw.between(9.5, 12.5)
    } else {
        draw.between(12.5, 25.5 - rise)
    };
    let (upper, sole) = boot(draw, shaft, rise, shape);
    let bottom = sole_fabric(draw, &fabric);
    canvas.fill(&upper.outline(&sole), &fabric, 1.0);
    trimmings(canvas, draw, &fabric, &sole, &upper);
    if draw.chance(0.2) {
        if draw.chance(0.4) {
            open_toe(canvas, draw, &sole);
        }
        openings(canvas, draw, &sole, &upper, 3);
    }
    sole.paint(canvas, &bottom, 1.0);
    if draw.chance(0.25) {
        // An elastic gusset or a zip at the ankle.
        let [x, y] = sole.seat(draw.between(0.66, 0.78));
        let (wide, shade) = (draw.between(0.7, 3.2), draw.between(0.6, 0.9));
        let from = y - 0.35 * upper.back;
        let gusset = Outline::at([x, from]).line([x + 0.4, y - 0.98 * upper.back]);
        canvas.fill(&gusset.ribbon(wide, wide), &fabric, shade);
    }
}

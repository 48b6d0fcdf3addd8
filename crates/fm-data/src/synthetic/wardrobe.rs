//! The five classes made from a body and sleeves: how their measures and trimmings are drawn.
//!
//! The ranges overlap on purpose, as they do in the original: a thin pullover is nearly a T-shirt
//! with long sleeves, a coat whose closure is of its own tone is nearly a pullover, and a shirt can
//! be any of them.

use super::canvas::Canvas;
use super::draw::Draw;
use super::fabric::{self, Fabric, Pattern, Patterns};
use super::outline::Outline;
use super::tops::{AXIS, Body, Sleeve, paint};
use super::trimmings::{block, buttons, collar, front_line, hem_band, hood, motif};

/// How often each pattern is drawn.
fn patterns(plain: f32, stripes: f32, checks: f32, print: f32, knit: f32) -> Patterns {
    [
        (plain, Pattern::Plain),
        (stripes, Pattern::Stripes),
        (checks, Pattern::Checks),
        (print, Pattern::Print),
        (knit, Pattern::Knit),
    ]
}

/// A fabric whose tone is dark with probability `dark`.
fn cloth(draw: &mut Draw, dark: f32, patterns: Patterns) -> Fabric {
    let tone = fabric::tone(draw, dark);
    Fabric::new(draw, tone, patterns)
}

/// What most bodies have in common; each class then changes what is its own.
fn common_body(draw: &mut Draw) -> Body {
    let chest = draw.bell(7.4, 0.6);
    let waist = chest + draw.bell(-0.3, 0.45);
    Body {
        top: draw.between(0.6, 1.8),
        bottom: draw.between(26.2, 27.6),
        neck: draw.bell(3.1, 0.45),
        neck_depth: draw.bell(2.0, 0.6).max(0.6),
        pointed: draw.chance(0.15),
        shoulder: chest + draw.bell(-0.7, 0.35),
        slope: draw.bell(1.7, 0.4).max(0.6),
        chest,
        waist,
        waist_at: draw.bell(16.5, 1.0),
        hem: waist + draw.bell(0.2, 0.45),
        hem_curve: draw.bell(0.0, 0.3),
    }
}

/// Cuts a body short: what is wider than long fills the width and lies in the middle of the height.
fn crop(draw: &mut Draw, body: &mut Body) {
    let away = draw.between(3.5, 12.0);
    body.top += 0.5 * away;
    body.bottom -= 0.5 * away;
    body.waist_at = body.top + 0.62 * (body.bottom - body.top);
    scale_widths(body, 1.0 + 0.012 * away);
}

/// Multiplies every width by `factor`.
fn scale_widths(body: &mut Body, factor: f32) {
    for width in [
        &mut body.neck,
        &mut body.shoulder,
        &mut body.chest,
        &mut body.waist,
        &mut body.hem,
    ] {
        *width *= factor;
    }
}

/// How far sleeves reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    None,
    Short,
    Half,
    Long,
}

/// Sleeves of that reach, as tops, pullovers, coats and shirts have them.
fn sleeves(draw: &mut Draw, reach: Reach) -> Option<Sleeve> {
    match reach {
        Reach::None => None,
        Reach::Short => Some(Sleeve {
            length: draw.bell(0.29, 0.035),
            spread: draw.bell(3.5, 0.6),
            cuff: draw.bell(5.3, 0.5),
        }),
        Reach::Half => Some(Sleeve {
            length: draw.between(0.42, 0.66),
            spread: draw.bell(3.4, 0.5),
            cuff: draw.bell(3.9, 0.4),
        }),
        Reach::Long => Some(Sleeve {
            length: draw.bell(0.9, 0.035),
            spread: draw.bell(3.9, 0.6),
            cuff: draw.bell(3.6, 0.35),
        }),
    }
}

/// Sleeves of that reach on a dress, which is seen smaller than a top.
fn dress_sleeves(draw: &mut Draw, reach: Reach) -> Option<Sleeve> {
    match reach {
        Reach::None => None,
        Reach::Short => Some(Sleeve {
            length: draw.between(0.15, 0.26),
            spread: draw.bell(1.9, 0.4),
            cuff: draw.between(2.8, 4.0),
        }),
        Reach::Half => Some(Sleeve {
            length: draw.between(0.35, 0.5),
            spread: draw.bell(2.2, 0.4),
            cuff: draw.between(2.3, 3.2),
        }),
        Reach::Long => Some(Sleeve {
            length: draw.between(0.55, 0.72),
            spread: draw.bell(2.4, 0.5),
            cuff: draw.between(1.9, 2.7),
        }),
    }
}

/// T-shirt/top.
pub(super) fn t_shirt(canvas: &mut Canvas, draw: &mut Draw) {
    let fabric = cloth(draw, 0.17, patterns(0.6, 0.13, 0.01, 0.13, 0.13));
    let mut body = common_body(draw);
    body.neck += draw.between(0.0, 0.9);
    body.neck_depth += draw.between(0.0, 1.6);
    body.bottom -= draw.between(0.0, 1.2);
    if draw.chance(0.14) {
        crop(draw, &mut body);
    } else if draw.chance(0.12) {
        // A long top, cut nearly like a dress.
        scale_widths(&mut body, draw.between(0.72, 0.9));
    } else {
        scale_widths(&mut body, draw.between(1.0, 1.1));
    }
    let reach = draw.pick([
        (0.18, Reach::None),
        (0.68, Reach::Short),
        (0.08, Reach::Half),
        (0.06, Reach::Long),
    ]);
    if reach == Reach::None {
        // Straps instead of shoulders.
        body.shoulder = draw.between(4.3, 5.8);
        body.neck = draw.between(2.6, 3.6);
        body.neck_depth += draw.between(0.5, 3.0);
        body.chest -= draw.between(0.0, 1.2);
    }
    let sleeves = sleeves(draw, reach);
    paint(canvas, draw, &fabric, &body, sleeves.as_ref());
    if draw.chance(0.36) {
        motif(canvas, draw, &fabric, &body);
    } else if draw.chance(0.06) {
        block(canvas, draw, &fabric, &body);
    }
}

/// Pullover.
pub(super) fn pullover(canvas: &mut Canvas, draw: &mut Draw) {
    let fabric = cloth(draw, 0.18, patterns(0.45, 0.14, 0.01, 0.1, 0.3));
    let mut body = common_body(draw);
    body.chest += draw.between(-0.1, 0.5);
    body.neck -= draw.between(0.0, 0.7);
    if draw.chance(0.14) {
        crop(draw, &mut body);
    }
    let reach = draw.pick([(0.06, Reach::Half), (0.94, Reach::Long)]);
    let sleeves = sleeves(draw, reach);
    let hooded = draw.chance(0.12);
    if hooded {
        body.top += 2.2;
        hood(canvas, draw, &fabric, &body);
    }
    paint(canvas, draw, &fabric, &body, sleeves.as_ref());
    if draw.chance(0.45) {
        hem_band(canvas, draw, &fabric, &body);
    }
    if draw.chance(0.22) {
        motif(canvas, draw, &fabric, &body);
    } else if draw.chance(0.12) {
        block(canvas, draw, &fabric, &body);
    }
    if draw.chance(0.1) {
        // Open at the neck, with a zip or buttons.
        let to = body.down(draw.between(0.22, 0.42));
        let (width, shade) = (draw.between(0.4, 0.9), draw.between(0.6, 0.9));
        front_line(canvas, &fabric, &body, width, to, shade);
    } else if draw.chance(0.1) {
        let (drop, shade) = (draw.between(1.5, 3.0), draw.between(0.75, 1.05));
        collar(canvas, &fabric, &body, drop, shade);
    }
}

/// Dress.
pub(super) fn dress(canvas: &mut Canvas, draw: &mut Draw) {
    let fabric = cloth(draw, 0.07, patterns(0.62, 0.07, 0.02, 0.2, 0.09));
    let mut body = common_body(draw);
    body.chest = if draw.chance(0.12) {
        draw.between(5.8, 7.0)
    } else {
        draw.bell(5.2, 0.7)
    };
    body.shoulder = body.chest - draw.between(-0.1, 0.9);
    body.neck = draw.between(1.6, 2.9).min(body.shoulder - 0.6);
    body.neck_depth = draw.between(0.8, 3.4);
    body.waist = body.chest - draw.between(0.0, 1.1);
    body.waist_at = draw.between(10.0, 15.0);
    body.hem =
        body.waist + draw.pick([(0.55, 0.8), (0.3, 2.4), (0.15, 4.2)]) * draw.between(0.5, 1.4);
    body.bottom = draw.between(26.6, 27.8);
    let reach = draw.pick([
        (0.5, Reach::None),
        (0.27, Reach::Short),
        (0.13, Reach::Half),
        (0.1, Reach::Long),
    ]);
    if reach == Reach::None {
        body.shoulder = (body.shoulder - draw.between(0.3, 1.3)).max(body.neck + 0.5);
    }
    let sleeves = dress_sleeves(draw, reach);
    paint(canvas, draw, &fabric, &body, sleeves.as_ref());
    if draw.chance(0.4) {
        let (y, high, shade) = (
            body.waist_at,
            draw.between(0.5, 1.5),
            draw.between(0.55, 0.95),
        );
        canvas.fill(&body.band(y, y + high), &fabric, shade);
    }
    if draw.chance(0.06) {
        motif(canvas, draw, &fabric, &body);
    } else if draw.chance(0.1) {
        block(canvas, draw, &fabric, &body);
    }
}

/// How a coat is worn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Closure {
    Zip,
    Buttons,
    Open,
}

/// Coat.
pub(super) fn coat(canvas: &mut Canvas, draw: &mut Draw) {
    let fabric = cloth(draw, 0.08, patterns(0.66, 0.04, 0.06, 0.08, 0.16));
    let mut body = common_body(draw);
    body.chest += draw.between(-0.2, 0.5);
    body.neck_depth += draw.between(0.0, 1.2);
    body.pointed = draw.chance(0.6);
    if draw.chance(0.08) {
        crop(draw, &mut body);
    } else if draw.chance(0.33) {
        // A long coat: seen whole, so it is narrower.
        scale_widths(&mut body, draw.between(0.7, 0.88));
        body.hem += draw.between(0.0, 1.0);
    }
    let sleeves = sleeves(draw, Reach::Long);
    let hooded = draw.chance(0.25);
    if hooded {
        body.top += 1.8;
        hood(canvas, draw, &fabric, &body);
    }
    paint(canvas, draw, &fabric, &body, sleeves.as_ref());
    let bottom = body.bottom + body.hem_curve.min(0.0);
    match draw.pick([
        (0.5, Closure::Zip),
        (0.28, Closure::Buttons),
        (0.22, Closure::Open),
    ]) {
        Closure::Zip => {
            let (width, shade) = (draw.between(0.5, 1.4), draw.between(0.45, 0.95));
            front_line(canvas, &fabric, &body, width, bottom, shade);
        }
        Closure::Buttons => {
            let (width, shade) = (draw.between(0.4, 0.9), draw.between(0.6, 1.0));
            front_line(canvas, &fabric, &body, width, bottom, shade);
            buttons(canvas, draw, &fabric, &body, bottom);
        }
        Closure::Open => {
            // The lining or what is under it shows between the fronts.
            let under = Fabric::flat(fabric::tone(draw, 0.2) * 0.8);
            let (above, below) = (draw.between(0.6, 2.0), draw.between(0.6, 2.2));
            let gap = Outline::polygon([
                [AXIS - above, body.top + body.neck_depth * 0.7],
                [AXIS + above, body.top + body.neck_depth * 0.7],
                [AXIS + below, bottom],
                [AXIS - below, bottom],
            ]);
            canvas.fill(&gap, &under, 1.0);
        }
    }
    if !hooded && draw.chance(0.7) {
        let (drop, shade) = (draw.between(2.5, 7.0), draw.between(0.7, 1.1));
        collar(canvas, &fabric, &body, drop, shade);
    }
    if draw.chance(0.4) {
        let y = body.down(draw.between(0.57, 0.76));
        let shade = draw.between(0.5, 0.85);
        let pocket = Outline::at([AXIS - body.waist + 1.2, y])
            .line([AXIS - body.waist + 3.6, y + draw.bell(0.2, 0.5)]);
        let pocket = pocket.ribbon(0.8, 0.8);
        canvas.fill(&pocket, &fabric, shade);
        canvas.fill(&pocket.flipped(AXIS), &fabric, shade);
    }
    if draw.chance(0.25) {
        hem_band(canvas, draw, &fabric, &body);
    }
}

/// Shirt.
pub(super) fn shirt(canvas: &mut Canvas, draw: &mut Draw) {
    let fabric = cloth(draw, 0.3, patterns(0.48, 0.12, 0.16, 0.18, 0.06));
    let mut body = common_body(draw);
    body.hem_curve = draw.bell(0.5, 0.6);
    body.bottom -= draw.between(0.0, 0.8);
    if draw.chance(0.22) {
        crop(draw, &mut body);
    } else if draw.chance(0.18) {
        // A long blouse.
        scale_widths(&mut body, draw.between(0.62, 0.85));
    }
    let reach = draw.pick([
        (0.08, Reach::None),
        (0.24, Reach::Short),
        (0.1, Reach::Half),
        (0.58, Reach::Long),
    ]);
    if reach == Reach::None {
        body.shoulder = draw.between(5.0, 6.0);
    }
    let sleeves = sleeves(draw, reach);
    paint(canvas, draw, &fabric, &body, sleeves.as_ref());
    let bottom = body.bottom + body.hem_curve.min(0.0);
    if draw.chance(0.72) {
        let to = if draw.chance(0.85) {
            bottom
        } else {
            body.down(draw.between(0.3, 0.5))
        };
        let (width, shade) = (draw.between(0.4, 1.1), draw.between(0.6, 0.97));
        front_line(canvas, &fabric, &body, width, to, shade);
        if draw.chance(0.5) {
            buttons(canvas, draw, &fabric, &body, to);
        }
        let (drop, shade) = (draw.between(1.6, 3.4), draw.between(0.75, 1.1));
        collar(canvas, &fabric, &body, drop, shade);
    }
    if draw.chance(0.15) {
        // A pocket on the chest.
        let y = body.down(draw.between(0.3, 0.38));
        let (x, shade) = (AXIS + draw.between(1.5, 2.5), draw.between(0.7, 0.92));
        canvas.fill(
            &Outline::rounded([x, y], [x + 2.6, y + 3.0], 0.6),
            &fabric,
            shade,
        );
    }
}

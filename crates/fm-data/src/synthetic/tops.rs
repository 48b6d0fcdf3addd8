//! What is worn above: one construction of body and sleeves for T-shirts, pullovers, coats, shirts
//! and dresses, which differ in measures and trimmings.

use super::canvas::Canvas;
use super::draw::Draw;
use super::fabric::Fabric;
use super::outline::Outline;

/// The vertical axis of a garment.
pub(super) const AXIS: f32 = 14.0;

/// Measures of a body, in pixels; widths are from the axis to one side.
pub(super) struct Body {
    pub(super) top: f32,
    pub(super) bottom: f32,
    pub(super) neck: f32,
    pub(super) neck_depth: f32,
    /// A pointed neckline rather than a round one.
    pub(super) pointed: bool,
    pub(super) shoulder: f32,
    /// How far the shoulder lies below the neck.
    pub(super) slope: f32,
    pub(super) chest: f32,
    pub(super) waist: f32,
    pub(super) waist_at: f32,
    pub(super) hem: f32,
    /// How far the hem hangs lower in the middle (above zero) or at the sides (below).
    pub(super) hem_curve: f32,
}

/// Measures of a sleeve.
pub(super) struct Sleeve {
    /// Length as a part of the way from shoulder to hem.
    pub(super) length: f32,
    /// How far the cuff stands out from the shoulder, in pixels.
    pub(super) spread: f32,
    /// Width at the cuff, in pixels.
    pub(super) cuff: f32,
}

/// Where the sleeve meets the side of the body, as a part of the way from shoulder to hem.
const ARMPIT: f32 = 0.27;

impl Body {
    /// The height at a part of the way from neck to hem.
    pub(super) fn down(&self, part: f32) -> f32 {
        self.top + (self.bottom - self.top) * part
    }

    /// The height at which the sleeve meets the side of the body.
    pub(super) fn armpit_y(&self) -> f32 {
        self.top + self.slope + (self.bottom - self.top) * ARMPIT
    }

    fn outline(&self) -> Outline {
        let depth = self.top + self.neck_depth;
        let start = Outline::at([AXIS, depth]);
        let neck = [AXIS - self.neck, self.top];
        let open = if self.pointed {
            start.line(neck)
        } else {
            start.curve([AXIS - self.neck * 0.9, depth], neck)
        };
        let shoulder = [AXIS - self.shoulder, self.top + self.slope];
        let armpit = [AXIS - self.chest, self.armpit_y()];
        let middle = 0.5 * (shoulder[1] + armpit[1]);
        open.line(shoulder)
            .curve([AXIS - self.shoulder.min(self.chest) + 0.3, middle], armpit)
            .curve(
                [AXIS - self.waist, 0.5 * (armpit[1] + self.waist_at)],
                [AXIS - self.waist, self.waist_at],
            )
            .curve(
                [
                    AXIS - 0.5 * (self.waist + self.hem),
                    0.5 * (self.waist_at + self.bottom),
                ],
                [AXIS - self.hem, self.bottom],
            )
            .curve(
                [AXIS - self.hem * 0.5, self.bottom + self.hem_curve],
                [AXIS, self.bottom + self.hem_curve],
            )
            .mirrored(AXIS)
    }

    /// The left sleeve, and its cuff as a line from the outer to the inner end.
    fn sleeve(&self, sleeve: &Sleeve) -> (Outline, Outline) {
        let shoulder = [AXIS - self.shoulder, self.top + self.slope];
        let armpit = [AXIS - self.chest + 0.6, self.armpit_y()];
        let (dx, dy) = (-sleeve.spread, (self.bottom - shoulder[1]) * sleeve.length);
        // A long sleeve bends: at the cuff it hangs steeper than from shoulder to cuff.
        let lean = dx * (1.15 - sleeve.length);
        let length = (lean * lean + dy * dy).sqrt().max(1.0);
        let (nx, ny) = (
            dy / length * 0.5 * sleeve.cuff,
            -lean / length * 0.5 * sleeve.cuff,
        );
        // The cuff's middle hangs below the middle of shoulder and armpit.
        let (cx, cy) = (0.5 * (shoulder[0] + armpit[0]) + dx, shoulder[1] + dy);
        let (outer, inner) = ([cx - nx, cy - ny], [cx + nx, cy + ny]);
        let shape = Outline::at([shoulder[0] + 1.5, shoulder[1] - 0.4])
            .curve(
                [shoulder[0] - 0.6 + 0.75 * dx, shoulder[1] + 0.2 * dy],
                outer,
            )
            .line(inner)
            .curve(
                [
                    armpit[0] + 0.5 * dx,
                    armpit[1] + 0.35 * (inner[1] - armpit[1]),
                ],
                armpit,
            );
        (shape, Outline::at(outer).line(inner))
    }

    /// The line where the left sleeve is sewn on.
    fn armhole(&self) -> Outline {
        let (y, to) = (self.top + self.slope, self.armpit_y());
        Outline::at([AXIS - self.shoulder + 0.3, y]).curve(
            [AXIS - self.shoulder.min(self.chest) + 0.6, 0.5 * (y + to)],
            [AXIS - self.chest + 0.3, to],
        )
    }

    /// A level band across the body, between two heights below the armpit.
    pub(super) fn band(&self, from: f32, to: f32) -> Outline {
        let half = |y: f32| {
            let (a, b, at) = if y < self.waist_at {
                (
                    self.chest,
                    self.waist,
                    (y - self.armpit_y()) / (self.waist_at - self.armpit_y()),
                )
            } else {
                (
                    self.waist,
                    self.hem,
                    (y - self.waist_at) / (self.bottom - self.waist_at),
                )
            };
            a + (b - a) * at.clamp(0.0, 1.0)
        };
        let (a, b) = (half(from), half(to));
        Outline::polygon([
            [AXIS - a, from],
            [AXIS + a, from],
            [AXIS + b, to],
            [AXIS - b, to],
        ])
    }
}

/// Paints the body and, where there is one, a pair of sleeves.
pub(super) fn paint(
    canvas: &mut Canvas,
    draw: &mut Draw,
    fabric: &Fabric,
    body: &Body,
    sleeve: Option<&Sleeve>,
) {
    // The inside of the back shows in the neckline.
    let back = Outline::at([AXIS, body.top + 0.35 * body.neck_depth])
        .curve(
            [AXIS - 0.8 * body.neck, body.top + 0.3 * body.neck_depth],
            [AXIS - body.neck, body.top],
        )
        .line([AXIS - body.neck, body.top + 0.5 * body.neck_depth])
        .line([AXIS, body.top + body.neck_depth])
        .mirrored(AXIS);
    if draw.chance(0.75) {
        let shade = draw.between(0.45, 0.85);
        canvas.fill(&back, fabric, shade);
    }
    if let Some(sleeve) = sleeve {
        let shade = draw.bell(1.0, 0.06);
        let seam = draw.between(0.6, 0.95);
        let cuffs = draw.chance(0.3);
        for right in [false, true] {
            let uneven = Sleeve {
                length: sleeve.length + draw.bell(0.0, 0.012),
                spread: sleeve.spread + draw.bell(0.0, 0.25),
                cuff: sleeve.cuff,
            };
            let (shape, cuff) = body.sleeve(&uneven);
            canvas.fill(&shape.flipped_if(right, AXIS), fabric, shade);
            if cuffs {
                let cuff = cuff.moved(0.0, -0.6).ribbon(1.2, 1.2);
                canvas.fill(&cuff.flipped_if(right, AXIS), fabric, seam);
            }
        }
        canvas.fill(&body.outline(), fabric, 1.0);
        for right in [false, true] {
            let seamline = body.armhole().ribbon(0.7, 0.7);
            canvas.fill(&seamline.flipped_if(right, AXIS), fabric, seam);
        }
    } else {
        canvas.fill(&body.outline(), fabric, 1.0);
    }
}

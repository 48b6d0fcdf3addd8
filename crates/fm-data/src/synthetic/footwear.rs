//! What is worn on the feet, seen from its side with the toe to the left: one sole and one profile
//! of the foot for sandals, sneakers and ankle boots, which differ in how much of the foot is covered
//! and how high the heel stands.

use super::canvas::Canvas;
use super::draw::Draw;
use super::fabric::{self, Fabric, Pattern, Patterns};
use super::outline::{Outline, Point};

/// How often an upper has each pattern.
const LEATHER: Patterns = [
    (0.62, Pattern::Plain),
    (0.02, Pattern::Stripes),
    (0.02, Pattern::Checks),
    (0.14, Pattern::Print),
    (0.2, Pattern::Knit),
];

/// How the heel stands on the ground.
#[derive(Debug, Clone, Copy)]
pub(super) enum Heel {
    /// The sole fills everything below the foot.
    Wedge,
    /// A block or a thin heel; widths at the foot and at the ground, in pixels.
    Block { above: f32, below: f32 },
}

/// Measures of a sole: where the foot stands, in pixels.
pub(super) struct Sole {
    pub(super) toe: f32,
    pub(super) heel: f32,
    pub(super) ground: f32,
    /// Thickness under the ball of the foot.
    pub(super) platform: f32,
    /// Height of the heel above the ground.
    pub(super) rise: f32,
    /// How far the toe bends up.
    pub(super) spring: f32,
    pub(super) shape: Heel,
}

impl Sole {
    /// A point of the line on which the foot stands, at the part `u` of the way from toe to heel.
    pub(super) fn seat(&self, u: f32) -> Point {
        let x = self.toe + (self.heel - self.toe) * u;
        let low = self.ground - self.platform;
        let high = self.ground - self.rise.max(self.platform);
        let y = if u < 0.35 {
            let t = (0.35 - u) / 0.35;
            low - self.spring * t * t
        } else {
            // From the ball to the heel: a smooth step.
            let t = (u - 0.35) / 0.65;
            low + (high - low) * (t * t * (3.0 - 2.0 * t))
        };
        [x, y]
    }

    /// The line from toe to heel on which the foot stands.
    fn line(&self) -> Outline {
        (1..=12).fold(Outline::at(self.seat(0.0)), |line, i| {
            line.line(self.seat(i as f32 / 12.0))
        })
    }

    /// Paints the sole and what is under the heel.
    pub(super) fn paint(&self, canvas: &mut Canvas, fabric: &Fabric, shade: f32) {
        let line = self.line();
        let [toe, toe_y] = self.seat(0.0);
        let [heel, heel_y] = self.seat(1.0);
        let thick = self.platform;
        match self.shape {
            Heel::Wedge => {
                let sole = line
                    .curve(
                        [heel + 0.5, 0.5 * (heel_y + self.ground)],
                        [heel - 0.3, self.ground],
                    )
                    .line([toe + 0.25 * (heel - toe), self.ground])
                    .curve([toe + 0.5, self.ground], [toe - 0.1, toe_y + 0.6 * thick]);
                canvas.fill(&sole, fabric, shade);
            }
            Heel::Block { above, below } => {
                // The heel first, so that the sole lies over where they join.
                let block = Outline::at([heel + 0.1, heel_y])
                    .curve(
                        [heel - 0.5, 0.5 * (heel_y + self.ground)],
                        [heel - 0.2, self.ground],
                    )
                    .line([heel - 0.2 - below, self.ground])
                    .curve(
                        [heel - 0.8 * above, heel_y + 0.4 * (self.ground - heel_y)],
                        [heel - above, heel_y],
                    );
                canvas.fill(&block, fabric, shade);
                let sole = line.clone().back_along(&line.moved(0.0, thick));
                canvas.fill(&sole, fabric, shade);
            }
        }
    }
}

/// Measures of what covers the foot.
pub(super) struct Upper {
    /// Height of the toe cap above the sole.
    pub(super) toe_cap: f32,
    /// Height of the instep, where the foot turns up into the leg.
    pub(super) instep: f32,
    /// Where the opening begins, as a part of the way from toe to heel, and its height there.
    pub(super) throat: f32,
    /// See `throat`.
    pub(super) throat_height: f32,
    /// Height of the opening above the heel.
    pub(super) back: f32,
    /// How far the opening sinks between throat and heel.
    pub(super) dip: f32,
}

impl Upper {
    /// The outline of a closed upper on `sole`.
    pub(super) fn outline(&self, sole: &Sole) -> Outline {
        let length = sole.heel - sole.toe;
        let [toe, toe_y] = sole.seat(0.0);
        let [heel, heel_y] = sole.seat(1.0);
        let throat = [
            sole.toe + self.throat * length,
            sole.seat(self.throat)[1] - self.throat_height,
        ];
        let cap = [toe + 0.2 * length, sole.seat(0.2)[1] - self.toe_cap];
        let back = [heel - 0.3, heel_y - self.back];
        let [bend_x, bend_y] = sole.seat(self.throat - 0.06);
        let bend = [bend_x, bend_y - self.instep.min(self.throat_height)];
        Outline::at([toe, toe_y])
            .curve([toe - 0.3, toe_y - 0.85 * self.toe_cap], cap)
            .curve(
                [
                    0.5 * (cap[0] + bend[0]) + 0.04 * length,
                    0.6 * cap[1] + 0.4 * bend[1],
                ],
                bend,
            )
            .curve([throat[0] - 0.2, 0.6 * bend[1] + 0.4 * throat[1]], throat)
            .curve(
                [
                    0.5 * (throat[0] + back[0]),
                    0.5 * (throat[1] + back[1]) + 2.0 * self.dip,
                ],
                back,
            )
            .curve(
                [heel + 0.1, heel_y - 0.7 * self.back],
                [heel - 0.4, heel_y - 0.4 * self.back],
            )
            .curve([heel + 0.7, heel_y - 0.2 * self.back], [heel, heel_y])
            .back_along(&sole.line())
    }

    /// A point on the ridge of the foot, from the toe cap (`u` = 0) to the throat (`u` = 1).
    pub(super) fn ridge(&self, sole: &Sole, u: f32) -> Point {
        let at = 0.2 + (self.throat - 0.2) * u;
        let height = self.toe_cap
            + (self.instep.min(self.throat_height) - self.toe_cap) * u * (0.5 + 0.5 * u);
        let [x, y] = sole.seat(at);
        [x, y - height]
    }
}

/// The ground so that what stands on it, `height` pixels high, is in the middle of the image.
pub(super) fn ground_for(draw: &mut Draw, height: f32) -> f32 {
    (14.0 + 0.5 * height + draw.bell(0.0, 0.4)).min(27.8)
}

/// The fabric of an upper, dark with probability `dark`.
pub(super) fn leather(draw: &mut Draw, dark: f32) -> Fabric {
    let tone = fabric::tone(draw, dark);
    Fabric::new(draw, tone, LEATHER)
}

/// The fabric of a sole: often near the tone of the upper.
pub(super) fn sole_fabric(draw: &mut Draw, upper: &Fabric) -> Fabric {
    if draw.chance(0.45) {
        Fabric::flat((upper.tone() * draw.between(0.7, 1.2)).min(1.0))
    } else {
        Fabric::flat(fabric::tone(draw, 0.15))
    }
}

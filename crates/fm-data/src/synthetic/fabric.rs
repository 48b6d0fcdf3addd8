//! Fabrics: a grey level for every pixel of the canvas, from a tone, a pattern and folds.

use super::draw::Draw;
use super::{PIXELS, SIDE};

/// Lattice points per side of the smooth noise.
const KNOTS: usize = 16;

/// The ways in which a second tone lies on the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pattern {
    Plain,
    Stripes,
    Checks,
    Print,
    Knit,
}

/// How often a garment has each pattern.
pub(super) type Patterns = [(f32, Pattern); 5];

/// A grey level, 0 to 1, for every pixel.
pub(super) struct Fabric {
    tone: f32,
    levels: [f32; PIXELS],
}

impl Fabric {
    /// A fabric of one tone, without pattern or folds.
    pub(super) fn flat(tone: f32) -> Self {
        Self {
            tone,
            levels: [tone; PIXELS],
        }
    }

    /// A fabric of the given `tone` with one of `patterns` and with folds.
    pub(super) fn new(draw: &mut Draw, tone: f32, patterns: Patterns) -> Self {
        let second = second_tone(draw, tone);
        let mut levels = [0.0; PIXELS];
        match draw.pick(patterns) {
            Pattern::Plain => {}
            Pattern::Stripes => {
                let period = draw.between(2.4, 7.0);
                let (phase, part) = (draw.unit(), draw.between(0.25, 0.6));
                let down = draw.chance(0.85);
                each_pixel(&mut levels, |x, y| {
                    band(if down { y } else { x } / period + phase, part, period)
                });
            }
            Pattern::Checks => {
                let (across, down) = (draw.between(2.6, 6.0), draw.between(2.6, 6.0));
                let (p, q, part) = (draw.unit(), draw.unit(), draw.between(0.25, 0.55));
                each_pixel(&mut levels, |x, y| {
                    0.5 * (band(x / across + p, part, across) + band(y / down + q, part, down))
                });
            }
            Pattern::Print => {
                let cell = draw.between(1.0, 1.8);
                let threshold = draw.between(0.4, 0.6);
                let noise = Noise::new(draw);
                each_pixel(&mut levels, |x, y| {
                    (0.5 + 2.2 * (noise.at(x / cell, y / cell) - threshold)).clamp(0.0, 1.0)
                });
            }
            Pattern::Knit => {
                let noise = Noise::new(draw);
                each_pixel(&mut levels, |x, y| 0.5 * noise.at(x / 1.1, y / 1.6));
            }
        }
        let folds = Noise::new(draw);
        let (wide, high) = (draw.between(2.5, 5.0), draw.between(5.0, 14.0));
        let depth = draw.between(0.04, 0.2);
        let round = draw.between(-0.12, 0.12);
        let mut shade = [0.0; PIXELS];
        each_pixel(&mut shade, |x, y| {
            let off = (x - 14.0) * (1.0 / 14.0);
            1.0 + depth * (2.0 * folds.at(x / wide, y / high) - 1.0) + round * off * off
        });
        for (level, shade) in levels.iter_mut().zip(shade) {
            *level = (tone + (second - tone) * *level) * shade;
        }
        Self { tone, levels }
    }

    /// The main tone.
    pub(super) fn tone(&self) -> f32 {
        self.tone
    }

    /// The grey level at pixel `i`.
    pub(super) fn level(&self, i: usize) -> f32 {
        self.levels[i]
    }
}

/// A tone that shows on `tone`: lighter on dark, darker or slightly lighter on light.
pub(super) fn second_tone(draw: &mut Draw, tone: f32) -> f32 {
    let step = draw.between(0.12, 0.75);
    if tone + step < 1.0 && draw.chance(0.6) {
        tone + step
    } else {
        (tone - step).max(0.08)
    }
}

/// The tone of a garment, dark with probability `dark`: mostly light, as dark clothes on white paper
/// are after the original's negation.
pub(super) fn tone(draw: &mut Draw, dark: f32) -> f32 {
    if draw.chance(dark) {
        draw.between(0.16, 0.45)
    } else if draw.chance(0.72) {
        draw.between(0.68, 1.0)
    } else {
        draw.between(0.45, 0.7)
    }
}

fn each_pixel(levels: &mut [f32; PIXELS], mut level: impl FnMut(f32, f32) -> f32) {
    for (i, out) in levels.iter_mut().enumerate() {
        *out = level((i % SIDE) as f32 + 0.5, (i / SIDE) as f32 + 0.5);
    }
}

/// A stripe of width `part` in each unit of `at`, its sides softened over a pixel (`1 / period`).
fn band(at: f32, part: f32, period: f32) -> f32 {
    let off = (at - at.floor() - 0.5).abs();
    (0.5 + (0.5 * part - off) * period).clamp(0.0, 1.0)
}

/// Smooth noise in `[0, 1)`: random values on a lattice that repeats, blended by smooth steps.
struct Noise([u8; KNOTS * KNOTS]);

impl Noise {
    fn new(draw: &mut Draw) -> Self {
        let mut knots = [0; KNOTS * KNOTS];
        draw.bytes(&mut knots);
        Self(knots)
    }

    fn at(&self, x: f32, y: f32) -> f32 {
        let knot =
            |i: usize, j: usize| f32::from(self.0[(j % KNOTS) * KNOTS + i % KNOTS]) * (1.0 / 256.0);
        let (i, j) = (x as usize, y as usize);
        let (u, v) = (smooth(x - i as f32), smooth(y - j as f32));
        let top = knot(i, j) + (knot(i + 1, j) - knot(i, j)) * u;
        let bottom = knot(i, j + 1) + (knot(i + 1, j + 1) - knot(i, j + 1)) * u;
        top + (bottom - top) * v
    }
}

fn smooth(t: f32) -> f32 {
    t * t * (3.0 - 2.0 * t)
}

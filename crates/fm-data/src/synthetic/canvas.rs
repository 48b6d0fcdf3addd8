//! The 28 × 28 canvas: exact area coverage of polygons, painted over each other.
//!
//! Coverage is analytic: each edge adds, to the cells it crosses, the signed area between itself and
//! the right-hand border, and a running sum along a row turns these into the covered part of
//! every pixel. Only IEEE `+ − × ÷` and rounding to whole numbers are used.

use std::ops::Range;

use super::draw::Draw;
use super::fabric::Fabric;
use super::outline::{Outline, Point};
use super::{PIXELS, SIDE};

/// Cells of a row of the accumulator: one more than pixels, for what spills to the right.
const CELLS: usize = SIDE + 1;

/// How a drawing is laid on the canvas: `x` becomes `14 + a·(x − 14) + b·(y − 14) + dx`, and `y`
/// likewise with `c`, `d` and `dy`.
#[derive(Clone, Copy)]
pub(super) struct Placement {
    a: f32,
    b: f32,
    c: f32,
    d: f32,
    dx: f32,
    dy: f32,
}

impl Placement {
    /// A slight scaling, stretch, turn, lean and shift.
    pub(super) fn random(draw: &mut Draw) -> Self {
        let size = draw.between(0.95, 1.02);
        let stretch = draw.bell(1.0, 0.015);
        // In radians; so small that sine and cosine are the angle and one.
        let turn = draw.bell(0.0, 0.018);
        let lean = draw.bell(0.0, 0.01);
        Self {
            a: size * stretch,
            b: lean - turn,
            c: turn,
            d: size,
            dx: draw.bell(0.0, 0.35),
            dy: draw.bell(0.0, 0.3),
        }
    }

    fn apply(&self, [x, y]: Point) -> Point {
        let centre = SIDE as f32 * 0.5;
        let (x, y) = (x - centre, y - centre);
        [
            centre + self.a * x + self.b * y + self.dx,
            centre + self.c * x + self.d * y + self.dy,
        ]
    }
}

/// What has been painted so far.
pub(super) struct Canvas {
    place: Placement,
    /// Grey level, 0 (background) to 1.
    grey: [f32; PIXELS],
    /// Part of the pixel that any garment part covers.
    cover: [f32; PIXELS],
}

impl Canvas {
    /// An empty canvas on which outlines are placed by `place`.
    pub(super) fn new(place: Placement) -> Self {
        Self {
            place,
            grey: [0.0; PIXELS],
            cover: [0.0; PIXELS],
        }
    }

    /// Paints the inside of `outline` with `fabric`, its grey levels multiplied by `shade`.
    pub(super) fn fill(&mut self, outline: &Outline, fabric: &Fabric, shade: f32) {
        each_covered(outline, self.place, |i, part| {
            let level = (fabric.level(i) * shade).clamp(0.0, 1.0);
            self.grey[i] += (level - self.grey[i]) * part;
            self.cover[i] += (1.0 - self.cover[i]) * part;
        });
    }

    /// Cuts the inside of `outline` out of what has been painted.
    pub(super) fn cut(&mut self, outline: &Outline) {
        each_covered(outline, self.place, |i, part| {
            self.grey[i] -= self.grey[i] * part;
            self.cover[i] -= self.cover[i] * part;
        });
    }

    /// Writes the image, with grain of up to ± `grain` grey levels (of 255) where there is garment.
    ///
    /// `image` has [`PIXELS`] bytes.
    pub(super) fn finish(&self, draw: &mut Draw, grain: f32, image: &mut [u8]) {
        let mut noise = [0_u8; PIXELS];
        draw.bytes(&mut noise);
        for (i, pixel) in image.iter_mut().enumerate() {
            let grain = grain * (f32::from(noise[i]) * (1.0 / 127.5) - 1.0) * self.cover[i];
            // A float to integer cast truncates and saturates; + 0.5 makes it round.
            *pixel = (self.grey[i] * 255.0 + grain + 0.5) as u8;
        }
    }
}

/// Calls `paint` with each pixel that the closed outline covers and the covered part of it, 0 to 1.
fn each_covered(outline: &Outline, place: Placement, mut paint: impl FnMut(usize, f32)) {
    let (cells, rows) = area_steps(outline, place);
    for row in rows {
        let mut sum = 0.0_f32;
        for (column, step) in cells[row][..SIDE].iter().enumerate() {
            sum += step;
            // The sign is the outline's direction. What is below the threshold is rounding, left
            // over beside the outline.
            let part = sum.abs().min(1.0);
            if part >= 1e-4 {
                paint(row * SIDE + column, part);
            }
        }
    }
}

/// Steps of the signed covered area from cell to cell, and the rows that the closed outline touches.
fn area_steps(outline: &Outline, place: Placement) -> ([[f32; CELLS]; SIDE], Range<usize>) {
    let mut cells = [[0.0; CELLS]; SIDE];
    let (mut top, mut bottom) = (SIDE as f32, 0.0_f32);
    let points = outline.points();
    let mut from = place.apply(points[points.len() - 1]);
    for &point in points {
        let to = place.apply(point);
        top = top.min(to[1]);
        bottom = bottom.max(to[1]);
        if from[1] <= to[1] {
            add_edge(&mut cells, from, to, 1.0);
        } else {
            add_edge(&mut cells, to, from, -1.0);
        }
        from = to;
    }
    // Casts saturate: above the canvas is row 0.
    (cells, top as usize..SIDE.min(bottom as usize + 1))
}

/// Adds an edge that runs downwards from `[x0, y0]` to `[x1, y1]`.
fn add_edge(cells: &mut [[f32; CELLS]; SIDE], [x0, y0]: Point, [x1, y1]: Point, sign: f32) {
    let side = SIDE as f32;
    let (top, bottom) = (y0.max(0.0), y1.min(side));
    if top >= bottom {
        return;
    }
    // From the part of the way, not from a slope, which overflows for almost level edges.
    let x_at = |y: f32| (x0 + (x1 - x0) * ((y - y0) / (y1 - y0))).clamp(0.0, side);
    let mut y = top;
    for (row, line) in cells.iter_mut().enumerate().skip(top as usize) {
        let end = bottom.min((row + 1) as f32);
        if end <= y {
            break;
        }
        // An edge outside the canvas still covers what lies to its right: it moves to the border.
        let (a, b) = (x_at(y), x_at(end));
        add_piece(line, a.min(b), a.max(b), sign * (end - y));
        y = end;
    }
}

/// Adds a piece of an edge inside one row: from `left` to `right`, with signed height `height`.
fn add_piece(line: &mut [f32; CELLS], left: f32, right: f32, height: f32) {
    let (first, width) = (left as usize, right - left);
    let mut x = left;
    for column in first..SIDE {
        let end = right.min((column + 1) as f32);
        let part = if width > 0.0 {
            (end - x) / width * height
        } else {
            height
        };
        // Mean distance of the piece from the cell's left side: what the cell itself is not covered.
        let out = (0.5 * (x + end) - column as f32) * part;
        line[column] += part - out;
        line[column + 1] += out;
        x = end;
        if end >= right {
            break;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const AS_IT_IS: Placement = Placement {
        a: 1.0,
        b: 0.0,
        c: 0.0,
        d: 1.0,
        dx: 0.0,
        dy: 0.0,
    };

    fn covered(outline: &Outline) -> Vec<f32> {
        let mut parts = vec![0.0; PIXELS];
        each_covered(outline, AS_IT_IS, |i, part| parts[i] = part);
        parts
    }

    #[test]
    fn a_rectangle_covers_what_its_sides_say() {
        // Sides in eighths of a pixel: every product below is exact in f32.
        let (x0, x1, y0, y1) = (3.25, 7.5, 10.125, 12.75);
        let parts = covered(&Outline::polygon([[x0, y0], [x1, y0], [x1, y1], [x0, y1]]));
        let overlap = |from: f32, to: f32, cell: usize| {
            (to.min(cell as f32 + 1.0) - from.max(cell as f32)).max(0.0)
        };
        for (i, part) in parts.into_iter().enumerate() {
            let expected = overlap(x0, x1, i % SIDE) * overlap(y0, y1, i / SIDE);
            assert_eq!(part, expected, "pixel {i}");
        }
    }

    #[test]
    fn what_lies_outside_is_cut_off_at_the_border() {
        let all = covered(&Outline::polygon([
            [-9.0, -5.0],
            [99.0, -5.0],
            [99.0, 40.0],
            [-9.0, 40.0],
        ]));
        assert_eq!(all, [1.0; PIXELS]);
        for (dx, dy) in [(-60.0, 0.0), (60.0, 0.0), (0.0, -60.0), (0.0, 60.0)] {
            let outside = Outline::rounded([4.0 + dx, 4.0 + dy], [24.0 + dx, 24.0 + dy], 3.0);
            assert_eq!(covered(&outside), [0.0; PIXELS]);
        }
    }

    proptest! {
        /// The covered parts of a triangle inside the canvas add up to its area, whichever way
        /// round it runs.
        #[test]
        fn a_triangle_keeps_its_area(points in prop::array::uniform3(prop::array::uniform2(0.0_f32..28.0))) {
            let [a, b, c] = points;
            let wide = |p: Point| p.map(f64::from);
            let ([ax, ay], [bx, by], [cx, cy]) = (wide(a), wide(b), wide(c));
            let area = 0.5 * ((bx - ax) * (cy - ay) - (cx - ax) * (by - ay)).abs();
            for corners in [[a, b, c], [c, b, a]] {
                let sum: f64 = covered(&Outline::polygon(corners)).into_iter().map(f64::from).sum();
                // Up to 28 rows of f32 sums of numbers up to 28, and parts below 1e-4 left out.
                prop_assert!((sum - area).abs() < 0.02, "{sum} for {area}");
            }
        }
    }
}

//! Outlines of garment parts: closed polygons with flattened curves, in pixels, y downwards.

/// A point in pixels: `[x, y]`, the image's top left corner at the origin.
pub(super) type Point = [f32; 2];

/// Straight pieces per curve. A curve here spans a few pixels, so the chords stay within a few
/// hundredths of a pixel of it.
const CHORDS: usize = 6;

/// An open or closed chain of points.
#[derive(Clone)]
pub(super) struct Outline(Vec<Point>);

impl Outline {
    /// A chain that starts at `start`.
    pub(super) fn at(start: Point) -> Self {
        let mut points = Vec::with_capacity(64);
        points.push(start);
        Self(points)
    }

    /// The closed polygon through `points`.
    pub(super) fn polygon<const N: usize>(points: [Point; N]) -> Self {
        Self(points.to_vec())
    }

    /// A rectangle with corners rounded by quadratic curves of radius `radius`.
    pub(super) fn rounded([x0, y0]: Point, [x1, y1]: Point, radius: f32) -> Self {
        let rx = radius.min((x1 - x0) * 0.5);
        let ry = radius.min((y1 - y0) * 0.5);
        Self::at([x0 + rx, y0])
            .line([x1 - rx, y0])
            .curve([x1, y0], [x1, y0 + ry])
            .line([x1, y1 - ry])
            .curve([x1, y1], [x1 - rx, y1])
            .line([x0 + rx, y1])
            .curve([x0, y1], [x0, y1 - ry])
            .line([x0, y0 + ry])
            .curve([x0, y0], [x0 + rx, y0])
    }

    /// Goes on straight to `to`.
    pub(super) fn line(mut self, to: Point) -> Self {
        self.0.push(to);
        self
    }

    /// Goes on to `to` along the quadratic Bézier curve with control point `control`.
    pub(super) fn curve(mut self, control: Point, to: Point) -> Self {
        let from = self.0[self.0.len() - 1];
        for i in 1..=CHORDS {
            let t = i as f32 * (1.0 / CHORDS as f32);
            let (a, b, c) = ((1.0 - t) * (1.0 - t), 2.0 * t * (1.0 - t), t * t);
            self.0.push([
                a * from[0] + b * control[0] + c * to[0],
                a * from[1] + b * control[1] + c * to[1],
            ]);
        }
        self
    }

    /// Goes on along `other`, from its last point to its first.
    pub(super) fn back_along(mut self, other: &Self) -> Self {
        self.0.extend(other.0.iter().rev());
        self
    }

    /// Closes a left half by its mirror image about the vertical `x = axis`.
    pub(super) fn mirrored(mut self, axis: f32) -> Self {
        for i in (0..self.0.len()).rev() {
            let [x, y] = self.0[i];
            self.0.push([2.0 * axis - x, y]);
        }
        self
    }

    /// The mirror image about the vertical `x = axis`.
    pub(super) fn flipped(&self, axis: f32) -> Self {
        Self(self.0.iter().map(|&[x, y]| [2.0 * axis - x, y]).collect())
    }

    /// The mirror image of a left part if the right one is wanted.
    pub(super) fn flipped_if(self, right: bool, axis: f32) -> Self {
        if right { self.flipped(axis) } else { self }
    }

    /// The same chain moved by `(dx, dy)`.
    pub(super) fn moved(&self, dx: f32, dy: f32) -> Self {
        Self(self.0.iter().map(|&[x, y]| [x + dx, y + dy]).collect())
    }

    /// A band along this chain, `from` pixels wide at its start and `to` at its end.
    pub(super) fn ribbon(&self, from: f32, to: f32) -> Self {
        let points = &self.0;
        let last = points.len() - 1;
        let mut left = Vec::with_capacity(2 * points.len());
        let mut right = Vec::with_capacity(points.len());
        for (i, &[x, y]) in points.iter().enumerate() {
            let ([ax, ay], [bx, by]) = (points[i.saturating_sub(1)], points[(i + 1).min(last)]);
            let (dx, dy) = (bx - ax, by - ay);
            // A chain that stands still has no direction; the band is empty there.
            let length = (dx * dx + dy * dy).sqrt().max(1e-6);
            let half = 0.5 * (from + (to - from) * (i as f32 / last.max(1) as f32));
            let (nx, ny) = (-dy / length * half, dx / length * half);
            left.push([x + nx, y + ny]);
            right.push([x - nx, y - ny]);
        }
        left.extend(right.into_iter().rev());
        Self(left)
    }

    /// The points in order.
    pub(super) fn points(&self) -> &[Point] {
        &self.0
    }
}

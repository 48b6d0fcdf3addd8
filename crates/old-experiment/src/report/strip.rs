//! A strip chart: every seed a point, the mean and its interval below them.

use super::numbers;
use super::svg::{Anchor, Scale, Svg, WIDTH};

/// One strip.
pub(super) struct Strip {
    /// What stands above it.
    pub(super) label: String,
    /// One point per seed.
    pub(super) points: Vec<Point>,
    /// Mean of the points.
    pub(super) mean: f64,
    /// Interval of the mean.
    pub(super) interval: Option<(f64, f64)>,
}

/// One seed.
pub(super) struct Point {
    pub(super) value: f64,
    /// How it is drawn.
    pub(super) look: Look,
    /// What it says under a pointer.
    pub(super) says: String,
}

/// Told apart without colour.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    Full,
    Hollow,
}

/// What a chart is called and how its values are written.
pub(super) struct Labels<'a> {
    pub(super) id: &'a str,
    pub(super) title: &'a str,
    pub(super) description: &'a str,
    /// Below the axis.
    pub(super) axis: &'a str,
    /// What lies to the left and right of zero; draws a line there.
    pub(super) sides: Option<(&'a str, &'a str)>,
}

const LEFT: f64 = 12.0;
const RIGHT: f64 = WIDTH - 12.0;
/// Rows of points that are stacked at most to each side of the middle.
const MOST_STACKED: i32 = 6;

/// Draws strips above a common axis; values are fractions and shown as percent.
pub(super) fn strip_chart(labels: &Labels<'_>, strips: &[Strip]) -> String {
    let mut values: Vec<f64> = Vec::new();
    for strip in strips {
        values.extend(strip.points.iter().map(|point| 100.0 * point.value));
        values.push(100.0 * strip.mean);
        if let Some((low, high)) = strip.interval {
            values.extend([100.0 * low, 100.0 * high]);
        }
    }
    if labels.sides.is_some() {
        values.push(0.0);
    }
    let scale = Scale::around(values, (LEFT, RIGHT));
    let most = strips.iter().map(|s| s.points.len()).max().unwrap_or(0);
    let radius = if most > 60 { 2.5 } else { 4.5 };

    let top = if labels.sides.is_some() { 22.0 } else { 4.0 };
    let swarms: Vec<Vec<(f64, f64)>> = strips.iter().map(|s| swarm(s, scale, radius)).collect();
    let heights: Vec<f64> = swarms
        .iter()
        .map(|places| {
            let reach = places.iter().map(|(_, dy)| dy.abs()).fold(0.0, f64::max);
            2.0 * (reach + radius)
        })
        .collect();
    let strip_height = |height: f64| 22.0 + height + 24.0;
    let bottom = top + heights.iter().map(|h| strip_height(*h)).sum::<f64>();
    let mut svg = Svg::new(labels.id, labels.title, labels.description, bottom + 44.0);

    for tick in scale.ticks(6) {
        let x = scale.at(tick.value);
        svg.line("grid", (x, top), (x, bottom));
        svg.text("tick", Anchor::Middle, (x, bottom + 17.0), &tick.text);
    }
    svg.line("axis", (LEFT, bottom), (RIGHT, bottom));
    svg.text(
        "tick",
        Anchor::Middle,
        (WIDTH / 2.0, bottom + 37.0),
        labels.axis,
    );
    if let Some((left, right)) = labels.sides {
        // Each side's words stand at its own end of the chart, clear of each other.
        svg.text(
            "side",
            Anchor::Start,
            (LEFT, top - 8.0),
            &format!("← {left}"),
        );
        svg.text(
            "side",
            Anchor::End,
            (RIGHT, top - 8.0),
            &format!("{right} →"),
        );
    }

    let zero = labels.sides.map(|_| scale.at(0.0));
    let mut y = top;
    for ((strip, places), height) in strips.iter().zip(&swarms).zip(&heights) {
        svg.text("label", Anchor::Start, (LEFT, y + 15.0), &strip.label);
        // The line stops short of the labels, which would lie across it.
        if let Some(x) = zero {
            svg.line("zero", (x, y + 22.0), (x, y + strip_height(*height)));
        }
        let middle = y + 22.0 + height / 2.0;
        for (point, (x, dy)) in strip.points.iter().zip(places) {
            let class = match point.look {
                Look::Full => "dot",
                Look::Hollow => "dot hollow",
            };
            svg.dot(class, (*x, middle + dy), radius, &point.says);
        }
        draw_mean(&mut svg, strip, scale, y + 22.0 + height + 11.0);
        y += strip_height(*height);
    }
    svg.finish()
}

/// The mean as a diamond on the bar of its interval.
fn draw_mean(svg: &mut Svg, strip: &Strip, scale: Scale, y: f64) {
    if let Some((low, high)) = strip.interval {
        let (low, high) = (scale.at(100.0 * low), scale.at(100.0 * high));
        svg.line("mean", (low, y), (high, y));
        for end in [low, high] {
            svg.line("mean", (end, y - 5.0), (end, y + 5.0));
        }
    }
    let x = scale.at(100.0 * strip.mean);
    let corners = [(x - 6.0, y), (x, y - 6.0), (x + 6.0, y), (x, y + 6.0)];
    svg.polygon("mean-mark", &corners);
}

/// Where the points come to lie: across by value, up and down out of each other's way.
fn swarm(strip: &Strip, scale: Scale, radius: f64) -> Vec<(f64, f64)> {
    let across: Vec<f64> = strip
        .points
        .iter()
        .map(|point| scale.at(100.0 * point.value))
        .collect();
    let mut order: Vec<usize> = (0..across.len()).collect();
    order.sort_by(|a, b| across[*a].total_cmp(&across[*b]).then(a.cmp(b)));
    let apart = 2.0 * radius + 1.0;
    let mut places = vec![(0.0, 0.0); across.len()];
    let mut row_ends: Vec<f64> = vec![f64::NEG_INFINITY; 2 * MOST_STACKED as usize + 1];
    for index in order {
        let x = across[index];
        // Rows 0, −1, 1, −2, 2, …: the first that is free, else the one free for longest.
        let free = row_ends.iter().position(|end| x - end >= apart);
        let row = free.unwrap_or_else(|| {
            let ends = row_ends.iter().enumerate();
            ends.min_by(|a, b| a.1.total_cmp(b.1))
                .map_or(0, |(row, _)| row)
        });
        row_ends[row] = x;
        let steps = row.div_ceil(2) as f64;
        let side = if row % 2 == 1 { -1.0 } else { 1.0 };
        places[index] = (x, side * steps * apart);
    }
    places
}

/// "seed 7: 1.05 %".
pub(super) fn seed_says(seed: u64, value: &str) -> String {
    format!("seed {seed}: {value}")
}

/// A point of a difference: full where the arm is better, hollow where it is not.
pub(super) fn difference_point(seed: u64, difference: f64) -> Point {
    Point {
        value: difference,
        look: if difference < 0.0 {
            Look::Full
        } else {
            Look::Hollow
        },
        says: seed_says(seed, &format!("{} points", numbers::points(difference))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_of_one_value_do_not_hide_each_other() {
        let points = (0..9).map(|seed| difference_point(seed, -0.01)).collect();
        let strip = Strip {
            label: String::new(),
            points,
            mean: -0.01,
            interval: None,
        };
        let scale = Scale::around([-1.0], (LEFT, RIGHT));
        let places = swarm(&strip, scale, 4.5);
        for (i, a) in places.iter().enumerate() {
            for b in &places[i + 1..] {
                assert!((a.1 - b.1).abs() >= 9.0, "{a:?} {b:?}");
            }
        }
    }
}

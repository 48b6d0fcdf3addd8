//! The differences of the class pairs over how hard a pair is from scratch.

use super::charts::Titled;
use super::heat::says;
use super::load::Material;
use super::svg::{Anchor, Scale, Svg, WIDTH};
use crate::stats::Comparison;

const LEFT: f64 = 46.0;
const RIGHT: f64 = WIDTH - 10.0;
const TOP: f64 = 28.0;
const BOTTOM: f64 = 360.0;

/// A dot per pair: across the first arm's error, up the difference of the second to it, on the bar of
/// its interval; full where the second makes fewer errors. None for a single pair.
pub(super) fn pairs(material: &Material) -> Option<Titled> {
    let pairs = material.summary.curves.pairs.as_ref()?;
    let (first, arm) = (pairs.arms.first()?, pairs.arms.get(1)?);
    let mut compared: Vec<(&Comparison, String)> = Vec::new();
    for pair in &pairs.pairs {
        compared.push((pair.comparisons.first()?, says(pair)?));
    }
    if compared.len() < 2 {
        return None;
    }
    let title = format!("Difference of {arm} to {first} by the error of {first}, points");
    let described: Vec<&str> = compared.iter().map(|(_, says)| says.as_str()).collect();
    let description = format!("{}.", described.join("; "));
    let mut svg = Svg::new("pairs-scatter", &title, &description, BOTTOM + 44.0);

    let errors = || compared.iter().map(|(c, _)| 100.0 * c.against_error);
    let ends = errors().fold((f64::INFINITY, 0.0_f64), |(low, high), e| {
        (low.min(e), high.max(e))
    });
    let sides = (LEFT + 10.0, RIGHT - 10.0);
    let log = Scale::log_around(ends, sides);
    let across = log.unwrap_or_else(|| Scale::around(errors(), sides));
    let heights = compared.iter().flat_map(|(c, _)| {
        let (low, high) = bar(c);
        [100.0 * low, 100.0 * high, 0.0]
    });
    let up = Scale::around(heights, (BOTTOM, TOP));

    for tick in up.ticks(7) {
        let y = up.at(tick.value);
        let class = if tick.value == 0.0 { "zero" } else { "grid" };
        svg.line(class, (LEFT, y), (RIGHT, y));
        svg.text("tick", Anchor::End, (LEFT - 6.0, y + 4.0), &tick.text);
    }
    for tick in across.ticks(8) {
        let at = (across.at(tick.value), BOTTOM + 17.0);
        svg.text("tick", Anchor::Middle, at, &tick.text);
    }
    svg.line("axis", (LEFT, BOTTOM), (RIGHT, BOTTOM));
    let log = if log.is_some() { ", log scale" } else { "" };
    let middle = ((LEFT + RIGHT) / 2.0, BOTTOM + 37.0);
    let axis = format!("test error of {first}, percent{log}");
    svg.text("tick", Anchor::Middle, middle, &axis);
    svg.text(
        "side",
        Anchor::Start,
        (LEFT, TOP - 12.0),
        &format!("↑ worse than {first}"),
    );

    for (c, _) in &compared {
        let (x, (low, high)) = (across.at(100.0 * c.against_error), bar(c));
        svg.line("whisker", (x, up.at(100.0 * low)), (x, up.at(100.0 * high)));
    }
    for (c, says) in &compared {
        let mean = c.error_difference.mean;
        let class = if mean < 0.0 { "dot" } else { "dot hollow" };
        let at = (across.at(100.0 * c.against_error), up.at(100.0 * mean));
        svg.dot(class, at, 4.0, says);
    }
    Some(Titled {
        title,
        svg: svg.finish(),
    })
}

/// From where to where the difference may be; the mean alone where there is no interval.
fn bar(c: &Comparison) -> (f64, f64) {
    let mean = c.error_difference.mean;
    let interval = c.error_difference.bounds.interval();
    interval.map_or((mean, mean), |i| (i.low.min(mean), i.high.max(mean)))
}

//! The differences of the class pairs over how hard a pair is from scratch.

use super::charts::Titled;
use super::heat;
use super::load::Material;
use super::numbers::percent;
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
        let c = pair.comparisons.first()?;
        let says = format!(
            "{}, {first} {}",
            heat::says(pair)?,
            percent(c.against_error)
        );
        compared.push((c, says));
    }
    if compared.len() < 2 {
        return None;
    }
    let title = format!("Difference of {arm} to {first} by the error of {first}, points");
    let described: Vec<&str> = compared.iter().map(|(_, says)| says.as_str()).collect();
    let description = format!("{}.", described.join("; "));
    let mut svg = Svg::new("pairs-scatter", &title, &description, BOTTOM + 44.0);

    let errors = || compared.iter().map(|(c, _)| 100.0 * c.against_error);
    let sides = (LEFT + 10.0, RIGHT - 10.0);
    let (least, most) = errors()
        .filter(|error| *error > 0.0)
        .fold((f64::INFINITY, 0.0_f64), |(least, most), error| {
            (least.min(error), most.max(error))
        });
    // No error has no logarithm: it stands at half of the smallest there is.
    let nothing = least / 2.0;
    let none = errors().any(|error| error == 0.0);
    let low = if none { nothing } else { least };
    let log = match most > 0.0 {
        true => Scale::log_around((low, most), sides),
        false => None,
    };
    let across = log.unwrap_or_else(|| Scale::new((0.0, 1.0), sides));
    let place = |c: &Comparison| match 100.0 * c.against_error {
        error if error == 0.0 && log.is_some() => across.at(nothing),
        error => across.at(error),
    };
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
    let mut ticks: Vec<(f64, String)> = across
        .ticks(8)
        .into_iter()
        .filter(|tick| log.is_none() || tick.value >= least)
        .map(|tick| (across.at(tick.value), tick.text))
        .collect();
    if log.is_some() && none {
        ticks.push((across.at(nothing), "0".to_owned()));
    }
    for (x, text) in ticks {
        svg.text("tick", Anchor::Middle, (x, BOTTOM + 17.0), &text);
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
        let (x, (low, high)) = (place(c), bar(c));
        svg.line("whisker", (x, up.at(100.0 * low)), (x, up.at(100.0 * high)));
    }
    for (c, says) in &compared {
        let mean = c.error_difference.mean;
        let class = if mean < 0.0 { "dot" } else { "dot hollow" };
        let at = (place(c), up.at(100.0 * mean));
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

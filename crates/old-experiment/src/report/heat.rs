//! The matrix of class pairs as a heat map.

use super::charts::Titled;
use super::load::Material;
use super::numbers::{class_name, percent_number, points};
use super::svg::{Anchor, Svg, WIDTH};
use crate::curves::{PairSummary, PairsSummary};
use crate::stats::Conclusion;
use fm_data::published::CLASS_NAMES;

const LEFT: f64 = 84.0;
const TOP: f64 = 6.0;
/// Colour of the largest difference: dark texts can be read on it, and light ones in the dark.
const STRONGEST: f64 = 0.6;

/// Below the diagonal the difference of the second arm to the first, with its number of seeds where
/// that is not the same for all; above it the first arm's error.
pub(super) fn pairs(material: &Material) -> Option<Titled> {
    let pairs = material.summary.curves.pairs.as_ref()?;
    let (first, arm) = (pairs.arms.first()?, pairs.arms.get(1)?);
    let classes = CLASS_NAMES.len();
    let side = (WIDTH - 2.0 - LEFT) / classes as f64;
    let title = format!("Difference of {arm} to {first} by target classes, percentage points");
    let bottom = TOP + classes as f64 * side;
    let described: Vec<String> = pairs.pairs.iter().filter_map(says).collect();
    let description = format!("{}.", described.join("; "));
    let mut svg = Svg::new("pairs", &title, &description, bottom + 84.0);
    let found = pairs.pairs.iter().filter_map(|p| p.comparisons.first());
    let largest = found.fold(0.0_f64, |most, c| most.max(c.error_difference.mean.abs()));
    let same_seeds = same_seeds(pairs);
    let corner = |row: usize, column: usize| (LEFT + column as f64 * side, TOP + row as f64 * side);
    for row in 0..classes {
        let y = corner(row, 0).1 + side / 2.0 + 4.0;
        svg.text("tick", Anchor::End, (LEFT - 6.0, y), &class_name(row as u8));
        for column in 0..classes {
            let wanted = [row.min(column) as u8, row.max(column) as u8];
            let pair = pairs.pairs.iter().find(|pair| pair.classes == wanted);
            let place = corner(row, column);
            let (Some(pair), true) = (pair, row != column) else {
                svg.cell("heat", place, (side, side), 0.0, "");
                continue;
            };
            match row > column {
                true => difference(&mut svg, pair, place, side, largest, same_seeds),
                false => error(&mut svg, pair, place, side),
            }
        }
    }
    for column in 0..classes {
        let x = corner(0, column).0 + side / 2.0;
        svg.slanted_text("tick", (x + 4.0, bottom + 14.0), &class_name(column as u8));
    }
    let title = format!("{title} (above the diagonal the error of {first}, percent)");
    Some(Titled {
        title,
        svg: svg.finish(),
    })
}

/// The error that a difference is to.
fn error(svg: &mut Svg, pair: &PairSummary, place: (f64, f64), side: f64) {
    let Some(c) = pair.comparisons.first() else {
        return;
    };
    svg.cell(
        "heat",
        place,
        (side, side),
        0.0,
        &says(pair).unwrap_or_default(),
    );
    let middle = (place.0 + side / 2.0, place.1 + side / 2.0 + 3.5);
    let error = percent_number(c.against_error);
    svg.text("cell soft", Anchor::Middle, middle, &error);
}

/// A difference, the more of the colour the nearer it is to the `largest`.
fn difference(
    svg: &mut Svg,
    pair: &PairSummary,
    place: (f64, f64),
    side: f64,
    largest: f64,
    same_seeds: bool,
) {
    let Some(c) = pair.comparisons.first() else {
        return;
    };
    let says = says(pair).unwrap_or_default();
    let middle = |down: f64| (place.0 + side / 2.0, place.1 + side / 2.0 + down);
    let mean = c.error_difference.mean;
    let class = if mean > 0.0 { "heat b" } else { "heat a" };
    let share = match largest > 0.0 {
        true => STRONGEST * libm::sqrt(mean.abs() / largest),
        false => 0.0,
    };
    svg.cell(class, place, (side, side), share, &says);
    let shown = matches!(c.conclusion, Conclusion::Lowers | Conclusion::Raises);
    let star = if shown { "*" } else { "" };
    // What has two digits before the point has room for one after it.
    let text = match mean.abs() < 0.09995 {
        true => points(mean),
        false => format!("{:+.1}", 100.0 * mean).replace('-', "−"),
    };
    let difference = format!("{text}{star}");
    if same_seeds {
        svg.text("cell", Anchor::Middle, middle(3.5), &difference);
        return;
    }
    svg.text("cell", Anchor::Middle, middle(0.0), &difference);
    let seeds = format!("n={}", c.pairs);
    svg.text("cell soft", Anchor::Middle, middle(11.0), &seeds);
}

/// Whether all pairs have the same number of seeds.
pub(super) fn same_seeds(pairs: &PairsSummary) -> bool {
    let seeds = |pair: &PairSummary| pair.seeds.len();
    pairs
        .pairs
        .windows(2)
        .all(|two| seeds(&two[0]) == seeds(&two[1]))
}

/// "sandal against shirt: −0.94 points, better in 27 of 30".
pub(super) fn says(pair: &PairSummary) -> Option<String> {
    let c = pair.comparisons.first()?;
    let [a, b] = pair.classes;
    Some(format!(
        "{} against {}: {} points, better in {} of {}",
        class_name(a),
        class_name(b),
        points(c.error_difference.mean),
        c.wins.wins,
        c.pairs
    ))
}

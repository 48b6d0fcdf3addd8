//! The tables of the curves: a row per point.

use super::load::Material;
use super::numbers::{
    class_name, counted, difference, percent, percent_and_sd, percent_number, points, too_few_seeds,
};
use super::table::Table;
use crate::curves::{DepthCurve, PairsSummary, VaryTable};
use crate::stats::words::level_words;
use crate::stats::{Comparison, Settings};

fn interval_heading() -> String {
    format!("{} interval", level_words(Settings::default().level))
}

/// A heading narrow enough for a table of many columns; [`corrected`] says what it means.
const P_HEADING: &str = "p";

/// "; p corrected for 8 comparisons", for a caption.
fn corrected(comparisons: usize) -> String {
    match comparisons {
        1 => String::new(),
        several => format!("; p corrected for {several} comparisons"),
    }
}

/// "; 2 seeds are too few …", for a caption, where that is so.
fn too_few<'a>(comparisons: impl Iterator<Item = &'a Comparison>) -> String {
    too_few_seeds(comparisons).map_or_else(String::new, |few| format!("; {few}"))
}

/// Test errors by the number of target rows.
pub(super) fn samples(material: &Material) -> Option<Table> {
    let samples = material.summary.curves.samples.as_ref()?;
    let first = samples.arms.first()?;
    let mut heading = vec!["epochs".to_owned()];
    heading.extend(samples.arms.iter().map(|arm| format!("{arm} error")));
    for arm in &samples.arms[1..] {
        heading.push(format!("{arm} − {first}, points"));
        heading.push(interval_heading());
        heading.push("better in".to_owned());
        heading.push(P_HEADING.to_owned());
    }
    let caption = format!(
        "Test error by target rows, {}, mean ± standard deviation{}{}",
        counted(samples.seeds.len(), "seed"),
        corrected(samples.comparisons),
        too_few(samples.points.iter().flat_map(|p| &p.comparisons))
    );
    let mut table = Table::with_columns(caption, heading);
    table.heading[0] = "rows".to_owned();
    for point in &samples.points {
        let mut row = vec![point.rows.to_string()];
        let mut epochs: Vec<String> = point.arms.iter().map(|a| a.epochs.to_string()).collect();
        epochs.dedup();
        row.push(epochs.join(", "));
        let errors = point.arms.iter().map(|arm| &arm.test_error.description);
        row.extend(errors.map(percent_and_sd));
        row.extend(point.comparisons.iter().flat_map(difference));
        table.rows.push(row);
    }
    Some(table)
}

/// Test errors by the number of layers reused.
pub(super) fn depth(material: &Material) -> Option<Table> {
    let depth = material.summary.curves.depth.as_ref()?;
    let caption = format!(
        "Test error by layers reused, {}, mean ± standard deviation; differences are from k = 0{}{}",
        counted(depth.seeds.len(), "seed"),
        corrected(depth.comparisons),
        too_few(depth.points.iter().map(|p| &p.comparison))
    );
    let heading = [
        "curve".to_owned(),
        "error".to_owned(),
        "difference, points".to_owned(),
        interval_heading(),
        "better in".to_owned(),
        P_HEADING.to_owned(),
    ];
    let mut table = Table::with_columns(caption, heading);
    table.heading[0] = "k".to_owned();
    let none = || std::iter::repeat_n("–".to_owned(), 4);
    let error = |m: &crate::summary::Measure| percent_and_sd(&m.description);
    let mut reference = |k: &str, name: &str, measure| {
        let mut row = vec![k.to_owned(), name.to_owned(), error(measure)];
        row.extend(none());
        table.rows.push(row);
    };
    reference("–", "base network B", &depth.base);
    reference("0", "none reused", &depth.none_reused);
    for curve in DepthCurve::ALL {
        for point in depth.points.iter().filter(|point| point.curve == curve) {
            let mut row = vec![point.layers.to_string(), curve.name().to_owned()];
            row.push(error(&point.test_error));
            row.extend(difference(&point.comparison));
            table.rows.push(row);
        }
    }
    Some(table)
}

/// A row per pair of classes, the largest gain first.
pub(super) fn pairs(material: &Material) -> Option<Table> {
    let pairs = material.summary.curves.pairs.as_ref()?;
    let first = pairs.arms.first()?;
    let caption = format!(
        "Test error by the classes of the target task; {}{}{}",
        tally(pairs),
        corrected(pairs.comparisons),
        too_few(pairs.pairs.iter().flat_map(|p| &p.comparisons))
    );
    let mut heading = vec![
        "seeds".to_owned(),
        "source accuracy".to_owned(),
        first.clone(),
    ];
    for arm in &pairs.arms[1..] {
        heading.push(arm.clone());
        heading.push(format!("{arm} − {first}, points"));
        heading.push(interval_heading());
        heading.push("better in".to_owned());
        heading.push(P_HEADING.to_owned());
    }
    let mut table = Table::with_columns(caption, heading);
    table.heading[0] = "classes".to_owned();
    let mut sorted: Vec<_> = pairs.pairs.iter().collect();
    let gain =
        |comparisons: &[Comparison]| comparisons.first().map_or(0.0, |c| c.error_difference.mean);
    sorted.sort_by(|a, b| gain(&a.comparisons).total_cmp(&gain(&b.comparisons)));
    for pair in sorted {
        let [a, b] = pair.classes;
        let mut row = vec![
            format!("{} against {}", class_name(a), class_name(b)),
            pair.seeds.len().to_string(),
            percent(pair.source_accuracy),
        ];
        let against = pair.comparisons.first().map_or(0.0, |c| c.against_error);
        row.push(percent_number(against));
        for c in &pair.comparisons {
            row.push(percent_number(c.arm_error));
            row.extend(difference(c));
        }
        table.rows.push(row);
    }
    Some(table)
}

/// The spread of every number by what the seed moves, the finite test set beside it.
pub(super) fn vary(material: &Material) -> Option<Table> {
    let vary = material.summary.curves.vary.as_ref()?;
    let caption = "Standard deviation over seeds by what a seed moves, percentage points";
    let heading = [
        "what moves",
        "seeds",
        "mean, percent",
        "deviation",
        "share of the variance",
    ];
    let mut table = Table::with_columns(caption, heading.map(str::to_owned));
    for VaryTable {
        arm,
        against,
        table: of,
    } in &vary.tables
    {
        let (name, mean): (String, &dyn Fn(f64) -> String) = match against {
            Some(against) => (format!("{arm} − {against}"), &points),
            None => (arm.clone(), &percent_number),
        };
        for line in of.sources.iter().chain(&of.all) {
            let with_error =
                |sd: f64, error: f64| format!("{:.3} ± {:.3}", 100.0 * sd, 100.0 * error);
            let sd = line
                .sd
                .zip(line.sd_error)
                .map(|(sd, error)| with_error(sd, error));
            table.rows.push(vec![
                name.clone(),
                line.source.clone(),
                line.count.to_string(),
                mean(line.mean),
                sd.unwrap_or_else(|| "–".to_owned()),
                line.share_of_all
                    .map_or_else(|| "–".to_owned(), |s| format!("{s:.2}")),
            ]);
        }
        if let Some((seeds, of_runs, sd)) = test_set(material, arm, against.as_deref()) {
            let cells = [
                name,
                "test rows".to_owned(),
                seeds.to_string(),
                mean(of_runs),
                format!("{:.3}", 100.0 * sd),
                "–".to_owned(),
            ];
            table.rows.push(cells.into());
        }
    }
    Some(table)
}

/// Of the runs themselves: seeds, mean, and what another test set of the same size would move.
fn test_set(material: &Material, arm: &str, against: Option<&str>) -> Option<(usize, f64, f64)> {
    let rows = material.summary.test_rows.as_ref()?;
    let (variance, mean) = match against {
        None => {
            let variance = rows.arms.get(arm)?.model.variance;
            (variance, 1.0 - variance.mean)
        }
        Some(against) => {
            let mut compared = rows.comparisons.iter();
            let variance = compared
                .find(|c| c.arm == arm && c.against == against)?
                .variance;
            (variance, variance.mean)
        }
    };
    Some((variance.seeds, mean, variance.sd_from_rows_one_run))
}

/// "transfer makes fewer errors in 30 of 45 pairs (shown in 3), more in 14 (shown in 2)"; what is
/// shown holds after correcting for all of them.
fn tally(pairs: &PairsSummary) -> String {
    use crate::stats::Conclusion::{Lowers, Raises};
    let compared = || {
        pairs
            .pairs
            .iter()
            .filter_map(|pair| pair.comparisons.first())
    };
    let shown = |wanted| compared().filter(|c| c.conclusion == wanted).count();
    let means = |sign: f64| {
        compared()
            .filter(|c| sign * c.error_difference.mean > 0.0)
            .count()
    };
    format!(
        "{} makes fewer errors in {} of {} (shown in {}), more in {} (shown in {})",
        pairs.arms.get(1).map_or("", String::as_str),
        means(-1.0),
        counted(pairs.pairs.len(), "pair"),
        shown(Lowers),
        means(1.0),
        shown(Raises)
    )
}

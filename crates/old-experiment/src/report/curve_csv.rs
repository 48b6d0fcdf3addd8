//! The numbers behind the curves, as CSV: a row per point, seed and training. Empty where a curve
//! was not trained.

use super::load::Material;
use super::text::{bounds, csv, exact, exact_or_empty, wins};
use crate::stats::Comparison;
use crate::summary::Measure;

const MEASURE: [&str; 5] = [
    "seeds",
    "test_error",
    "test_error_sd",
    "test_error_low",
    "test_error_high",
];

fn measure(measure: &Measure) -> [String; 5] {
    let d = &measure.description;
    let [low, high] = bounds(&d.mean_interval);
    [
        d.count.to_string(),
        exact(d.mean),
        exact_or_empty(d.sd),
        low,
        high,
    ]
}

const COMPARED: [&str; 9] = [
    "against",
    "difference",
    "difference_low",
    "difference_high",
    "wins",
    "ties",
    "losses",
    "sign_flip_p",
    "holm_p",
];

fn compared(comparison: Option<&Comparison>) -> Vec<String> {
    let Some(c) = comparison else {
        return vec![String::new(); COMPARED.len()];
    };
    let mut cells = vec![c.against.clone(), exact(c.error_difference.mean)];
    cells.extend(bounds(&c.error_difference.bounds));
    cells.extend(wins(c));
    cells.push(exact(c.sign_flip.p));
    cells.push(exact_or_empty(c.holm.map(|holm| holm.p)));
    cells
}

fn heading(first: &[&'static str]) -> Vec<&'static str> {
    [first, &MEASURE, &COMPARED].concat()
}

/// The files of the curves that were trained.
pub(super) fn files(material: &Material) -> Vec<(&'static str, String)> {
    let files = [
        ("report/samples.csv", samples(material)),
        ("report/depth.csv", depth(material)),
        ("report/pairs.csv", pairs(material)),
        ("report/vary.csv", vary(material)),
    ];
    files
        .into_iter()
        .filter(|(_, text)| !text.is_empty())
        .collect()
}

/// Test errors by the number of target rows.
fn samples(material: &Material) -> String {
    let Some(samples) = &material.summary.curves.samples else {
        return String::new();
    };
    let rows = samples.points.iter().flat_map(|point| {
        let arms = samples.arms.iter().zip(&point.arms);
        arms.map(|(name, arm)| {
            let mut row = vec![point.rows.to_string(), name.clone(), arm.epochs.to_string()];
            row.extend(measure(&arm.test_error));
            row.extend(compared(point.comparisons.iter().find(|c| c.arm == *name)));
            row
        })
    });
    csv(&heading(&["rows", "arm", "epochs"]), rows)
}

/// Test errors by the number of layers reused.
fn depth(material: &Material) -> String {
    let Some(depth) = &material.summary.curves.depth else {
        return String::new();
    };
    let reference = |curve: &str, layers: &str, of: &Measure| {
        let mut row = vec![curve.to_owned(), layers.to_owned()];
        row.extend(measure(of));
        row.extend(compared(None));
        row
    };
    let points = depth.points.iter().map(|point| {
        let mut row = vec![point.curve.name().to_owned(), point.layers.to_string()];
        row.extend(measure(&point.test_error));
        row.extend(compared(Some(&point.comparison)));
        row
    });
    let base = [
        reference("base", "", &depth.base),
        reference("none reused", "0", &depth.none_reused),
    ];
    csv(
        &heading(&["curve", "layers"]),
        base.into_iter().chain(points),
    )
}

/// Test errors by the classes of the target task.
fn pairs(material: &Material) -> String {
    let Some(pairs) = &material.summary.curves.pairs else {
        return String::new();
    };
    let rows = pairs.pairs.iter().flat_map(|pair| {
        pair.comparisons.iter().map(|c| {
            let mut row: Vec<String> = pair.classes.iter().map(u8::to_string).collect();
            row.push(c.pairs.to_string());
            row.push(exact(pair.source_accuracy));
            row.extend([c.arm.clone(), exact(c.arm_error), exact(c.against_error)]);
            row.extend(compared(Some(c)));
            row
        })
    });
    let first = [
        "class_a",
        "class_b",
        "seeds",
        "source_accuracy",
        "arm",
        "arm_error",
        "against_error",
    ];
    csv(&[&first[..], &COMPARED].concat(), rows)
}

/// The spread by what the seed moves.
fn vary(material: &Material) -> String {
    let Some(vary) = &material.summary.curves.vary else {
        return String::new();
    };
    let rows = vary.tables.iter().flat_map(|of| {
        of.table.sources.iter().chain(&of.table.all).map(|line| {
            let against = of.against.clone().unwrap_or_default();
            let mut row = vec![of.arm.clone(), against, line.source.clone()];
            row.extend([line.count.to_string(), exact(line.mean)]);
            row.extend([line.sd, line.sd_error, line.share_of_all].map(exact_or_empty));
            row
        })
    });
    let heading = [
        "arm",
        "against",
        "varied",
        "seeds",
        "mean",
        "sd",
        "sd_error",
        "share_of_all",
    ];
    csv(&heading, rows)
}

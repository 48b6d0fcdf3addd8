//! Reading of `tests/fixtures`, and comparing with what stands there.

use fm_stats::{Comparison, Settings, compare, correct_for_family};
use serde_json::Value;

/// A file of the crate's fixtures, as text.
pub(crate) fn text(name: &str) -> String {
    let path = format!("{}/tests/fixtures/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

pub(crate) fn json(name: &str) -> Value {
    serde_json::from_str(&text(name)).unwrap()
}

pub(crate) fn number(value: &Value) -> f64 {
    value
        .as_f64()
        .unwrap_or_else(|| panic!("{value} is not a number"))
}

pub(crate) fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(number).collect()
}

/// Wrong rows of 2,000 as errors.
pub(crate) fn of_2000(value: &Value) -> Vec<f64> {
    numbers(value).iter().map(|wrong| wrong / 2_000.0).collect()
}

/// To a relative tolerance.
pub(crate) fn assert_close(found: f64, expected: f64, tolerance: f64, what: &str) {
    let scale = found.abs().max(expected.abs());
    assert!(
        (found - expected).abs() <= tolerance * scale,
        "{what}: {found}, expected {expected}"
    );
}

/// The sign-flip p of differences of any size, as that of two arms with these differences.
pub(crate) fn sign_flip(differences: &[f64], settings: &Settings) -> f64 {
    let largest = differences.iter().fold(0.0_f64, |m, d| m.max(d.abs()));
    let arm = |sign: f64| -> Vec<f64> {
        let share = |d: &f64| (sign * d / largest).max(0.0);
        differences.iter().map(share).collect()
    };
    compare(&arm(1.0), &arm(-1.0), settings).unwrap().p
}

/// Holm's correction of p values.
pub(crate) fn holm(p_values: &[f64]) -> Vec<f64> {
    let any = compare(&[0.0], &[0.0], &Settings::default()).unwrap();
    let with = |&p: &f64| Comparison { p, ..any.clone() };
    let mut comparisons: Vec<Comparison> = p_values.iter().map(with).collect();
    correct_for_family(&mut comparisons);
    comparisons.iter().map(|c| c.adjusted_p).collect()
}

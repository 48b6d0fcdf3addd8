//! Values that SciPy, NumPy, statsmodels and metafor computed; the scripts stand beside the fixtures.

use fm_stats::{
    Scenario, Settings, compare, compare_rows, describe, expected_best, pool, power, sd,
};
use serde_json::Value;

use crate::fixtures::{assert_close, holm, json, number, numbers, of_2000, text};

/// Relative: a few thousand roundings; a different formula is never so close.
const ROUNDING: f64 = 1e-12;

fn cases(fixture: &Value, key: &str) -> Vec<Value> {
    let cases = fixture[key].as_array().unwrap();
    assert!(!cases.is_empty(), "{key} has no cases");
    cases.clone()
}

#[test]
fn descriptions() {
    for case in cases(&json("statistics.json"), "describe") {
        let values = numbers(&case["values"]);
        let name = case["name"].as_str().unwrap();
        let found = describe(&values, &Settings::default()).unwrap();
        assert_close(found.mean, number(&case["mean"]), ROUNDING, name);
        assert_close(found.sd.unwrap(), number(&case["sd"]), ROUNDING, name);
        assert_close(sd(&values).unwrap(), number(&case["sd"]), ROUNDING, name);
        assert_close(found.median, number(&case["median"]), ROUNDING, name);
        let interval = found.interval.unwrap();
        // Student's quantile is within 1e-11 of SciPy's.
        assert_close(interval.low, number(&case["low"]), 1e-11, name);
        assert_close(interval.high, number(&case["high"]), 1e-11, name);
    }
}

#[test]
fn comparisons() {
    for case in cases(&json("statistics.json"), "paired") {
        let name = case["name"].as_str().unwrap();
        let (arm, baseline) = (of_2000(&case["arm"]), of_2000(&case["baseline"]));
        let found = compare(&arm, &baseline, &Settings::default()).unwrap();
        assert_close(found.p, number(&case["p"]), ROUNDING, name);
        // SciPy had whole rows; Student's quantile is within 1e-11 of SciPy's.
        let interval = found.interval.unwrap();
        for (found, key) in [
            (found.difference, "difference"),
            (interval.low, "low"),
            (interval.high, "high"),
        ] {
            assert_close(found, number(&case[key]), 1e-10, name);
        }
    }
}

/// All 2³⁰ choices of signs, counted in the script by whole-number convolution.
#[test]
fn sign_flip_of_thirty_pairs_is_exact() {
    let case = &json("statistics.json")["sign_flip_30"];
    let (arm, baseline) = (of_2000(&case["arm"]), of_2000(&case["baseline"]));
    let found = compare(&arm, &baseline, &Settings::default()).unwrap();
    assert_eq!(found.p, number(&case["p"]));
}

#[test]
fn holms_correction() {
    for case in cases(&json("statistics.json"), "holm") {
        let adjusted = holm(&numbers(&case["p"]));
        for (found, expected) in adjusted.iter().zip(numbers(&case["adjusted"])) {
            assert_close(*found, expected, ROUNDING, "holm");
        }
    }
}

/// Every set of trials enumerated.
#[test]
fn expected_best_over_the_budget() {
    for case in cases(&json("statistics.json"), "expected_best") {
        let (validation, score) = (numbers(&case["validation_error"]), numbers(&case["score"]));
        let found = expected_best(&validation, &score).unwrap();
        let expected = numbers(&case["expected"]);
        assert_eq!(found.len(), expected.len());
        for (found, expected) in found.iter().zip(expected) {
            assert_close(*found, expected, ROUNDING, "expected best");
        }
    }
}

/// Stated power within 3 points of NumPy's simulation of the same rule, at 12, 29 and 60 draws: 10,000
/// experiments here and 20,000 there have a standard error of 0.6 points together.
#[test]
fn stated_power() {
    for case in cases(&json("statistics.json"), "power") {
        let scenario = Scenario {
            difference: number(&case["difference"]),
            draw_sd: number(&case["draw_sd"]),
            rows_error: number(&case["rows_error"]),
            family: case["family"].as_u64().unwrap() as usize,
        };
        let draws = case["draws"].as_u64().unwrap() as usize;
        let found = power(draws, &scenario, &Settings::default()).unwrap();
        let expected = number(&case["better"]);
        let close = (found - expected).abs() < 0.03;
        assert!(close, "{found}, NumPy has {expected}: {case}");
    }
}

/// An arm's draws × rows from `crossed.csv`.
fn matrix(arm: &str) -> Vec<Vec<bool>> {
    let text = text("crossed.csv");
    let lines = text
        .lines()
        .skip(1)
        .map(|line| line.split(',').collect::<Vec<_>>());
    lines
        .filter(|fields| fields[1] == arm)
        .map(|fields| fields[2].bytes().map(|digit| digit == b'1').collect())
        .collect()
}

#[test]
fn variance_components_and_crossed_intervals() {
    let expected = json("crossed.json");
    let settings = Settings::default();
    let (arm, baseline) = (matrix("transfer"), matrix("scratch"));
    let no_errors = vec![vec![false; 400]; 30];
    for (name, arm, baseline) in [
        ("arm", &arm, &no_errors),
        ("baseline", &baseline, &no_errors),
        ("difference", &arm, &baseline),
    ] {
        let found = compare_rows(arm, baseline, &settings).unwrap();
        let found = found.crossed.unwrap();
        let expected = &expected[name];
        assert_eq!((found.draws, found.rows), (30, 400));
        let (interval, draws_interval) = (found.interval.unwrap(), found.draws_interval.unwrap());
        for (found, key) in [
            (found.mean, "mean"),
            (found.draw_sd, "draw_sd"),
            (found.rows_error, "rows_error"),
            (found.rows_floor, "rows_floor"),
            (found.standard_error, "standard_error"),
            (found.degrees, "degrees"),
            (interval.low, "low"),
            (interval.high, "high"),
            (draws_interval.low, "draws_low"),
            (draws_interval.high, "draws_high"),
        ] {
            assert_close(found, number(&expected[key]), 1e-9, key);
        }
        let variance = &expected["variance"];
        assert_close(found.variance.draws, number(&variance["draws"]), 1e-9, name);
        assert_close(found.variance.rows, number(&variance["rows"]), 1e-9, name);
        let residual = number(&variance["residual"]);
        assert_close(found.variance.residual, residual, 1e-9, name);
        // The pigeonhole bootstrap's variance exceeds ours by 2 σ²_rest / (D R) as expected of it;
        // 3 % for terms of 1/30, and 1 % standard error of 20,000 resamples.
        let excess = 2.0 * found.variance.residual / (30.0 * 400.0);
        let bootstrap = number(&expected["pigeonhole_error"]);
        let ours = found.standard_error * found.standard_error + excess;
        assert_close(ours, bootstrap * bootstrap, 0.06, name);
    }
}

/// metafor's `rma(method = "PM", test = "knha")` and `blup()`, on its published example among others.
#[test]
fn partial_pooling() {
    for case in cases(&json("pooling.json"), "cases") {
        let name = case["name"].as_str().unwrap();
        let (differences, errors) = (&case["differences"], &case["standard_errors"]);
        let found = pool(
            &numbers(differences),
            &numbers(errors),
            &Settings::default(),
        )
        .unwrap();
        // metafor iterates to 1e-14 of the variance, which 1e-9 of everything leaves room for.
        let same = |found: Vec<f64>, key: &str| {
            let expected = numbers(&case[key]);
            assert_eq!(found.len(), expected.len());
            for (found, expected) in found.into_iter().zip(expected) {
                assert_close(found, expected, 1e-9, &format!("{name}, {key}"));
            }
        };
        let between = number(&case["between_sd"]);
        assert_close(found.between_sd, between, 1e-9, name);
        assert_close(found.mean, number(&case["mean"]), 1e-9, name);
        let of = |f: fn(&fm_stats::Estimate) -> f64| found.effects.iter().map(f).collect();
        same(of(|e| e.value), "effects");
        same(of(|e| e.standard_error), "effect_errors");
        same(of(|e| e.interval.low), "effect_low");
        same(of(|e| e.interval.high), "effect_high");
    }
}

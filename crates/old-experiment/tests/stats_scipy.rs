//! Held to SciPy's and statsmodels' values (`tests/fixtures/statistics.json`, with the script that
//! made it).

use fm_experiment::stats::{
    Bounds, FEWEST_RESAMPLED, FEWEST_VALUES, Settings, SignFlipMethod, SmallSample, WilcoxonMethod,
    bca_interval, describe, error_ratio, holm, interquartile_mean, mean, median,
    paired_differences, sd, sign_flip, wilcoxon, wilson,
};
use serde_json::Value;

fn fixture() -> Value {
    // Made in this repository, so it is not looked for in `FM_FIXTURES`.
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/fixtures/statistics.json"
    );
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn number(value: &Value) -> f64 {
    value
        .as_f64()
        .unwrap_or_else(|| panic!("{value} is no number"))
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(number).collect()
}

/// Relative to the larger of the two, 1e-12: a few thousand roundings, and no different formula is
/// so near.
fn assert_same(found: f64, expected: f64, what: &str) {
    let scale = found.abs().max(expected.abs());
    assert!(
        (found - expected).abs() <= 1e-12 * scale,
        "{what}: {found}, SciPy has {expected}"
    );
}

#[test]
fn estimates_of_a_sample() {
    for case in fixture()["describe"].as_array().unwrap() {
        let values = numbers(&case["values"]);
        let name = case["name"].as_str().unwrap();
        assert_same(mean(&values), number(&case["mean"]), name);
        assert_same(sd(&values).unwrap(), number(&case["sd"]), name);
        assert_same(median(&values), number(&case["median"]), name);
        assert_same(
            interquartile_mean(&values),
            number(&case["interquartile_mean"]),
            name,
        );
    }
}

/// The same bootstrap distribution must give the same interval.
#[test]
fn bca_of_a_given_distribution() {
    let mut compared = 0;
    for case in fixture()["describe"].as_array().unwrap() {
        for exact in case["exact"].as_array().unwrap() {
            let statistic = exact["statistic"].as_str().unwrap();
            let settings = Settings {
                level: number(&exact["level"]),
                small_sample: SmallSample::Plain,
                ..Settings::default()
            };
            let jackknife = numbers(&exact["jackknife"]);
            let found = bca_interval(
                &mut numbers(&exact["distribution"]),
                number(&case[statistic]),
                &jackknife,
                settings.tail_z(jackknife.len()),
            )
            .unwrap();
            let what = format!("{} {statistic}", case["name"]);
            assert_same(found.low, number(&exact["low"]), &what);
            assert_same(found.high, number(&exact["high"]), &what);
            compared += 1;
        }
    }
    assert!(compared >= 28, "only {compared} intervals compared");
}

/// Our resamples against SciPy's. With 100,000 the ends' standard error is about 0.4 % of the
/// width, of SciPy's 200,000 0.3 %: 2.5 % is five of both together.
#[test]
fn bca_of_our_own_resamples() {
    let mut compared = 0;
    for case in fixture()["describe"].as_array().unwrap() {
        for sampled in case["sampled"].as_array().unwrap() {
            let small_sample = match sampled["small_sample"].as_str().unwrap() {
                "plain" => SmallSample::Plain,
                _ => SmallSample::Widened,
            };
            let settings = Settings {
                resamples: 100_000,
                small_sample,
                ..Settings::default()
            };
            let found = describe(&numbers(&case["values"]), &settings).unwrap();
            let statistic = sampled["statistic"].as_str().unwrap();
            let count = numbers(&case["values"]).len();
            let bounds: Bounds = match statistic {
                // The default's is Student's then; of three values there is none.
                "mean" if small_sample == SmallSample::Widened && count < FEWEST_RESAMPLED => {
                    continue;
                }
                "mean" => found.mean_interval,
                "interquartile_mean" => found.interquartile_mean_interval,
                // Medians are not resampled.
                _ => continue,
            };
            let Some(found) = bounds.interval() else {
                // SciPy makes one of any number of values.
                assert!(count < FEWEST_VALUES, "{}", case["name"]);
                continue;
            };
            let (low, high) = (number(&sampled["low"]), number(&sampled["high"]));
            let tolerance = 0.025 * (high - low);
            assert!(
                (found.low - low).abs() <= tolerance && (found.high - high).abs() <= tolerance,
                "{} {statistic} {small_sample:?}: {found:?}, SciPy has {low} to {high}",
                case["name"]
            );
            compared += 1;
        }
    }
    assert!(compared >= 17, "only {compared} intervals compared");
}

#[test]
fn students_interval_of_few_values() {
    let mut compared = 0;
    for case in fixture()["describe"].as_array().unwrap() {
        let values = numbers(&case["values"]);
        if !(FEWEST_VALUES..FEWEST_RESAMPLED).contains(&values.len()) {
            continue;
        }
        let found = describe(&values, &Settings::default()).unwrap();
        let found = found.mean_interval.interval().unwrap();
        let (name, expected) = (case["name"].as_str().unwrap(), numbers(&case["student"]));
        assert_same(found.low, expected[0], name);
        assert_same(found.high, expected[1], name);
        compared += 1;
    }
    assert!(compared >= 2, "only {compared} intervals compared");
}

#[test]
fn sign_flip_and_wilcoxon() {
    let fixture = fixture();
    for case in fixture["paired"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let of_2000 = |key: &str| -> Vec<f64> {
            numbers(&case[key])
                .iter()
                .map(|wrong| wrong / 2000.0)
                .collect()
        };
        // SciPy had whole rows; the rounding of the division and subtraction must not show.
        let differences = paired_differences(&of_2000("arm"), &of_2000("against")).unwrap();
        let flip = sign_flip(&differences, &Settings::default()).unwrap();
        assert_eq!(flip.method, SignFlipMethod::Exact);
        assert_same(flip.p, number(&case["sign_flip_p"]), name);
        let ranks = wilcoxon(&differences).unwrap();
        assert_eq!(ranks.method, WilcoxonMethod::Exact);
        assert_same(ranks.p, number(&case["wilcoxon_exact_p"]), name);
        assert_eq!(ranks.ranks_above, number(&case["ranks_above"]), "{name}");
        assert_eq!(ranks.ranks_below, number(&case["ranks_below"]), "{name}");
        if !case["wilcoxon_scipy_exact_p"].is_null() {
            assert_same(ranks.p, number(&case["wilcoxon_scipy_exact_p"]), name);
        }
    }
}

/// All 2³⁰ choices of signs, counted in the script by whole-number convolution.
#[test]
fn sign_flip_of_thirty_pairs_is_exact() {
    let fixture = fixture();
    let case = &fixture["sign_flip_30"];
    let of_2000 = |key: &str| -> Vec<f64> {
        numbers(&case[key])
            .iter()
            .map(|wrong| wrong / 2000.0)
            .collect()
    };
    let differences = paired_differences(&of_2000("arm"), &of_2000("against")).unwrap();
    let flip = sign_flip(&differences, &Settings::default()).unwrap();
    assert_eq!(flip.p, number(&case["p"]));
}

#[test]
fn wilcoxon_of_many_pairs() {
    for case in fixture()["wilcoxon_large"].as_array().unwrap() {
        let differences = numbers(&case["differences"]);
        let found = wilcoxon(&differences).unwrap();
        assert_eq!(found.method, WilcoxonMethod::NormalApproximation);
        let expected = number(&case["p"]);
        // Relative 1e-9: far in the tail the exponential magnifies the last bits of z.
        assert!(
            (found.p - expected).abs() <= 1e-9 * expected,
            "{found:?} {expected}"
        );
    }
}

#[test]
fn wilson_holm_and_ratio() {
    let fixture = fixture();
    for case in fixture["wilson"].as_array().unwrap() {
        let count = case["count"].as_u64().unwrap() as usize;
        let found = wilson(number(&case["won"]), count, number(&case["level"]));
        assert!(
            (found.low - number(&case["low"])).abs() < 1e-12,
            "{case} {found:?}"
        );
        assert!(
            (found.high - number(&case["high"])).abs() < 1e-12,
            "{case} {found:?}"
        );
    }
    for case in fixture["holm"].as_array().unwrap() {
        for (found, expected) in holm(&numbers(&case["p"]))
            .iter()
            .zip(numbers(&case["adjusted"]))
        {
            assert_same(*found, expected, "holm");
        }
    }
    let case = &fixture["ratio"];
    let of_2000 = |key: &str| -> Vec<f64> {
        numbers(&case[key])
            .iter()
            .map(|wrong| wrong / 2000.0)
            .collect()
    };
    let found = error_ratio(&of_2000("arm"), &of_2000("against"), &Settings::default()).unwrap();
    assert_same(found.value.unwrap(), number(&case["value"]), "ratio");
}

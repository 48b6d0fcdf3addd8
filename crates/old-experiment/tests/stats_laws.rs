//! Laws that hold for any sample: swapping arms, order of pairs, scale, bounds, same bytes.

mod stats_support;

use fm_experiment::stats::{
    ArmErrors, Comparison, Conclusion, NoInterval, Settings, StatsError, compare, describe,
    error_ratio, smallest_p,
};
use stats_support::Draws;

fn compared(arm: &[f64], against: &[f64]) -> Comparison {
    let settings = Settings {
        resamples: 2_000,
        ..Settings::default()
    };
    stats_support::compared(arm, against, &settings)
}

/// Wrong rows of 2,000, with ties and zeros among the differences.
fn errors(draws: &mut Draws, count: usize, typical: f64) -> Vec<f64> {
    draws.many(count, |d| (typical * d.log_normal(0.5)).round() / 2_000.0)
}

fn assert_near(a: f64, b: f64, what: &str) {
    // Sums in another order or through 1/x: a few roundings of numbers below 100.
    assert!(
        (a - b).abs() <= 1e-12 * a.abs().max(b.abs()).max(1.0),
        "{what}: {a} and {b}"
    );
}

#[test]
fn swapping_arms_mirrors_everything() {
    let mut draws = Draws::new("swap");
    for count in [1, 2, 3, 5, 8, 30] {
        let (a, b) = (
            errors(&mut draws, count, 25.0),
            errors(&mut draws, count, 33.0),
        );
        let (ab, ba) = (compared(&a, &b), compared(&b, &a));
        assert_eq!(ab.error_difference.mean, -ba.error_difference.mean);
        assert_eq!(ab.sign_flip, ba.sign_flip);
        assert_eq!(ab.wilcoxon.p, ba.wilcoxon.p);
        assert_eq!(ab.wilcoxon.ranks_above, ba.wilcoxon.ranks_below);
        assert_eq!((ab.wins.wins, ab.wins.ties), (ba.wins.losses, ba.wins.ties));
        assert_near(
            ab.win_probability,
            1.0 - ba.win_probability,
            "win probability",
        );
        assert_near(ab.wins.low, 1.0 - ba.wins.high, "win interval");
        match (
            ab.error_difference.bounds.interval(),
            ba.error_difference.bounds.interval(),
        ) {
            (Some(ab), Some(ba)) => {
                assert_near(ab.low, -ba.high, "difference");
                assert_near(ab.high, -ba.low, "difference");
            }
            (ab, ba) => assert_eq!(ab, ba),
        }
        if let (Some(r), Some(q)) = (ab.error_ratio, ba.error_ratio) {
            assert_near(r, 1.0 / q, "ratio");
            if let (Some(i), Some(j)) = (ab.ratio.bounds.interval(), ba.ratio.bounds.interval()) {
                assert_near(i.low, 1.0 / j.high, "ratio interval");
            }
        }
        let mirrored = match ab.conclusion {
            Conclusion::Lowers => Conclusion::Raises,
            Conclusion::Raises => Conclusion::Lowers,
            other => other,
        };
        assert_eq!(ba.conclusion, mirrored);
    }
}

#[test]
fn same_input_same_bytes_and_another_seed_other_resamples() {
    let mut draws = Draws::new("bytes");
    let (a, b) = (errors(&mut draws, 30, 25.0), errors(&mut draws, 30, 30.0));
    let text = |c: &Comparison| serde_json::to_string(c).unwrap();
    let first = compared(&a, &b);
    assert_eq!(text(&first), text(&compared(&a, &b)));
    let (arm, against) = (
        ArmErrors {
            name: "transfer",
            errors: &a,
        },
        ArmErrors {
            name: "scratch",
            errors: &b,
        },
    );
    let settings = Settings {
        resamples: 2_000,
        seed: 1,
        ..Settings::default()
    };
    let other = compare(arm, against, &settings).unwrap();
    assert_ne!(first.error_difference.bounds, other.error_difference.bounds);
    assert_eq!(first.sign_flip, other.sign_flip);
    let back: Comparison = serde_json::from_str(&text(&first)).unwrap();
    assert_eq!(back, first);
}

/// Bytes that any machine must give: recorded once, on x86-64.
#[test]
fn bytes_recorded_once() {
    let values = [0.0172, 0.0155, 0.0301, 0.0124, 0.0181, 0.0143, 0.0212];
    let found = describe(&values, &Settings::default()).unwrap();
    assert_eq!(
        serde_json::to_string(&found).unwrap(),
        concat!(
            r#"{"count":7,"mean":0.0184,"sd":0.005880476171195662,"median":0.0172,"#,
            r#""interquartile_mean":0.01726,"min":0.0124,"max":0.0301,"#,
            r#""mean_interval":{"low":0.012961466614984141,"high":0.023838533385015858},"#,
            r#""median_interval":{"low":0.013793333333333335,"high":0.02357333333333333},"interquartile_mean_interval":"#,
            r#"{"low":0.013779999999999997,"high":0.025740000000000002}}"#
        )
    );
    let others = [0.0101, 0.0123, 0.0142, 0.0131, 0.0112, 0.0095, 0.0104];
    let ratio = error_ratio(&others, &values, &Settings::default()).unwrap();
    assert_eq!(
        serde_json::to_string(&ratio).unwrap(),
        r#"{"value":1.5485301744122,"low":1.1951920083921208,"high":2.006326752712319}"#
    );
}

#[test]
fn order_of_pairs_changes_no_test_and_no_estimate() {
    let mut draws = Draws::new("order");
    let (a, b) = (errors(&mut draws, 17, 25.0), errors(&mut draws, 17, 30.0));
    let reversed = |v: &[f64]| v.iter().rev().copied().collect::<Vec<_>>();
    let (one, other) = (compared(&a, &b), compared(&reversed(&a), &reversed(&b)));
    assert_eq!(one.sign_flip, other.sign_flip);
    assert_eq!(one.wilcoxon, other.wilcoxon);
    assert_eq!(one.wins, other.wins);
    assert_eq!(one.conclusion, other.conclusion);
    assert_near(
        one.error_difference.mean,
        other.error_difference.mean,
        "mean",
    );
    let settings = Settings {
        resamples: 500,
        ..Settings::default()
    };
    let (one, other) = (
        describe(&a, &settings).unwrap(),
        describe(&reversed(&a), &settings).unwrap(),
    );
    assert_eq!(one, other);
}

#[test]
fn every_number_is_finite_and_every_p_a_probability() {
    let mut draws = Draws::new("finite");
    for round in 0..300 {
        let count = 1 + round % 12;
        // Small counts: zeros, ties and constant samples come often.
        let (a, b) = (
            errors(&mut draws, count, 1.5),
            errors(&mut draws, count, 2.0),
        );
        let found = compared(&a, &b);
        for p in [found.sign_flip.p, found.wilcoxon.p] {
            assert!(
                p > 0.0 && p <= 1.0 && p >= smallest_p(count),
                "{p} of {count}"
            );
        }
        assert!(
            found.wins.low <= found.win_probability && found.win_probability <= found.wins.high
        );
        if let Some(i) = found.error_difference.bounds.interval() {
            assert!(i.low.is_finite() && i.high.is_finite() && i.low <= i.high);
        }
        // serde_json writes NaN and infinities as null, where the type has none.
        let json = serde_json::to_string(&found).unwrap();
        assert_eq!(serde_json::from_str::<Comparison>(&json).unwrap(), found);
        let described = describe(
            &a,
            &Settings {
                resamples: 100,
                ..Settings::default()
            },
        )
        .unwrap();
        let json = serde_json::to_value(&described).unwrap();
        for key in ["mean", "median", "interquartile_mean", "min", "max"] {
            assert!(json[key].as_f64().unwrap().is_finite(), "{key}");
        }
        for key in [
            "mean_interval",
            "median_interval",
            "interquartile_mean_interval",
        ] {
            assert_eq!(
                json[key]["low"].is_null(),
                json[key]["no_interval"].is_object(),
                "{json}"
            );
        }
    }
}

#[test]
fn degenerate_samples_say_why_there_is_no_interval() {
    let reason = |values: &[f64]| {
        let found = describe(values, &Settings::default()).unwrap();
        assert_eq!(found.mean_interval, found.median_interval);
        (found.sd, found.mean_interval.no_interval.unwrap())
    };
    assert_eq!(
        reason(&[0.2]),
        (
            None,
            NoInterval::TooFewValues {
                count: 1,
                needed: 6
            }
        )
    );
    let (sd, why) = reason(&[0.2, 0.3]);
    assert_near(sd.unwrap(), 0.005_f64.sqrt(), "sd of two");
    assert_eq!(
        why,
        NoInterval::TooFewValues {
            count: 2,
            needed: 6
        }
    );
    assert_eq!(reason(&[0.1; 9]), (Some(0.0), NoInterval::AllEqual));
    // One value in a hundred differs: the median of hardly any resample does.
    let mut values = vec![0.5; 100];
    values[0] = 0.1;
    let found = describe(&values, &Settings::default()).unwrap();
    assert_eq!(
        found.median_interval.no_interval,
        Some(NoInterval::EstimateConstant)
    );
    assert!(found.mean_interval.interval().is_some());
}

#[test]
fn what_cannot_be_computed_is_refused_by_name() {
    let settings = Settings::default();
    assert!(matches!(
        describe(&[], &settings),
        Err(StatsError::Empty { .. })
    ));
    let found = describe(&[0.1, f64::NAN], &settings);
    assert!(matches!(found, Err(StatsError::NotFinite { index: 1, .. })));
    assert!(matches!(
        describe(&[1e200], &settings),
        Err(StatsError::NotFinite { index: 0, .. })
    ));
    let arm = |errors| ArmErrors {
        name: "transfer",
        errors,
    };
    let refused = compare(arm(&[0.1, 0.2]), arm(&[0.1]), &settings).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "transfer has 2 values and transfer has 1: pairs need as many"
    );
    let refused = compare(arm(&[1.72]), arm(&[0.1]), &settings).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "transfer: value 0 is 1.72; expected a fraction from 0 to 1"
    );
    for settings in [
        Settings {
            level: 95.0,
            ..settings
        },
        Settings {
            level: f64::NAN,
            ..settings
        },
        Settings {
            resamples: 0,
            ..settings
        },
        Settings {
            resamples: usize::MAX,
            ..settings
        },
    ] {
        assert!(matches!(
            describe(&[0.1], &settings),
            Err(StatsError::Setting { .. })
        ));
    }
}

#[test]
fn higher_levels_and_fewer_values_widen() {
    let mut draws = Draws::new("wider");
    let values = draws.many(20, Draws::normal);
    let width = |level: f64| {
        let settings = Settings {
            level,
            ..Settings::default()
        };
        let i = describe(&values, &settings)
            .unwrap()
            .mean_interval
            .interval()
            .unwrap();
        i.high - i.low
    };
    assert!(width(0.8) < width(0.9) && width(0.9) < width(0.95) && width(0.95) < width(0.99));
    let settings = Settings::default();
    assert!((3..200).all(|n| settings.tail_z(n) > settings.tail_z(n + 1)));
    // √(30/29) · 2.045229642132703 (t of 29 degrees of freedom).
    assert_near(settings.tail_z(30), 2.080193365280455, "z for 30");
}

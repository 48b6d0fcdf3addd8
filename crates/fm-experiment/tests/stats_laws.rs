//! Laws that hold for any sample: swapping arms, order of pairs, scale, ties, bounds, same bytes.

mod stats_support;

use fm_experiment::stats::{
    ArmErrors, Comparison, Conclusion, NoInterval, Settings, SignFlipMethod, StatsError,
    VariedSource, WilcoxonMethod, WinConclusion, compare, describe, error_ratio, holm,
    interquartile_mean, paired_differences, paired_row_variance, pairs_to_conclude,
    pairs_to_detect, row_variance, sign_flip, smallest_p, variance_table, wilcoxon, wilson, wins,
};
use stats_support::Draws;

fn compared(arm: &[f64], against: &[f64]) -> Comparison {
    compare(
        ArmErrors {
            name: "transfer",
            errors: arm,
        },
        ArmErrors {
            name: "scratch",
            errors: against,
        },
        &Settings {
            resamples: 2_000,
            ..Settings::default()
        },
    )
    .unwrap()
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
            r#""mean_interval":{"low":0.014785714285714287,"high":0.026299999999999997},"#,
            r#""median_interval":{"low":0.0124,"high":0.0301},"interquartile_mean_interval":"#,
            r#"{"low":0.013779999999999997,"high":0.025740000000000002}}"#
        )
    );
    let others = [0.0101, 0.0123, 0.0142, 0.0131, 0.0112, 0.0095, 0.0104];
    let ratio = error_ratio(&others, &values, &Settings::default()).unwrap();
    assert_eq!(
        serde_json::to_string(&ratio).unwrap(),
        r#"{"value":1.5485301744122,"low":1.1171064092230403,"high":1.9081758524760506}"#
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
                needed: 3
            }
        )
    );
    let (sd, why) = reason(&[0.2, 0.3]);
    assert_near(sd.unwrap(), 0.005_f64.sqrt(), "sd of two");
    assert_eq!(
        why,
        NoInterval::TooFewValues {
            count: 2,
            needed: 3
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

#[test]
fn sign_flip_does_not_change_with_scale_and_samples_agree_with_counting() {
    let settings = Settings {
        resamples: 20_000,
        ..Settings::default()
    };
    let mut draws = Draws::new("flip");
    let differences = draws.many(40, |d| d.normal() + 0.25);
    let exact = sign_flip(&differences, &settings).unwrap();
    assert_eq!(exact.method, SignFlipMethod::Exact);
    let scaled: Vec<f64> = differences.iter().map(|d| d * -1e-7).collect();
    assert_eq!(sign_flip(&scaled, &settings).unwrap(), exact);
    // Zeros change nothing.
    let mut with_zeros = differences.clone();
    with_zeros.extend([0.0; 30]);
    assert_eq!(sign_flip(&with_zeros, &settings).unwrap(), exact);
    // One more pair than is counted, too small to matter: sampled, standard error 0.2 points at p =
    // 0.1.
    let mut sampled = differences;
    sampled.push(1e-7);
    let found = sign_flip(&sampled, &settings).unwrap();
    assert_eq!(found.method, SignFlipMethod::MonteCarlo { flips: 20_000 });
    let error = (exact.p * (1.0 - exact.p) / 20_000.0).sqrt();
    assert!(
        (found.p - exact.p).abs() <= 4.0 * error,
        "{found:?} {exact:?}"
    );
    // As far as can be from chance, p is the smallest that 20,000 flips allow.
    let one_sided = sign_flip(&[1.0; 60], &settings).unwrap();
    assert_eq!(one_sided.p, 1.0 / 20_001.0);
}

#[test]
fn a_larger_difference_has_a_smaller_p() {
    let mut draws = Draws::new("monotone");
    let noise = draws.many(14, Draws::normal);
    let p = |shift: f64| {
        let shifted: Vec<f64> = noise.iter().map(|d| 0.1 * d + shift).collect();
        (
            sign_flip(&shifted, &Settings::default()).unwrap().p,
            wilcoxon(&shifted).unwrap().p,
        )
    };
    let shifts = [0.05, 0.1, 0.2, 0.4, 1.0].map(p);
    assert!(
        shifts
            .windows(2)
            .all(|w| w[1].0 <= w[0].0 && w[1].1 <= w[0].1),
        "{shifts:?}"
    );
    assert_eq!(shifts[4], (smallest_p(14), smallest_p(14)));
}

#[test]
fn rounding_makes_no_ranks_out_of_ties() {
    // Five rows of 2,000 in every pair, which f64 subtraction gives in several sizes.
    let arm: Vec<f64> = (1..=12).map(|k| f64::from(7 * k) / 2_000.0).collect();
    let against: Vec<f64> = (1..=12).map(|k| f64::from(7 * k + 5) / 2_000.0).collect();
    let plain: Vec<f64> = arm.iter().zip(&against).map(|(a, b)| a - b).collect();
    assert!(
        plain.iter().any(|d| *d != plain[0]),
        "the subtraction rounds alike: nothing tested"
    );
    let differences = paired_differences(&arm, &against).unwrap();
    assert!(differences.iter().all(|d| *d == differences[0]));
    assert_near(differences[0], -0.0025, "difference");
    let found = wilcoxon(&differences).unwrap();
    assert_eq!(
        (found.ranks_below, found.method),
        (78.0, WilcoxonMethod::Exact)
    );
}

#[test]
fn wins_and_what_they_show() {
    let with = |wins: usize, ties: usize, losses: usize| {
        let mut d = vec![-0.01; wins];
        d.extend(vec![0.0; ties]);
        d.extend(vec![0.02; losses]);
        super_wins(&d)
    };
    fn super_wins(d: &[f64]) -> (f64, WinConclusion) {
        let found = wins(d, &Settings::default()).unwrap();
        (found.probability, found.conclusion)
    }
    assert_eq!(with(27, 0, 3), (0.9, WinConclusion::BetterAndMeaningful));
    assert_eq!(with(3, 0, 27), (0.1, WinConclusion::WorseAndMeaningful));
    assert_eq!(with(15, 0, 15), (0.5, WinConclusion::NoDifferenceShown));
    assert_eq!(with(10, 10, 10), (0.5, WinConclusion::NoDifferenceShown));
    assert_eq!(with(20, 5, 5), (0.75, WinConclusion::BetterAndMeaningful));
    // Surely better, and surely less often than three times in four.
    assert_eq!(
        with(1_200, 0, 800),
        (0.6, WinConclusion::BetterNotMeaningful)
    );
    assert_eq!(
        with(800, 0, 1_200),
        (0.4, WinConclusion::WorseNotMeaningful)
    );
    assert_eq!(with(5, 0, 0), (1.0, WinConclusion::TooFewPairs));
    assert_eq!(with(6, 0, 0), (1.0, WinConclusion::BetterAndMeaningful));
    assert!((0..30).all(|k| {
        let (a, b) = (
            wilson(f64::from(k), 30, 0.95),
            wilson(f64::from(k + 1), 30, 0.95),
        );
        a.low < b.low && a.high < b.high
    }));
}

#[test]
fn seeds_needed() {
    // The figures of Bouthillier et al. 2021.
    for (gamma, pairs) in [(0.75, 29), (0.7, 45), (0.8, 20)] {
        assert_eq!(pairs_to_detect(gamma, 0.05, 0.05), Some(pairs));
    }
    for refused in [0.5, 0.3, 1.0, f64::NAN, 0.5 + 1e-9] {
        assert_eq!(pairs_to_detect(refused, 0.05, 0.05), None);
    }
    assert_eq!(pairs_to_detect(0.75, 0.0, 0.05), None);
    assert_eq!(
        (smallest_p(5), smallest_p(6), smallest_p(10)),
        (0.0625, 0.03125, 0.001953125)
    );
    assert_eq!((smallest_p(0), smallest_p(1)), (1.0, 1.0));
    assert_eq!(
        (pairs_to_conclude(0.05, 1), pairs_to_conclude(0.05, 5)),
        (6, 8)
    );
}

#[test]
fn holm_keeps_order_and_never_lowers_a_p() {
    let mut draws = Draws::new("holm");
    for count in 0..20 {
        let p = draws.many(count, Draws::uniform);
        let adjusted = holm(&p);
        for (i, (&raw, &adj)) in p.iter().zip(&adjusted).enumerate() {
            assert!(raw <= adj && adj <= 1.0 && adj <= raw * count as f64 + 1e-15);
            assert!((0..count).all(|j| p[j] < raw || adjusted[j] >= adj || p[i] > p[j]));
        }
    }
    assert_eq!(holm(&[0.01, 0.04, 0.03]), [0.03, 0.06, 0.06]);
}

#[test]
fn interquartile_mean_cuts_whole_values() {
    assert_eq!(interquartile_mean(&[100.0, 1.0, 2.0, -50.0]), 1.5);
    assert_eq!(interquartile_mean(&[3.0, 9.0, 0.0]), 4.0);
    assert_eq!(
        interquartile_mean(&[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 90.0, 7.0]),
        3.5
    );
}

/// Two-way data with known parts: the share found must be the share put in.
#[test]
fn share_of_the_test_rows() {
    let mut draws = Draws::new("rows");
    let (seeds, rows) = (200, 2_000);
    let hardness = draws.many(rows, |d| if d.uniform() < 0.1 { 0.3 } else { 0.005 });
    let (mut seed_variance, mut row_variance_sum) = (0.0, 0.0);
    let mut correct = Vec::new();
    for _ in 0..seeds {
        let skill = 1.0 + 0.1 * draws.normal();
        let bits: Vec<bool> = hardness
            .iter()
            .map(|h| draws.uniform() >= h * skill)
            .collect();
        let expected: f64 = hardness.iter().map(|h| h * skill).sum::<f64>() / rows as f64;
        let typical: f64 = hardness.iter().sum::<f64>() / rows as f64;
        seed_variance += (expected - typical).powi(2) / seeds as f64;
        row_variance_sum += hardness
            .iter()
            .map(|h| h * skill * (1.0 - h * skill))
            .sum::<f64>()
            / (rows * rows) as f64
            / seeds as f64;
        correct.push(bits);
    }
    let share = row_variance_sum / (seed_variance + row_variance_sum);
    let found = row_variance(&correct).unwrap();
    // The variance over 200 seeds has a relative standard error of 10 %.
    assert!(
        (found.share_of_spread.unwrap() - share).abs() < 0.3 * share,
        "{found:?} {share}"
    );
    assert_near(
        found.error_from_seeds.unwrap(),
        found.sd_over_seeds.unwrap() / (seeds as f64).sqrt(),
        "standard error",
    );
}

/// The closed forms are the bootstrap over rows with endless resamples.
#[test]
fn rows_are_as_if_resampled() {
    let mut draws = Draws::new("row bootstrap");
    let (seeds, rows, resamples) = (4, 150, 20_000);
    let mut bits = |rate: f64| -> Vec<Vec<bool>> {
        (0..seeds)
            .map(|_| (0..rows).map(|_| draws.uniform() >= rate).collect())
            .collect()
    };
    let (arm, against) = (bits(0.05), bits(0.12));
    let found = paired_row_variance(&arm, &against).unwrap();
    let mut draws = Draws::new("row bootstrap picks");
    let difference =
        |s: usize, r: usize| f64::from(i8::from(!arm[s][r])) - f64::from(i8::from(!against[s][r]));
    let (mut one_run, mut all_runs, mut sum) = (vec![0.0; seeds], 0.0, 0.0);
    let centre: Vec<f64> = (0..seeds)
        .map(|s| (0..rows).map(|r| difference(s, r)).sum::<f64>() / rows as f64)
        .collect();
    for _ in 0..resamples {
        let picks: Vec<usize> = (0..rows)
            .map(|_| (draws.uniform() * rows as f64) as usize)
            .collect();
        let means: Vec<f64> = (0..seeds)
            .map(|s| picks.iter().map(|&r| difference(s, r)).sum::<f64>() / rows as f64)
            .collect();
        for s in 0..seeds {
            one_run[s] += (means[s] - centre[s]).powi(2) / resamples as f64;
        }
        let mean = means.iter().sum::<f64>() / seeds as f64;
        sum += mean / resamples as f64;
        all_runs += (mean - found.mean).powi(2) / resamples as f64;
    }
    let one_run = (one_run.iter().sum::<f64>() / seeds as f64).sqrt();
    // An sd of 20,000 resamples has a relative standard error of 0.5 %; four of them.
    assert!(
        (found.sd_from_rows_one_run / one_run - 1.0).abs() < 0.02,
        "{found:?} {one_run}"
    );
    assert!(
        (found.error_from_rows / all_runs.sqrt() - 1.0).abs() < 0.02,
        "{found:?}"
    );
    assert!((found.mean - sum).abs() < 5.0 * found.error_from_rows / (resamples as f64).sqrt());
}

#[test]
fn rows_in_the_corners() {
    let one = row_variance(&[vec![true, false, true, true]]).unwrap();
    assert_eq!((one.seeds, one.rows, one.mean), (1, 4, 0.75));
    assert_eq!((one.sd_over_seeds, one.share_of_spread), (None, None));
    // √(0.75 · 0.25 / 4): a binomial's.
    assert_near(one.sd_from_rows_one_run, 0.21650635094610965, "one run");
    assert_eq!(one.sd_from_rows_one_run, one.error_from_rows);
    let same = row_variance(&[vec![true; 5], vec![true; 5]]).unwrap();
    assert_eq!(
        (same.sd_over_seeds, same.share_of_spread),
        (Some(0.0), None)
    );
    assert!(matches!(
        row_variance::<Vec<bool>>(&[]),
        Err(StatsError::Empty { .. })
    ));
    assert!(matches!(
        row_variance(&[vec![]]),
        Err(StatsError::Empty { .. })
    ));
    let ragged = row_variance(&[vec![true; 3], vec![true; 2]]);
    assert!(matches!(
        ragged,
        Err(StatsError::NotPaired {
            arm_count: 2,
            against_count: 3,
            ..
        })
    ));
    // Two arms right on the same rows: no difference, and nothing from the rows.
    let paired = paired_row_variance(&[[true, false]; 3], &[[true, false]; 3]).unwrap();
    assert_eq!(
        (
            paired.mean,
            paired.sd_from_rows_one_run,
            paired.error_from_rows
        ),
        (0.0, 0.0, 0.0)
    );
}

#[test]
fn variance_of_sources() {
    let init = [1.0, 3.0, 5.0]; // variance 4
    let order = [2.0, 2.0, 5.0]; // variance 3
    let all = [0.0, 4.0, 8.0]; // variance 16
    let groups = [
        VariedSource {
            source: "init",
            values: &init,
        },
        VariedSource {
            source: "order",
            values: &order,
        },
    ];
    let table = variance_table(&groups, Some(&all)).unwrap();
    assert_eq!(table.sources[0].sd, Some(2.0));
    assert_eq!(table.sources[0].sd_error, Some(1.0));
    assert_eq!(table.sources[0].share_of_all, Some(0.25));
    assert_near(table.sources[1].share_of_all.unwrap(), 3.0 / 16.0, "order");
    assert_near(table.sum_of_shares.unwrap(), 7.0 / 16.0, "sum");
    assert_eq!(table.all.unwrap().share_of_all, Some(1.0));
    let table = variance_table(&groups, None).unwrap();
    assert_eq!(
        (table.sources[0].share_of_all, table.sum_of_shares),
        (None, None)
    );
    let single = [VariedSource {
        source: "init",
        values: &[0.5],
    }];
    let table = variance_table(&single, Some(&[0.5])).unwrap();
    assert_eq!(
        (table.sources[0].sd, table.sources[0].sd_error),
        (None, None)
    );
    let diverged = [VariedSource {
        source: "init",
        values: &[f64::INFINITY],
    }];
    let refused = variance_table(&diverged, None).unwrap_err().to_string();
    assert!(refused.starts_with("init: value 0 is inf"), "{refused}");
}

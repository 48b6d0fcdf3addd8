//! Laws that hold for any sample: swapped arms, order of pairs, scale, bounds, equal bytes.

use fm_stats::{
    Comparison, Interval, Settings, Verdict, compare, describe, expected_best, pairs_to_conclude,
    smallest_p, variance_table,
};

use crate::fixtures::{assert_close, holm, sign_flip};
use crate::simulation::Draws;

fn compared(arm: &[f64], baseline: &[f64]) -> Comparison {
    compare(arm, baseline, &Settings::default()).unwrap()
}

/// Wrong rows of 2,000, with ties and zeros among the differences.
fn errors(draws: &mut Draws, count: usize, typical: f64) -> Vec<f64> {
    draws.many(count, |d| (typical * d.log_normal(0.5)).round() / 2_000.0)
}

#[test]
fn swapped_arms_mirror_everything() {
    let mut draws = Draws::new(1);
    for count in [1, 2, 3, 5, 8, 30, 50] {
        let (a, b) = (
            errors(&mut draws, count, 25.0),
            errors(&mut draws, count, 33.0),
        );
        let (ab, ba) = (compared(&a, &b), compared(&b, &a));
        assert_eq!(ab.difference, -ba.difference);
        assert_eq!(ab.p, ba.p);
        assert_eq!((ab.wins, ab.ties), (ba.losses, ba.ties));
        let ends = |c: &Comparison| c.interval.map(Interval::ends);
        assert_eq!(ends(&ab), ends(&ba).map(|(low, high)| (-high, -low)));
        let mirrored = ab.verdict.map(|verdict| match verdict {
            Verdict::Better => Verdict::Worse,
            Verdict::Worse => Verdict::Better,
            other => other,
        });
        assert_eq!(ba.verdict, mirrored);
    }
}

/// Bytes that any machine must give: recorded once, on x86-64.
#[test]
fn bytes_recorded_once() {
    let arm = [0.0101, 0.0123, 0.0142, 0.0131, 0.0112, 0.0095, 0.0104];
    let baseline = [0.0172, 0.0155, 0.0301, 0.0124, 0.0181, 0.0143, 0.0212];
    assert_eq!(
        serde_json::to_string(&describe(&baseline, &Settings::default()).unwrap()).unwrap(),
        concat!(
            r#"{"count":7,"mean":0.0184,"sd":0.005880476171195662,"median":0.0172,"#,
            r#""min":0.0124,"max":0.0301,"#,
            r#""interval":{"low":0.012961466614984138,"high":0.02383853338501586}}"#
        )
    );
    assert_eq!(
        serde_json::to_string(&compared(&arm, &baseline)).unwrap(),
        concat!(
            r#"{"pairs":7,"arm_error":0.011542857142857145,"baseline_error":0.0184,"#,
            r#""difference":-0.006857142857142858,"difference_sd":0.005355637883843263,"#,
            r#""interval":{"low":-0.01181028178354633,"high":-0.0019040039307393853},"#,
            r#""wins":6,"ties":0,"losses":1,"p":0.03125,"family":1,"adjusted_p":0.03125,"#,
            r#""level":0.95,"margin":0.002,"verdict":"better"}"#
        )
    );
}

#[test]
fn many_pairs_have_recorded_p() {
    let mut draws = Draws::new(2);
    let differences = draws.many(60, |d| d.normal() + 0.25);
    let p = sign_flip(&differences, &Settings::default());
    assert_eq!(p, 5.0 / 10_001.0);
}

#[test]
fn order_of_pairs_changes_nothing() {
    let mut draws = Draws::new(3);
    let (a, b) = (errors(&mut draws, 17, 25.0), errors(&mut draws, 17, 30.0));
    let reversed = |v: &[f64]| v.iter().rev().copied().collect::<Vec<_>>();
    let (one, other) = (compared(&a, &b), compared(&reversed(&a), &reversed(&b)));
    assert_eq!(
        (one.p, one.wins, one.ties, one.verdict),
        (other.p, other.wins, other.ties, other.verdict)
    );
    // Sums in another order: a few roundings.
    assert_close(one.difference, other.difference, 1e-12, "difference");
    let settings = Settings::default();
    assert_eq!(
        describe(&a, &settings).unwrap(),
        describe(&reversed(&a), &settings).unwrap()
    );
}

#[test]
fn every_number_is_finite_and_reads_back() {
    let mut draws = Draws::new(4);
    for round in 0..300 {
        let count = 1 + round % 12;
        // Small counts: zeros, ties and constant samples come often.
        let (a, b) = (
            errors(&mut draws, count, 1.5),
            errors(&mut draws, count, 2.0),
        );
        let found = compared(&a, &b);
        assert!(found.p >= smallest_p(count) && found.p <= 1.0);
        assert_eq!(found.wins + found.ties + found.losses, count);
        assert_eq!(found.interval.is_some(), count >= 6);
        assert_eq!(found.verdict.is_some(), count >= 6);
        // serde_json writes NaN and infinities as null, which does not read back.
        let json = serde_json::to_string(&found).unwrap();
        assert_eq!(serde_json::from_str::<Comparison>(&json).unwrap(), found);
    }
}

#[test]
fn sign_flip_does_not_change_with_scale_and_sampling_agrees_with_counting() {
    let settings = Settings {
        flips: 20_000,
        ..Settings::default()
    };
    let mut draws = Draws::new(5);
    let differences = draws.many(40, |d| d.normal() + 0.25);
    let exact = sign_flip(&differences, &settings);
    let scaled: Vec<f64> = differences.iter().map(|d| d * -1e-7).collect();
    assert_eq!(sign_flip(&scaled, &settings), exact);
    let mut with_zeros = differences.clone();
    with_zeros.extend([0.0; 30]);
    assert_eq!(sign_flip(&with_zeros, &settings), exact);
    // One more pair than is counted, too small to matter: sampled, four standard errors.
    let mut sampled = differences;
    sampled.push(1e-7);
    let found = sign_flip(&sampled, &settings);
    let error = (exact * (1.0 - exact) / 20_000.0).sqrt();
    assert!(found != exact && (found - exact).abs() <= 4.0 * error);
    // As far as can be from chance, p is the smallest that 20,000 flips allow.
    assert_eq!(sign_flip(&[1.0; 60], &settings), 1.0 / 20_001.0);
}

#[test]
fn a_larger_difference_has_a_smaller_p() {
    let mut draws = Draws::new(6);
    let noise = draws.many(14, Draws::normal);
    let p = [0.05, 0.1, 0.2, 0.4, 1.0].map(|shift| {
        let shifted: Vec<f64> = noise.iter().map(|d| 0.1 * d + shift).collect();
        sign_flip(&shifted, &Settings::default())
    });
    assert!(p.windows(2).all(|w| w[1] <= w[0]), "{p:?}");
    assert_eq!(p[4], smallest_p(14));
}

#[test]
fn ties_survive_the_rounding_of_a_subtraction() {
    // Five rows of 2,000 in every pair, which f64 subtraction gives in several sizes.
    let arm: Vec<f64> = (1..=12).map(|k| f64::from(7 * k) / 2_000.0).collect();
    let baseline: Vec<f64> = (1..=12).map(|k| f64::from(7 * k + 5) / 2_000.0).collect();
    let plain: Vec<f64> = arm.iter().zip(&baseline).map(|(a, b)| a - b).collect();
    assert!(plain.iter().any(|d| *d != plain[0]), "nothing is tested");
    let found = compared(&arm, &baseline);
    assert_eq!((found.difference_sd, found.losses), (Some(0.0), 0));
    assert_eq!(found.p, smallest_p(12));
}

#[test]
fn holm_keeps_order_and_never_lowers_a_p() {
    let mut draws = Draws::new(7);
    for count in 0..20 {
        let p = draws.many(count, Draws::uniform);
        let adjusted = holm(&p);
        for (i, (&raw, &adj)) in p.iter().zip(&adjusted).enumerate() {
            assert!(raw <= adj && adj <= 1.0 && adj <= raw * count as f64 + 1e-15);
            assert!((0..count).all(|j| p[j] < raw || adjusted[j] >= adj || p[i] > p[j]));
        }
    }
}

#[test]
fn smallest_p_and_fewest_pairs() {
    let smallest = [0, 1, 5, 6, 10].map(smallest_p);
    assert_eq!(smallest, [1.0, 1.0, 0.0625, 0.03125, 0.001953125]);
    let needed = [1, 5, 45].map(|family| pairs_to_conclude(0.05, family));
    assert_eq!(needed, [6, 8, 11]);
}

#[test]
fn higher_levels_and_fewer_values_widen() {
    let mut draws = Draws::new(8);
    let values = draws.many(20, Draws::normal);
    let width = |level: f64| {
        let settings = Settings {
            level,
            ..Settings::default()
        };
        let (low, high) = describe(&values, &settings)
            .unwrap()
            .interval
            .unwrap()
            .ends();
        high - low
    };
    assert!(width(0.8) < width(0.9) && width(0.9) < width(0.95) && width(0.95) < width(0.99));
}

#[test]
fn tuning_more_never_raises_the_expected_best() {
    let mut draws = Draws::new(9);
    let errors = draws.many(25, |d| 0.02 * d.log_normal(0.5));
    let best = expected_best(&errors, &errors).unwrap();
    assert!(best.windows(2).all(|w| w[1] <= w[0] + 1e-15), "{best:?}");
    let smallest = errors.iter().copied().fold(1.0, f64::min);
    assert_close(best[24], smallest, 1e-12, "all trials");
    // A diverged trial is chosen only alone: three trials, one of which diverged.
    let found = expected_best(&[0.02, f64::INFINITY, 0.01], &[0.02, 0.5, 0.01]).unwrap();
    assert_close(found[0], 0.53 / 3.0, 1e-12, "one trial");
    assert_close(found[1], 0.04 / 3.0, 1e-12, "two trials");
    assert_eq!(found[2], 0.01);
}

#[test]
fn variance_of_sources() {
    let init = [1.0, 3.0, 5.0]; // variance 4
    let order = [2.0, 2.0, 5.0]; // variance 3
    let all = [0.0, 4.0, 8.0]; // variance 16
    let groups = [("init".into(), init.into()), ("order".into(), order.into())];
    let table = variance_table(&groups, Some(&all)).unwrap();
    assert_eq!((table[2].source.as_str(), table[2].sd), ("all", Some(4.0)));
    assert_eq!((table[0].sd, table[0].sd_error), (Some(2.0), Some(1.0)));
    assert_eq!(table[0].share_of_all, Some(0.25));
    let share = table[1].share_of_all.unwrap();
    assert_close(share, 3.0 / 16.0, 1e-12, "order");
    assert_eq!(table[2].share_of_all, Some(1.0));
    let table = variance_table(&groups, None).unwrap();
    assert_eq!((table[0].share_of_all, table.len()), (None, 2));
    let single = variance_table(&[("init".into(), vec![0.5])], Some(&[0.5])).unwrap();
    assert_eq!((single[0].sd, single[0].sd_error), (None, None));
}

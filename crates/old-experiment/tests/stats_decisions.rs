//! Laws of the tests and counts that conclusions rest on.

mod stats_support;

use fm_experiment::stats::{
    Settings, SignFlipMethod, WilcoxonMethod, WinConclusion, holm, interquartile_mean,
    paired_differences, pairs_to_conclude, pairs_to_detect, sign_flip, smallest_p, wilcoxon,
    wilson, wins,
};
use stats_support::Draws;

fn assert_near(a: f64, b: f64, what: &str) {
    // Sums in another order or through 1/x: a few roundings of numbers below 100.
    assert!(
        (a - b).abs() <= 1e-12 * a.abs().max(b.abs()).max(1.0),
        "{what}: {a} and {b}"
    );
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

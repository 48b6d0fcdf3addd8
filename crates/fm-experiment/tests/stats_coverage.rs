//! Intervals must cover the truth as often as they say: within two points of 95 %.
//!
//! 2,500 simulated samples of 30 each, so that the share covered has a standard error of 0.44
//! points; 1,000 resamples each in place of the default 10,000, for speed.

mod stats_support;

use fm_experiment::stats::{
    ArmErrors, Bounds, Comparison, Conclusion, Settings, SmallSample, compare, describe, wilson,
};
use stats_support::Draws;

const SAMPLES: usize = 2_500;
const SEEDS: usize = 30;

fn settings(seed: usize) -> Settings {
    Settings {
        resamples: 1_000,
        seed: seed as u64,
        ..Settings::default()
    }
}

fn covers(bounds: Bounds, truth: f64) -> bool {
    bounds
        .interval()
        .is_some_and(|i| i.low <= truth && truth <= i.high)
}

fn share(hits: usize, of: usize) -> f64 {
    hits as f64 / of as f64
}

fn assert_nominal(found: f64, what: &str) {
    assert!((found - 0.95).abs() <= 0.02, "{what}: covered {found}");
}

fn compared(arm: &[f64], against: &[f64], settings: &Settings) -> Comparison {
    let (arm, against) = (
        ArmErrors {
            name: "transfer",
            errors: arm,
        },
        ArmErrors {
            name: "scratch",
            errors: against,
        },
    );
    compare(arm, against, settings).unwrap()
}

/// Share of samples whose intervals cover the mean, the median and the interquartile mean.
fn coverage(
    name: &str,
    truth: [f64; 3],
    count: usize,
    small_sample: SmallSample,
    mut draw: impl FnMut(&mut Draws) -> f64,
) -> [f64; 3] {
    let mut draws = Draws::new(name);
    let mut hits = [0; 3];
    for k in 0..SAMPLES {
        let values = draws.many(count, &mut draw);
        let found = describe(
            &values,
            &Settings {
                small_sample,
                ..settings(k)
            },
        )
        .unwrap();
        let bounds = [
            found.mean_interval,
            found.median_interval,
            found.interquartile_mean_interval,
        ];
        for ((hit, bounds), truth) in hits.iter_mut().zip(bounds).zip(truth) {
            *hit += usize::from(covers(bounds, truth));
        }
    }
    hits.map(|hit| share(hit, SAMPLES))
}

#[test]
fn of_normal_values() {
    let found = coverage(
        "normal",
        [0.0; 3],
        SEEDS,
        SmallSample::Widened,
        Draws::normal,
    );
    for (found, what) in found.iter().zip(["mean", "median", "interquartile mean"]) {
        assert_nominal(*found, what);
    }
}

#[test]
fn of_skewed_values() {
    let median = std::f64::consts::LN_2;
    // Twice the integral of x·exp(−x) between the quartiles log(4/3) and log 4.
    let middle = 2.0 * ((libm::log(4.0 / 3.0) + 1.0) * 0.75 - (libm::log(4.0) + 1.0) * 0.25);
    let found = coverage(
        "exponential",
        [1.0, median, middle],
        SEEDS,
        SmallSample::Widened,
        Draws::exponential,
    );
    assert_nominal(found[0], "mean of exponential values");
    assert_nominal(found[1], "median of exponential values");
    assert_nominal(found[2], "interquartile mean of exponential values");
    let mean = libm::exp(0.5 * 0.5 * 0.5);
    let found = coverage(
        "log-normal",
        [mean, 1.0, f64::NAN],
        SEEDS,
        SmallSample::Widened,
        |d| d.log_normal(0.5),
    );
    assert_nominal(found[0], "mean of log-normal values");
    assert_nominal(found[1], "median of log-normal values");
}

/// Why the default is widened: the plain interval misses the mean of skewed values too often.
#[test]
fn plain_intervals_are_too_narrow_for_thirty_skewed_values() {
    let truth = [1.0, f64::NAN, f64::NAN];
    let found = coverage(
        "exponential",
        truth,
        SEEDS,
        SmallSample::Plain,
        Draws::exponential,
    );
    // SciPy's own BCa covers 92 % here (4,000 samples): below what is asked by two standard errors.
    assert!(found[0] < 0.93, "{found:?}");
}

/// Errors as the experiment leaves them: log-normal over seeds, then scored on 2,000 rows.
fn errors(draws: &mut Draws, typical: f64, shared: f64) -> f64 {
    let rate = typical * shared * draws.log_normal(0.3);
    let wrong = (0..2_000).filter(|_| draws.uniform() < rate).count();
    wrong as f64 / 2_000.0
}

#[test]
fn of_paired_errors() {
    // E of a log-normal is exp(sd²/2) times its median; the seed's share has sd 0.2, each arm's
    // 0.3.
    let scale = libm::exp(0.5 * (0.2 * 0.2 + 0.3 * 0.3));
    let truth = (0.011 - 0.017) * scale;
    let mut draws = Draws::new("paired");
    let (mut hits, samples) = (0, 1_000);
    for k in 0..samples {
        let (mut arm, mut against) = (Vec::new(), Vec::new());
        for _ in 0..SEEDS {
            let shared = draws.log_normal(0.2);
            arm.push(errors(&mut draws, 0.011, shared));
            against.push(errors(&mut draws, 0.017, shared));
        }
        let found = compared(&arm, &against, &settings(k));
        hits += usize::from(covers(found.error_difference.bounds, truth));
    }
    assert_nominal(share(hits, samples), "mean difference of errors");
}

#[test]
fn of_the_error_ratio() {
    let mut draws = Draws::new("ratio");
    let (mut hits, samples) = (0, 2_000);
    for k in 0..samples {
        let against = draws.many(SEEDS, |d| 0.01 * d.log_normal(0.3));
        // Uniform noise on the log ratio: its mean is exactly log 1.6.
        let arm: Vec<f64> = against
            .iter()
            .map(|e| e / 1.6 * libm::exp(draws.uniform() - 0.5) * libm::exp(0.2 * draws.normal()))
            .collect();
        let found = compared(&arm, &against, &settings(k));
        hits += usize::from(covers(found.ratio.bounds, 1.6));
    }
    assert_nominal(share(hits, samples), "error ratio");
}

/// Two arms that do not differ: at most one conclusion in twenty may say they do.
#[test]
fn false_conclusions_are_rare() {
    let samples = 4_000;
    for seeds in [6, 10, 20] {
        let mut draws = Draws::new("null");
        let mut false_conclusions = 0;
        for k in 0..samples {
            let arm = draws.many(seeds, |d| 0.01 * d.log_normal(0.3));
            let against = draws.many(seeds, |d| 0.01 * d.log_normal(0.3));
            let settings = Settings {
                resamples: 200,
                ..settings(k)
            };
            let conclusion = compared(&arm, &against, &settings).conclusion;
            false_conclusions += usize::from(conclusion != Conclusion::NoDifferenceShown);
        }
        let found = share(false_conclusions, samples);
        // The standard error at 5 % is 0.35 points; three of them. None at all would be a broken
        // test.
        assert!(
            found > 0.005 && found <= 0.05 + 0.0105,
            "{seeds} seeds: {found}"
        );
    }
}

/// Wilson's interval by full enumeration: averaged over true probabilities from 0.5 to 0.95.
#[test]
fn of_the_probability_to_win() {
    let mut total = 0.0;
    let grid = 451;
    for step in 0..grid {
        let p = 0.5 + 0.45 * step as f64 / (grid - 1) as f64;
        // Binomial probabilities of 0, 1, …, 30 wins, each from the one before.
        let mut chance = libm::pow(1.0 - p, SEEDS as f64);
        for won in 0..=SEEDS {
            let interval = wilson(won as f64, SEEDS, 0.95);
            if interval.low <= p && p <= interval.high {
                total += chance;
            }
            chance *= (SEEDS - won) as f64 / (won + 1) as f64 * p / (1.0 - p);
        }
    }
    assert_nominal(total / f64::from(grid), "probability to win");
}

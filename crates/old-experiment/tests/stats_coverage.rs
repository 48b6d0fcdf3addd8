//! Intervals must cover the truth as often as they say: within two points of 95 %, from six seeds on.
//!
//! Simulated samples of 6, 10, 12, 20 and 30 seeds. The table in the documentation of `stats` has the
//! same shares from 20,000 samples of each.

mod stats_support;

use fm_experiment::stats::{
    Bounds, Conclusion, Settings, SmallSample, describe, error_ratio, wilson,
};
use stats_support::{Draws, compared};

/// Seeds, and how many samples of them: the share covered has a standard error of 0.25 points of six
/// seeds, whose intervals are the worst, and of 0.5 of thirty.
const SEEDS: [(usize, usize); 5] = [
    (6, 8_000),
    (10, 5_000),
    (12, 3_000),
    (20, 2_000),
    (30, 2_000),
];
/// In place of the default 10,000, for speed.
const RESAMPLES: usize = 1_000;

fn settings(seed: usize) -> Settings {
    Settings {
        resamples: RESAMPLES,
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

/// Where it is not nominal, what the documentation says must stay true: to four standard errors.
fn assert_measured(found: f64, expected: f64, samples: usize, what: &str) {
    let tolerance = 4.0 * (expected * (1.0 - expected) / samples as f64).sqrt();
    let near = (found - expected).abs() <= tolerance;
    assert!(near, "{what}: covered {found}, the table has {expected}");
}

/// Share of samples whose intervals cover the mean, the median and the interquartile mean.
fn coverage(
    name: &str,
    truth: [f64; 3],
    (count, samples): (usize, usize),
    small_sample: SmallSample,
    mut draw: impl FnMut(&mut Draws) -> f64,
) -> [f64; 3] {
    let mut draws = Draws::new(&format!("{name} {count}"));
    let mut hits = [0; 3];
    for k in 0..samples {
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
    hits.map(|hit| share(hit, samples))
}

/// The mean and the median are nominal. So is the interquartile mean, but of 10 and 12 values it covers
/// nearly two points too much: by the table, since chance alone takes a simulation this small beyond.
fn assert_all(found: [f64; 3], place: usize, what: &str) {
    assert_nominal(found[0], &format!("{what}, mean"));
    assert_nominal(found[1], &format!("{what}, median"));
    assert_middle(found[2], place, what);
}

fn assert_middle(found: f64, place: usize, what: &str) {
    let (expected, samples) = (INTERQUARTILE_MEANS[place], SEEDS[place].1);
    assert_nominal(expected, "the table");
    let what = format!("{what}, interquartile mean");
    assert_measured(found, expected, samples, &what);
}

/// The documentation's, alike for all three distributions.
const INTERQUARTILE_MEANS: [f64; 5] = [0.951, 0.967, 0.968, 0.961, 0.957];

#[test]
fn of_normal_values() {
    for (place, seeds) in SEEDS.into_iter().enumerate() {
        let (truth, rule) = ([0.0; 3], SmallSample::Widened);
        let found = coverage("normal", truth, seeds, rule, Draws::normal);
        assert_all(found, place, &format!("{} normal values", seeds.0));
    }
}

/// Errors as the experiment leaves them: log-normal over seeds, then scored on 2,000 rows.
fn errors(draws: &mut Draws, typical: f64, shared: f64) -> f64 {
    let rate = typical * shared * draws.log_normal(0.3);
    // Wrong rows by inversion: the chances of 0, 1, 2, …, each from the one before.
    let (mut wrong, mut chance) = (0.0, libm::pow(1.0 - rate, 2_000.0));
    let mut left = draws.uniform() - chance;
    while left > 0.0 && wrong < 2_000.0 {
        chance *= (2_000.0 - wrong) / (wrong + 1.0) * rate / (1.0 - rate);
        wrong += 1.0;
        left -= chance;
    }
    wrong / 2_000.0
}

/// E of a log-normal is exp(sd²/2) times its median; the seed's share has sd 0.2, each arm's 0.3.
fn mean_of_errors(typical: f64) -> f64 {
    typical * libm::exp(0.5 * (0.2 * 0.2 + 0.3 * 0.3))
}

fn one_error(draws: &mut Draws) -> f64 {
    let shared = draws.log_normal(0.2);
    errors(draws, 0.011, shared)
}

#[test]
fn of_errors() {
    // The median and the interquartile mean of counts have no formula: of a million of them.
    let mut many = Draws::new("errors").many(1_000_000, one_error);
    many.sort_unstable_by(f64::total_cmp);
    let middle = &many[250_000..750_000];
    let middle_mean = middle.iter().sum::<f64>() / middle.len() as f64;
    let truth = [mean_of_errors(0.011), many[500_000], middle_mean];
    for (place, seeds) in SEEDS.into_iter().enumerate() {
        let found = coverage("errors", truth, seeds, SmallSample::Widened, one_error);
        assert_all(found, place, &format!("{} errors", seeds.0));
    }
}

/// The median's interval asks for no distribution. The mean's does: of few values as skewed as these
/// it covers less than it says; the documentation has why that stays.
#[test]
fn of_skewed_values() {
    let median = std::f64::consts::LN_2;
    // Twice the integral of x·exp(−x) between the quartiles log(4/3) and log 4.
    let middle = 2.0 * ((libm::log(4.0 / 3.0) + 1.0) * 0.75 - (libm::log(4.0) + 1.0) * 0.25);
    let (truth, rule) = ([1.0, median, middle], SmallSample::Widened);
    for (place, seeds) in SEEDS.into_iter().enumerate() {
        let found = coverage("exponential", truth, seeds, rule, Draws::exponential);
        let what = format!("{} exponential values", seeds.0);
        let mean = format!("{what}, mean");
        assert_measured(found[0], EXPONENTIAL_MEANS[place], seeds.1, &mean);
        assert_nominal(found[1], &format!("{what}, median"));
        assert_middle(found[2], place, &what);
    }
    let truth = [libm::exp(0.5 * 0.5 * 0.5), 1.0, f64::NAN];
    let found = coverage("log-normal", truth, SEEDS[4], rule, |d| d.log_normal(0.5));
    assert_nominal(found[0], "mean of 30 log-normal values");
    assert_nominal(found[1], "median of 30 log-normal values");
}

const EXPONENTIAL_MEANS: [f64; 5] = [0.884, 0.898, 0.928, 0.935, 0.938];

/// Why the default is widened: the plain interval misses the mean of skewed values too often.
#[test]
fn plain_intervals_are_too_narrow_for_thirty_skewed_values() {
    let truth = [1.0, f64::NAN, f64::NAN];
    let (rule, draw) = (SmallSample::Plain, Draws::exponential);
    let found = coverage("exponential", truth, (30, 2_000), rule, draw);
    // SciPy's own BCa covers 92 % here (4,000 samples).
    assert!(found[0] < 0.93, "{found:?}");
}

#[test]
fn of_paired_errors() {
    let truth = mean_of_errors(0.011) - mean_of_errors(0.017);
    for (seeds, samples) in SEEDS {
        let mut draws = Draws::new(&format!("paired {seeds}"));
        let mut hits = 0;
        for k in 0..samples {
            let (mut arm, mut against) = (Vec::new(), Vec::new());
            for _ in 0..seeds {
                let shared = draws.log_normal(0.2);
                arm.push(errors(&mut draws, 0.011, shared));
                against.push(errors(&mut draws, 0.017, shared));
            }
            let found = compared(&arm, &against, &settings(k));
            hits += usize::from(covers(found.error_difference.bounds, truth));
        }
        let what = format!("{seeds} paired errors, mean difference");
        assert_nominal(share(hits, samples), &what);
    }
}

#[test]
fn of_the_error_ratio() {
    for (seeds, samples) in SEEDS {
        let mut draws = Draws::new(&format!("ratio {seeds}"));
        let mut hits = 0;
        for k in 0..samples {
            let against = draws.many(seeds, |d| 0.01 * d.log_normal(0.3));
            // Uniform noise on the log ratio: its mean is exactly log 1.6.
            let mut noise = || libm::exp(draws.uniform() - 0.5 + 0.2 * draws.normal());
            let arm: Vec<f64> = against.iter().map(|e| e / 1.6 * noise()).collect();
            let found = error_ratio(&arm, &against, &settings(k)).unwrap();
            hits += usize::from(covers(found.bounds, 1.6));
        }
        let what = format!("{seeds} pairs, error ratio");
        assert_nominal(share(hits, samples), &what);
    }
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

/// Wilson's interval by full enumeration: averaged over true probabilities from 0.5 to 0.95. At a
/// single probability a count of wins is too coarse for it: 89 % at the worst of six seeds, 92 % of
/// thirty.
#[test]
fn of_the_probability_to_win() {
    for ((seeds, _), at_worst) in SEEDS.into_iter().zip([0.89, 0.89, 0.91, 0.91, 0.92]) {
        let (mut total, mut worst) = (0.0, 1.0_f64);
        let grid = 451;
        for step in 0..grid {
            let p = 0.5 + 0.45 * f64::from(step) / f64::from(grid - 1);
            // Binomial probabilities of 0, 1, …, n wins, each from the one before.
            let mut chance = libm::pow(1.0 - p, seeds as f64);
            let mut covered = 0.0;
            for won in 0..=seeds {
                let interval = wilson(won as f64, seeds, 0.95);
                if interval.low <= p && p <= interval.high {
                    covered += chance;
                }
                chance *= (seeds - won) as f64 / (won + 1) as f64 * p / (1.0 - p);
            }
            total += covered;
            worst = worst.min(covered);
        }
        let what = format!("{seeds} seeds, probability to win");
        assert_nominal(total / f64::from(grid), &what);
        assert!(
            (at_worst..at_worst + 0.02).contains(&worst),
            "{what}: {worst}"
        );
    }
}

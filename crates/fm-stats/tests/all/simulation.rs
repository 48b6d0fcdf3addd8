//! Simulated experiments whose truth is known; also what `examples/evidence.rs` runs.

use fm_stats::{
    Comparison, Interval, Scenario, Settings, Verdict, compare, compare_rows, correct_for_family,
    describe, power,
};
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

/// A seeded source of draws from known distributions.
pub(crate) struct Draws(ChaCha8Rng);

impl Draws {
    pub(crate) fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// Uniform in the open interval (0, 1).
    pub(crate) fn uniform(&mut self) -> f64 {
        (f64::from(self.0.next_u32()) + 0.5) / 4_294_967_296.0
    }

    /// Standard normal, by Box and Muller.
    pub(crate) fn normal(&mut self) -> f64 {
        let radius = libm::sqrt(-2.0 * libm::log(self.uniform()));
        radius * libm::cos(std::f64::consts::TAU * self.uniform())
    }

    /// Log-normal with median 1 and `sd` of its log.
    pub(crate) fn log_normal(&mut self, sd: f64) -> f64 {
        libm::exp(sd * self.normal())
    }

    pub(crate) fn many(&mut self, count: usize, mut one: impl FnMut(&mut Self) -> f64) -> Vec<f64> {
        (0..count).map(|_| one(self)).collect()
    }

    /// Test error of a training: wrong rows of 2,000, each wrong with probability `rate`.
    pub(crate) fn error(&mut self, rate: f64) -> f64 {
        // By inversion: the chances of 0, 1, 2, … wrong rows, each from the one before.
        let (mut wrong, mut chance) = (0.0, libm::pow(1.0 - rate, 2_000.0));
        let mut left = self.uniform() - chance;
        while left > 0.0 && wrong < 2_000.0 {
            chance *= (2_000.0 - wrong) / (wrong + 1.0) * rate / (1.0 - rate);
            wrong += 1.0;
            left -= chance;
        }
        wrong / 2_000.0
    }
}

/// A distribution of values over seeds, with its mean.
pub(crate) struct Population {
    pub(crate) name: &'static str,
    pub(crate) mean: f64,
    draw: fn(&mut Draws) -> f64,
}

/// Rows of 2,000 that transfer misclassifies more than scratch, in the 30 draws of `fair`; one is far
/// from all others.
const RECORDED: [i8; 30] = [
    -2, -3, 0, -5, -2, -12, -5, 60, -4, -13, -5, -6, 4, -10, -4, -1, -5, -5, -5, -6, -7, -10, -26,
    -2, -15, -1, -9, -7, 1, -3,
];

/// Mean of a log-normal factor with these standard deviations of its log.
fn mean_factor(sds: &[f64]) -> f64 {
    libm::exp(0.5 * sds.iter().map(|sd| sd * sd).sum::<f64>())
}

/// Populations of differences and errors, from normal to strongly skewed.
pub(crate) fn populations() -> [Population; 7] {
    let factor = mean_factor(&[0.2, 0.3]);
    let paired: fn(&mut Draws) -> f64 = |draws| {
        let shared = draws.log_normal(0.2);
        let arm = 0.011 * shared * draws.log_normal(0.3);
        let baseline = 0.017 * shared * draws.log_normal(0.3);
        draws.error(arm) - draws.error(baseline)
    };
    [
        Population {
            name: "normal",
            mean: 0.0,
            draw: Draws::normal,
        },
        Population {
            name: "one arm's error",
            mean: 0.011 * factor,
            draw: |draws| {
                let rate = 0.011 * draws.log_normal(0.2) * draws.log_normal(0.3);
                draws.error(rate)
            },
        },
        Population {
            name: "paired difference",
            mean: (0.011 - 0.017) * factor,
            draw: paired,
        },
        Population {
            name: "paired, arm not converged",
            mean: 0.08 * mean_factor(&[0.7]) - 0.019 * mean_factor(&[0.28]),
            draw: |draws| 0.08 * draws.log_normal(0.7) - 0.019 * draws.log_normal(0.28),
        },
        Population {
            name: "paired, 1 seed in 10 fails",
            mean: (0.011 - 0.017) * factor + 0.1 * 0.05,
            draw: |draws| {
                // The same as above, but five points worse in one seed of ten.
                let fails = draws.uniform() < 0.1;
                let shared = draws.log_normal(0.2);
                let arm = 0.011 * shared * draws.log_normal(0.3);
                let baseline = 0.017 * shared * draws.log_normal(0.3);
                let difference = draws.error(arm) - draws.error(baseline);
                if fails { difference + 0.05 } else { difference }
            },
        },
        Population {
            name: "recorded, transfer − scratch of `fair`",
            mean: -3.6 / 2_000.0,
            draw: |draws| {
                let one = 30.0 * draws.uniform();
                f64::from(RECORDED[one as usize]) / 2_000.0
            },
        },
        Population {
            name: "exponential",
            mean: 1.0,
            draw: |draws| -libm::log(draws.uniform()),
        },
    ]
}

impl Population {
    /// Share of samples of `count` values whose interval contains the mean.
    pub(crate) fn coverage(&self, count: usize, samples: usize) -> f64 {
        let mut draws = Draws::new(count as u64);
        let mut covered = 0;
        for _ in 0..samples {
            let values = draws.many(count, self.draw);
            let found = describe(&values, &Settings::default()).unwrap();
            covered += usize::from(found.interval.unwrap().contains(self.mean));
        }
        covered as f64 / samples as f64
    }
}

/// Two arms, scored on the same test rows.
///
/// A draw's error rates are log-normal around the arms' means, by its first weights and by its
/// training rows. A test row's hardness moves its probability to be misclassified on the probit scale,
/// so that each rate is the mean over all possible test rows.
#[derive(Clone, Copy)]
pub(crate) struct World {
    pub(crate) arm_error: f64,
    pub(crate) baseline_error: f64,
    /// Spread of the log of the rates over first weights, and over training rows.
    pub(crate) init_sd: f64,
    pub(crate) subset_sd: f64,
    /// Correlation of the arms' hardness of a test row; 1 for one arm under two names.
    pub(crate) shared_hardness: f64,
    pub(crate) rows: usize,
}

/// As measured in `notebook-2e`: the difference over first weights has a standard deviation of 0.70
/// points on one test set, over training rows of 0.26, and 2,000 test rows have a standard error of
/// 0.11.
pub(crate) const MEASURED: World = World {
    arm_error: 0.011,
    baseline_error: 0.020,
    init_sd: 0.2665,
    subset_sd: 0.114,
    shared_hardness: 0.8,
    rows: 2_000,
};

/// Spread of the test rows' hardness on the probit scale.
const HARDNESS: f64 = 1.2;

type Matrix = Vec<Vec<bool>>;

impl World {
    pub(crate) fn difference(&self) -> f64 {
        self.arm_error - self.baseline_error
    }

    /// Which test rows each draw of both arms misclassifies. With `one_subset`, all draws of the
    /// experiment share their training rows.
    pub(crate) fn experiment(
        &self,
        count: usize,
        one_subset: bool,
        draws: &mut Draws,
    ) -> (Matrix, Matrix) {
        let shared = self.shared_hardness;
        let own = libm::sqrt(1.0 - shared * shared);
        let baseline: Vec<f64> = draws.many(self.rows, Draws::normal);
        let arm: Vec<f64> = match own > 0.0 {
            true => baseline
                .iter()
                .map(|h| shared * h + own * draws.normal())
                .collect(),
            false => baseline.clone(),
        };
        let subsets = [draws.normal(), draws.normal()];
        let mut matrices = (Vec::new(), Vec::new());
        for _ in 0..count {
            let mut matrix = |error: f64, subset: f64, hardness: &[f64]| -> Vec<bool> {
                let (init, own) = (draws.normal(), draws.normal());
                let subset = if one_subset { subset } else { own };
                let log = self.init_sd * init + self.subset_sd * subset;
                let rate = error * libm::exp(log) / mean_factor(&[self.init_sd, self.subset_sd]);
                let centre = normal_quantile(rate) * libm::sqrt(1.0 + HARDNESS * HARDNESS);
                let wrong = |h: &f64| {
                    let score = centre + HARDNESS * h;
                    let probability = 0.5 * libm::erfc(-score * std::f64::consts::FRAC_1_SQRT_2);
                    draws.uniform() < probability
                };
                hardness.iter().map(wrong).collect()
            };
            matrices.0.push(matrix(self.arm_error, subsets[0], &arm));
            matrices
                .1
                .push(matrix(self.baseline_error, subsets[1], &baseline));
        }
        matrices
    }
}

/// By bisection; the crate's own is not public.
fn normal_quantile(p: f64) -> f64 {
    let (mut low, mut high) = (-10.0, 10.0);
    for _ in 0..60 {
        let middle: f64 = 0.5 * (low + high);
        let below = 0.5 * libm::erfc(-middle * std::f64::consts::FRAC_1_SQRT_2);
        *(if below < p { &mut low } else { &mut high }) = middle;
    }
    low
}

/// Shares of experiments whose interval contains the true difference, and the spread they had.
pub(crate) struct CrossedCoverage {
    /// Draws × test rows.
    pub(crate) crossed: f64,
    /// Over draws alone.
    pub(crate) draws_only: f64,
    /// Over seeds alone, with one set of training rows for all of them.
    pub(crate) seeds_of_one_subset: f64,
    /// Root mean square standard deviation over draws.
    pub(crate) draw_sd: f64,
    /// Root mean square standard error from the test rows.
    pub(crate) rows_error: f64,
}

pub(crate) fn crossed_coverage(world: &World, count: usize, experiments: usize) -> CrossedCoverage {
    let mut draws = Draws::new(1_000 + count as u64);
    let settings = Settings::default();
    let truth = world.difference();
    let covers = |interval: Option<Interval>| usize::from(interval.unwrap().contains(truth));
    let (mut covered, mut draw_variance, mut rows_variance) = ([0; 3], 0.0, 0.0);
    for _ in 0..experiments {
        let (arm, baseline) = world.experiment(count, false, &mut draws);
        let found = compare_rows(&arm, &baseline, &settings).unwrap();
        let crossed = found.crossed.unwrap();
        covered[0] += covers(found.interval);
        covered[1] += covers(crossed.draws_interval);
        draw_variance += crossed.draw_sd * crossed.draw_sd;
        rows_variance += crossed.rows_error * crossed.rows_error;
        let (arm, baseline) = world.experiment(count, true, &mut draws);
        let found = compare_rows(&arm, &baseline, &settings).unwrap();
        covered[2] += covers(found.crossed.unwrap().draws_interval);
    }
    let of = experiments as f64;
    let [crossed, draws_only, seeds_of_one_subset] = covered.map(|hits| hits as f64 / of);
    CrossedCoverage {
        crossed,
        draws_only,
        seeds_of_one_subset,
        draw_sd: libm::sqrt(draw_variance / of),
        rows_error: libm::sqrt(rows_variance / of),
    }
}

/// Shares of experiments with a false conclusion, by [`compare`] and by [`compare_rows`].
#[derive(Clone, Copy, Default)]
pub(crate) struct FalseConclusions {
    pub(crate) these_rows: f64,
    pub(crate) other_rows: f64,
}

/// One arm under several names with independent draws: the share of experiments in which any of
/// `family` comparisons, corrected by Holm, concludes a difference.
pub(crate) fn one_arm_under_two_names(
    world: &World,
    count: usize,
    family: usize,
    experiments: usize,
) -> FalseConclusions {
    let world = World {
        arm_error: world.baseline_error,
        shared_hardness: 1.0,
        ..*world
    };
    let different = |comparisons: &mut [Comparison]| {
        correct_for_family(comparisons.iter_mut());
        let concludes =
            |c: &Comparison| matches!(c.verdict, Some(Verdict::Better | Verdict::Worse));
        comparisons.iter().any(concludes)
    };
    let mut draws = Draws::new(2_000 + count as u64);
    shares(experiments, || {
        let both = (0..family).map(|_| compared(&world, count, &mut draws));
        let (mut these, mut others): (Vec<_>, Vec<_>) = both.unzip();
        [different(&mut these), different(&mut others)]
    })
}

/// The share of experiments that call two arms practically equal; false at a true difference of the
/// margin.
pub(crate) fn practically_equal(
    world: &World,
    count: usize,
    experiments: usize,
) -> FalseConclusions {
    let mut draws = Draws::new(3_000 + count as u64);
    let equal = |c: Comparison| c.verdict == Some(Verdict::PracticallyEqual);
    shares(experiments, || {
        let (these, others) = compared(world, count, &mut draws);
        [equal(these), equal(others)]
    })
}

fn shares(experiments: usize, mut one: impl FnMut() -> [bool; 2]) -> FalseConclusions {
    let mut counts = [0; 2];
    for _ in 0..experiments {
        let found = one();
        counts[0] += usize::from(found[0]);
        counts[1] += usize::from(found[1]);
    }
    let [these_rows, other_rows] = counts.map(|count| count as f64 / experiments as f64);
    FalseConclusions {
        these_rows,
        other_rows,
    }
}

/// One experiment, compared for these test rows and for others.
fn compared(world: &World, count: usize, draws: &mut Draws) -> (Comparison, Comparison) {
    let settings = Settings::default();
    let (arm, baseline) = world.experiment(count, false, draws);
    let error = |matrix: &Matrix| -> Vec<f64> {
        let share =
            |row: &Vec<bool>| row.iter().filter(|&&wrong| wrong).count() as f64 / world.rows as f64;
        matrix.iter().map(share).collect()
    };
    (
        compare(&error(&arm), &error(&baseline), &settings).unwrap(),
        compare_rows(&arm, &baseline, &settings).unwrap(),
    )
}

/// Power that [`power`] states, and the share of simulated experiments that conclude.
pub(crate) fn stated_and_simulated_power(
    world: &World,
    spread: &CrossedCoverage,
    count: usize,
    experiments: usize,
) -> (f64, f64) {
    let scenario = Scenario {
        difference: world.difference(),
        draw_sd: spread.draw_sd,
        rows_error: spread.rows_error,
        family: 1,
    };
    let stated = power(count, &scenario, &Settings::default()).unwrap();
    let mut draws = Draws::new(4_000 + count as u64);
    let simulated = shares(experiments, || {
        let found = compared(world, count, &mut draws).1;
        [found.verdict == Some(Verdict::Better); 2]
    });
    (stated, simulated.other_rows)
}

//! Simulated differences over pairs of classes whose truth is known; `examples/evidence.rs` runs them too.

use fm_stats::{Estimate, Interval, Settings, describe, mean, over_classes, pool};

use crate::simulation::Draws;

/// Of a pair of classes in the sweep `pairs` of `fair`.
struct Measured {
    pair: [usize; 2],
    /// Logarithm to base 10 of the mean error of both arms.
    difficulty: f64,
    /// Standard error of the difference, points.
    noise: f64,
}

/// Differences, in points, of pairs of some of the ten classes. Difficulty and noise of a pair are those
/// measured.
#[derive(Clone, Copy)]
pub(crate) struct ClassWorld {
    pub(crate) classes: usize,
    /// Pairs that are there, drawn in every experiment; `None` for all of the classes.
    pub(crate) pairs: Option<usize>,
    /// Share of the classes in the variance of a difference, from 0 to below 1; the rest is noise.
    pub(crate) share: f64,
    /// What ten times the error adds to the difference.
    pub(crate) slope: f64,
}

/// Shares of experiments whose interval contains the truth.
pub(crate) struct PairCoverage {
    /// The mean, by [`over_classes`].
    pub(crate) mean: f64,
    /// Width of this interval against ±1.96 standard deviations of the means.
    pub(crate) width: f64,
    /// The slopes for difficulty and for relatedness, by [`over_classes`]; 0 where it refuses them.
    pub(crate) slopes: [f64; 2],
    /// The mean, by Student's interval over the pairs.
    pub(crate) independent: f64,
    /// The mean, by sums over pairs that share a class (Aronow, Samii & Assenova 2015).
    pub(crate) dyadic: f64,
    /// The mean weighted by precision, of independent pairs (Knapp & Hartung 2003).
    pub(crate) weighted: f64,
    /// The pairs' own differences, by [`pool`]: a share of pairs.
    pub(crate) pooled: f64,
}

pub(crate) fn pair_coverage(world: &ClassWorld, experiments: usize) -> PairCoverage {
    let settings = Settings::default();
    let ten = measured();
    let centre = average(ten.iter().map(|m| m.difficulty));
    let noise_variance = average(ten.iter().map(|m| m.noise * m.noise));
    let class_sd = libm::sqrt(0.5 * world.share / (1.0 - world.share) * noise_variance);
    let mut draws = Draws::new(5_000 + world.classes as u64);
    let (mut covered, mut widths, mut means) = ([0.0; 7], 0.0, Vec::new());
    for _ in 0..experiments {
        let chosen = some(&mut draws, 10, world.classes);
        let all = ten
            .iter()
            .filter(|m| m.pair.iter().all(|c| chosen.contains(c)));
        let all: Vec<&Measured> = all.collect();
        let there = some(&mut draws, all.len(), world.pairs.unwrap_or(all.len()));
        let related = relatedness(&all);
        let related: Vec<f64> = there.iter().map(|&k| related[k]).collect();
        let there: Vec<&Measured> = there.iter().map(|&k| all[k]).collect();
        let difficulty: Vec<f64> = there.iter().map(|m| m.difficulty).collect();
        let noise: Vec<f64> = there.iter().map(|m| m.noise).collect();
        let pairs: Vec<[usize; 2]> = there.iter().map(|m| m.pair).collect();
        let classes = draws.many(10, |d| class_sd * d.normal());
        let truth = |m: &&Measured| {
            let [a, b] = m.pair;
            world.slope * (m.difficulty - centre) + classes[a] + classes[b]
        };
        let truth: Vec<f64> = there.iter().map(truth).collect();
        let measured = truth
            .iter()
            .zip(&noise)
            .map(|(t, s)| t + s * draws.normal());
        let y: Vec<f64> = measured.collect();

        let of_mean = over_classes(&pairs, &y, &[], &settings).unwrap()[0];
        let over_pairs = describe(&y, &settings).unwrap().interval.unwrap();
        let pooled = pool(&y, &noise, &settings).unwrap();
        let of_pairs = pooled.effects.iter().zip(&truth);
        let slopes = over_classes(&pairs, &y, &[&difficulty, &related], &settings);
        let slope = |k: usize| slopes.as_ref().map(|found| found[k].interval);
        means.push(of_mean.value);
        widths += width(of_mean.interval);
        for (sum, hits) in covered.iter_mut().zip([
            hit(of_mean.interval, 0.0),
            slope(1).map_or(0.0, |interval| hit(interval, world.slope)),
            slope(2).map_or(0.0, |interval| hit(interval, 0.0)),
            hit(over_pairs, 0.0),
            hit(dyadic(&pairs, &y, &of_mean), 0.0),
            hit(weighted(&y, &noise, pooled.between_sd, over_pairs), 0.0),
            average(of_pairs.map(|(effect, truth)| hit(effect.interval, *truth))),
        ]) {
            *sum += hits;
        }
    }
    let sd = libm::sqrt(average(means.iter().map(|mean| mean * mean)));
    let [
        mean,
        difficulty,
        relatedness,
        independent,
        dyadic,
        weighted,
        pooled,
    ] = covered.map(|hits| hits / experiments as f64);
    PairCoverage {
        mean,
        width: widths / experiments as f64 / (2.0 * 1.96 * sd),
        slopes: [difficulty, relatedness],
        independent,
        dyadic,
        weighted,
        pooled,
    }
}

fn measured() -> Vec<Measured> {
    let lines = include_str!("../fixtures/pairs.csv").lines().skip(1);
    let of_line = |line: &str| {
        let fields: Vec<f64> = line
            .split(',')
            .map(|field| field.parse().unwrap())
            .collect();
        Measured {
            pair: [fields[0] as usize, fields[1] as usize],
            difficulty: libm::log10(fields[2]),
            noise: 100.0 * fields[4],
        }
    };
    lines.map(of_line).collect()
}

/// `count` of the numbers below `of`, ascending.
fn some(draws: &mut Draws, of: usize, count: usize) -> Vec<usize> {
    let mut keyed: Vec<(f64, usize)> = (0..of).map(|k| (draws.uniform(), k)).collect();
    keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut chosen: Vec<usize> = keyed[..count].iter().map(|(_, k)| *k).collect();
    chosen.sort_unstable();
    chosen
}

/// As the report computes it: the difficulty of the most difficult pair with each class whose other class
/// stays in the source task.
fn relatedness(all: &[&Measured]) -> Vec<f64> {
    let most_similar = |class: usize, other: usize| {
        let with_class = |m: &&&Measured| m.pair.contains(&class) && !m.pair.contains(&other);
        let similarities = all.iter().filter(with_class).map(|m| m.difficulty);
        similarities.fold(f64::NEG_INFINITY, f64::max)
    };
    let of_pair = |[a, b]: [usize; 2]| (most_similar(a, b) + most_similar(b, a)) / 2.0;
    all.iter().map(|m| of_pair(m.pair)).collect()
}

fn dyadic(pairs: &[[usize; 2]], y: &[f64], jackknife: &Estimate) -> Interval {
    let residuals: Vec<f64> = y.iter().map(|value| value - jackknife.value).collect();
    let mut of_class = [0.0; 10];
    for (pair, residual) in pairs.iter().zip(&residuals) {
        pair.iter().for_each(|&class| of_class[class] += residual);
    }
    let squares = |values: &[f64]| values.iter().map(|v| v * v).sum::<f64>();
    // Each pair is in the sums of both of its classes. Not below the variance of independent pairs.
    let own = squares(&residuals);
    let variance = (squares(&of_class) - own).max(own);
    let t = 0.5 * width(jackknife.interval) / jackknife.standard_error;
    around(jackknife.value, t * libm::sqrt(variance) / y.len() as f64)
}

/// `over_pairs` is Student's interval of the same differences, which has the same degrees of freedom.
fn weighted(y: &[f64], noise: &[f64], between_sd: f64, over_pairs: Interval) -> Interval {
    let n = y.len() as f64;
    let t = 0.5 * width(over_pairs) * libm::sqrt(n) / fm_stats::sd(y).unwrap();
    let weights = noise
        .iter()
        .map(|s| 1.0 / (s * s + between_sd * between_sd));
    let weights: Vec<f64> = weights.collect();
    let sum = |value: &dyn Fn(f64) -> f64| -> f64 {
        weights.iter().zip(y).map(|(w, y)| w * value(*y)).sum()
    };
    let (whole, centre) = (sum(&|_| 1.0), sum(&|y| y) / sum(&|_| 1.0));
    let squares = sum(&|y| (y - centre) * (y - centre));
    around(centre, t * libm::sqrt(squares / (n - 1.0) / whole))
}

fn width(interval: Interval) -> f64 {
    interval.high - interval.low
}

fn around(centre: f64, reach: f64) -> Interval {
    Interval {
        low: centre - reach,
        high: centre + reach,
    }
}

fn average(values: impl Iterator<Item = f64>) -> f64 {
    mean(&values.collect::<Vec<_>>())
}

fn hit(interval: Interval, truth: f64) -> f64 {
    f64::from(u8::from(interval.contains(truth)))
}

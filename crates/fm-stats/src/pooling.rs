//! [`pool`]: effects of many pairs of classes, pooled partially.
//!
//! Each pair of classes has a measured difference of mean errors and its standard error. Testing 45
//! pairs one by one at 12 seeds concludes little; taking the pairs as draws from a population lets
//! each borrow strength from the others (Gelman, Hill & Yajima, "Why We (Usually) Don't Have to Worry
//! About Multiple Comparisons", Journal of Research on Educational Effectiveness 5, 2012). The model
//! is the random-effects meta-analysis of medical statistics,
//!
//! ```text
//! difference[i] = mean + pair[i] + noise[i]
//! pair[i] ~ N(0, between_sd²)        noise[i] ~ N(0, standard_error[i]²)
//! ```
//!
//! It is about each of these pairs. What all pairs have in common, for other classes too, is
//! [`over_classes`](crate::over_classes).

use crate::sample::{check_count, check_each, check_finite, check_lengths};
use crate::{Estimate, Settings, StatsError};

/// Partial pooling over pairs.
#[derive(Debug, Clone, PartialEq)]
pub struct Pooled {
    /// Mean difference, weighted by precision: what an effect is shrunken towards.
    pub mean: f64,
    /// Standard deviation of the pairs' true effects.
    pub between_sd: f64,
    /// The difference of each pair, shrunken towards the mean, in the order given.
    pub effects: Vec<Estimate>,
}

/// Pools the differences of pairs partially.
///
/// `differences`, `standard_errors`: one per pair, such as
/// [`Comparison::difference`](crate::Comparison::difference) and
/// [`Comparison::standard_error`](crate::Comparison::standard_error). Where that is 0, because the
/// arms differ equally in every draw, pass `1 / (draws · test rows)`, the smallest standard error above
/// 0 that such errors can have. To leave the pair out would bias the mean.
///
/// The between-pair variance is the estimate of Paule & Mandel, "Consensus Values and Weighting
/// Factors" (Journal of Research of the National Bureau of Standards 87, 1982), recommended by
/// Veroniki et al. (Research Synthesis Methods 7, 2016): it needs no distribution and no iteration
/// that may fail. Effects are the empirical Bayes estimates (Raudenbush & Bryk, Journal of Educational
/// Statistics 10, 1985); their errors include that of the mean (Knapp & Hartung, Statistics in Medicine
/// 22, 2003), but not that of `between_sd`.
///
/// ```
/// use fm_stats::{Settings, pool};
///
/// let differences = [-0.009, -0.002, 0.004, -0.012, 0.001, -0.006];
/// let standard_errors = [0.002, 0.003, 0.002, 0.004, 0.003, 0.001];
/// let pooled = pool(&differences, &standard_errors, &Settings::default())?;
/// // Each pair is pulled towards the mean of all.
/// assert!(pooled.effects[3].value > -0.012);
/// # Ok::<(), fm_stats::StatsError>(())
/// ```
///
/// # Errors
///
/// [`StatsError::TooFew`] pairs: two are needed; [`StatsError::Invalid`] for samples of different lengths,
/// a value that is not finite, a standard error not above 0, or a setting out of range.
pub fn pool(
    differences: &[f64],
    standard_errors: &[f64],
    settings: &Settings,
) -> Result<Pooled, StatsError> {
    settings.check()?;
    let pairs = differences.len();
    check_count("pairs", pairs, 2)?;
    check_finite("difference", differences)?;
    check_lengths("standard error", standard_errors.len(), "difference", pairs)?;
    check_finite("standard error", standard_errors)?;
    let expected = "a number above 0, such as 1 / (draws * test rows)";
    check_each("standard error", standard_errors, expected, |e| e > 0.0)?;
    let degrees = (pairs - 1) as f64;
    // At a between-pair variance: the mean weighted by precision, the sum of the weights, and the weighted
    // sum of squared residuals.
    let at = |between: f64| {
        let weights = standard_errors.iter().map(|e| 1.0 / (e * e + between));
        let weighted = weights.clone().zip(differences);
        let weight: f64 = weights.sum();
        let mean = weighted.clone().map(|(w, d)| w * d).sum::<f64>() / weight;
        let squares: f64 = weighted.map(|(w, d)| w * (d - mean) * (d - mean)).sum();
        (mean, weight, squares)
    };
    let largest = differences.iter().fold(0.0_f64, |m, d| m.max(d.abs()));
    let between = between_variance(largest * largest, |between| at(between).2 > degrees);
    let (mean, weight, squares) = at(between);
    // Knapp and Hartung's factor: the weighted residual variance, expected to be 1.
    let mean_variance = squares / degrees / weight;
    let effect = |(difference, error): (&f64, &f64)| {
        let noise = error * error;
        let weight = between / (between + noise);
        let rest = 1.0 - weight;
        let value = weight * difference + rest * mean;
        let standard_error = libm::sqrt(weight * noise + rest * rest * mean_variance);
        Estimate::new(value, standard_error, degrees, settings.alpha())
    };
    let measured = differences.iter().zip(standard_errors);
    Ok(Pooled {
        mean,
        between_sd: libm::sqrt(between),
        effects: measured.map(effect).collect(),
    })
}

/// The variance at which the weighted squares equal their degrees of freedom; 0 where they are not
/// `above` them anyway. The squares fall as the variance grows, so bisection finds it.
fn between_variance(mut high: f64, above: impl Fn(f64) -> bool) -> f64 {
    if !above(0.0) {
        return 0.0;
    }
    while above(high) {
        high *= 4.0;
    }
    let mut low = 0.0;
    // Far more halvings than the bits of a number between the two.
    for _ in 0..120 {
        let middle = 0.5 * (low + high);
        *(if above(middle) { &mut low } else { &mut high }) = middle;
    }
    0.5 * (low + high)
}

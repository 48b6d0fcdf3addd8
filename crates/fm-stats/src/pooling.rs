//! [`pool`]: effects of many pairs of classes, pooled partially.
//!
//! Each pair of classes has a measured difference of mean errors and its standard error. Testing 45
//! pairs one by one at 12 seeds concludes little; taking the pairs as draws from a population lets
//! each borrow strength from the others (Gelman, Hill & Yajima, "Why We (Usually) Don't Have to Worry
//! About Multiple Comparisons", Journal of Research on Educational Effectiveness 5, 2012). The model
//! is the random-effects meta-regression of medical statistics,
//!
//! ```text
//! difference[i] = coefficients · (1, covariates[i]) + pair[i] + noise[i]
//! pair[i] ~ N(0, between_sd²)        noise[i] ~ N(0, standard_error[i]²)
//! ```
//!
//! A covariate that is computed from the same trainings as the difference, such as the baseline's error
//! as a measure of difficulty, is correlated with it by construction. Take it from other seeds.

use serde::{Deserialize, Serialize};

use crate::interval::Interval;
use crate::sample::{check_count, check_finite, check_lengths, mean};
use crate::{Settings, StatsError};

/// One coefficient of the regression.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Coefficient {
    /// Estimate by weighted least squares.
    pub estimate: f64,
    /// Standard error of Knapp & Hartung.
    pub standard_error: f64,
    /// Student's interval with `pairs − coefficients` degrees of freedom.
    pub interval: Interval,
}

/// One pair's effect after pooling.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PooledEffect {
    /// The measured difference, shrunken towards the regression line.
    pub estimate: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// Its interval.
    pub interval: Interval,
    /// Share of the measured difference in the estimate, 0 to 1; the rest is from the regression.
    pub weight: f64,
}

/// Partial pooling over pairs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pooled {
    /// The first is the effect of a pair with average covariates; then one slope per covariate.
    pub coefficients: Vec<Coefficient>,
    /// Standard deviation of the pairs' true effects around the regression.
    pub between_sd: f64,
    /// One effect per pair, in the order given.
    pub effects: Vec<PooledEffect>,
}

/// Pools the differences of pairs partially.
///
/// - `differences`, `standard_errors`: one per pair, such as
///   [`Comparison::difference`](crate::Comparison::difference) and
///   [`Comparison::standard_error`](crate::Comparison::standard_error). Where that is 0, because the
///   arms differ equally in every draw, pass `1 / (draws · test rows)`, the smallest standard error above
///   0 that such errors can have. To leave the pair out would bias the mean.
/// - `covariates`: one slice per covariate, with one value per pair; centred at their means here.
///
/// The between-pair variance is the estimate of Paule & Mandel, "Consensus Values and Weighting
/// Factors" (Journal of Research of the National Bureau of Standards 87, 1982), recommended by
/// Veroniki et al. (Research Synthesis Methods 7, 2016): it needs no distribution and no iteration
/// that may fail. Standard errors of coefficients are those of Knapp & Hartung, "Improved Tests for a
/// Random Effects Meta-Regression with a Single Covariate" (Statistics in Medicine 22, 2003). Pooled
/// effects are the empirical Bayes estimates (Raudenbush & Bryk, Journal of Educational Statistics 10,
/// 1985); their errors do not include that of `between_sd`.
///
/// ```
/// use fm_stats::{Settings, pool};
///
/// let differences = [-0.009, -0.002, 0.004, -0.012, 0.001, -0.006];
/// let standard_errors = [0.002, 0.003, 0.002, 0.004, 0.003, 0.001];
/// let pooled = pool(&differences, &standard_errors, &[], &Settings::default())?;
/// // The least certain pair is pulled most towards the mean of all.
/// assert!(pooled.effects[3].estimate > -0.012);
/// assert!(pooled.effects[3].weight < pooled.effects[5].weight);
/// # Ok::<(), fm_stats::StatsError>(())
/// ```
///
/// # Errors
///
/// [`StatsError::TooFew`] pairs: two more than covariates are needed; [`StatsError::LengthsDiffer`],
/// [`StatsError::NotFinite`], [`StatsError::OutOfRange`] for a standard error not above 0,
/// [`StatsError::Collinear`] covariates, or a setting out of range.
pub fn pool(
    differences: &[f64],
    standard_errors: &[f64],
    covariates: &[&[f64]],
    settings: &Settings,
) -> Result<Pooled, StatsError> {
    settings.check()?;
    let pairs = differences.len();
    check_count("pairs", pairs, covariates.len() + 2)?;
    check_finite("difference", differences)?;
    check_lengths("standard error", standard_errors.len(), "difference", pairs)?;
    check_finite("standard error", standard_errors)?;
    if let Some(index) = standard_errors.iter().position(|&error| error <= 0.0) {
        return Err(StatsError::OutOfRange {
            what: "standard error".into(),
            index,
            value: standard_errors[index],
            expected: "a number above 0, such as 1 / (draws * test rows)",
        });
    }
    for (k, covariate) in covariates.iter().enumerate() {
        let name = format!("covariate {k}");
        check_lengths(&name, covariate.len(), "difference", pairs)?;
        check_finite(&name, covariate)?;
    }
    let model = Model::new(differences, standard_errors, covariates);
    let between = model.between_variance()?;
    let fit = model.fit(between)?;
    let alpha = settings.alpha();
    let degrees = (pairs - 1 - covariates.len()) as f64;
    // Knapp and Hartung's factor: the weighted residual variance, expected to be 1.
    let factor = fit.weighted_squares / degrees;
    let interval = |estimate, error| Interval::student(estimate, error, degrees, alpha);
    let coefficient = |k: usize| {
        let estimate = fit.coefficients[k];
        let standard_error = libm::sqrt(factor * fit.covariance[k][k]);
        Coefficient {
            estimate,
            standard_error,
            interval: interval(estimate, standard_error),
        }
    };
    let effect = |i: usize| {
        let row = &model.rows[i];
        let line = dot(row, &fit.coefficients);
        let of_line: f64 = fit
            .covariance
            .iter()
            .zip(row)
            .map(|(column, x)| x * dot(column, row))
            .sum();
        let noise = standard_errors[i] * standard_errors[i];
        let weight = between / (between + noise);
        let rest = 1.0 - weight;
        let estimate = weight * differences[i] + rest * line;
        let standard_error = libm::sqrt(weight * noise + rest * rest * factor * of_line);
        PooledEffect {
            estimate,
            standard_error,
            interval: interval(estimate, standard_error),
            weight,
        }
    };
    Ok(Pooled {
        coefficients: (0..=covariates.len()).map(coefficient).collect(),
        between_sd: libm::sqrt(between),
        effects: (0..pairs).map(effect).collect(),
    })
}

/// The regression: one row (1, centred covariates) per pair.
struct Model<'a> {
    rows: Vec<Vec<f64>>,
    differences: &'a [f64],
    standard_errors: &'a [f64],
}

/// Weighted least squares at one between-pair variance.
struct Fit {
    coefficients: Vec<f64>,
    /// Inverse of the weighted cross products.
    covariance: Vec<Vec<f64>>,
    /// Weighted sum of squared residuals.
    weighted_squares: f64,
}

impl<'a> Model<'a> {
    fn new(differences: &'a [f64], standard_errors: &'a [f64], covariates: &[&[f64]]) -> Self {
        let centres: Vec<f64> = covariates.iter().map(|values| mean(values)).collect();
        let row = |i: usize| {
            let centred = covariates.iter().zip(&centres).map(|(v, c)| v[i] - c);
            std::iter::once(1.0).chain(centred).collect()
        };
        Self {
            rows: (0..differences.len()).map(row).collect(),
            differences,
            standard_errors,
        }
    }

    fn fit(&self, between: f64) -> Result<Fit, StatsError> {
        let weights: Vec<f64> = self
            .standard_errors
            .iter()
            .map(|error| 1.0 / (error * error + between))
            .collect();
        let size = self.rows[0].len();
        let mut products = vec![vec![0.0; size]; size];
        let mut targets = vec![0.0; size];
        for ((row, weight), y) in self.rows.iter().zip(&weights).zip(self.differences) {
            for (a, x) in row.iter().enumerate() {
                targets[a] += weight * x * y;
                for (b, z) in row.iter().enumerate() {
                    products[a][b] += weight * x * z;
                }
            }
        }
        let covariance = inverse(products)?;
        let coefficients: Vec<f64> = covariance.iter().map(|row| dot(row, &targets)).collect();
        let residual = |(row, y): (&Vec<f64>, &f64)| y - dot(row, &coefficients);
        let residuals = self.rows.iter().zip(self.differences).map(residual);
        let weighted_squares = residuals.zip(&weights).map(|(r, w)| w * r * r).sum();
        Ok(Fit {
            coefficients,
            covariance,
            weighted_squares,
        })
    }

    /// The variance at which the weighted residual squares equal their degrees of freedom; 0 where
    /// they are below them already. The squares fall as the variance grows, so bisection finds it.
    fn between_variance(&self) -> Result<f64, StatsError> {
        let degrees = (self.rows.len() - self.rows[0].len()) as f64;
        let above = |variance| Ok(self.fit(variance)?.weighted_squares > degrees);
        if !above(0.0)? {
            return Ok(0.0);
        }
        let largest = self.differences.iter().fold(0.0_f64, |m, d| m.max(d.abs()));
        let (mut low, mut high) = (0.0, largest * largest);
        while above(high)? {
            high *= 4.0;
        }
        // Far more halvings than the bits of a number between the two.
        for _ in 0..120 {
            let middle = 0.5 * (low + high);
            if above(middle)? {
                low = middle;
            } else {
                high = middle;
            }
        }
        Ok(0.5 * (low + high))
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// Inverse of a positive definite matrix by Gauss–Jordan elimination.
///
/// Fails at the first column that the ones before it determine: its pivot is then a rounding error
/// of its diagonal element. The first column, the weights, is never zero.
fn inverse(mut matrix: Vec<Vec<f64>>) -> Result<Vec<Vec<f64>>, StatsError> {
    let size = matrix.len();
    let diagonal: Vec<f64> = (0..size).map(|k| matrix[k][k]).collect();
    let mut inverse: Vec<Vec<f64>> = (0..size)
        .map(|a| (0..size).map(|b| f64::from(u8::from(a == b))).collect())
        .collect();
    for k in 0..size {
        let pivot = matrix[k][k];
        if pivot <= 1e-10 * diagonal[k] {
            let index = k.saturating_sub(1);
            return Err(StatsError::Collinear { index });
        }
        let factors: Vec<f64> = matrix.iter().map(|row| row[k]).collect();
        for row in [&mut matrix, &mut inverse] {
            row[k].iter_mut().for_each(|v| *v /= pivot);
        }
        for rows in [&mut matrix, &mut inverse] {
            let pivot_row = rows[k].clone();
            for (other, row) in rows.iter_mut().enumerate().filter(|(other, _)| *other != k) {
                for (value, pivot_value) in row.iter_mut().zip(&pivot_row) {
                    *value -= factors[other] * pivot_value;
                }
            }
        }
    }
    Ok(inverse)
}

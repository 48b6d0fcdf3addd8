//! [`over_classes`]: the mean difference over pairs of classes and its slopes, for other classes.
//!
//! Pairs that share a class are not independent: in one difference for each of the 45 pairs of ten
//! classes, every class occurs nine times. What varies independently are the classes,
//!
//! ```text
//! difference[i, j] = coefficients · (1, covariates[i, j]) + class[i] + class[j] + pair[i, j] + noise[i, j]
//! ```
//!
//! so the interval is that of the jackknife over classes: each class is left out with all its pairs, and
//! the coefficients are estimated again.

use std::collections::BTreeSet;

use crate::error::check;
use crate::sample::{check_count, check_finite, check_lengths, squared_deviations};
use crate::{Estimate, Settings, StatsError, mean};

/// Mean difference over pairs of classes, and its slopes, with intervals for pairs of other classes.
///
/// The result is the mean difference, then one slope per covariate, by least squares; the intervals have
/// `classes − 1` degrees of freedom.
///
/// - `pairs`: the two classes of each pair, in either order, by any numbers. Not every pair of the classes
///   has to be there.
/// - `differences`: one per pair.
/// - `covariates`: one slice per covariate, with one value per pair; centred at their means here. A
///   covariate that is computed from the same trainings as the difference, such as the baseline's error
///   as a measure of difficulty, is correlated with it by construction.
///
/// Every pair counts the same, however well it is measured: where the difference depends on how hard a
/// pair is, and so on how well it is measured, weights by precision estimate another mean.
///
/// The variance is `(n − 1)/n · Σ (θ₍₋ᵢ₎ − θ̄)²` over the `n` classes. It is too large on average rather
/// than too small (Efron & Stein, "The Jackknife Estimate of Variance", Annals of Statistics 9, 1981):
/// right where differences vary with the classes, and for independent pairs of ten classes 2.25 times
/// what it should be. Sums over all pairs that share a class (Aronow, Samii & Assenova, "Cluster–Robust
/// Variance Estimation for Dyadic Data", Political Analysis 23, 2015) are for many classes; of ten they
/// are too small. `docs/evidence.md` compares the coverage of both.
///
/// ```
/// use fm_stats::{Settings, over_classes};
///
/// let pairs = [[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3]];
/// let differences = [-0.006, -0.005, -0.007, -0.004, -0.006, -0.005];
/// let found = over_classes(&pairs, &differences, &[], &Settings::default())?;
/// assert!((found[0].value - -0.0055).abs() < 1e-12);
/// assert!(found[0].interval.high < 0.0);
/// # Ok::<(), fm_stats::StatsError>(())
/// ```
///
/// # Errors
///
/// [`StatsError::Invalid`] for a pair of one class or one that is given twice, samples of different lengths,
/// a value that is not finite, or a setting out of range; [`StatsError::TooFew`] pairs without some class:
/// two more than covariates are needed; [`StatsError::Collinear`] covariates, also without some class.
pub fn over_classes(
    pairs: &[[usize; 2]],
    differences: &[f64],
    covariates: &[&[f64]],
    settings: &Settings,
) -> Result<Vec<Estimate>, StatsError> {
    settings.check()?;
    check_finite("difference", differences)?;
    check_lengths("pairs", pairs.len(), "difference", differences.len())?;
    for (k, covariate) in covariates.iter().enumerate() {
        let name = format!("covariate {k}");
        check_lengths(&name, covariate.len(), "difference", pairs.len())?;
        check_finite(&name, covariate)?;
    }
    let mut known = BTreeSet::new();
    for (index, [a, b]) in pairs.iter().enumerate() {
        let valid = a != b && known.insert([a.min(b), a.max(b)]);
        let expected = "two different classes, and each pair once";
        check(
            valid,
            &format!("pair {index}"),
            format!("{a}-{b}"),
            expected,
        )?;
    }
    let centres: Vec<f64> = covariates.iter().map(|values| mean(values)).collect();
    let rows = (0..pairs.len()).map(|i| {
        let centred = covariates.iter().zip(&centres).map(|(v, c)| v[i] - c);
        std::iter::once(1.0).chain(centred).collect()
    });
    let rows: Vec<Vec<f64>> = rows.collect();
    let classes: BTreeSet<usize> = pairs.iter().flatten().copied().collect();
    let without = classes.iter().map(|class| {
        let stays = |i: usize| !pairs[i].contains(class);
        let left = (0..pairs.len()).filter(|&i| stays(i)).count();
        let what = format!("pairs without class {class}");
        check_count(&what, left, covariates.len() + 2)?;
        least_squares(&rows, differences, stays)
    });
    let without: Vec<Vec<f64>> = without.collect::<Result<_, _>>()?;
    let estimates = least_squares(&rows, differences, |_| true)?;
    let n = classes.len() as f64;
    let estimate = |(k, value)| {
        let left_out: Vec<f64> = without.iter().map(|fit| fit[k]).collect();
        let standard_error = libm::sqrt((n - 1.0) / n * squared_deviations(&left_out));
        Estimate::new(value, standard_error, n - 1.0, settings.alpha())
    };
    Ok(estimates.into_iter().enumerate().map(estimate).collect())
}

/// Coefficients by least squares over the rows that stay.
fn least_squares(
    rows: &[Vec<f64>],
    values: &[f64],
    stays: impl Fn(usize) -> bool,
) -> Result<Vec<f64>, StatsError> {
    let size = rows[0].len();
    let mut products = vec![vec![0.0; size]; size];
    let mut targets = vec![0.0; size];
    let kept = (0..rows.len()).filter(|&i| stays(i));
    for (row, y) in kept.map(|i| (&rows[i], values[i])) {
        for (a, x) in row.iter().enumerate() {
            targets[a] += x * y;
            for (b, z) in row.iter().enumerate() {
                products[a][b] += x * z;
            }
        }
    }
    solve(products, targets)
}

/// The solution of `matrix · x = targets` for a positive definite matrix, by Gauss–Jordan elimination.
///
/// Fails at the first column that the ones before it determine: its pivot is then a rounding error
/// of its diagonal element. The first column, of ones, is never zero.
fn solve(mut matrix: Vec<Vec<f64>>, mut targets: Vec<f64>) -> Result<Vec<f64>, StatsError> {
    let diagonal: Vec<f64> = (0..matrix.len()).map(|k| matrix[k][k]).collect();
    for k in 0..matrix.len() {
        let (pivot_row, target) = (matrix[k].clone(), targets[k]);
        let pivot = pivot_row[k];
        if pivot <= 1e-10 * diagonal[k] {
            let index = k.saturating_sub(1);
            return Err(StatsError::Collinear { index });
        }
        for other in (0..matrix.len()).filter(|&other| other != k) {
            let factor = matrix[other][k] / pivot;
            targets[other] -= factor * target;
            for (value, pivot_value) in matrix[other].iter_mut().zip(&pivot_row) {
                *value -= factor * pivot_value;
            }
        }
    }
    let solved = targets
        .iter()
        .enumerate()
        .map(|(k, target)| target / matrix[k][k]);
    Ok(solved.collect())
}

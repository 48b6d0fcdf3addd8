//! [`expected_best`]: what tuning over a budget of trials is worth.

use crate::StatsError;
use crate::sample::{check_count, check_each, check_finite, check_lengths};

/// Expected score of the trial with the lowest validation error among `k` random trials, for
/// `k = 1 … n`; element `k − 1` of the result.
///
/// Of `n` trials every set of `k` is equally likely, without replacement: at `k = n` the result is the
/// score of the chosen trial itself. Ties of the validation error are chosen with equal probability.
/// With `score = validation_error` it is the expected best validation error over the budget (Dodge et
/// al., "Show Your Work", EMNLP 2019); that paper draws with replacement, which is biased for few
/// trials (Tang et al., "Showing Your Work Doesn't Always Work", ACL 2020), so this is the unbiased
/// estimate: with trials sorted from worst to best, weight `C(i − 1, k − 1) / C(n, k)` for the i-th.
///
/// ```
/// use fm_stats::expected_best;
///
/// let validation_error = [0.030, 0.010, 0.020];
/// let test_error = [0.033, 0.012, 0.021];
/// let over_budget = expected_best(&validation_error, &test_error)?;
/// assert!((over_budget[0] - 0.022).abs() < 1e-15); // one trial: the mean
/// assert!((over_budget[1] - 0.015).abs() < 1e-15); // two: 0.012 in two of three pairs, else 0.021
/// assert_eq!(over_budget[2], 0.012); // all three: the best
/// # Ok::<(), fm_stats::StatsError>(())
/// ```
///
/// # Errors
///
/// [`StatsError::TooFew`] without trials, [`StatsError::Invalid`] for samples of different lengths, a
/// score that is not finite or a validation error that is NaN or −∞. A validation error of +∞ is a
/// diverged trial, chosen only where all trials diverged.
pub fn expected_best(validation_error: &[f64], score: &[f64]) -> Result<Vec<f64>, StatsError> {
    let n = validation_error.len();
    check_count("trials", n, 1)?;
    check_lengths("score", score.len(), "validation error", n)?;
    check_finite("score", score)?;
    let expected = "a number, or inf for a diverged trial";
    check_each("validation error", validation_error, expected, |v| {
        v > f64::NEG_INFINITY
    })?;
    // From best to worst, tied trials replaced by their mean score.
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&a, &b| validation_error[a].total_cmp(&validation_error[b]));
    let mut ranked = Vec::with_capacity(n);
    for tied in order.chunk_by(|&a, &b| validation_error[a] == validation_error[b]) {
        let sum: f64 = tied.iter().map(|&i| score[i]).sum();
        ranked.extend(std::iter::repeat_n(sum / tied.len() as f64, tied.len()));
    }
    let expected = |k: usize| {
        // P(the best k − 1 others are all worse than rank j) = C(n−1−j, k−1) / C(n, k), each from
        // the one before.
        let mut weight = k as f64 / n as f64;
        let mut sum = 0.0;
        for (j, score) in ranked[..=n - k].iter().enumerate() {
            sum += weight * score;
            weight *= (n - k - j) as f64 / (n - 1 - j).max(1) as f64;
        }
        sum
    };
    Ok((1..=n).map(expected).collect())
}

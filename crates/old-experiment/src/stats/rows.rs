//! How much of the spread comes from the finite test set.
//!
//! Every run is scored on the same rows. With `x[s][r]` what seed `s` gets on row `r`, the model is
//! `x = μ + seed[s] + row[r] + rest[s][r]` (two-way random effects, one value per cell). The mean
//! over rows of one seed then spreads over seeds by `seed` and by `rest`/R, which other rows would
//! have dealt otherwise; `row`, how hard the rows are, shifts all seeds alike: it cannot be seen in
//! the spread over seeds and does not shrink with more of them.

use serde::{Deserialize, Serialize};

use super::StatsError;
use super::sample::check_paired;

/// Spread of a mean over test rows: over seeds, over rows, and what of the one is the other.
/// Fractions.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct RowVariance {
    /// Seeds.
    pub seeds: usize,
    /// Test rows of each.
    pub rows: usize,
    /// Mean over seeds and rows.
    pub mean: f64,
    /// Standard deviation over seeds of the mean over rows; `None` for one seed.
    pub sd_over_seeds: Option<f64>,
    /// Standard deviation of one run's mean if its test rows were drawn anew (root mean square over
    /// seeds).
    pub sd_from_rows_one_run: f64,
    /// Share of the variance over seeds that comes from which rows are tested, 0 to 1; `None` for
    /// one seed, one row or no spread.
    pub share_of_spread: Option<f64>,
    /// Standard error of the mean over all runs from the seeds: `sd_over_seeds / √seeds`.
    pub error_from_seeds: Option<f64>,
    /// Standard error of the mean over all runs from the test rows: more seeds do not shrink it
    /// much.
    pub error_from_rows: f64,
}

/// Of one arm's accuracy: `correct[seed][row]` tells whether that seed's run got that row right.
///
/// The deviations over rows are those of a bootstrap over test rows with endless resamples, which
/// for a mean needs none: `√(Σ(x − x̄)² / R²)`.
///
/// # Errors
///
/// [`StatsError::Empty`] without seeds or rows, [`StatsError::NotPaired`] if seeds differ in rows.
pub fn row_variance<S: AsRef<[bool]>>(correct: &[S]) -> Result<RowVariance, StatsError> {
    let rows = common_rows(correct)?;
    Ok(decompose(correct.len(), rows, |s, r| {
        f64::from(u8::from(correct[s].as_ref()[r]))
    }))
}

/// Of the difference of two arms' errors, `arm − against`, scored on the same rows: by seed and row
/// −1, 0 or 1.
///
/// # Errors
///
/// As [`row_variance`]; [`StatsError::NotPaired`] too if the arms differ in seeds or rows.
pub fn paired_row_variance<S: AsRef<[bool]>>(
    arm_correct: &[S],
    against_correct: &[S],
) -> Result<RowVariance, StatsError> {
    let arm_rows = common_rows(arm_correct)?;
    let against_rows = common_rows(against_correct)?;
    let (arm, against) = ("the arm", "the arm it is compared with");
    check_paired(arm, arm_correct.len(), against, against_correct.len())?;
    check_paired(arm, arm_rows, against, against_rows)?;
    let wrong = |correct: &[S], s: usize, r: usize| f64::from(u8::from(!correct[s].as_ref()[r]));
    Ok(decompose(arm_correct.len(), arm_rows, |s, r| {
        wrong(arm_correct, s, r) - wrong(against_correct, s, r)
    }))
}

fn common_rows<S: AsRef<[bool]>>(correct: &[S]) -> Result<usize, StatsError> {
    let rows = correct.first().map_or(0, |first| first.as_ref().len());
    if rows == 0 {
        return Err(StatsError::Empty {
            what: "the test rows by seed".into(),
        });
    }
    for (s, seed) in correct.iter().enumerate() {
        check_paired(
            &format!("seed number {s}"),
            seed.as_ref().len(),
            "seed number 0",
            rows,
        )?;
    }
    Ok(rows)
}

fn decompose(seeds: usize, rows: usize, x: impl Fn(usize, usize) -> f64) -> RowVariance {
    let (s_count, r_count) = (seeds as f64, rows as f64);
    // Sums of whole numbers: exact in any order.
    let mut of_seed = vec![0.0; seeds];
    let mut of_row = vec![0.0; rows];
    let mut squares_of_seed = vec![0.0; seeds];
    for s in 0..seeds {
        for (r, of_row) in of_row.iter_mut().enumerate() {
            let value = x(s, r);
            of_seed[s] += value;
            *of_row += value;
            squares_of_seed[s] += value * value;
        }
    }
    let mean = of_seed.iter().sum::<f64>() / (s_count * r_count);
    let seed_squares: f64 = of_seed.iter().map(|t| square(t / r_count - mean)).sum();
    let row_squares: f64 = of_row.iter().map(|t| square(t / s_count - mean)).sum();
    let within_seeds: f64 = (0..seeds)
        .map(|s| squares_of_seed[s] - of_seed[s] * of_seed[s] / r_count)
        .sum();
    let variance_over_seeds = (seeds > 1).then(|| seed_squares / (s_count - 1.0));
    let share_of_spread = variance_over_seeds
        .filter(|&v| v > 0.0 && rows > 1)
        .map(|v| {
            let rest_squares = (within_seeds - s_count * row_squares).max(0.0);
            let rest = rest_squares / ((s_count - 1.0) * (r_count - 1.0));
            (rest / r_count / v).min(1.0)
        });
    RowVariance {
        seeds,
        rows,
        mean,
        sd_over_seeds: variance_over_seeds.map(libm::sqrt),
        sd_from_rows_one_run: libm::sqrt((within_seeds / s_count).max(0.0)) / r_count,
        share_of_spread,
        error_from_seeds: variance_over_seeds.map(|v| libm::sqrt(v / s_count)),
        error_from_rows: libm::sqrt(row_squares) / r_count,
    }
}

fn square(v: f64) -> f64 {
    v * v
}

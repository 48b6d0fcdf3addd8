//! [`Crossed`]: draws crossed with test rows, and the interval for other draws and other test rows.
//!
//! Every draw (first weights, row order, training rows) is scored on the same test rows. With
//! `x[d][r]` the error of draw `d` on test row `r` (0 or 1, or the difference of two arms: −1, 0 or
//! 1), the model is `x[d][r] = μ + draw[d] + row[r] + residual[d][r]`: two-way random effects with
//! one value per cell. An interval from the spread over draws alone covers the mean error on *these*
//! test rows. More draws do not shrink what the choice of test rows adds.

use serde::{Deserialize, Serialize};

use crate::{Interval, MIN_PAIRS, normal};

/// Variances of one cell `x[d][r]`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Components {
    /// Between draws, σ²_draw.
    pub draws: f64,
    /// Between test rows, σ²_row.
    pub rows: f64,
    /// Of the rest: interaction of draws and rows.
    pub residual: f64,
}

/// Mean of a matrix of draws × test rows, its variance components and its intervals.
///
/// Mean squares, components and standard error (analysis of variance, method of moments; Searle,
/// Casella & McCulloch, *Variance Components*, 1992, section 4.5), of `D` draws and `R` rows:
///
/// ```text
/// MS_draw = R Σ (x̄_d − x̄)² / (D − 1)        σ²_draw = max(0, (MS_draw − MS_rest) / R)
/// MS_row  = D Σ (x̄_r − x̄)² / (R − 1)        σ²_row  = max(0, (MS_row  − MS_rest) / D)
/// MS_rest = Σ (x − x̄_d − x̄_r + x̄)² / ((D − 1)(R − 1))
/// standard_error² = σ²_draw / D + σ²_row / R + σ²_rest / (D R)
/// ```
///
/// The same variance as that of the bootstraps of Owen & Eckles, "Bootstrapping Data Arrays of
/// Arbitrary Order" (Annals of Applied Statistics 6, 2012), without their excess of up to
/// `2 σ²_rest / (D R)`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Crossed {
    /// Number of draws, `D`.
    pub draws: usize,
    /// Number of test rows, `R`.
    pub rows: usize,
    /// Mean over draws and rows.
    pub mean: f64,
    /// Variance components of one cell.
    pub variance: Components,
    /// Standard deviation over draws of the mean over rows; contains `σ²_rest / R`.
    pub draw_sd: f64,
    /// Standard error of `mean` that the test rows cause, `σ_row / √R`; no number of draws shrinks it.
    pub rows_error: f64,
    /// Half the width of the interval with infinitely many draws: `rows_error` times the normal
    /// quantile.
    pub rows_floor: f64,
    /// Standard error of `mean` over other draws and other test rows.
    pub standard_error: f64,
    /// Its degrees of freedom, by Satterthwaite, "An Approximate Distribution of Estimates of
    /// Variance Components" (Biometrics Bulletin 2, 1946).
    pub degrees: f64,
    /// Student's interval for other draws and other test rows; `None` of fewer than [`MIN_PAIRS`] draws.
    pub interval: Option<Interval>,
    /// Student's interval over draws alone, for these test rows; `None` likewise.
    pub draws_interval: Option<Interval>,
}

impl Crossed {
    /// Of the difference of two arms' errors, `arm − baseline`: `wrong[draw][row]` of each arm, all of
    /// the same shape. `None` of a single draw or a single row.
    pub(crate) fn of<D: AsRef<[bool]>>(arm: &[D], baseline: &[D], alpha: f64) -> Option<Self> {
        let (draws, rows) = (arm.len(), arm.first()?.as_ref().len());
        if draws < 2 || rows < 2 {
            return None;
        }
        // Sums of whole numbers are exact in any order.
        let (mut of_draw, mut of_row, mut squares) = (vec![0_i64; draws], vec![0_i64; rows], 0);
        for (of_draw, (arm, baseline)) in of_draw.iter_mut().zip(arm.iter().zip(baseline)) {
            let cells = arm.as_ref().iter().zip(baseline.as_ref());
            for (of_row, (arm, baseline)) in of_row.iter_mut().zip(cells) {
                let value = i64::from(*arm) - i64::from(*baseline);
                *of_draw += value;
                *of_row += value;
                squares += value * value;
            }
        }
        let (n, m) = (draws as f64, rows as f64);
        let mean = of_draw.iter().sum::<i64>() as f64 / (n * m);
        let spread = |sums: &[i64], each: f64| -> f64 {
            let deviations = sums.iter().map(|&sum| sum as f64 / each - mean);
            deviations.map(|deviation| deviation * deviation).sum()
        };
        let draw_squares = m * spread(&of_draw, m);
        let row_squares = n * spread(&of_row, n);
        // A sum of squares; a negative one is a rounding error of zero.
        let rest_squares =
            (squares as f64 - n * m * mean * mean - draw_squares - row_squares).max(0.0);
        let ms_draw = draw_squares / (n - 1.0);
        let ms_row = row_squares / (m - 1.0);
        let rest = rest_squares / ((n - 1.0) * (m - 1.0));
        // Components cut at zero: the standard error is never below that of either margin alone.
        let (draw, row) = (ms_draw.max(rest), ms_row.max(rest));
        let variance = Components {
            draws: (draw - rest) / m,
            rows: (row - rest) / n,
            residual: rest,
        };
        let whole = draw + row - rest;
        let parts =
            draw * draw / (n - 1.0) + row * row / (m - 1.0) + rest * rest / ((n - 1.0) * (m - 1.0));
        // All cells equal: no spread, and any degrees of freedom give the same interval.
        let degrees = if parts > 0.0 {
            whole * whole / parts
        } else {
            n - 1.0
        };
        let standard_error = libm::sqrt(whole / (n * m));
        let draw_sd = libm::sqrt(ms_draw / m);
        let rows_error = libm::sqrt(variance.rows / m);
        let interval = || Interval::student(mean, standard_error, degrees, alpha);
        Some(Self {
            draws,
            rows,
            mean,
            variance,
            draw_sd,
            rows_error,
            rows_floor: normal::quantile(1.0 - alpha / 2.0) * rows_error,
            standard_error,
            degrees,
            interval: (draws >= MIN_PAIRS).then(interval),
            draws_interval: Interval::of_mean(draws, mean, draw_sd, alpha),
        })
    }
}

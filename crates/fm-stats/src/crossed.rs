//! [`Crossed`]: draws crossed with test rows, and the interval for other draws and other test rows.
//!
//! Every draw (first weights, row order, training rows) is scored on the same test rows. With
//! `x[d][r]` the error of draw `d` on test row `r` (0 or 1, or the difference of two arms: −1, 0 or
//! 1), the model is `x[d][r] = μ + draw[d] + row[r] + residual[d][r]`: two-way random effects with
//! one value per cell. An interval from the spread over draws alone covers the mean error on *these*
//! test rows. More draws do not shrink what the choice of test rows adds.

use serde::{Deserialize, Serialize};

use crate::interval::{Interval, normal_reach, of_mean};
use crate::sample::{check_count, check_lengths};
use crate::{MIN_PAIRS, Settings, StatsError};

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

/// The error of one arm: `wrong[draw][row]` tells whether that draw misclassified that test row.
///
/// # Errors
///
/// [`StatsError::TooFew`] for fewer than two draws or two rows, [`StatsError::LengthsDiffer`] if
/// draws differ in their number of rows, or a setting out of range.
pub fn crossed<D: AsRef<[bool]>>(wrong: &[D], settings: &Settings) -> Result<Crossed, StatsError> {
    settings.check()?;
    let rows = common_rows("draw", wrong)?;
    decompose(wrong.len(), rows, settings.alpha(), |d, r| {
        i64::from(wrong[d].as_ref()[r])
    })
}

/// The difference of two arms' errors, `arm − baseline`, scored on the same test rows:
/// `wrong[draw][row]` of each arm.
///
/// # Errors
///
/// As [`crossed`]; [`StatsError::LengthsDiffer`] also if the arms differ in draws or rows.
pub fn crossed_difference<D: AsRef<[bool]>>(
    arm_wrong: &[D],
    baseline_wrong: &[D],
    settings: &Settings,
) -> Result<Crossed, StatsError> {
    settings.check()?;
    let (draws, rows) = common_shape(arm_wrong, baseline_wrong)?;
    decompose(draws, rows, settings.alpha(), |d, r| {
        i64::from(arm_wrong[d].as_ref()[r]) - i64::from(baseline_wrong[d].as_ref()[r])
    })
}

/// Draws and rows of two arms' matrices.
pub(crate) fn common_shape<D: AsRef<[bool]>>(
    arm: &[D],
    baseline: &[D],
) -> Result<(usize, usize), StatsError> {
    check_lengths("arm", arm.len(), "baseline", baseline.len())?;
    let rows = common_rows("draw of the arm", arm)?;
    let others = common_rows("draw of the baseline", baseline)?;
    check_lengths("each draw of the arm", rows, "that of the baseline", others)?;
    Ok((arm.len(), rows))
}

fn common_rows<D: AsRef<[bool]>>(what: &str, draws: &[D]) -> Result<usize, StatsError> {
    let rows = draws.first().map_or(0, |first| first.as_ref().len());
    for (d, draw) in draws.iter().enumerate() {
        check_lengths(&format!("{what} {d}"), draw.as_ref().len(), "draw 0", rows)?;
    }
    Ok(rows)
}

fn decompose(
    draws: usize,
    rows: usize,
    alpha: f64,
    x: impl Fn(usize, usize) -> i64,
) -> Result<Crossed, StatsError> {
    check_count("draws", draws, 2)?;
    check_count("test rows", rows, 2)?;
    // Sums of whole numbers are exact in any order.
    let (mut of_draw, mut of_row, mut squares) = (vec![0_i64; draws], vec![0_i64; rows], 0);
    for (d, of_draw) in of_draw.iter_mut().enumerate() {
        for (r, of_row) in of_row.iter_mut().enumerate() {
            let value = x(d, r);
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
    let total = squares as f64 - n * m * mean * mean;
    let degrees = [n - 1.0, m - 1.0, (n - 1.0) * (m - 1.0)];
    let squares = MeanSquares {
        draw: draw_squares / degrees[0],
        row: row_squares / degrees[1],
        // A sum of squares; a negative one is a rounding error of zero.
        rest: (total - draw_squares - row_squares).max(0.0) / degrees[2],
    };
    Ok(squares.crossed(draws, rows, mean, alpha))
}

/// Mean squares of a two-way table.
pub(crate) struct MeanSquares {
    pub(crate) draw: f64,
    pub(crate) row: f64,
    pub(crate) rest: f64,
}

impl MeanSquares {
    /// Components, standard error and intervals of a table of `draws` × `rows` with this `mean`.
    pub(crate) fn crossed(&self, draws: usize, rows: usize, mean: f64, alpha: f64) -> Crossed {
        let (n, m) = (draws as f64, rows as f64);
        // Components cut at zero: the standard error is never below that of either margin alone.
        let (draw, row) = (self.draw.max(self.rest), self.row.max(self.rest));
        let variance = Components {
            draws: (draw - self.rest) / m,
            rows: (row - self.rest) / n,
            residual: self.rest,
        };
        let whole = draw + row - self.rest;
        let part = |square: f64, degrees: f64| square * square / degrees;
        let parts =
            part(draw, n - 1.0) + part(row, m - 1.0) + part(self.rest, (n - 1.0) * (m - 1.0));
        // All cells equal: no spread, and any degrees of freedom give the same interval.
        let degrees = if parts > 0.0 {
            whole * whole / parts
        } else {
            n - 1.0
        };
        let standard_error = libm::sqrt(whole / (n * m));
        let draw_sd = libm::sqrt(self.draw / m);
        let rows_error = libm::sqrt(variance.rows / m);
        Crossed {
            draws,
            rows,
            mean,
            variance,
            draw_sd,
            rows_error,
            rows_floor: normal_reach(rows_error, alpha),
            standard_error,
            degrees,
            interval: (draws >= MIN_PAIRS)
                .then(|| Interval::student(mean, standard_error, degrees, alpha)),
            draws_interval: of_mean(draws, mean, draw_sd, alpha),
        }
    }
}

//! Laws of draws × test rows.

use fm_stats::{Comparison, Crossed, Settings, compare_rows};

use crate::fixtures::assert_close;
use crate::simulation::{Draws, MEASURED, World};

fn matrix(draws: usize, rows: usize, wrong: impl Fn(usize, usize) -> bool) -> Vec<Vec<bool>> {
    let draw = |d| (0..rows).map(|r| wrong(d, r)).collect();
    (0..draws).map(draw).collect()
}

fn compared(arm: &[Vec<bool>], baseline: &[Vec<bool>]) -> Comparison {
    compare_rows(arm, baseline, &Settings::default()).unwrap()
}

/// Of one arm: its difference from an arm without errors.
fn crossed(wrong: &[Vec<bool>]) -> Crossed {
    let baseline = matrix(wrong.len(), wrong[0].len(), |_, _| false);
    compared(wrong, &baseline).crossed.unwrap()
}

#[test]
fn draws_alone_give_the_interval_over_draws() {
    // Each draw misses all rows or none.
    let found = crossed(&matrix(9, 50, |d, _| d % 3 == 0));
    assert_eq!((found.variance.rows, found.variance.residual), (0.0, 0.0));
    assert_eq!(found.rows_floor, 0.0);
    // Three of nine: variance 3·(2/3)² + 6·(1/3)² over 8.
    assert_close(found.variance.draws, 0.25, 1e-12, "draws");
    let (crossed, draws) = (found.interval.unwrap(), found.draws_interval.unwrap());
    assert_close(crossed.low, draws.low, 1e-12, "low");
    assert_close(crossed.high, draws.high, 1e-12, "high");
}

#[test]
fn rows_alone_leave_nothing_to_the_draws() {
    // Every draw misses the same fifth of the rows.
    let found = crossed(&matrix(9, 50, |_, r| r % 5 == 0));
    assert_eq!((found.variance.draws, found.variance.residual), (0.0, 0.0));
    assert_eq!((found.mean, found.draw_sd), (0.2, 0.0));
    let (low, high) = found.draws_interval.unwrap().ends();
    assert_eq!(low, high);
    // The standard error of a share of 50 rows, with n − 1.
    let error = libm::sqrt(0.2 * 0.8 / 49.0);
    assert_close(found.standard_error, error, 1e-12, "standard error");
    assert_close(found.rows_error, error, 1e-12, "error of the rows");
    assert_close(found.degrees, 49.0, 1e-12, "degrees of freedom");
}

#[test]
fn equal_cells_have_intervals_of_no_width() {
    for wrong in [false, true] {
        let found = crossed(&matrix(6, 10, |_, _| wrong));
        assert_eq!(found.mean, f64::from(u8::from(wrong)));
        let (low, high) = found.interval.unwrap().ends();
        assert_eq!(low, high);
        let (low, high) = found.draws_interval.unwrap().ends();
        assert_eq!(low, high);
        assert!(found.degrees.is_finite());
    }
}

#[test]
fn other_test_rows_never_make_the_standard_error_smaller() {
    let mut draws = Draws::new(10);
    for round in 0..200 {
        let (count, rows) = (2 + round % 7, 2 + round % 31);
        let world = World {
            arm_error: 0.2,
            baseline_error: 0.3,
            rows,
            ..MEASURED
        };
        let (arm, baseline) = world.experiment(count, false, &mut draws);
        let found = compared(&arm, &baseline).crossed.unwrap();
        let of_draws = found.draw_sd / libm::sqrt(count as f64);
        assert!(
            found.standard_error >= of_draws * (1.0 - 1e-12),
            "{found:?}"
        );
        assert!(found.standard_error >= found.rows_error, "{found:?}");
        assert_eq!(found.interval.is_some(), count >= 6);
        // The same matrix with arms swapped has the same spread.
        let swapped = compared(&baseline, &arm).crossed.unwrap();
        assert_eq!(swapped.mean, -found.mean);
        assert_eq!(swapped.standard_error, found.standard_error);
    }
}

/// What is put in comes out: of 200 draws and 2,000 rows.
#[test]
fn components_are_recovered() {
    let mut draws = Draws::new(11);
    let world = World {
        subset_sd: 0.0,
        ..MEASURED
    };
    let (arm, _) = world.experiment(200, false, &mut draws);
    let found = crossed(&arm);
    // The mean rate times the log-normal's coefficient of variation; a standard deviation of 200
    // draws has a relative standard error of 5 %.
    let sd = 0.011 * libm::sqrt(libm::expm1(world.init_sd * world.init_sd));
    assert_close(libm::sqrt(found.variance.draws), sd, 0.15, "draws");
    assert_close(found.mean, 0.011, 0.15, "mean");
}

#[test]
fn comparing_rows_is_comparing_errors_with_another_interval() {
    let mut draws = Draws::new(12);
    let (arm, baseline) = World {
        rows: 500,
        ..MEASURED
    }
    .experiment(10, false, &mut draws);
    let error = |matrix: &[Vec<bool>]| -> Vec<f64> {
        let share = |row: &Vec<bool>| row.iter().filter(|&&w| w).count() as f64 / 500.0;
        matrix.iter().map(share).collect()
    };
    let rows = compared(&arm, &baseline);
    let errors = fm_stats::compare(&error(&arm), &error(&baseline), &Settings::default()).unwrap();
    assert_eq!((rows.p, rows.wins, rows.pairs), (errors.p, errors.wins, 10));
    assert_eq!(rows.arm_error, errors.arm_error);
    assert_close(rows.difference, errors.difference, 1e-12, "difference");
    let (draws, plain) = (rows.crossed.unwrap().draws_interval, errors.interval);
    assert_close(draws.unwrap().low, plain.unwrap().low, 1e-12, "low");
    let error = rows.crossed.unwrap().standard_error;
    assert_eq!(rows.standard_error(), Some(error));
    let sd = rows.crossed.unwrap().draw_sd;
    let of_draws = errors.standard_error().unwrap() * libm::sqrt(10.0);
    assert_close(of_draws, sd, 1e-12, "standard deviation");
    // One draw, or one row, has no interval.
    let one = compared(&arm[..1], &baseline[..1]);
    assert_eq!((one.interval, one.crossed, one.verdict), (None, None, None));
    let single_row = matrix(8, 1, |d, _| d == 0);
    let one = compared(&single_row, &single_row);
    assert_eq!((one.interval, one.verdict), (None, None));
}

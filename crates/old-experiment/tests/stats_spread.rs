//! Where the spread comes from: test rows, and sources of randomness.

mod stats_support;

use fm_experiment::stats::{
    StatsError, VariedSource, paired_row_variance, row_variance, variance_table,
};
use stats_support::Draws;

fn assert_near(a: f64, b: f64, what: &str) {
    // Sums in another order or through 1/x: a few roundings of numbers below 100.
    assert!(
        (a - b).abs() <= 1e-12 * a.abs().max(b.abs()).max(1.0),
        "{what}: {a} and {b}"
    );
}

/// Two-way data with known parts: the share found must be the share put in.
#[test]
fn share_of_the_test_rows() {
    let mut draws = Draws::new("rows");
    let (seeds, rows) = (200, 2_000);
    let hardness = draws.many(rows, |d| if d.uniform() < 0.1 { 0.3 } else { 0.005 });
    let (mut seed_variance, mut row_variance_sum) = (0.0, 0.0);
    let mut correct = Vec::new();
    for _ in 0..seeds {
        let skill = 1.0 + 0.1 * draws.normal();
        let bits: Vec<bool> = hardness
            .iter()
            .map(|h| draws.uniform() >= h * skill)
            .collect();
        let expected: f64 = hardness.iter().map(|h| h * skill).sum::<f64>() / rows as f64;
        let typical: f64 = hardness.iter().sum::<f64>() / rows as f64;
        seed_variance += (expected - typical).powi(2) / seeds as f64;
        row_variance_sum += hardness
            .iter()
            .map(|h| h * skill * (1.0 - h * skill))
            .sum::<f64>()
            / (rows * rows) as f64
            / seeds as f64;
        correct.push(bits);
    }
    let share = row_variance_sum / (seed_variance + row_variance_sum);
    let found = row_variance(&correct).unwrap();
    // The variance over 200 seeds has a relative standard error of 10 %.
    assert!(
        (found.share_of_spread.unwrap() - share).abs() < 0.3 * share,
        "{found:?} {share}"
    );
    assert_near(
        found.error_from_seeds.unwrap(),
        found.sd_over_seeds.unwrap() / (seeds as f64).sqrt(),
        "standard error",
    );
}

/// The closed forms are the bootstrap over rows with endless resamples.
#[test]
fn rows_are_as_if_resampled() {
    let mut draws = Draws::new("row bootstrap");
    let (seeds, rows, resamples) = (4, 150, 20_000);
    let mut bits = |rate: f64| -> Vec<Vec<bool>> {
        (0..seeds)
            .map(|_| (0..rows).map(|_| draws.uniform() >= rate).collect())
            .collect()
    };
    let (arm, against) = (bits(0.05), bits(0.12));
    let found = paired_row_variance(&arm, &against).unwrap();
    let mut draws = Draws::new("row bootstrap picks");
    let difference =
        |s: usize, r: usize| f64::from(i8::from(!arm[s][r])) - f64::from(i8::from(!against[s][r]));
    let (mut one_run, mut all_runs, mut sum) = (vec![0.0; seeds], 0.0, 0.0);
    let centre: Vec<f64> = (0..seeds)
        .map(|s| (0..rows).map(|r| difference(s, r)).sum::<f64>() / rows as f64)
        .collect();
    for _ in 0..resamples {
        let picks: Vec<usize> = (0..rows)
            .map(|_| (draws.uniform() * rows as f64) as usize)
            .collect();
        let means: Vec<f64> = (0..seeds)
            .map(|s| picks.iter().map(|&r| difference(s, r)).sum::<f64>() / rows as f64)
            .collect();
        for s in 0..seeds {
            one_run[s] += (means[s] - centre[s]).powi(2) / resamples as f64;
        }
        let mean = means.iter().sum::<f64>() / seeds as f64;
        sum += mean / resamples as f64;
        all_runs += (mean - found.mean).powi(2) / resamples as f64;
    }
    let one_run = (one_run.iter().sum::<f64>() / seeds as f64).sqrt();
    // An sd of 20,000 resamples has a relative standard error of 0.5 %; four of them.
    assert!(
        (found.sd_from_rows_one_run / one_run - 1.0).abs() < 0.02,
        "{found:?} {one_run}"
    );
    assert!(
        (found.error_from_rows / all_runs.sqrt() - 1.0).abs() < 0.02,
        "{found:?}"
    );
    assert!((found.mean - sum).abs() < 5.0 * found.error_from_rows / (resamples as f64).sqrt());
}

#[test]
fn rows_in_the_corners() {
    let one = row_variance(&[vec![true, false, true, true]]).unwrap();
    assert_eq!((one.seeds, one.rows, one.mean), (1, 4, 0.75));
    assert_eq!((one.sd_over_seeds, one.share_of_spread), (None, None));
    // √(0.75 · 0.25 / 4): a binomial's.
    assert_near(one.sd_from_rows_one_run, 0.21650635094610965, "one run");
    assert_eq!(one.sd_from_rows_one_run, one.error_from_rows);
    let same = row_variance(&[vec![true; 5], vec![true; 5]]).unwrap();
    assert_eq!(
        (same.sd_over_seeds, same.share_of_spread),
        (Some(0.0), None)
    );
    assert!(matches!(
        row_variance::<Vec<bool>>(&[]),
        Err(StatsError::Empty { .. })
    ));
    assert!(matches!(
        row_variance(&[vec![]]),
        Err(StatsError::Empty { .. })
    ));
    let ragged = row_variance(&[vec![true; 3], vec![true; 2]]);
    assert!(matches!(
        ragged,
        Err(StatsError::NotPaired {
            arm_count: 2,
            against_count: 3,
            ..
        })
    ));
    // Two arms right on the same rows: no difference, and nothing from the rows.
    let paired = paired_row_variance(&[[true, false]; 3], &[[true, false]; 3]).unwrap();
    assert_eq!(
        (
            paired.mean,
            paired.sd_from_rows_one_run,
            paired.error_from_rows
        ),
        (0.0, 0.0, 0.0)
    );
}

#[test]
fn variance_of_sources() {
    let init = [1.0, 3.0, 5.0]; // variance 4
    let order = [2.0, 2.0, 5.0]; // variance 3
    let all = [0.0, 4.0, 8.0]; // variance 16
    let groups = [
        VariedSource {
            source: "init",
            values: &init,
        },
        VariedSource {
            source: "order",
            values: &order,
        },
    ];
    let table = variance_table(&groups, Some(&all)).unwrap();
    assert_eq!(table.sources[0].sd, Some(2.0));
    assert_eq!(table.sources[0].sd_error, Some(1.0));
    assert_eq!(table.sources[0].share_of_all, Some(0.25));
    assert_near(table.sources[1].share_of_all.unwrap(), 3.0 / 16.0, "order");
    assert_near(table.sum_of_shares.unwrap(), 7.0 / 16.0, "sum");
    assert_eq!(table.all.unwrap().share_of_all, Some(1.0));
    let table = variance_table(&groups, None).unwrap();
    assert_eq!(
        (table.sources[0].share_of_all, table.sum_of_shares),
        (None, None)
    );
    let single = [VariedSource {
        source: "init",
        values: &[0.5],
    }];
    let table = variance_table(&single, Some(&[0.5])).unwrap();
    assert_eq!(
        (table.sources[0].sd, table.sources[0].sd_error),
        (None, None)
    );
    let diverged = [VariedSource {
        source: "init",
        values: &[f64::INFINITY],
    }];
    let refused = variance_table(&diverged, None).unwrap_err().to_string();
    assert!(refused.starts_with("init: value 0 is inf"), "{refused}");
}

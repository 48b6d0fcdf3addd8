//! The mean and the slopes over pairs of classes: NumPy's numbers, laws, coverage, refusals.

use fm_stats::{Estimate, Settings, StatsError, over_classes};

use crate::fixtures::{assert_close, json, number, numbers};
use crate::simulated_pairs::{ClassWorld, pair_coverage};

fn found(pairs: &[[usize; 2]], differences: &[f64], covariates: &[&[f64]]) -> Vec<Estimate> {
    over_classes(pairs, differences, covariates, &Settings::default()).unwrap()
}

fn says(pairs: &[[usize; 2]], differences: &[f64], covariates: &[&[f64]]) -> String {
    let refused = over_classes(pairs, differences, covariates, &Settings::default());
    refused.unwrap_err().to_string()
}

/// `make_classes.py`: least squares of NumPy without each class, Student's t of SciPy.
#[test]
fn estimates_errors_and_intervals_are_those_of_numpy() {
    for case in json("classes.json")["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let pair = |pair: &serde_json::Value| [0, 1].map(|k| number(&pair[k]) as usize);
        let pairs: Vec<_> = case["pairs"].as_array().unwrap().iter().map(pair).collect();
        let covariates = case["covariates"].as_array().unwrap().iter().map(numbers);
        let covariates: Vec<Vec<f64>> = covariates.collect();
        let covariates: Vec<&[f64]> = covariates.iter().map(Vec::as_slice).collect();
        let found = found(&pairs, &numbers(&case["differences"]), &covariates);
        let expected = ["estimates", "errors", "low", "high"].map(|key| numbers(&case[key]));
        assert_eq!(found.len(), expected[0].len(), "{name}");
        for (k, c) in found.iter().enumerate() {
            let found = [c.value, c.standard_error, c.interval.low, c.interval.high];
            for (found, expected) in found.into_iter().zip(&expected) {
                // Both round to about 1e-14; an interval's end near zero loses two digits more.
                assert_close(found, expected[k], 1e-11, &format!("{name}, {k}"));
            }
        }
    }
}

#[test]
fn order_of_pairs_and_names_of_classes_change_nothing() {
    let pairs = [[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3]];
    let differences = [0.5, -1.0, 0.25, 2.0, -0.75, 1.5];
    let one = found(&pairs, &differences, &[])[0];
    let renamed: Vec<[usize; 2]> = pairs.iter().rev().map(|[a, b]| [70 - b, 70 - a]).collect();
    let reversed: Vec<f64> = differences.iter().rev().copied().collect();
    let other = found(&renamed, &reversed, &[])[0];
    assert_close(one.value, other.value, 1e-14, "mean");
    assert_close(one.standard_error, other.standard_error, 1e-14, "error");
}

/// Documented in `docs/evidence.md` at 4,000 experiments. The standard error of 800 is 0.8 points at
/// 95 %, so that 93 % is below 95 % by two and a half.
#[test]
fn intervals_over_classes_cover_where_intervals_over_pairs_do_not() {
    let world = ClassWorld {
        classes: 10,
        pairs: None,
        share: 0.9,
        slope: 0.0,
    };
    for world in [
        ClassWorld {
            share: 0.0,
            ..world
        },
        ClassWorld {
            share: 0.3,
            ..world
        },
        world,
        ClassWorld {
            pairs: Some(20),
            ..world
        },
        ClassWorld {
            classes: 5,
            ..world
        },
    ] {
        let found = pair_coverage(&world, 800);
        let ClassWorld { classes, share, .. } = world;
        for covered in [found.mean, found.slopes[0], found.slopes[1]] {
            assert!(
                covered > 0.93,
                "{classes} classes, share {share}: {covered}"
            );
        }
    }
    let none = pair_coverage(
        &ClassWorld {
            share: 0.0,
            ..world
        },
        800,
    );
    // Wider than need be where classes have no effect, but not without bound.
    assert!((1.2..2.0).contains(&none.width), "{}", none.width);
    assert!(none.pooled > 0.93, "{}", none.pooled);
    let found = pair_coverage(&world, 800);
    assert!(found.mean < 0.97, "{}", found.mean);
    assert!(found.independent < 0.55, "{}", found.independent);
    assert!(found.dyadic < 0.93, "{}", found.dyadic);
    // Weights by precision estimate the mean of the easy pairs.
    let sloped = pair_coverage(
        &ClassWorld {
            share: 0.0,
            slope: 0.2,
            ..world
        },
        400,
    );
    assert!(sloped.mean > 0.93, "{}", sloped.mean);
    assert!(sloped.weighted < 0.5, "{}", sloped.weighted);
}

#[test]
fn pairs_that_say_nothing_about_other_classes_are_refused() {
    let y = [0.1, 0.3, 0.2, 0.5, 0.4, 0.9];
    assert_eq!(
        says(&[[4, 1], [4, 2], [3, 4]], &y[..3], &[]),
        "pairs without class 4: found 0, expected at least 2"
    );
    // One pair left has no spread.
    assert_eq!(
        says(&[[0, 1], [0, 2], [1, 2]], &y[..3], &[]),
        "pairs without class 0: found 1, expected at least 2"
    );
    let four = [[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3]];
    assert_eq!(
        says(&four, &y, &[&[1.0, 2.0, 4.0, 8.0, 5.0, 7.0], &y]),
        "pairs without class 0: found 3, expected at least 4"
    );
    assert_eq!(
        says(&[[0, 1], [2, 2]], &y[..2], &[]),
        "pair 1 is 2-2; expected two different classes, and each pair once"
    );
    assert_eq!(
        says(&[[0, 1], [2, 3], [1, 0]], &y[..3], &[]),
        "pair 2 is 1-0; expected two different classes, and each pair once"
    );
    assert_eq!(
        says(&[], &[], &[]),
        "difference: found 0, expected at least 1"
    );
    let settings = Settings::default();
    let refused = |y: &[f64], covariates: &[&[f64]]| over_classes(&four, y, covariates, &settings);
    assert_eq!(
        refused(&y, &[&[2.0; 6]]),
        Err(StatsError::Collinear { index: 0 })
    );
    // Constant only without class 3.
    let constant_without = [1.0, 1.0, 0.0, 1.0, 5.0, 2.0];
    assert_eq!(
        refused(&y, &[&constant_without]),
        Err(StatsError::Collinear { index: 0 })
    );
    let text = |refused: Result<_, StatsError>| refused.unwrap_err().to_string();
    assert_eq!(
        text(refused(&y, &[&y[..5]])),
        "length of covariate 0 is 5; expected 6, the length of difference"
    );
    assert_eq!(
        text(refused(&y[..5], &[])),
        "length of pairs is 6; expected 5, the length of difference"
    );
    let not_finite = [0.1, f64::NAN, 0.2, 0.5, 0.4, 0.9];
    let expected =
        "value 1 is NaN; expected a finite number up to 1e100. Leave out diverged trainings";
    let differences = text(refused(&not_finite, &[]));
    assert_eq!(differences, format!("difference: {expected}"));
    let covariate = text(refused(&y, &[&not_finite]));
    assert_eq!(covariate, format!("covariate 0: {expected}"));
}

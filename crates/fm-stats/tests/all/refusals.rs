//! Input from which nothing can be computed is refused by name.

use fm_stats::{
    Settings, StatsError, compare, compare_rows, describe, expected_best, variance_table,
};

fn says<T: std::fmt::Debug>(result: Result<T, StatsError>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn samples() {
    let settings = Settings::default();
    assert_eq!(
        says(describe(&[], &settings)),
        "sample: found 0, expected at least 1"
    );
    assert_eq!(
        says(describe(&[0.1, f64::NAN], &settings)),
        "sample: value 1 is NaN; expected a finite number up to 1e100. Leave out diverged trainings"
    );
    assert!(says(describe(&[1e200], &settings)).starts_with("sample: value 0 is 10000"));
    assert_eq!(
        says(compare(&[0.1, 0.2], &[0.1], &settings)),
        "length of arm is 2; expected 1, the length of baseline"
    );
    assert_eq!(
        says(compare(&[1.72], &[0.1], &settings)),
        "arm: value 0 is 1.72; expected a fraction from 0 to 1"
    );
    let diverged = [("init".into(), vec![f64::INFINITY])];
    assert!(says(variance_table(&diverged, None)).starts_with("init: value 0 is inf"));
}

#[test]
fn matrices() {
    let settings = Settings::default();
    let none: [Vec<bool>; 0] = [];
    assert_eq!(
        says(compare_rows(&none, &none, &settings)),
        "draws: found 0, expected at least 1"
    );
    let uneven = [vec![true; 3], vec![true; 2]];
    assert_eq!(
        says(compare_rows(&uneven, &uneven, &settings)),
        "length of draw 1 of arm is 2; expected 3, the length of draw 0 of arm"
    );
    let (two, three) = (vec![vec![true; 4]; 2], vec![vec![true; 4]; 3]);
    assert_eq!(
        says(compare_rows(&two, &three, &settings)),
        "length of arm is 2; expected 3, the length of baseline"
    );
    let longer = vec![vec![true; 5]; 2];
    assert_eq!(
        says(compare_rows(&two, &longer, &settings)),
        "length of draw 0 of baseline is 5; expected 4, the length of draw 0 of arm"
    );
    assert_eq!(
        says(compare_rows(&[[], []], &[[], []], &settings)),
        "test rows: found 0, expected at least 1"
    );
}

#[test]
fn trials() {
    assert_eq!(
        says(expected_best(&[], &[])),
        "trials: found 0, expected at least 1"
    );
    assert_eq!(
        says(expected_best(&[0.1, f64::NAN], &[0.1, 0.2])),
        "validation error: value 1 is NaN; expected a number, or inf for a diverged trial"
    );
    let found = says(expected_best(&[0.1], &[f64::INFINITY]));
    assert!(found.starts_with("score: value 0 is inf"), "{found}");
    assert_eq!(
        says(expected_best(&[0.1, 0.2], &[0.1])),
        "length of score is 1; expected 2, the length of validation error"
    );
}

#[test]
fn settings_out_of_range() {
    let with = |change: fn(&mut Settings)| {
        let mut settings = Settings::default();
        change(&mut settings);
        match describe(&[0.1], &settings) {
            Err(StatsError::Invalid { what, .. }) => what,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(with(|s| s.level = 95.0), "level");
    assert_eq!(with(|s| s.level = f64::NAN), "level");
    assert_eq!(with(|s| s.margin = 0.2e1), "margin");
    assert_eq!(with(|s| s.margin = -0.002), "margin");
    assert_eq!(with(|s| s.flips = 0), "flips");
    assert_eq!(with(|s| s.flips = usize::MAX), "flips");
}

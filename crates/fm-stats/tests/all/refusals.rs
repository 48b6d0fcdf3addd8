//! Input from which nothing can be computed is refused by name.

use fm_stats::{
    Settings, StatsError, VariedSource, compare, compare_rows, crossed, describe, expected_best,
    variance_table,
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
    let found = describe(&[0.1, f64::NAN], &settings);
    assert!(matches!(found, Err(StatsError::NotFinite { index: 1, .. })));
    let found = describe(&[1e200], &settings);
    assert!(matches!(found, Err(StatsError::NotFinite { index: 0, .. })));
    assert_eq!(
        says(compare(&[0.1, 0.2], &[0.1], &settings)),
        "arm has 2 values, baseline has 1; expected equal counts"
    );
    assert_eq!(
        says(compare(&[1.72], &[0.1], &settings)),
        "arm: value 0 is 1.72; expected a fraction from 0 to 1"
    );
    let diverged = [VariedSource {
        source: "init",
        values: &[f64::INFINITY],
    }];
    assert!(says(variance_table(&diverged, None)).starts_with("init: value 0 is inf"));
}

#[test]
fn matrices() {
    let settings = Settings::default();
    let none: [Vec<bool>; 0] = [];
    assert_eq!(
        says(crossed(&none, &settings)),
        "draws: found 0, expected at least 2"
    );
    assert_eq!(
        says(crossed(&[[true], [false]], &settings)),
        "test rows: found 1, expected at least 2"
    );
    assert_eq!(
        says(crossed(&[vec![true; 3], vec![true; 2]], &settings)),
        "draw 1 has 2 values, draw 0 has 3; expected equal counts"
    );
    let (two, three) = (vec![vec![true; 4]; 2], vec![vec![true; 4]; 3]);
    assert_eq!(
        says(compare_rows(&two, &three, &settings)),
        "arm has 2 values, baseline has 3; expected equal counts"
    );
    assert_eq!(
        says(compare_rows(
            &two,
            &[[true; 5].to_vec(), [true; 5].to_vec()],
            &settings
        )),
        "each draw of the arm has 4 values, that of the baseline has 5; expected equal counts"
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
    let found = expected_best(&[0.1, f64::NAN], &[0.1, 0.2]);
    assert!(matches!(found, Err(StatsError::NotFinite { index: 1, .. })));
    let found = expected_best(&[0.1], &[f64::INFINITY]);
    assert!(matches!(found, Err(StatsError::NotFinite { index: 0, .. })));
    let found = expected_best(&[0.1, 0.2], &[0.1]);
    assert!(matches!(found, Err(StatsError::LengthsDiffer { .. })));
}

#[test]
fn settings_out_of_range() {
    let with = |change: fn(&mut Settings)| {
        let mut settings = Settings::default();
        change(&mut settings);
        match describe(&[0.1], &settings) {
            Err(StatsError::Setting { key, .. }) => key,
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

//! Planned seeds in sentences and numbers.

use fm_report::{Pilot, Planning, terminal};
use fm_stats::Settings;

fn pilot(rows_error: f64) -> Pilot {
    Pilot {
        between: "transfer and scratch".to_owned(),
        seeds: Some(12),
        test_rows: Some(2000),
        sd: 0.007,
        rows_error,
        family: 1,
    }
}

/// What a terminal shows, without its line breaks.
fn text(planning: &Planning) -> String {
    let text = terminal(&planning.document(), 100, false);
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ")
}

#[test]
fn seeds_needed_are_those_of_a_paired_t_test() {
    let planning = Planning::of(&[pilot(0.0)], &[0.005], 0.8).unwrap();
    let found = planning.comparisons[0].differences[0];
    // SciPy's noncentral t has 79.1 % at 17 seeds and 81.7 % at 18, of which the sign flips take a
    // little.
    let seeds = found.seeds_needed.unwrap();
    assert!((17..=19).contains(&seeds), "{seeds}");
    assert_eq!(found.power_limit, 1.0);
    let text = text(&planning);
    let lead = format!(
        "It takes {seeds} seeds to show a difference of 0.50 points between the test errors of \
         transfer and scratch with a probability of 80 %."
    );
    assert!(text.contains(&lead), "{text}");
    assert!(!text.contains("With 2000 test images alone"), "{text}");
}

#[test]
fn test_rows_set_a_floor() {
    let planning = Planning::of(&[pilot(0.0011)], &[0.003, 0.004], 0.8).unwrap();
    let planned = &planning.comparisons[0];
    // SciPy: (norm.ppf(0.975) + norm.ppf(0.8)) · 0.0011.
    assert!((planned.smallest_difference - 0.0030817437).abs() < 1e-9);
    let [below, above] = planned.differences[..] else {
        panic!("{planned:?}");
    };
    assert!(below.power_limit < 0.8 && above.power_limit > 0.8);
    assert_eq!(below.seeds_needed, None);
    // With normal quantiles, 0.007² / ((0.004 / 2.8016)² − 0.0011²) = 59.1; Student's take a few more.
    let seeds = above.seeds_needed.unwrap();
    assert!((58..=64).contains(&seeds), "{seeds}");
    let text = text(&planning);
    for sentence in [
        "No number of seeds shows a difference of 0.30 points between the test errors of transfer \
         and scratch with a probability of 80 %: other test images could reverse it.",
        "With 2000 test images alone, a difference under 0.31 points between transfer and scratch is \
         shown with a probability of less than 80 %, whatever the number of seeds.",
    ] {
        assert!(text.contains(sentence), "{sentence}\n{text}");
    }
}

#[test]
fn settings_out_of_range_are_refused() {
    let refused = |difference: f64, power: f64| {
        let error = Planning::of(&[pilot(0.0)], &[difference], power).unwrap_err();
        error.to_string()
    };
    assert!(refused(0.0019, 0.8).contains("difference"));
    assert!(Planning::of(&[pilot(0.0)], &[Settings::default().margin], 0.8).is_ok());
    assert!(refused(f64::NAN, 0.8).contains("difference"));
    assert!(refused(0.01, 1.0).contains("target"));
}

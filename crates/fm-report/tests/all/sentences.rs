//! Comparisons in sentences.

use fm_report::{Scope, sentence};
use fm_stats::{Comparison, Settings, compare, correct_for_family};

const NAMES: [&str; 2] = ["reusing the trunk", "training from scratch"];

const THESE: Scope = Scope {
    rows: 200,
    training_drawn: false,
    test_drawn: false,
};

const SCRATCH: [f64; 8] = [
    0.0200, 0.0155, 0.0240, 0.0125, 0.0180, 0.0145, 0.0210, 0.0165,
];
const TRANSFER: [f64; 8] = [
    0.0105, 0.0090, 0.0130, 0.0095, 0.0120, 0.0100, 0.0115, 0.0085,
];

fn compared(arm: &[f64], against: &[f64]) -> Comparison {
    compare(arm, against, &Settings::default()).unwrap()
}

#[test]
fn a_difference_names_both_errors_its_interval_and_the_seeds_won() {
    let found = compared(&TRANSFER, &SCRATCH);
    assert_eq!(
        sentence(&found, NAMES, Some(THESE)),
        "For these 200 training images, reusing the trunk has a lower test error than training from \
         scratch: 1.05 % instead of 1.78 % (difference −0.73 points, 95 % interval −0.95 to −0.50; \
         lower in 8 of 8 seeds)."
    );
    let swapped = sentence(&compared(&SCRATCH, &TRANSFER), NAMES, None);
    assert!(
        swapped.starts_with("Reusing the trunk has a higher test error than"),
        "{swapped}"
    );
    assert!(swapped.contains("difference +0.73 points") && swapped.contains("lower in 0 of 8"));
}

#[test]
fn equal_and_undecided_are_told_apart() {
    let near: Vec<f64> = SCRATCH
        .iter()
        .enumerate()
        .map(|(k, e)| e + [0.0005, -0.0005][k % 2])
        .collect();
    let equal = sentence(&compared(&near, &SCRATCH), NAMES, None);
    assert!(equal.starts_with("The test errors of reusing the trunk and of training from scratch are practically equal: 1.78 % and 1.78 %"), "{equal}");
    assert!(equal.contains("within ±0.20 points"), "{equal}");
    let noisy: Vec<f64> = SCRATCH
        .iter()
        .enumerate()
        .map(|(k, e)| e + [0.006, -0.007][k % 2])
        .collect();
    let undecided = sentence(&compared(&noisy, &SCRATCH), NAMES, None);
    assert!(
        undecided.starts_with("It is undecided whether reusing the trunk or training"),
        "{undecided}"
    );
    assert!(
        undecided.ends_with("lower in 4 of 8 seeds)."),
        "{undecided}"
    );
}

#[test]
fn an_interval_without_zero_and_a_large_p_are_both_told() {
    let mut family = vec![compared(&TRANSFER, &SCRATCH)];
    family.resize(45, compared(&TRANSFER, &SCRATCH));
    correct_for_family(&mut family);
    let text = sentence(&family[0], NAMES, None);
    assert!(text.starts_with("It is undecided"), "{text}");
    assert!(
        text.ends_with("but p = 0.3516 after Holm's correction for 45 comparisons)."),
        "{text}"
    );
}

#[test]
fn few_seeds_say_how_many_it_takes() {
    let text = |pairs: usize| {
        let found = compared(&TRANSFER[..pairs], &SCRATCH[..pairs]);
        sentence(&found, NAMES, Some(THESE))
    };
    assert_eq!(
        text(1),
        "One seed cannot show a difference: the test error of reusing the trunk is 1.05 %, that of \
         training from scratch 2.00 % (lower in 1 of 1 seed). It takes 6 seeds to show one."
    );
    assert!(text(5).starts_with("5 seeds cannot show a difference"));
}

#[test]
fn the_scope_says_what_was_drawn_anew() {
    let scope = |training_drawn, test_drawn| {
        let rows = 200;
        Scope {
            rows,
            training_drawn,
            test_drawn,
        }
        .words()
    };
    assert_eq!(scope(false, false), "For these 200 training images");
    assert_eq!(
        scope(true, true),
        "On this task in general (other first weights, training images and test images)"
    );
    assert!(scope(true, false).ends_with("on these test images"));
    assert!(scope(false, true).ends_with("and other test images"));
}

#[test]
fn close_errors_and_small_differences_get_more_decimals() {
    let arm: Vec<f64> = SCRATCH.iter().map(|e| e - 0.000_02).collect();
    let text = sentence(&compared(&arm, &SCRATCH), NAMES, None);
    assert!(
        text.contains("1.77 % and 1.78 %") && text.contains("difference −0.002 points"),
        "{text}"
    );
}

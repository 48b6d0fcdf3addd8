//! The rule of a verdict, case by case.

use fm_stats::{Comparison, Settings, Verdict, compare, compare_rows, correct_for_family};
use serde_json::Value;

use crate::fixtures::{json, number};

fn compared(arm: &[i32], baseline: &[i32]) -> Comparison {
    compare(&of_2000(arm), &of_2000(baseline), &Settings::default()).unwrap()
}

/// Errors as wrong rows of 2,000.
fn of_2000(wrong: &[i32]) -> Vec<f64> {
    wrong.iter().map(|&w| f64::from(w) / 2_000.0).collect()
}

fn width(compared: &Comparison) -> f64 {
    let (low, high) = compared.interval.unwrap().ends();
    high - low
}

const SCRATCH: [i32; 10] = [34, 30, 44, 26, 38, 32, 29, 40, 36, 35];
const TRANSFER: [i32; 10] = [20, 22, 25, 21, 23, 19, 22, 20, 21, 21];

#[test]
fn better_and_worse() {
    assert_eq!(compared(&TRANSFER, &SCRATCH).verdict, Some(Verdict::Better));
    assert_eq!(compared(&SCRATCH, &TRANSFER).verdict, Some(Verdict::Worse));
}

/// Ten seeds of the reference run in Keras: 344 wrong rows of 20,000 by scratch, 213 by transfer.
#[test]
fn ten_seeds_of_keras() {
    let fixture = json("../../../../tests/fixtures/keras_reference.json");
    let wrong = |arm: &str| -> Vec<i32> {
        // The accuracies are f32 printed as f64: back to whole rows.
        let accuracy = |run: &Value| number(&run[arm]["test_accuracy"]);
        let runs = fixture["runs"].as_array().unwrap().iter();
        runs.map(|run| ((1.0 - accuracy(run)) * 2_000.0).round() as i32)
            .collect()
    };
    let found = compared(&wrong("transfer"), &wrong("scratch"));
    assert_eq!(found.verdict, Some(Verdict::Better));
    assert_eq!((found.wins, found.ties, found.losses), (9, 0, 1));
    let of_20_000 = |error: f64| (20_000.0 * error).round();
    assert_eq!(of_20_000(found.baseline_error), 344.0);
    assert_eq!(of_20_000(found.arm_error), 213.0);
}

#[test]
fn an_interval_without_zero_is_not_enough() {
    let scratch = [30, 35, 31, 40, 28, 36, 33];
    let transfer = [33, 23, 25, 28, 25, 30, 30];
    let found = compared(&transfer, &scratch);
    assert!(found.interval.unwrap().high < 0.0);
    assert!(found.p > 0.05);
    assert_eq!(found.verdict, Some(Verdict::Undecided));
}

#[test]
fn few_pairs_give_no_verdict_however_large_the_difference() {
    let found = compared(&[10, 12, 15, 11, 13], &[34, 30, 44, 26, 38]);
    assert_eq!((found.interval, found.verdict), (None, None));
    assert_eq!((found.p, found.wins), (0.0625, 5));
    assert_eq!(compared(&[10], &[34]).verdict, None);
}

/// 0.2 points are four rows of 2,000.
#[test]
fn an_interval_inside_the_margin_is_practically_equal() {
    let baseline = [30, 35, 31, 40, 28, 36, 33, 31];
    let shifted = |by: [i32; 8]| -> Vec<i32> {
        let pairs = baseline.iter().zip(by);
        pairs.map(|(&b, by)| b + by).collect()
    };
    let found = compared(&shifted([1, -1, 0, 1, -1, 0, 1, 0]), &baseline);
    assert_eq!(found.verdict, Some(Verdict::PracticallyEqual));
    // Better by a row in every seed: the difference is real, and too small to matter.
    let slightly = shifted([-1, -1, -2, -1, -1, -1, -2, -1]);
    let found = compared(&slightly, &baseline);
    assert!(found.p < 0.05 && found.interval.unwrap().high < 0.0);
    assert_eq!(found.verdict, Some(Verdict::PracticallyEqual));
    let without_margin = Settings {
        margin: 0.0,
        ..Settings::default()
    };
    let found = compare(&of_2000(&slightly), &of_2000(&baseline), &without_margin).unwrap();
    assert_eq!(found.verdict, Some(Verdict::Better));
    // An end beyond the margin.
    let found = compared(&shifted([-6, 1, -5, 0, -6, 2, -1, 0]), &baseline);
    assert!(found.interval.unwrap().low < -0.002);
    assert_eq!(found.verdict, Some(Verdict::Undecided));
}

#[test]
fn equal_differences_have_an_interval_of_no_width() {
    let scratch = [10, 14, 21, 9, 30, 12];
    let same = compared(&scratch, &scratch);
    assert_eq!(width(&same), 0.0);
    assert_eq!((same.p, same.ties), (1.0, 6));
    assert_eq!(same.verdict, Some(Verdict::PracticallyEqual));
    // Five rows in every seed, though the subtraction rounds them in several ways.
    let found = compared(&[5, 9, 16, 4, 25, 7], &scratch);
    assert_eq!(width(&found), 0.0);
    assert_eq!(found.verdict, Some(Verdict::Better));
}

#[test]
fn a_family_is_corrected_wherever_its_comparisons_stand() {
    let slightly = [33, 29, 41, 27, 36, 31, 26, 38, 35, 31];
    let settings = Settings {
        margin: 0.0,
        ..Settings::default()
    };
    let compared = |arm: &[i32]| compare(&of_2000(arm), &of_2000(&SCRATCH), &settings).unwrap();
    let mut first = compared(&TRANSFER);
    let mut others = vec![compared(&slightly); 6];
    assert_eq!(others[0].verdict, Some(Verdict::Better));
    correct_for_family(std::iter::once(&mut first).chain(&mut others));
    assert_eq!((first.family, others[5].family), (7, 7));
    // The smallest p of 10 pairs times 7.
    assert_eq!(first.adjusted_p, 7.0 * 2.0 / 1024.0);
    assert_eq!(first.verdict, Some(Verdict::Better));
    assert_eq!(others[0].verdict, Some(Verdict::Undecided));
    assert_eq!(first.p, 2.0 / 1024.0);
}

#[test]
fn a_difference_on_these_test_rows_can_be_undecided_for_others() {
    // Two rows of 400 that the baseline always misses and the arm never does, and some noise.
    let matrix = |hard: bool, shift: usize| -> Vec<Vec<bool>> {
        let row = |d: usize, r: usize| hard && r < 2 || (r + 13 * d + shift).is_multiple_of(97);
        let draw = |d: usize| (0..400).map(|r| row(d, r)).collect();
        (0..12).map(draw).collect()
    };
    let (arm, baseline) = (matrix(false, 5), matrix(true, 50));
    let found = compare_rows(&arm, &baseline, &Settings::default()).unwrap();
    let crossed = found.crossed.unwrap();
    assert_eq!(found.interval, crossed.interval);
    assert!(crossed.draws_interval.unwrap().high < 0.0 && found.p < 0.05);
    // Two rows of 400 could have been none of another 400.
    assert!(found.interval.unwrap().high > 0.0);
    assert_eq!(found.verdict, Some(Verdict::Undecided));
}

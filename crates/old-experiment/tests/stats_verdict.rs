//! Every kind of verdict, word for word.

use fm_experiment::stats::{
    ArmErrors, Baseline, Comparison, Conclusion, Labels, NoInterval, NoRatio, Settings, compare,
    correct_for_several, verdict,
};

const LABELS: Labels<'_> = Labels {
    arm: "reusing the trunk",
    against: "training from scratch",
    baseline: Baseline::Implied,
};

fn compared(transfer: &[f64], scratch: &[f64]) -> Comparison {
    compare(
        ArmErrors {
            name: "transfer",
            errors: transfer,
        },
        ArmErrors {
            name: "scratch",
            errors: scratch,
        },
        &Settings::default(),
    )
    .unwrap()
}

/// Errors as wrong rows of 2,000.
fn of_2000(wrong: &[u32]) -> Vec<f64> {
    wrong.iter().map(|&w| f64::from(w) / 2000.0).collect()
}

/// Ten seeds of the reference run in Keras, transfer and scratch.
fn keras() -> (Vec<f64>, Vec<f64>) {
    let text = std::fs::read_to_string(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../tests/fixtures/keras_reference.json"
    ))
    .unwrap();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    let errors = |arm: &str| {
        let error = |run: &serde_json::Value| {
            // The accuracies are f32 printed as f64: back to whole rows.
            let accuracy = run[arm]["test_accuracy"].as_f64().unwrap();
            ((1.0 - accuracy) * 2000.0).round() / 2000.0
        };
        json["runs"].as_array().unwrap().iter().map(error).collect()
    };
    (errors("transfer"), errors("scratch"))
}

#[test]
fn lowers() {
    let scratch = of_2000(&[34, 30, 44, 26, 38, 32, 29, 40, 36, 35]);
    let transfer = of_2000(&[20, 22, 25, 21, 23, 19, 22, 20, 21, 21]);
    let found = compared(&transfer, &scratch);
    assert_eq!(found.conclusion, Conclusion::Lowers);
    assert_eq!(
        verdict(&found, LABELS),
        "Reusing the trunk lowers the test error from 1.72 % to 1.07 % \
         (per-seed ratio 1.6, 95 % interval 1.4–1.8; better in 10 of 10 seeds)"
    );
    assert_eq!(
        verdict(
            &found,
            Labels {
                against: "a random trunk",
                baseline: Baseline::Named,
                ..LABELS
            }
        ),
        "Compared with a random trunk, reusing the trunk lowers the test error from 1.72 % to \
         1.07 % (per-seed ratio 1.6, 95 % interval 1.4–1.8; better in 10 of 10 seeds)"
    );
}

#[test]
fn raises_tells_the_ratio_above_one() {
    let scratch = of_2000(&[34, 30, 44, 26, 38, 32, 29, 40, 36, 35]);
    let transfer = of_2000(&[20, 22, 25, 21, 23, 19, 22, 20, 21, 21]);
    let found = compared(&scratch, &transfer);
    assert_eq!(found.conclusion, Conclusion::Raises);
    assert_eq!(
        verdict(&found, LABELS),
        "Reusing the trunk raises the test error from 1.07 % to 1.72 % \
         (per-seed ratio 1.6, 95 % interval 1.4–1.8; worse in 10 of 10 seeds)"
    );
}

#[test]
fn ten_seeds_of_keras() {
    let (transfer, scratch) = keras();
    let found = compared(&transfer, &scratch);
    assert_eq!(
        verdict(&found, LABELS),
        "Reusing the trunk lowers the test error from 1.72 % to 1.07 % \
         (per-seed ratio 1.6, 95 % interval 1.1–2.4; better in 9 of 10 seeds)"
    );
}

#[test]
fn no_difference_shown() {
    let scratch = of_2000(&[30, 35, 31, 40, 28, 36]);
    let transfer = of_2000(&[33, 30, 34, 35, 31, 34]);
    let found = compared(&transfer, &scratch);
    assert_eq!(found.conclusion, Conclusion::NoDifferenceShown);
    assert_eq!(
        verdict(&found, LABELS),
        "No difference shown: the test error is 1.67 % by training from scratch and 1.64 % \
         by reusing the trunk (95 % interval of the difference from 0.23 points lower to \
         0.18 points higher; better in 3 of 6 seeds); 6 seeds can miss a difference, 29 \
         would find an arm that wins in 3 of 4 seeds in 19 of 20 \
         single comparisons"
    );
}

#[test]
fn an_interval_without_zero_is_not_enough() {
    let scratch = of_2000(&[30, 35, 31, 40, 28, 36, 33]);
    let transfer = of_2000(&[31, 31, 29, 36, 27, 34, 32]);
    let found = compared(&transfer, &scratch);
    assert_eq!(found.conclusion, Conclusion::NoDifferenceShown);
    assert!(found.error_difference.bounds.high.unwrap() < 0.0);
    assert_eq!(
        verdict(&found, LABELS),
        "No difference shown: the test error is 1.66 % by training from scratch and 1.57 % \
         by reusing the trunk (95 % interval of the difference from 0.17 points lower to \
         0.01 points lower; better in 6 of 7 seeds; but sign-flip p = 0.0625); 7 seeds can \
         miss a difference, 29 would find an arm that wins in 3 of 4 seeds in 19 of 20 \
         single comparisons"
    );
}

#[test]
fn the_same_in_every_seed() {
    let errors = of_2000(&[30, 35, 31, 40, 28, 36]);
    let found = compared(&errors, &errors);
    assert_eq!(found.conclusion, Conclusion::NoDifferenceShown);
    assert_eq!(
        found.error_difference.bounds.no_interval,
        Some(NoInterval::AllEqual)
    );
    assert_eq!(
        (found.sign_flip.p, found.wilcoxon.p, found.win_probability),
        (1.0, 1.0, 0.5)
    );
    assert_eq!(
        verdict(&found, LABELS),
        "No difference shown: the test error is 1.67 % by training from scratch and 1.67 % \
         by reusing the trunk, the same in each of 6 seeds"
    );
}

#[test]
fn too_few_seeds_conclude_nothing_however_large_the_difference() {
    let scratch = of_2000(&[34, 30, 44, 26, 38]);
    let transfer = of_2000(&[10, 12, 15, 11, 13]);
    let found = compared(&transfer, &scratch);
    assert_eq!(found.conclusion, Conclusion::TooFewSeeds);
    assert_eq!(found.seeds_needed.smallest_p, 0.0625);
    assert_eq!(found.sign_flip.p, 0.0625);
    assert_eq!(
        verdict(&found, LABELS),
        "Too few seeds to tell: the test error is 1.72 % by training from scratch and 0.61 \
         % by reusing the trunk (better in 5 of 5 seeds), but 5 seeds cannot bring p below \
         0.0625; it takes 6 to show any difference, and 29 to find, in 19 of 20 single comparisons, an arm \
         that wins in 3 of 4 seeds"
    );
}

#[test]
fn a_single_seed_has_no_ratio_in_its_sentence() {
    let found = compared(&of_2000(&[10]), &of_2000(&[34]));
    assert_eq!(found.conclusion, Conclusion::SingleSeed);
    let sentence = verdict(&found, LABELS);
    assert!(
        !sentence.contains("ratio") && !sentence.contains("lowers"),
        "{sentence}"
    );
    assert_eq!(
        sentence,
        "One seed cannot tell the arms apart: in this one the test error is 1.70 % by \
         training from scratch and 0.50 % by reusing the trunk; it takes 6 seeds to show \
         any difference, and 29 to find, in 19 of 20 single comparisons, an arm that wins in 3 of 4 seeds"
    );
}

#[test]
fn zero_errors_give_a_difference_in_place_of_a_ratio() {
    let scratch = of_2000(&[3, 2, 4, 1, 2, 3, 2, 1]);
    let transfer = of_2000(&[1, 0, 1, 0, 1, 1, 0, 1]);
    let found = compared(&transfer, &scratch);
    assert_eq!(found.conclusion, Conclusion::Lowers);
    assert_eq!(found.error_ratio, None);
    assert_eq!(
        found.ratio.no_value,
        Some(NoRatio::ZeroErrors { arm: 3, against: 0 })
    );
    assert_eq!(
        verdict(&found, LABELS),
        "Reusing the trunk lowers the test error from 0.11 % to 0.03 % (by 0.08 points, 95 \
         % interval 0.04–0.12; better in 7 of 8 seeds, equal in 1)"
    );
}

#[test]
fn a_ratio_that_says_otherwise_gives_way_to_the_difference() {
    // Much better where errors are many, worse where they are few: the mean falls, the mean ratio
    // does not.
    let scratch = of_2000(&[60, 61, 62, 63, 64, 65, 66, 1, 1, 1]);
    let transfer = of_2000(&[55, 56, 57, 58, 59, 60, 61, 2, 2, 2]);
    let found = compared(&transfer, &scratch);
    assert_eq!(found.conclusion, Conclusion::Lowers);
    assert!(found.error_ratio.unwrap() < 1.0);
    assert_eq!(
        verdict(&found, LABELS),
        "Reusing the trunk lowers the test error from 2.22 % to 2.06 % (by 0.16 points, 95 \
         % interval 0.06–0.26; better in 7 of 10 seeds)"
    );
}

#[test]
fn differences_equal_in_every_seed_need_no_interval() {
    // With a zero among the errors there is no ratio to tell either.
    let scratch = of_2000(&[5, 14, 21, 9, 30, 12]);
    let transfer = of_2000(&[0, 9, 16, 4, 25, 7]);
    let found = compared(&transfer, &scratch);
    assert_eq!(found.conclusion, Conclusion::Lowers);
    assert_eq!(
        verdict(&found, LABELS),
        "Reusing the trunk lowers the test error from 0.76 % to 0.51 % (by 0.25 points in \
         every seed; better in 6 of 6 seeds)"
    );
}

#[test]
fn equal_differences_are_told_as_such() {
    let scratch = of_2000(&[10, 14, 21, 9, 30, 12]);
    let transfer = of_2000(&[5, 9, 16, 4, 25, 7]);
    let found = compared(&transfer, &scratch);
    // 0.0025 in every seed, though the subtraction rounds it in several ways.
    assert_eq!(
        found.error_difference.bounds.no_interval,
        Some(NoInterval::AllEqual)
    );
    assert_eq!(
        verdict(&found, LABELS),
        "Reusing the trunk lowers the test error from 0.80 % to 0.55 % (per-seed ratio 1.6, \
         95 % interval 1.3–2.1; better in 6 of 6 seeds)"
    );
}

#[test]
fn several_comparisons_are_counted_in_the_sentence() {
    let scratch = of_2000(&[34, 30, 44, 26, 38, 32, 29, 40, 36, 35]);
    let transfer = of_2000(&[20, 22, 25, 21, 23, 19, 22, 20, 21, 21]);
    let slightly = of_2000(&[33, 29, 41, 27, 36, 31, 26, 38, 35, 31]);
    let mut all = vec![compared(&transfer, &scratch)];
    all.extend(std::iter::repeat_n(compared(&slightly, &scratch), 6));
    assert_eq!(all[1].conclusion, Conclusion::Lowers);
    correct_for_several(&mut all, &Settings::default());
    assert_eq!(all[0].conclusion, Conclusion::Lowers);
    assert_eq!(all[1].conclusion, Conclusion::NoDifferenceShown);
    assert_eq!(
        verdict(&all[0], LABELS),
        "Reusing the trunk lowers the test error from 1.72 % to 1.07 % (per-seed ratio 1.6, \
         95 % interval 1.4–1.8; better in 10 of 10 seeds; p = 0.0137 after correcting for 7 \
         comparisons)"
    );
    assert_eq!(
        verdict(&all[1], LABELS),
        "No difference shown: the test error is 1.72 % by training from scratch and 1.64 % \
         by reusing the trunk (95 % interval of the difference from 0.14 points lower to \
         0.03 points lower; better in 9 of 10 seeds; p = 0.0703 after correcting for 7 \
         comparisons); 10 seeds can miss a difference, 29 would find an arm that wins in 3 \
         of 4 seeds in 19 of 20 single comparisons"
    );
}

#[test]
fn small_differences_get_the_decimals_they_need() {
    let scratch: Vec<f64> = (0..20).map(|k| 0.0107 + 1e-5 * f64::from(k)).collect();
    let transfer: Vec<f64> = scratch
        .iter()
        .enumerate()
        .map(|(k, e)| e - 4e-6 - 1e-7 * k as f64)
        .collect();
    let found = compared(&transfer, &scratch);
    assert_eq!(
        verdict(&found, LABELS),
        "Reusing the trunk lowers the test error from 1.080 % to 1.079 % (per-seed ratio \
         1.00046, 95 % interval 1.00043–1.00048; better in 20 of 20 seeds)"
    );
}

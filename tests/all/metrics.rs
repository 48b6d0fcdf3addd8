//! Classification metrics, against scikit-learn.

use fm_tests::{fixture, matrix};
use fm_train::{
    ConfusionMatrix, Reliability, TrainError, brier_score, predicted_classes, probabilities,
    roc_auc,
};
use serde::Deserialize;

/// Sums of some hundred f64, in another order than scikit-learn's.
const TOLERANCE: f64 = 1e-12;

#[derive(Deserialize)]
struct Reference {
    cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    logits: Vec<Vec<f64>>,
    classes: Vec<u32>,
    confusion: Vec<Vec<u64>>,
    accuracy: f64,
    precision: Vec<Option<f64>>,
    recall: Vec<Option<f64>>,
    brier: f64,
    calibration_error: f64,
    roc_auc: Option<f64>,
}

fn close(found: f64, expected: f64, what: &str) {
    let off = (found - expected).abs();
    assert!(off <= TOLERANCE, "{what}: {found}, expected {expected}");
}

pub(crate) fn metrics_match_scikit_learn() {
    let reference: Reference = fixture("metrics.json");
    assert_eq!(reference.cases.len(), 6);
    for case in &reference.cases {
        let name = &case.name;
        let logits = matrix(&case.logits);
        let (logits, classes) = (logits.view(), case.classes.as_slice());

        let confusion = ConfusionMatrix::of_logits(logits, classes).unwrap();
        let rows = confusion.counts();
        let rows: Vec<Vec<u64>> = rows.rows().into_iter().map(|row| row.to_vec()).collect();
        assert_eq!(rows, case.confusion, "{name}");
        close(confusion.accuracy(), case.accuracy, name);
        for class in 0..case.confusion.len() {
            let pairs = [
                (confusion.precision(class), case.precision[class]),
                (confusion.recall(class), case.recall[class]),
            ];
            for (found, expected) in pairs {
                assert_eq!(found.is_some(), expected.is_some(), "{name}, class {class}");
                close(found.unwrap_or(0.0), expected.unwrap_or(0.0), name);
            }
        }

        close(brier_score(logits, classes).unwrap(), case.brier, name);
        let mut reliability = Reliability::new(10).unwrap();
        let (predicted, probabilities) =
            (predicted_classes(logits).unwrap(), probabilities(logits));
        for ((row, class), predicted) in
            probabilities.rows().into_iter().zip(classes).zip(predicted)
        {
            reliability.add(row[predicted as usize], predicted == *class);
        }
        close(
            reliability.calibration_error(),
            case.calibration_error,
            name,
        );
        if let Some(expected) = case.roc_auc {
            let last = logits.ncols() - 1;
            let scores: Vec<f32> = logits.rows().into_iter().map(|row| row[last]).collect();
            close(roc_auc(&scores, classes).unwrap().unwrap(), expected, name);
        }
    }
}

pub(crate) fn probabilities_add_up_to_one_for_large_logits() {
    let logits = matrix(&[vec![1e30, 0.0, -1e30], vec![5.0, 5.0, 5.0]]);
    let found = probabilities(logits.view());
    let third = 1.0 / 3.0;
    assert_eq!(found.row(0).to_vec(), [1.0, 0.0, 0.0]);
    for p in found.row(1) {
        close(*p, third, "three equal logits");
    }
    let one = probabilities(matrix(&[vec![-1e30], vec![0.0], vec![1e30]]).view());
    let rows: Vec<Vec<f64>> = one.rows().into_iter().map(|row| row.to_vec()).collect();
    assert_eq!(rows, [[1.0, 0.0], [0.5, 0.5], [0.0, 1.0]]);
}

pub(crate) fn ties_and_missing_classes_are_as_documented() {
    assert_eq!(roc_auc(&[0.1, 0.2], &[1, 1]), Ok(None));
    let nan = roc_auc(&[f32::NAN, 0.2], &[1, 0]).unwrap_err();
    assert!(nan.to_string().starts_with("row 0 has a NaN"), "{nan}");
    assert_eq!(roc_auc(&[0.0, -0.0], &[1, 0]), Ok(Some(0.5)));
}

pub(crate) fn arguments_that_do_not_fit_are_refused() {
    let logits = matrix(&[vec![0.0, 1.0], vec![1.0, 0.0]]);
    let logits = logits.view();
    let says = |error: TrainError, words: &str| {
        assert!(error.to_string().starts_with(words), "{error}");
    };
    let rows = brier_score(logits, &[0]).unwrap_err();
    says(rows, "2 rows of inputs, but 1 labels");
    let class = "row 1 of the scored examples has class 2";
    says(
        ConfusionMatrix::of_logits(logits, &[0, 2]).unwrap_err(),
        class,
    );
    says(brier_score(logits, &[0, 2]).unwrap_err(), class);
    let none = "the scored examples have no rows";
    says(roc_auc(&[], &[]).unwrap_err(), none);
    says(ConfusionMatrix::new(2, []).unwrap_err(), none);
    for bins in [0, usize::MAX] {
        let error = Reliability::new(bins);
        assert!(
            matches!(error, Err(TrainError::Setting { .. })),
            "{error:?}"
        );
    }
}

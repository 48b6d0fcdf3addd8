//! Classification metrics, against scikit-learn.

use fm_tests::{fixture, matrix};
use fm_train::{confusion_matrix, precision_and_recall, predicted_classes, probabilities};
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

        let predicted = predicted_classes(logits).unwrap();
        let pairs = classes.iter().copied().zip(predicted);
        let confusion = confusion_matrix(case.confusion.len(), pairs).unwrap();
        let rows = confusion.rows().into_iter();
        let rows: Vec<Vec<u64>> = rows.map(|row| row.to_vec()).collect();
        assert_eq!(rows, case.confusion, "{name}");
        let accuracy = confusion.diag().sum() as f64 / classes.len() as f64;
        close(accuracy, case.accuracy, name);
        for class in 0..case.confusion.len() {
            let found = precision_and_recall(confusion.view(), class);
            for (found, expected) in found
                .into_iter()
                .zip([case.precision[class], case.recall[class]])
            {
                assert_eq!(found.is_some(), expected.is_some(), "{name}, class {class}");
                close(found.unwrap_or(0.0), expected.unwrap_or(0.0), name);
            }
        }

        let squares = probabilities(logits)
            .indexed_iter()
            .map(|((row, class), p)| {
                let own = class == classes[row] as usize;
                (p - f64::from(u8::from(own))).powi(2)
            })
            .sum::<f64>();
        close(squares / classes.len() as f64, case.brier, name);
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

pub(crate) fn classes_without_an_output_are_refused() {
    let error = confusion_matrix(2, [(0, 1), (2, 1)])
        .unwrap_err()
        .to_string();
    assert!(
        error.starts_with("row 1 of the scored examples has class 2"),
        "{error}"
    );
}

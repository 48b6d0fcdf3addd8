//! Rows whose logits are NaN have no predicted class. (The values of the metrics are compared with
//! scikit-learn's in the tests of the workspace.)

use fm_nn::{Activation, Engine, Loss};
use fm_train::{Evaluator, Examples, TrainError, constant_prediction, predicted_classes};
use ndarray::array;

use crate::support;

#[test]
fn a_row_with_nan_logits_is_never_counted_as_correct() {
    let mut network = support::network(&[9], Activation::Relu);
    let (mut points, _) = support::points(6);
    points[[2, 0]] = f32::NAN;
    network.layers_mut()[1]
        .parts_mut()
        .1
        .view_mut()
        .fill(-100.0);
    // Every other row is predicted as class 0.
    let examples = Examples::new(&points, &[0u8; 6][..]).unwrap();
    let mut evaluator = Evaluator::new(&network, Engine::portable());
    let scores = evaluator.evaluate(&network, &examples, Loss::BinaryCrossEntropy);
    let scores = scores.unwrap();
    assert_eq!((scores.correct, scores.rows), (5, 6));
    assert!(scores.loss.is_nan());
}

#[test]
fn metrics_refuse_nan_logits() {
    for logits in [
        array![[0.5, 0.1], [f32::NAN, 0.2]],
        array![[0.5, 0.1], [0.2, f32::NAN]],
    ] {
        let logits = logits.view();
        let words = "row 1 has a NaN logit, so it has no predicted class";
        let nan = Err(TrainError::Examples(words.to_owned()));
        assert_eq!(predicted_classes(logits), nan);
        assert_eq!(constant_prediction(logits), None);
    }
}

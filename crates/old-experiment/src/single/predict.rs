//! What a model makes of images.

use fm_data::Dataset;
use fm_nn::{Engine, Model};
use fm_train::{
    ConfusionMatrix, Evaluator, Examples, Inputs, Scores, constant_prediction, predicted_classes,
    probabilities,
};
use ndarray::ArrayView2;
use serde::Serialize;

use super::SingleError;
use super::lesson::{check_inputs, loss};
use crate::tasks::PIXEL_SCALE;

/// What a model makes of one image.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Prediction {
    /// The most probable class.
    pub class: usize,
    /// Its name, or its number where it has none.
    pub name: String,
    /// Its probability, as the model sees it.
    pub probability: f64,
    /// The probability of every class, in the order of the labels.
    pub probabilities: Vec<f64>,
}

/// How good a model is on labelled images.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Evaluation {
    /// Over all rows.
    pub scores: Scores,
    /// The class that is predicted for every row, where it is one and the same.
    pub constant_prediction: Option<u32>,
    /// One per class, in the order of the labels.
    pub classes: Vec<ClassScores>,
    /// Rows by true class (first index) and predicted class.
    pub confusion: Vec<Vec<u64>>,
}

/// How good a model is on one class.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClassScores {
    /// Name of the class.
    pub name: String,
    /// Rows of it.
    pub rows: u64,
    /// Fraction of the rows predicted to be of it that are; none where there are none.
    pub precision: Option<f64>,
    /// Fraction of its rows that are predicted to be of it; none where it has no rows.
    pub recall: Option<f64>,
}

/// Predicts the classes of images, `[rows, inputs]`.
///
/// # Errors
/// [`SingleError::Inputs`] for images of another size.
pub fn predict(
    model: &Model,
    images: ArrayView2<'_, u8>,
    engine: Engine,
) -> Result<Vec<Prediction>, SingleError> {
    check_inputs(model, images.ncols())?;
    let inputs = inputs(model, images);
    let logits = Evaluator::new(&model.network, engine).logits(&model.network, inputs)?;
    let classes = predicted_classes(logits.view())?;
    let probabilities = probabilities(logits.view());
    let rows = classes.into_iter().zip(probabilities.rows());
    let rows = rows.map(|(class, probabilities)| Prediction {
        class: class as usize,
        name: model.class_name(class as usize),
        probability: probabilities[class as usize],
        probabilities: probabilities.to_vec(),
    });
    Ok(rows.collect())
}

/// Scores a model on images with its own labels: see [`align`](super::align).
///
/// # Errors
/// [`SingleError`] if data and model do not fit each other.
pub fn evaluate(model: &Model, data: &Dataset, engine: Engine) -> Result<Evaluation, SingleError> {
    check_inputs(model, data.pixels().ncols())?;
    let examples = Examples::new(inputs(model, data.pixels()), data.labels())?;
    let mut evaluator = Evaluator::new(&model.network, engine);
    let loss = loss(&model.network);
    let (scores, logits) = evaluator.evaluate_rows(&model.network, &examples, loss)?;
    let labels: Vec<u32> = data.labels().iter().copied().map(u32::from).collect();
    let confusion = ConfusionMatrix::of_logits(logits.view(), &labels)?;
    let counts = confusion.counts();
    let classes = (0..counts.nrows()).map(|class| ClassScores {
        name: data.class_names().get(class).cloned().unwrap_or_default(),
        rows: counts.row(class).sum(),
        precision: confusion.precision(class),
        recall: confusion.recall(class),
    });
    Ok(Evaluation {
        scores,
        constant_prediction: constant_prediction(logits.view()),
        classes: classes.collect(),
        confusion: counts.rows().into_iter().map(|row| row.to_vec()).collect(),
    })
}

/// Bytes as the model wants them: scaled as it says, else as pixels from 0 to 1.
fn inputs<'a>(model: &Model, values: ArrayView2<'a, u8>) -> Inputs<'a> {
    Inputs::U8 {
        values,
        scale: model.metadata.input_scale.unwrap_or(PIXEL_SCALE),
    }
}

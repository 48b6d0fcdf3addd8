//! Scores and predictions of a model.

use fm_data::Dataset;
use fm_nn::{Engine, Model};
use fm_train::{
    Inputs, Scores, confusion_matrix, constant_prediction, precision_and_recall, predicted_classes,
    probabilities,
};
use ndarray::ArrayView2;
use serde::Serialize;

use super::SingleError;
use super::train::scale_of;
use crate::tasks::labelled;
use crate::training;

/// The prediction for one image.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Prediction {
    /// The most probable class.
    pub class: usize,
    /// Its name, or its number if it has none.
    pub name: String,
    /// Its probability.
    pub probability: f64,
    /// The probability of every class, in the order of the labels.
    pub probabilities: Vec<f64>,
}

/// Scores on labelled images.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Evaluation {
    /// Over all rows.
    pub scores: Scores,
    /// The class that is predicted for every row; `None` if the predictions differ.
    pub constant_prediction: Option<u32>,
    /// One per class, in the order of the labels.
    pub classes: Vec<ClassScores>,
    /// Rows by true class (first index) and predicted class.
    pub confusion: Vec<Vec<u64>>,
}

/// Scores of one class.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClassScores {
    /// Name of the class.
    pub name: String,
    /// Rows of it.
    pub rows: u64,
    /// Of the rows predicted to be of it, the fraction that are; `None` without such rows.
    pub precision: Option<f64>,
    /// Of its rows, the fraction that are predicted to be of it; `None` without rows.
    pub recall: Option<f64>,
}

/// Predicts the classes of images, `[rows, inputs]`.
///
/// # Errors
/// [`SingleError::Unfit`] for images of another size.
pub fn predict(
    model: &Model,
    images: ArrayView2<'_, u8>,
    engine: &Engine,
) -> Result<Vec<Prediction>, SingleError> {
    let (values, scale) = (images, scale_of(model, images.ncols())?);
    let logits = model
        .network
        .predict(Inputs::U8 { values, scale }, engine)?;
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
pub fn evaluate(model: &Model, data: &Dataset, engine: &Engine) -> Result<Evaluation, SingleError> {
    let scale = scale_of(model, data.pixels().ncols())?;
    let examples = labelled(data, data.labels(), scale)?;
    let (scores, logits) = training::score(&model.network, &examples, engine)?;
    let labels = data.labels().iter().map(|&label| u32::from(label));
    let pairs = labels.zip(predicted_classes(logits.view())?);
    let counts = confusion_matrix(logits.ncols().max(2), pairs)?;
    let classes = (0..counts.nrows()).map(|class| {
        let [precision, recall] = precision_and_recall(counts.view(), class);
        ClassScores {
            name: data.class_names().get(class).cloned().unwrap_or_default(),
            rows: counts.row(class).sum(),
            precision,
            recall,
        }
    });
    Ok(Evaluation {
        scores,
        constant_prediction: constant_prediction(logits.view()),
        classes: classes.collect(),
        confusion: counts.rows().into_iter().map(|row| row.to_vec()).collect(),
    })
}

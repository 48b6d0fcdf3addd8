//! What models predict on test rows: the images that one arm gets right and another wrong, and
//! confusion matrices.

use std::cmp::Reverse;

use fm_experiment::{Compared, Correct, Predictions, Results, TestRows};
use fm_train::{confusion_matrix, predicted_classes, probabilities};
use ndarray::Array2;

use super::analysis::{Analysis, main_records};
use super::names::models;
use crate::document::{Block, Section, Shown, Text};
use crate::error::ReportError;
use crate::images::{Image, Images};
use crate::number::{Unit, counted};
use crate::table::{Column, Table};

/// Most images of a gallery.
const MOST_IMAGES: usize = 12;

/// What a model predicts, over all seeds.
pub(crate) struct ModelPredictions<'a> {
    /// `source`, or the name of the arm.
    name: &'a str,
    /// The rows that are predicted.
    rows: TestRows,
    /// Mean probability of each row's own class; zeros for the source network.
    own_class: Vec<f64>,
    /// Rows of all seeds, `[true class, predicted class]`.
    confusion: Array2<u64>,
}

/// The section of the arms; `None` if no record has predictions.
pub(crate) fn section(analysis: &Analysis<'_>) -> Result<Option<Section>, ReportError> {
    let mut arms = Vec::new();
    for (name, arm) in models(analysis.results).skip(1) {
        arms.extend(ModelPredictions::of(analysis.results, name, arm)?);
    }
    let mut section = Section::new("Predictions on the test images", Shown::Details);
    if let Some(compared) = analysis.comparisons.first() {
        let of = |name: &str| arms.iter().find(|arm| arm.name == name);
        let pairing = &compared.pairing;
        if let Some((arm, against)) = of(&pairing.arm).zip(of(&pairing.against)) {
            section.extend(galleries(analysis.results, compared, [arm, against])?);
        }
    }
    let confusion = confusion("confusion", &arms);
    Ok(confusion.map(|table| section.with(table)))
}

impl<'a> ModelPredictions<'a> {
    /// The predictions of a model of the main table; `None` if no seed has any.
    pub(crate) fn of(
        results: &Results,
        name: &'a str,
        arm: Option<usize>,
    ) -> Result<Option<Self>, ReportError> {
        let records = main_records(results, arm).map(|(_, record)| record);
        let predicted = records.filter_map(|of| Some((of, of.predictions.as_ref()?)));
        let predicted: Vec<_> = predicted.collect();
        let Some((first, _)) = predicted.first() else {
            return Ok(None);
        };
        let Some(rows) = results.store().test_rows(first)? else {
            return Ok(None);
        };
        let labels = || rows.labels.iter().map(|&label| u32::from(label));
        let mut own_class = vec![0.0; rows.labels.len()];
        // Class and predicted class.
        let mut found: Vec<(u32, u32)> = Vec::new();
        for (_, predictions) in &predicted {
            match predictions {
                Predictions::Logits(logits) => {
                    let of_rows = probabilities(logits.view());
                    let own = own_class.iter_mut().zip(labels());
                    for ((own, label), of_row) in own.zip(of_rows.rows()) {
                        *own += of_row.get(label as usize).copied().unwrap_or_default();
                    }
                    found.extend(labels().zip(predicted_classes(logits.view())?));
                }
                Predictions::Classes { class, .. } => {
                    found.extend(labels().zip(class.iter().map(|&class| class.into())));
                }
            }
        }
        for p in &mut own_class {
            *p /= predicted.len() as f64;
        }
        Ok(Some(Self {
            name,
            confusion: confusion_matrix(rows.class_names.len(), found)?,
            rows,
            own_class,
        }))
    }
}

/// The confusion matrices of models of the same classes: a row for each true class of each model, a
/// column for each predicted one.
pub(crate) fn confusion(file: &str, models: &[ModelPredictions<'_>]) -> Option<Table> {
    let classes = &models.first()?.rows.class_names;
    let rows = models.iter();
    let rows = rows.flat_map(|model| (0..classes.len()).map(move |class| (model, class)));
    let rows: Vec<(&ModelPredictions<'_>, usize)> = rows.collect();
    let caption = "Confusion matrix, all seeds together: how many of each true class are predicted as \
                   each class, %";
    let true_class = Column::text("true_class", "true class");
    let mut table = Table::of(file, caption, &rows)
        .column(Column::text("model", "model"), |(model, _)| model.name)
        .column(true_class, |(_, class)| &classes[*class]);
    for (predicted, name) in classes.iter().enumerate() {
        let column = Column::new(name, name, Unit::Fraction).shaded();
        table = table.column(column, move |(model, class)| {
            let of_class = model.confusion.row(*class);
            let rows = of_class.sum();
            (rows > 0).then(|| of_class[predicted] as f64 / rows as f64)
        });
    }
    Some(table.table())
}

/// The images that one of two arms gets right and the other wrong in the most seeds, both ways.
fn galleries(
    results: &Results,
    compared: &Compared,
    [of_arm, of_against]: [&ModelPredictions<'_>; 2],
) -> Result<Vec<Block>, ReportError> {
    let images = match main_records(results, Some(0)).next() {
        Some((_, record)) => results.store().test_images(record)?,
        None => None,
    };
    let Some(images) = images else {
        return Ok(Vec::new());
    };
    let paired = &compared.paired;
    let arm = (of_arm, &paired.arm_correct);
    let against = (of_against, &paired.against_correct);
    // Seeds in which the one is right and the other is wrong.
    let only = |row: usize, right: &[Correct], wrong: &[Correct]| {
        let is = |correct: &Correct| correct.get(row) == Some(true);
        let both = right.iter().zip(wrong);
        both.filter(|(right, wrong)| is(right) && !is(wrong))
            .count()
    };
    let rows = &of_arm.rows;
    let mut blocks = Vec::new();
    for ((winner, right), (loser, wrong)) in [(arm, against), (against, arm)] {
        let counts = (0..rows.labels.len())
            .map(|row| (row, only(row, right, wrong), only(row, wrong, right)));
        let mut found: Vec<_> = counts.filter(|(_, more, fewer)| more > fewer).collect();
        // Most seeds first, then those that are rarest the other way round.
        found.sort_by_key(|&(row, more, fewer)| (Reverse(more), fewer, row));
        found.truncate(MOST_IMAGES);
        let title = format!(
            "Classified correctly by {} and not by {}: the images with the most such seeds",
            winner.name, loser.name
        );
        let image = |&(row, more, _): &(usize, usize, usize)| {
            let image = images.outer_iter().nth(row)?;
            let image = Image::grey(image.dim(), image.to_slice()?)?;
            let class = rows.class_names.get(usize::from(rows.labels[row]))?;
            let number = rows.row_numbers[row];
            let probability = |of: &ModelPredictions<'_>| {
                let p = of.own_class.get(row).map(|p| Unit::Fraction.with_unit(*p));
                format!("{} {}", of.name, p.unwrap_or_default())
            };
            let caption = vec![
                format!("{class} {number}"),
                format!("in {more} of {}", counted(paired.seeds.len(), "seed")),
                probability(of_against),
                probability(of_arm),
            ];
            Some(image.described(format!("test image {number}, {class}"), caption))
        };
        let images: Vec<Image> = found.iter().filter_map(image).collect();
        if images.is_empty() {
            let none = format!(
                "No image is classified correctly by {} alone in more seeds than by {} alone.",
                winner.name, loser.name
            );
            blocks.push(Text::note(none).into());
        } else {
            blocks.push(Images { title, images }.into());
        }
    }
    let words = "Percentages are the probability that each arm gives the true class, mean over the seeds; \
                 the number is that of the image in the test file.";
    blocks.push(Text::note(words).into());
    Ok(blocks)
}

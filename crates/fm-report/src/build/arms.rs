//! The section of what the arms predict.

use super::analysis::Analysis;
use super::gallery::{galleries, images};
use super::predictions::{ModelPredictions, calibration};
use crate::document::{Section, Shown};
use crate::error::ReportError;
use crate::number::Unit;
use crate::plot::{Mark, Shape};
use crate::table::{Column, Table, Value};

/// Most classes whose confusion matrices are rows of a table.
const MOST_ROWS: usize = 3;

/// The section; `None` if no record has predictions.
pub(crate) fn section(analysis: &Analysis<'_>) -> Result<Option<Section>, ReportError> {
    let mut models = Vec::new();
    for arm in 0..analysis.arms.len() {
        models.extend(ModelPredictions::of(analysis.results, Some(arm))?);
    }
    let Some(classes) = models.first().map(|model| &model.rows.class_names) else {
        return Ok(None);
    };
    let mut section = Section::new("Predictions on the test images", Shown::Details);
    if let Some(compared) = analysis.comparisons.first() {
        let of = |arm: &str| models.iter().find(|model| model.name == arm);
        let pairing = &compared.pairing;
        if let Some((arm, against)) = of(&pairing.arm).zip(of(&pairing.against)) {
            let images = images(analysis.results)?;
            section.extend(galleries(compared, [arm, against], images.as_ref()));
        }
    }
    match classes.len() {
        0..=MOST_ROWS => section.push(confusion(&models, classes)),
        _ => section.extend(models.iter().map(ModelPredictions::confusion)),
    }
    let lines = models.iter().map(|model| {
        Mark::new(
            Shape::Line,
            &model.name,
            analysis.colour(&model.name),
            model.bins(),
        )
    });
    let plot = calibration("calibration", "Calibration, all seeds together", lines);
    section.push(plot.note(
        "A perfectly calibrated model lies on the dotted diagonal; below it, its probabilities are \
         too high.",
    ));
    section.push(probabilities(&models));
    Ok(Some(section))
}

/// The confusion matrices of all arms in one table.
fn confusion(models: &[ModelPredictions], classes: &[String]) -> Table {
    let pairs = (0..classes.len()).flat_map(|i| (0..classes.len()).map(move |j| (i, j)));
    let pairs: Vec<(usize, usize)> = pairs.collect();
    let caption = "Confusion matrices, share of the true class, all seeds together";
    let mut rows = Table::of("confusion", caption, &pairs)
        .column(Column::text("true_class", "true class"), |&(i, _)| {
            &classes[i]
        })
        .column(
            Column::text("predicted_class", "predicted class"),
            |&(_, j)| &classes[j],
        );
    for model in models {
        let column = Column::new(&model.name, &model.name, Unit::Fraction);
        rows = rows.column(column, |&(i, j)| model.share(i, j));
    }
    rows.table()
}

/// Brier score, area under the ROC curve and calibration error of the arms.
fn probabilities(models: &[ModelPredictions]) -> Table {
    let mean_sd = |values: &[f64]| match values {
        [] => Value::Missing,
        values => Value::MeanSd(fm_stats::mean(values), fm_stats::sd(values)),
    };
    let score = |key, title| Column::new(key, title, Unit::Loss).mean_sd();
    let error = Column::new("calibration_error", "calibration error", Unit::Fraction);
    let caption = "Quality of the probabilities, mean ± standard deviation over seeds";
    Table::of("probabilities", caption, models)
        .column(Column::text("arm", "arm"), |model| &model.name)
        .column(score("brier_score", "Brier score"), |model| {
            mean_sd(&model.brier)
        })
        .column(score("roc_auc", "area under the ROC curve"), |model| {
            mean_sd(&model.areas)
        })
        .column(error, |model| model.reliability.calibration_error())
        .table()
}

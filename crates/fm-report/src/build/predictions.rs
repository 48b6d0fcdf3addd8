//! What models predict on test rows: confusion matrices and calibration.

use fm_experiment::{Predictions, Results, TestRows};
use fm_train::{ConfusionMatrix, Reliability, predicted_classes, probabilities};

use super::analysis::{Analysis, main_records};
use crate::document::Section;
use crate::error::ReportError;
use crate::number::Unit;
use crate::plot::{Axis, Datum, Mark, Plot, Shape};
use crate::table::{Column, Table};

/// Bins of a calibration plot from probability 0 to 1.
const BINS: usize = 20;
/// Bins of fewer predictions say nothing and are not drawn.
const FEWEST: u64 = 10;

/// What a model predicts, over all seeds.
pub(crate) struct ModelPredictions {
    /// `source`, or the name of the arm.
    pub(crate) name: String,
    /// The rows that are predicted.
    pub(crate) rows: TestRows,
    /// Mean probability of each row's own class; zeros for the source network.
    pub(crate) own_class: Vec<f64>,
    confusion: ConfusionMatrix,
    reliability: Reliability,
}

impl ModelPredictions {
    /// The predictions of an arm of the main table, or of the source network; `None` if no seed has
    /// any.
    pub(crate) fn of(results: &Results, arm: Option<usize>) -> Result<Option<Self>, ReportError> {
        let records = main_records(results, arm).map(|(_, record)| record);
        let predicted = records.filter_map(|of| Some((of, of.predictions.as_ref()?)));
        let predicted: Vec<_> = predicted.collect();
        let Some((first, _)) = predicted.first() else {
            return Ok(None);
        };
        let Some(rows) = results.store().test_rows(first)? else {
            return Ok(None);
        };
        let labels: Vec<u32> = rows.labels.iter().map(|&label| label.into()).collect();
        let mut own_class = vec![0.0; labels.len()];
        // Class, predicted class and its probability.
        let mut found: Vec<(u32, u32, f64)> = Vec::new();
        for (_, predictions) in &predicted {
            let logits = match predictions {
                Predictions::Logits(logits) => logits,
                Predictions::Classes { class, probability } => {
                    let rows = labels.iter().zip(class).zip(probability);
                    found.extend(
                        rows.map(|((label, class), p)| (*label, (*class).into(), (*p).into())),
                    );
                    continue;
                }
            };
            let of_rows = probabilities(logits.view());
            let classes = predicted_classes(logits.view())?;
            for (row, (&label, &class)) in labels.iter().zip(&classes).enumerate() {
                let of = |class: u32| of_rows.get([row, class as usize]).copied();
                found.push((label, class, of(class).unwrap_or_default()));
                own_class[row] += of(label).unwrap_or_default();
            }
        }
        for p in &mut own_class {
            *p /= predicted.len() as f64;
        }
        let mut reliability = Reliability::new(BINS)?;
        for &(label, class, p) in &found {
            reliability.add(p, label == class);
        }
        let pairs = found.iter().map(|&(label, class, _)| (label, class));
        let model = |arm: usize| results.main().points[0].arms[arm].clone();
        Ok(Some(Self {
            name: arm.map_or_else(|| "source".to_owned(), model),
            confusion: ConfusionMatrix::new(rows.class_names.len(), pairs)?,
            rows,
            own_class,
            reliability,
        }))
    }

    /// The share of a class that is predicted as another; `None` of a class without rows.
    fn share(&self, class: usize, predicted: usize) -> Option<f64> {
        let counts = self.confusion.counts();
        let of_class = counts.row(class).sum();
        (of_class > 0).then(|| counts[[class, predicted]] as f64 / of_class as f64)
    }

    /// The share of predictions that are right, over their probability.
    fn bins(&self) -> impl Iterator<Item = Datum> {
        let bins = self.reliability.bins().iter();
        bins.filter(|bin| bin.rows >= FEWEST).filter_map(|bin| {
            let label = format!("{} predictions", bin.rows);
            Some(Datum::new(bin.mean_probability()?, bin.accuracy()?, label))
        })
    }
}

/// Adds the confusion matrices and the calibration of models of the same classes; `suffix` ends the
/// names of the files.
pub(crate) fn push(
    section: &mut Section,
    suffix: &str,
    analysis: &Analysis<'_>,
    models: &[ModelPredictions],
) {
    section.extend(confusion(format!("confusion{suffix}"), models));
    let lines = models.iter().map(|model| {
        let colour = analysis.colour(&model.name);
        Mark::new(Shape::Line, &model.name, colour, model.bins())
    });
    section.push(calibration(format!("calibration{suffix}"), lines.collect()));
}

/// A row for each true class of each model, a column for each predicted one.
fn confusion(file: String, models: &[ModelPredictions]) -> Option<Table> {
    let classes = &models.first()?.rows.class_names;
    let rows = models.iter();
    let rows = rows.flat_map(|model| (0..classes.len()).map(move |class| (model, class)));
    let rows: Vec<(&ModelPredictions, usize)> = rows.collect();
    let caption = "Confusion matrix, all seeds together: how many of each true class are predicted as \
                   each class, %";
    let mut table = Table::of(file, caption, &rows)
        .column(Column::text("model", "model"), |(model, _)| &model.name)
        .column(Column::text("true_class", "true class"), |(_, class)| {
            &classes[*class]
        });
    for (predicted, name) in classes.iter().enumerate() {
        let column = Column::new(name, name, Unit::Fraction).shaded();
        table = table.column(column, move |(model, class)| model.share(*class, predicted));
    }
    Some(table.table())
}

/// Lines of [`ModelPredictions::bins`]. The diagonal is perfect calibration.
fn calibration(file: String, lines: Vec<Mark>) -> Plot {
    let axis = |title: &str| Axis::linear(title, Unit::Fraction);
    let places = lines.iter().flat_map(|line| &line.data);
    let lowest = match places.map(|datum| datum.x).fold(1.0, f64::min) >= 0.5 {
        true => 0.5,
        false => 0.0,
    };
    let mut plot = Plot::new(
        file,
        "Calibration, all seeds together",
        axis("probability of the predicted class"),
        axis("share of predictions that are right"),
    );
    plot.marks = lines;
    plot.with(Mark::guide([(lowest, lowest), (1.0, 1.0)], "")).note(
        "A perfectly calibrated model lies on the dotted diagonal; below it, its probabilities are \
         too high.",
    )
}

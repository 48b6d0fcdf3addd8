//! What models predict on test rows: confusion matrices and calibration.

use fm_experiment::{Predictions, Record, Results, TestRows};
use fm_train::{
    ConfusionMatrix, Reliability, brier_score, predicted_classes, probabilities, roc_auc,
};
use ndarray::ArrayView2;

use super::analysis::{Analysis, main_records};
use super::gallery::{galleries, images};
use super::names::plain;
use crate::document::Section;
use crate::error::ReportError;
use crate::number::Unit;
use crate::plot::{Axis, Cell, Datum, Mark, Palette, Plot, Series};
use crate::table::{Column, Table, Value};

/// Bins of a calibration plot from probability 0 to 1.
const BINS: usize = 20;
/// Most classes whose confusion matrices are rows of a table.
const MOST_ROWS: usize = 3;

/// What a model predicts, over all seeds.
pub(crate) struct ModelPredictions {
    confusion: ConfusionMatrix,
    reliability: Reliability,
    /// One per seed.
    brier: Vec<f64>,
    /// One per seed, of tasks of two classes.
    areas: Vec<f64>,
    /// Mean probability of each row's own class; empty for the source network.
    own_class: Vec<f64>,
    rows: TestRows,
}

impl ModelPredictions {
    /// The predictions of an arm of the main table, or of the source network; `None` if no seed has
    /// any.
    pub(crate) fn of(results: &Results, arm: Option<usize>) -> Result<Option<Self>, ReportError> {
        let mut found: Option<Self> = None;
        let mut pairs: Vec<(u32, u32)> = Vec::new();
        let mut seeds = 0;
        for (_, record) in main_records(results, arm) {
            let Some(predictions) = &record.predictions else {
                continue;
            };
            if found.is_none() {
                found = Self::empty(results, record)?;
            }
            let Some(found) = &mut found else {
                continue;
            };
            seeds += 1;
            found.add(predictions, &mut pairs)?;
        }
        let Some(mut found) = found else {
            return Ok(None);
        };
        found
            .own_class
            .iter_mut()
            .for_each(|p| *p /= f64::from(seeds));
        found.confusion = ConfusionMatrix::new(found.rows.class_names.len(), pairs)?;
        Ok(Some(found))
    }

    fn empty(results: &Results, record: &Record) -> Result<Option<Self>, ReportError> {
        let Some(rows) = results.store().test_rows(record)? else {
            return Ok(None);
        };
        Ok(Some(Self {
            confusion: ConfusionMatrix::new(1, [(0, 0)])?,
            reliability: Reliability::new(BINS)?,
            brier: Vec::new(),
            areas: Vec::new(),
            own_class: Vec::new(),
            rows,
        }))
    }

    /// Adds a seed's predictions.
    fn add(
        &mut self,
        predictions: &Predictions,
        pairs: &mut Vec<(u32, u32)>,
    ) -> Result<(), ReportError> {
        let labels: Vec<u32> = self.rows.labels.iter().map(|&label| label.into()).collect();
        let logits = match predictions {
            Predictions::Logits(logits) => logits,
            Predictions::Classes { class, probability } => {
                for ((&label, &class), &p) in labels.iter().zip(class).zip(probability) {
                    self.reliability.add(p.into(), label == u32::from(class));
                    pairs.push((label, class.into()));
                }
                return Ok(());
            }
        };
        // This checks that labels and logits fit each other.
        self.brier.push(brier_score(logits.view(), &labels)?);
        let of_rows = probabilities(logits.view());
        let predicted = predicted_classes(logits.view())?;
        self.own_class.resize(labels.len(), 0.0);
        for (row, (&label, &class)) in labels.iter().zip(&predicted).enumerate() {
            self.reliability
                .add(of_rows[[row, class as usize]], label == class);
            self.own_class[row] += of_rows[[row, label as usize]];
            pairs.push((label, class));
        }
        if of_rows.ncols() == 2 {
            let last = logits.ncols() - 1;
            let scores: Vec<f32> = logits
                .rows()
                .into_iter()
                .map(|row| row[last] - if last == 1 { row[0] } else { 0.0 })
                .collect();
            self.areas.extend(roc_auc(&scores, &labels)?);
        }
        Ok(())
    }

    /// The confusion matrix.
    pub(crate) fn confusion(&self, model: &str) -> Plot {
        confusion(model, self.confusion.counts(), &self.rows.class_names)
    }

    /// The calibration.
    pub(crate) fn calibration(&self, model: &str) -> Plot {
        let title = format!("{model}: calibration");
        let series = Series::new("", 0);
        let name = format!("calibration-{}", plain(model));
        calibration(&name, title, &[(series, &self.reliability)])
    }
}

/// The section of the arms' predictions; `None` if no record has any.
pub(crate) fn section(analysis: &Analysis<'_>) -> Result<Option<Section>, ReportError> {
    let mut models = Vec::new();
    for (index, (name, _)) in analysis.arms.iter().enumerate() {
        if let Some(found) = ModelPredictions::of(analysis.results, Some(index))? {
            models.push((name.as_str(), index, found));
        }
    }
    if models.is_empty() {
        return Ok(None);
    }
    let mut section = Section::details("Predictions on the test images");
    if let Some(compared) = analysis.comparisons.first() {
        let own = |arm: &str| {
            let model = models.iter().find(|(name, ..)| *name == arm)?;
            Some((&model.2.rows, model.2.own_class.as_slice()))
        };
        if let (Some(arm), Some(against)) =
            (own(&compared.pairing.arm), own(&compared.pairing.against))
        {
            let images = images(analysis.results)?;
            section
                .body
                .extend(galleries(compared, arm, against.1, images.as_ref()));
        }
    }
    match models[0].2.rows.class_names.len() {
        0..=MOST_ROWS => section.push(confusion_table(&models)),
        _ => models
            .iter()
            .for_each(|(name, _, model)| section.push(model.confusion(name))),
    }
    let lines: Vec<(Series, &Reliability)> = models
        .iter()
        .map(|(name, index, model)| (Series::new(*name, *index), &model.reliability))
        .collect();
    let mut plot = calibration(
        "calibration",
        "Calibration, all seeds together".to_owned(),
        &lines,
    );
    plot.note = "A perfectly calibrated model lies on the dotted diagonal; below it, \
                 its probabilities are too high."
        .to_owned();
    section.push(plot);
    section.push(probability_table(&models));
    Ok(Some(section))
}

/// The confusion matrices of all arms in one table.
fn confusion_table(models: &[(&str, usize, ModelPredictions)]) -> Table {
    let mut columns = vec![
        Column::text("true_class", "true class"),
        Column::text("predicted_class", "predicted class"),
    ];
    columns.extend(
        models
            .iter()
            .map(|(name, ..)| Column::new(*name, *name, Unit::Fraction)),
    );
    let caption = "Confusion matrices, share of the true class, all seeds together";
    let mut table = Table::new("confusion", caption, columns);
    let classes = &models[0].2.rows.class_names;
    for (i, truth) in classes.iter().enumerate() {
        for (j, predicted) in classes.iter().enumerate() {
            let mut row: Vec<Value> = vec![truth.as_str().into(), predicted.as_str().into()];
            row.extend(models.iter().map(|(_, _, model)| {
                let counts = model.confusion.counts();
                let of_class = counts.row(i).sum();
                let share = (of_class > 0).then(|| counts[[i, j]] as f64 / of_class as f64);
                Value::from(share)
            }));
            table.push(row);
        }
    }
    table
}

/// Brier score, area under the ROC curve and calibration error of the arms.
fn probability_table(models: &[(&str, usize, ModelPredictions)]) -> Table {
    let mut table = Table::new(
        "probabilities",
        "Quality of the probabilities, mean ± standard deviation over seeds",
        [
            Column::text("arm", "arm"),
            Column::new("brier_score", "Brier score", Unit::Loss).mean_sd(),
            Column::new("roc_auc", "area under the ROC curve", Unit::Loss).mean_sd(),
            Column::new("calibration_error", "calibration error", Unit::Fraction),
        ],
    );
    let mean_sd = |values: &[f64]| match values {
        [] => Value::Missing,
        values => Value::MeanSd(fm_stats::mean(values), fm_stats::sd(values)),
    };
    for (name, _, model) in models {
        table.push([
            (*name).into(),
            mean_sd(&model.brier),
            mean_sd(&model.areas),
            model.reliability.calibration_error().into(),
        ]);
    }
    table
}
/// Bins of fewer predictions say nothing and are not drawn.
const FEWEST: u64 = 10;

/// A confusion matrix: a row per true class and a column per predicted one, each cell's share of
/// its row.
fn confusion(model: &str, counts: ArrayView2<'_, u64>, classes: &[String]) -> Plot {
    let name = |class: usize| {
        classes
            .get(class)
            .cloned()
            .unwrap_or_else(|| class.to_string())
    };
    let cells = counts
        .indexed_iter()
        .filter_map(|((truth, predicted), count)| {
            let of_class = counts.row(truth).sum();
            let (truth_name, predicted_name) = (name(truth), name(predicted));
            (of_class > 0).then(|| Cell {
                x: predicted,
                y: truth,
                value: *count as f64 / of_class as f64,
                sign: "",
                label: format!("{truth_name} predicted as {predicted_name}, {count} of {of_class}"),
            })
        });
    let names = || (0..counts.nrows()).map(name);
    Plot::new(
        format!("confusion-{}", plain(model)),
        format!("{model}: confusion matrix, % of the true class"),
        Axis::names("predicted class", names()),
        Axis::names("true class", names()),
    )
    .with(Mark::Cells {
        title: "share of true class".to_owned(),
        unit: Unit::Fraction,
        palette: Palette::Sequential,
        cells: cells.collect(),
    })
}

/// Calibration: the share of predictions that are right, over their probability. The diagonal is
/// perfect calibration.
fn calibration(name: &str, title: String, models: &[(Series, &Reliability)]) -> Plot {
    let mut lowest = 1.0_f64;
    let mut lines = Vec::new();
    for (series, reliability) in models {
        let bins = reliability.bins().iter().filter(|bin| bin.rows >= FEWEST);
        let data: Vec<Datum> = bins
            .filter_map(|bin| {
                let (probability, right) = (bin.mean_probability()?, bin.accuracy()?);
                Some(Datum::new(
                    probability,
                    right,
                    format!("{} predictions", bin.rows),
                ))
            })
            .collect();
        lowest = data.iter().map(|datum| datum.x).fold(lowest, f64::min);
        lines.push(Mark::Line(series.clone(), data));
    }
    let axis = |title: &str| Axis::linear(title, Unit::Fraction);
    let mut plot = Plot::new(
        name,
        title,
        axis("probability of the predicted class"),
        axis("share of predictions that are right"),
    );
    plot.marks = lines;
    let lowest = if lowest >= 0.5 { 0.5 } else { 0.0 };
    plot.with(Mark::Guide([(lowest, lowest), (1.0, 1.0)]))
}

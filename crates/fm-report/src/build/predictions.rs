//! What a model predicts on test rows: its confusion matrix and calibration.

use fm_experiment::{Predictions, Results, TestRows};
use fm_train::{
    ConfusionMatrix, Reliability, brier_score, predicted_classes, probabilities, roc_auc,
};

use super::analysis::main_records;
use super::names::plain;
use crate::error::ReportError;
use crate::number::Unit;
use crate::plot::{Axis, Datum, Mark, Palette, Plot, Shape};

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
    /// One per seed.
    pub(crate) brier: Vec<f64>,
    /// One per seed, of tasks of two classes.
    pub(crate) areas: Vec<f64>,
    pub(crate) confusion: ConfusionMatrix,
    pub(crate) reliability: Reliability,
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
        let (mut brier, mut areas) = (Vec::new(), Vec::new());
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
            // This checks that labels and logits fit each other.
            brier.push(brier_score(logits.view(), &labels)?);
            let of_rows = probabilities(logits.view());
            let classes = predicted_classes(logits.view())?;
            for (row, (&label, &class)) in labels.iter().zip(&classes).enumerate() {
                found.push((label, class, of_rows[[row, class as usize]]));
                own_class[row] += of_rows[[row, label as usize]];
            }
            if of_rows.ncols() == 2 {
                // With one logit, that of class 0 is zero.
                let score = |row: ndarray::ArrayView1<'_, f32>| match row.len() {
                    1 => row[0],
                    _ => row[1] - row[0],
                };
                let scores: Vec<f32> = logits.rows().into_iter().map(score).collect();
                areas.extend(roc_auc(&scores, &labels)?);
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
            brier,
            areas,
            reliability,
        }))
    }

    /// The share of a class that is predicted as another; `None` of a class without rows.
    pub(crate) fn share(&self, class: usize, predicted: usize) -> Option<f64> {
        let counts = self.confusion.counts();
        let of_class = counts.row(class).sum();
        (of_class > 0).then(|| counts[[class, predicted]] as f64 / of_class as f64)
    }

    /// The confusion matrix: a row per true class and a column per predicted one, each cell's share
    /// of its row.
    pub(crate) fn confusion(&self) -> Plot {
        let names = &self.rows.class_names;
        let counts = self.confusion.counts();
        let cells = counts.indexed_iter().filter_map(|((i, j), count)| {
            let (truth, predicted, of) = (&names[i], &names[j], counts.row(i).sum());
            let label = format!("{truth} predicted as {predicted}, {count} of {of}");
            Some(Datum::cell((j, i), self.share(i, j)?, "", label))
        });
        let shape = Shape::Cells(Unit::Fraction, Palette::Sequential);
        Plot::new(
            format!("confusion-{}", plain(&self.name)),
            format!("{}: confusion matrix, % of the true class", self.name),
            Axis::names("predicted class", names.clone()),
            Axis::names("true class", names.clone()),
        )
        .with(Mark::new(shape, "share of true class", 0, cells))
    }

    /// The calibration.
    pub(crate) fn calibration(&self) -> Plot {
        let title = format!("{}: calibration", self.name);
        let line = Mark::new(Shape::Line, "", 0, self.bins());
        calibration(&format!("calibration-{}", plain(&self.name)), title, [line])
    }

    /// The share of predictions that are right, over their probability.
    pub(crate) fn bins(&self) -> impl Iterator<Item = Datum> {
        let bins = self.reliability.bins().iter();
        bins.filter(|bin| bin.rows >= FEWEST).filter_map(|bin| {
            let label = format!("{} predictions", bin.rows);
            Some(Datum::new(bin.mean_probability()?, bin.accuracy()?, label))
        })
    }
}

/// Calibration: lines of [`ModelPredictions::bins`]. The diagonal is perfect calibration.
pub(crate) fn calibration(
    name: &str,
    title: impl Into<String>,
    lines: impl IntoIterator<Item = Mark>,
) -> Plot {
    let axis = |title: &str| Axis::linear(title, Unit::Fraction);
    let across = axis("probability of the predicted class");
    let mut plot = Plot::new(
        name,
        title,
        across,
        axis("share of predictions that are right"),
    );
    plot.marks.extend(lines);
    let places = plot
        .marks
        .iter()
        .flat_map(|line| &line.data)
        .map(|datum| datum.x);
    let lowest = if places.fold(1.0, f64::min) >= 0.5 {
        0.5
    } else {
        0.0
    };
    plot.with(Mark::guide([(lowest, lowest), (1.0, 1.0)], ""))
}

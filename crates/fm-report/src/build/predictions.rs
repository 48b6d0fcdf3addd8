//! What models predict on test rows: confusion matrices and calibration.

use fm_train::Reliability;
use ndarray::ArrayView2;

use crate::number::Unit;
use crate::plot::{Axis, Cell, Datum, Mark, Palette, Plot, Series};

/// Bins of fewer predictions say nothing and are not drawn.
const FEWEST: u64 = 10;

/// A confusion matrix: a row per true class and a column per predicted one, each cell's share of
/// its row.
pub fn confusion(model: &str, counts: ArrayView2<'_, u64>, classes: &[String]) -> Plot {
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
pub fn calibration(name: &str, title: String, models: &[(Series, &Reliability)]) -> Plot {
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

/// A name of letters, digits, `-` and `_`.
pub(crate) fn plain(name: &str) -> String {
    let letter = |c: char| match c.is_ascii_alphanumeric() || c == '-' || c == '_' {
        true => c,
        false => '-',
    };
    name.chars().map(letter).collect()
}

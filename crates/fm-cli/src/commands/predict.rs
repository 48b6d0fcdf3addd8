//! `fm predict`

use std::path::Path;

use anyhow::{Context, Result, bail};
use fm_data::{Content, idx, picture};
use fm_experiment::single::{self, Prediction};
use fm_report::{Column, Document, Table, Unit};
use ndarray::{Array2, Axis, Slice};
use serde::Serialize;

use crate::args::model::PredictArgs;
use crate::openblas;
use crate::print::{self, note, percent};

/// One image's answer, as programs get it.
#[derive(Serialize)]
struct Answer {
    file: String,
    /// Row of an IDX file, counted from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    row: Option<usize>,
    #[serde(flatten)]
    prediction: Prediction,
    /// What was done to a picture before it was asked about.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<&'static str>,
}

/// Predicts what pictures or rows show.
pub(crate) fn run(args: &PredictArgs) -> Result<()> {
    let model = args.model.open()?;
    let engine = openblas::engine(args.backend.backend)?;
    let mut answers = Vec::new();
    for path in &args.files {
        let file = path.display().to_string();
        let (images, first, notes) = images(path, model.network.inputs(), args)?;
        let predictions = single::predict(&model, images.view(), &engine);
        let predictions = predictions.with_context(|| file.clone())?;
        answers.extend((0..).zip(predictions).map(|(at, prediction)| Answer {
            file: file.clone(),
            row: first.map(|first| first + at),
            prediction,
            notes: notes.clone(),
        }));
    }
    let image = |answer: &Answer| match answer.row {
        Some(row) => format!("{} {row}", answer.file),
        None => answer.file.clone(),
    };
    let second = |Answer { prediction, .. }: &Answer| {
        let others = prediction.probabilities.iter().enumerate();
        let others = others.filter(|&(class, _)| class != prediction.class);
        let (class, &p) = others.max_by(|a, b| a.1.total_cmp(b.1))?;
        Some(format!("{} {}", model.class_name(class), percent(p)))
    };
    let table = Table::of("", "Predictions", &answers)
        .column(Column::text("", "image"), image)
        .column(Column::text("", "class"), |answer| &answer.prediction.name)
        .column(Column::new("", "probability", Unit::Fraction), |answer| {
            answer.prediction.probability
        })
        .column(Column::text("", "second"), second);
    print::result(
        args.format,
        &Document::new("").with(table.table()),
        &answers,
    )
}

/// The images of a file, the number of the first where it is an IDX file, and notes.
type Images = (Array2<u8>, Option<usize>, Vec<&'static str>);

fn images(path: &Path, inputs: usize, args: &PredictArgs) -> Result<Images> {
    let name = path.display();
    // Read once: a pipe gives its bytes once.
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {name}"))?;
    match (Content::of(&bytes), &args.rows) {
        (Content::Png | Content::Jpeg, Some(_)) => {
            bail!("{name} is a picture and has no rows; leave --rows out")
        }
        (Content::Png | Content::Jpeg, None) => {
            return picture(&bytes, inputs, &name.to_string()).with_context(|| name.to_string());
        }
        (Content::Gzip | Content::Idx, _) => {}
        (other, _) => bail!("{name}: expected a PNG, JPEG or IDX file, found {other}"),
    }
    let array = idx::from_bytes::<u8>(&bytes).with_context(|| name.to_string())?;
    let rows = array.shape().first().copied().unwrap_or(0);
    let columns: usize = array.shape().iter().skip(1).product();
    let array = array.into_shape_with_order((rows, columns));
    let mut array = array.with_context(|| name.to_string())?;
    let (first, end) = match &args.rows {
        None => (0, rows),
        // All from one on.
        Some(asked) if asked.end == usize::MAX => (asked.start, rows),
        Some(asked) => (asked.start, asked.end),
    };
    if end > rows || first > end {
        bail!("{name} has rows 0..{rows}, not {first}..{end}");
    }
    array.slice_axis_inplace(Axis(0), Slice::from(first..end));
    Ok((array, Some(first), Vec::new()))
}

fn picture(bytes: &[u8], inputs: usize, name: &str) -> Result<Images> {
    let side = inputs.isqrt();
    if side * side != inputs {
        bail!("the model takes {inputs} inputs, which are not a square picture");
    }
    let mut picture = picture::decode(bytes)?;
    let (height, width) = picture.dim();
    let mut notes = Vec::new();
    if height.max(width) != side {
        note(&format!(
            "note: {name}: scaled from {width}×{height} to {side}×{side}"
        ));
        notes.push("resized");
    }
    if has_bright_border(&picture) {
        note(&format!(
            "note: {name}: the background is bright, so bright and dark were exchanged"
        ));
        notes.push("inverted");
        picture.mapv_inplace(|pixel| 255 - pixel);
    }
    let pixels = picture::fit(&picture, (side, side))?;
    Ok((pixels.into_shape_with_order((1, inputs))?, None, notes))
}

/// Whether the outermost pixels are bright on average, as a photograph on white paper has them and
/// images of MNIST's kind do not.
fn has_bright_border(picture: &Array2<u8>) -> bool {
    let (height, width) = picture.dim();
    let border = picture
        .indexed_iter()
        .filter(|&((y, x), _)| y == 0 || x == 0 || y + 1 == height || x + 1 == width);
    let border: Vec<u64> = border.map(|(_, &pixel)| pixel.into()).collect();
    2 * border.iter().sum::<u64>() > 255 * border.len() as u64
}

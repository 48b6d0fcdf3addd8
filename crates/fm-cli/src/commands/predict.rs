//! `fm predict`

use std::path::Path;

use anyhow::{Context, Result, bail};
use fm_data::picture::Picture;
use fm_data::{Content, idx};
use fm_experiment::single::{self, Prediction};
use fm_report::{Document, Unit};
use ndarray::{Array2, ArrayView2};
use serde::Serialize;

use crate::args::Format;
use crate::args::model::PredictArgs;
use crate::args::rows::Rows;
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
    let model = single::open(&args.model, &args.reading.options())?;
    let engine = openblas::engine(args.backend.backend)?;
    let inputs = model.network.inputs();
    let mut answers = Vec::new();
    for path in &args.files {
        let (images, first, notes) = images(path, inputs, args)?;
        let predictions = single::predict(&model, images.view(), &engine);
        let predictions = predictions.with_context(|| path.display().to_string())?;
        for (at, prediction) in predictions.into_iter().enumerate() {
            answers.push(Answer {
                file: path.display().to_string(),
                row: first.map(|first| first + at),
                prediction,
                notes: notes.clone(),
            });
        }
    }
    match args.format {
        Format::Json => print::json(&answers)?,
        Format::Text => print(&answers, &model),
    }
    Ok(())
}

/// The images of a file, the number of the first where it is an IDX file, and notes.
type Images = (Array2<u8>, Option<usize>, Vec<&'static str>);

fn images(path: &Path, inputs: usize, args: &PredictArgs) -> Result<Images> {
    // Read once: a pipe gives its bytes once.
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    match Content::of(&bytes) {
        Content::Png | Content::Jpeg if args.rows.is_some() => bail!(
            "{} is a picture and has no rows; leave --rows out",
            path.display()
        ),
        Content::Png | Content::Jpeg => return picture(path, &bytes, inputs),
        Content::Gzip | Content::Idx => {}
        other => bail!(
            "{}: expected a PNG, JPEG or IDX file, found {other}",
            path.display()
        ),
    }
    let array = idx::from_bytes::<u8>(&bytes).with_context(|| path.display().to_string())?;
    let rows = array.shape().first().copied().unwrap_or(0);
    let columns: usize = array.shape().iter().skip(1).product();
    let array = array.into_shape_with_order((rows, columns));
    let array = array.with_context(|| path.display().to_string())?;
    let Rows { first, end } = args.rows.unwrap_or_default();
    let end = end.unwrap_or(rows);
    if end > rows || first > end {
        bail!("{} has rows 0..{rows}, not {first}..{end}", path.display());
    }
    let chosen = ArrayView2::from(&array).slice_move(ndarray::s![first..end, ..]);
    Ok((chosen.to_owned(), Some(first), Vec::new()))
}

fn picture(path: &Path, bytes: &[u8], inputs: usize) -> Result<Images> {
    let side = inputs.isqrt();
    if side * side != inputs {
        bail!("the model takes {inputs} inputs, which are not a square picture");
    }
    let name = path.display();
    let mut picture = Picture::decode(bytes).with_context(|| name.to_string())?;
    let (height, width) = picture.size();
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
        let inverted = picture.pixels().iter().map(|pixel| 255 - pixel);
        picture = Picture::new(height, width, inverted.collect())?;
    }
    let pixels = picture.fit((side, side))?.pixels().to_vec();
    Ok((Array2::from_shape_vec((1, inputs), pixels)?, None, notes))
}

/// Whether the outermost pixels are bright on average, as a photograph on white paper has them and
/// images of MNIST's kind do not.
fn has_bright_border(picture: &Picture) -> bool {
    let (height, width) = picture.size();
    let (mut sum, mut count) = (0u64, 0u64);
    for (at, &pixel) in picture.pixels().iter().enumerate() {
        let (y, x) = (at / width, at % width);
        if y == 0 || x == 0 || y + 1 == height || x + 1 == width {
            sum += u64::from(pixel);
            count += 1;
        }
    }
    2 * sum > 255 * count
}

fn print(answers: &[Answer], model: &fm_nn::Model) {
    let columns = [
        ("image", None),
        ("class", None),
        ("probability", Some(Unit::Fraction)),
        ("second", None),
    ];
    let mut table = print::table("Predictions", &columns);
    for Answer {
        file,
        row,
        prediction,
        ..
    } in answers
    {
        let image = match row {
            Some(row) => format!("{file} {row}"),
            None => file.clone(),
        };
        let others = prediction.probabilities.iter().enumerate();
        let others = others.filter(|&(class, _)| class != prediction.class);
        let second = others.max_by(|a, b| a.1.total_cmp(b.1));
        let second =
            second.map(|(class, &p)| format!("{} {}", model.class_name(class), percent(p)));
        table.push([
            image.into(),
            prediction.name.as_str().into(),
            prediction.probability.into(),
            second.into(),
        ]);
    }
    print::document(&Document::new("").with(table));
}

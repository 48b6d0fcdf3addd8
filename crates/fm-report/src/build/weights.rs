//! First-layer weights as images: a unit per image, a pixel per input.

use ndarray::ArrayView2;

use crate::document::{Section, Shown, Text};
use crate::images::{Image, Images};

/// Most units whose weights are shown.
const MOST_UNITS: usize = 12;

/// A unit, and its weights before its training, their change, and after it.
type Moved = (usize, [Vec<f32>; 3]);

/// The section of what a training made of the first layers, `[inputs, units]`. None where the inputs
/// are not a square image, or the layers differ in shape.
pub(crate) fn changes(
    name: &str,
    seed: u64,
    before: ArrayView2<'_, f32>,
    after: ArrayView2<'_, f32>,
) -> Option<Section> {
    let side = before.nrows().isqrt();
    let square = side * side == before.nrows() && before.nrows() <= Image::MOST_PIXELS;
    if side == 0 || !square || before.dim() != after.dim() {
        return None;
    }
    let units = moved_most(before, after);
    let title = format!("First-layer weights of {name}, before and after its training");
    let mut section = Section::new(title, Shown::Open).with(Text::note(format!(
        "The units whose weights changed most, seed {seed}: an image is a unit, a pixel an input. \
         Red weights add to the unit where the picture is bright, blue ones take away. The change \
         has its own scale."
    )));
    let titles = ["weights before", "change", "weights after"];
    for (which, title) in titles.into_iter().enumerate() {
        let image = |(unit, weights): &Moved| {
            let on_one_scale: &[usize] = if which == 1 { &[1] } else { &[0, 2] };
            let values = on_one_scale.iter().flat_map(|&which| &weights[which]);
            let largest = values.fold(0.0, |most: f32, v| most.max(v.abs()));
            let image = Image::signed((side, side), &weights[which], largest)?;
            let norm = norm(&weights[which]);
            Some(image.described(format!("unit {unit}, {title}, norm {norm:.3}"), Vec::new()))
        };
        section.push(Images {
            title: title.to_owned(),
            images: units.iter().filter_map(image).collect(),
        });
    }
    Some(section)
}

/// The units whose weights moved furthest (Euclidean norm of the change).
fn moved_most(before: ArrayView2<'_, f32>, after: ArrayView2<'_, f32>) -> Vec<Moved> {
    let moved = |unit: usize| {
        let (before, after) = (before.column(unit), after.column(unit));
        let change = &after - &before;
        (unit, [before.to_vec(), change.to_vec(), after.to_vec()])
    };
    let mut units: Vec<Moved> = (0..after.ncols()).map(moved).collect();
    let change = |(_, weights): &Moved| norm(&weights[1]);
    units.retain(|moved| change(moved).is_finite());
    // The sort keeps the order of equal ones.
    units.sort_by(|a, b| change(b).total_cmp(&change(a)));
    units.truncate(MOST_UNITS);
    units
}

fn norm(values: &[f32]) -> f64 {
    let squares = values.iter().map(|&v| f64::from(v) * f64::from(v));
    libm::sqrt(squares.sum())
}

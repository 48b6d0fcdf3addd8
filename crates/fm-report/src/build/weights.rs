//! First-layer weights as images: a unit per image, a pixel per input.

use ndarray::ArrayView2;

use crate::document::{Section, Shown, Text};
use crate::images::{Image, Images};

/// Most units whose weights are shown.
const MOST_UNITS: usize = 12;

/// A unit's weights before its training, their change, and after it.
struct Moved {
    unit: usize,
    weights: [Vec<f32>; 3],
}

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
    for (which, title) in ["weights before", "change", "weights after"]
        .iter()
        .enumerate()
    {
        let image = |Moved { unit, weights }: &Moved| {
            let scale = match which {
                1 => largest(&weights[1]),
                _ => largest(&weights[0]).max(largest(&weights[2])),
            };
            let image = Image::signed((side, side), &weights[which], scale)?;
            let norm = norm(&weights[which]);
            Some(image.described(format!("unit {unit}, {title}, norm {norm:.3}"), Vec::new()))
        };
        section.push(Images {
            title: (*title).to_owned(),
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
        let weights = [before.to_vec(), change.to_vec(), after.to_vec()];
        Moved { unit, weights }
    };
    let mut units: Vec<Moved> = (0..after.ncols()).map(moved).collect();
    let change = |moved: &Moved| norm(&moved.weights[1]);
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

fn largest(values: &[f32]) -> f32 {
    values.iter().fold(0.0, |most, v| most.max(v.abs()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Block;
    use ndarray::arr2;

    #[test]
    fn units_come_by_the_norm_of_their_change() {
        let zero = [0.0; 3];
        let before = arr2(&[[0.0, 9.0, 1.0], [0.0, 9.0, 0.0], zero, zero]);
        let after = arr2(&[[0.0, 12.0, 2.0], [0.0, 5.0, 0.0], zero, zero]);
        let Some(section) = changes("a", 1, before.view(), after.view()) else {
            panic!("no section")
        };
        let rows = section.body.iter().filter_map(|block| match block {
            Block::Images(row) => Some(&row.images),
            _ => None,
        });
        let words = rows.flatten().map(|image| image.description.as_str());
        // 3-4-5 and 5-12-13 triangles.
        assert_eq!(
            words.collect::<Vec<_>>(),
            [
                "unit 1, weights before, norm 12.728",
                "unit 2, weights before, norm 1.000",
                "unit 0, weights before, norm 0.000",
                "unit 1, change, norm 5.000",
                "unit 2, change, norm 1.000",
                "unit 0, change, norm 0.000",
                "unit 1, weights after, norm 13.000",
                "unit 2, weights after, norm 2.000",
                "unit 0, weights after, norm 0.000",
            ]
        );
    }

    #[test]
    fn inputs_that_are_not_a_square_are_not_shown() {
        let layer = arr2(&[[1.0_f32], [2.0], [3.0]]);
        assert!(changes("a", 1, layer.view(), layer.view()).is_none());
    }
}

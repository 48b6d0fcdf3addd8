//! First-layer weights as images: a unit per image, a pixel per input.

use ndarray::ArrayView2;

use crate::images::{Image, Images};
use crate::number::Unit;
use crate::table::{Column, Table};

/// The units that a training moved most.
pub(crate) struct MovedUnits {
    side: usize,
    units: Vec<Unit3>,
}

/// A unit's weights before, their change, and after.
struct Unit3 {
    unit: usize,
    before: Vec<f32>,
    change: Vec<f32>,
    after: Vec<f32>,
}

impl MovedUnits {
    /// The units whose weights moved furthest (Euclidean norm of the change), so many at most. The
    /// first layers are `[inputs, units]`. None where the inputs are not a square image, or the
    /// layers differ in shape.
    pub(crate) fn of(
        before: ArrayView2<'_, f32>,
        after: ArrayView2<'_, f32>,
        most: usize,
    ) -> Option<Self> {
        let side = after.nrows().isqrt();
        let square = side * side == after.nrows() && after.nrows() <= Image::MOST_PIXELS;
        if side == 0 || !square || before.dim() != after.dim() {
            return None;
        }
        let unit = |unit: usize| {
            let (before, after) = (before.column(unit).to_vec(), after.column(unit).to_vec());
            let change = after
                .iter()
                .zip(&before)
                .map(|(after, before)| after - before);
            Unit3 {
                unit,
                change: change.collect(),
                before,
                after,
            }
        };
        let mut units: Vec<Unit3> = (0..after.ncols()).map(unit).collect();
        units.retain(|unit| norm(&unit.change).is_finite());
        units.sort_by(|a, b| {
            let by_change = norm(&b.change).total_cmp(&norm(&a.change));
            by_change.then(a.unit.cmp(&b.unit))
        });
        units.truncate(most);
        Some(Self { side, units })
    }

    /// Three rows of images: before, change, after. Before and after of a unit have one scale, the
    /// change has its own.
    pub(crate) fn images(&self) -> Vec<Images> {
        let row = |title: &str, of: &dyn Fn(&Unit3) -> (Vec<f32>, f32)| {
            let image = |unit: &Unit3| {
                let (values, largest) = of(unit);
                let image = Image::signed((self.side, self.side), &values, largest)?;
                let says = format!("unit {}, {title}, norm {:.3}", unit.unit, norm(&values));
                Some(image.described(says, Vec::new()))
            };
            Images {
                title: title.to_owned(),
                note: String::new(),
                images: self.units.iter().filter_map(image).collect(),
            }
        };
        let both = |unit: &Unit3| largest(&unit.before).max(largest(&unit.after));
        vec![
            row("weights before", &|unit| (unit.before.clone(), both(unit))),
            row("change", &|unit| {
                (unit.change.clone(), largest(&unit.change))
            }),
            row("weights after", &|unit| (unit.after.clone(), both(unit))),
        ]
    }

    /// The norms of the units.
    pub(crate) fn table(&self, name: &str, caption: &str) -> Table {
        let norm_of = |key: &str, title: &str| Column::new(key, title, Unit::Number(3));
        let columns = [
            Column::new("unit", "unit", Unit::Count),
            norm_of("norm_before", "norm before"),
            norm_of("norm_change", "norm of the change"),
            norm_of("norm_after", "norm after"),
        ];
        let mut table = Table::new(name, caption, columns);
        for unit in &self.units {
            let norms = [&unit.before, &unit.change, &unit.after].map(|values| norm(values).into());
            table.push([unit.unit.into()].into_iter().chain(norms));
        }
        table
    }
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
    use ndarray::arr2;

    #[test]
    fn units_come_by_the_norm_of_their_change() {
        let zero = [0.0; 3];
        let before = arr2(&[[0.0, 9.0, 1.0], [0.0, 9.0, 0.0], zero, zero]);
        let after = arr2(&[[0.0, 12.0, 2.0], [0.0, 5.0, 0.0], zero, zero]);
        let units = MovedUnits::of(before.view(), after.view(), 2).unwrap();
        let table = units.table("units", "");
        // 3-4-5 and 5-12-13 triangles.
        assert_eq!(table.rows[0][0], 1_usize.into());
        assert_eq!(table.rows[0][2..], [5.0.into(), 13.0.into()]);
        assert_eq!(
            table.rows[1][0..3],
            [2_usize.into(), 1.0.into(), 1.0.into()]
        );
        assert_eq!(table.rows.len(), 2);
        assert!(units.images().iter().all(|row| row.images.len() == 2));
    }

    #[test]
    fn inputs_that_are_not_a_square_are_not_shown() {
        let layer = arr2(&[[1.0_f32], [2.0], [3.0]]);
        assert!(MovedUnits::of(layer.view(), layer.view(), 2).is_none());
    }
}

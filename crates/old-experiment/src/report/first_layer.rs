//! The first layer before and after an arm's training: what transfer makes of reused weights.

use std::fmt::Write as _;

use fm_nn::Dense;

use super::load::Material;
use super::text::{self, html};
use super::weights::{norm, scaled_image, side};

/// Most units shown.
const MOST_UNITS: usize = 12;

/// The first layer of the arm whose network the folder keeps.
pub(super) struct FirstLayer<'a> {
    /// The arm's name.
    pub(super) arm: &'a str,
    /// The seed.
    pub(super) seed: u64,
    side: usize,
    units: Vec<Unit>,
}

struct Unit {
    unit: usize,
    before: Vec<f32>,
    after: Vec<f32>,
    change_norm: f64,
}

#[derive(Clone, Copy)]
enum Side {
    Before,
    Change,
    After,
}

impl Unit {
    /// Values and the magnitude that gets the deepest colour: before and after are comparable.
    fn shown(&self, side: Side) -> (Vec<f32>, f32) {
        let largest = |values: &[f32]| values.iter().fold(0.0_f32, |most, v| most.max(v.abs()));
        let both = largest(&self.before).max(largest(&self.after));
        match side {
            Side::Before => (self.before.clone(), both),
            Side::After => (self.after.clone(), both),
            Side::Change => {
                let change = self.change();
                let most = largest(&change);
                (change, most)
            }
        }
    }

    fn change(&self) -> Vec<f32> {
        let pairs = self.after.iter().zip(&self.before);
        pairs.map(|(after, before)| after - before).collect()
    }
}

impl<'a> FirstLayer<'a> {
    /// The units that the arm moved furthest from the source model's; none where one of the
    /// networks is not there.
    pub(super) fn of(material: &'a Material) -> Option<Self> {
        let (seed, source) = material.source_model.as_ref()?;
        let (arm, network) = material.arm_model.as_ref()?;
        let (before, after) = (source.layers().first()?, network.layers().first()?);
        let side = side(before, after)?;
        let column = |layer: &Dense, unit: usize| layer.weight().column(unit).to_vec();
        let mut units: Vec<Unit> = (0..after.outputs())
            .map(|unit| {
                let mut unit = Unit {
                    unit,
                    before: column(before, unit),
                    after: column(after, unit),
                    change_norm: 0.0,
                };
                unit.change_norm = norm(&unit.change());
                unit
            })
            .filter(|unit| unit.change_norm.is_finite())
            .collect();
        units.sort_by(|a, b| {
            let by_change = b.change_norm.total_cmp(&a.change_norm);
            by_change.then(a.unit.cmp(&b.unit))
        });
        units.truncate(MOST_UNITS);
        Some(Self {
            arm: &material.plan.identity.protocol.arms[*arm].name,
            seed: *seed,
            side,
            units,
        })
    }

    /// Three rows of images: before, what training added, after.
    pub(super) fn html(&self) -> String {
        let mut out = String::new();
        let rows = [
            ("before, as copied from the source model", Side::Before),
            (
                "what training added, each on a scale of its own",
                Side::Change,
            ),
            ("after, on the scale of before", Side::After),
        ];
        for (words, side) in rows {
            // Writing to a String cannot fail.
            let _ = writeln!(out, "<p class=\"note\">{}</p>", html(words));
            out.push_str("<div class=\"units\">\n");
            for unit in &self.units {
                let (values, scale) = unit.shown(side);
                let Some(image) = scaled_image(self.side, &values, scale) else {
                    continue;
                };
                let says = format!("{words}: unit {}, norm {:.3}", unit.unit, norm(&values));
                let says = html(&says);
                let _ = writeln!(
                    out,
                    "<img src=\"{image}\" alt=\"{says}\" title=\"{says}\"/>"
                );
            }
            out.push_str("</div>\n");
        }
        out
    }

    /// "0.021 to 0.047": the norms of what training added to the units shown.
    pub(super) fn change_words(&self) -> String {
        range_words(self.units.iter().map(|unit| unit.change_norm))
    }

    /// The norms of their weights before.
    pub(super) fn norm_words(&self) -> String {
        range_words(self.units.iter().map(|unit| norm(&unit.before)))
    }

    /// How many units are shown.
    pub(super) fn len(&self) -> usize {
        self.units.len()
    }

    /// The images' numbers: a line per pixel, a pair of columns per unit.
    pub(super) fn csv(&self) -> String {
        let mut heading = vec!["y".to_owned(), "x".to_owned()];
        for unit in &self.units {
            heading.push(format!("unit_{}_before", unit.unit));
            heading.push(format!("unit_{}_after", unit.unit));
        }
        let heading: Vec<&str> = heading.iter().map(String::as_str).collect();
        let rows = (0..self.side * self.side).map(|pixel| {
            let mut row = vec![
                (pixel / self.side).to_string(),
                (pixel % self.side).to_string(),
            ];
            for unit in &self.units {
                row.extend([unit.before[pixel], unit.after[pixel]].map(|w| w.to_string()));
            }
            row
        });
        text::csv(&heading, rows)
    }
}

/// "0.021 to 0.047".
fn range_words(values: impl Iterator<Item = f64>) -> String {
    let (least, most) = values.fold((f64::INFINITY, 0.0_f64), |(least, most), value| {
        (least.min(value), most.max(value))
    });
    if least > most {
        return "–".to_owned();
    }
    format!("{least:.3} to {most:.3}")
}

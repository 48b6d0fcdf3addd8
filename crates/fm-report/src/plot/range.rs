//! The range of an axis: what is far away does not squeeze what matters into a corner.

use std::collections::BTreeMap;

use super::chart::{AxisScale, Plot, Shape};

/// How much wider than its first group an axis may be.
const STRETCH: f64 = 4.0;

/// The range of values that the value axis shows, with or without those of the dots. The data of a
/// strip are a group, or those of a mark on two axes.
pub(super) fn value_range(plot: &Plot, dots: bool) -> Option<(f64, f64)> {
    let log = plot.values().scale == AxisScale::Log;
    let mut groups: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
    let mut always = Vec::from(plot.zero.as_ref().map_or(&[][..], |_| &[0.0]));
    for (index, mark) in plot.marks.iter().enumerate() {
        let mut parts: BTreeMap<usize, Vec<f64>> = BTreeMap::new();
        for datum in &mark.data {
            let part = if plot.is_strips() {
                datum.y as usize
            } else {
                index
            };
            let ends = datum.interval.map(|interval| [interval.low, interval.high]);
            let values = [plot.value_of(datum)]
                .into_iter()
                .chain(ends.into_iter().flatten());
            let values = values.filter(|v| !log || *v > 0.0);
            parts.entry(part).or_default().extend(values);
        }
        for (part, values) in parts {
            let group = groups.entry(part).or_default();
            match mark.shape {
                Shape::Guide => always.extend(values),
                Shape::Points if !dots => {}
                Shape::Points => group.extend(without_outliers(&values)),
                _ => group.extend(values),
            }
        }
    }
    let groups: Vec<Vec<f64>> = groups.into_values().collect();
    // A logarithmic axis has room for all.
    match log {
        true => range(&[groups.concat()], &always),
        false => range(&groups, &always),
    }
}

/// The range of the horizontal axis of numbers: all places.
pub(super) fn horizontal_range(plot: &Plot) -> Option<(f64, f64)> {
    let log = plot.x.scale == AxisScale::Log;
    let places = plot
        .marks
        .iter()
        .flat_map(|mark| &mark.data)
        .map(|datum| datum.x);
    extent(&places.filter(|x| !log || *x > 0.0).collect::<Vec<_>>())
}

/// The range that an axis shows. The first group, which the plot is about, is within it, and so is
/// `always`; each further group is, unless the range became more than [`STRETCH`] times as wide as
/// the first needs. None without a finite value.
fn range(groups: &[Vec<f64>], always: &[f64]) -> Option<(f64, f64)> {
    let mut extents: Vec<(f64, f64)> = groups.iter().filter_map(|group| extent(group)).collect();
    if extents.is_empty() {
        return extent(always);
    }
    let mut shown = joined(extents.remove(0), extent(always));
    let widest = STRETCH * (shown.1 - shown.0);
    // The nearest groups first, so that the order of the others does not matter.
    extents
        .sort_by(|a, b| width(joined(shown, Some(*a))).total_cmp(&width(joined(shown, Some(*b)))));
    for extent in extents {
        let with = joined(shown, Some(extent));
        if widest == 0.0 || width(with) <= widest {
            shown = with;
        }
    }
    Some(shown)
}

/// Values without those that are far outside: more than three interquartile ranges beyond the
/// quartiles (Tukey 1977). All values of fewer than eight, or where half of them are equal.
fn without_outliers(values: &[f64]) -> Vec<f64> {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    if sorted.len() < 8 {
        return sorted;
    }
    sorted.sort_by(f64::total_cmp);
    let (low, high) = (sorted[sorted.len() / 4], sorted[3 * sorted.len() / 4]);
    let reach = 3.0 * (high - low);
    if reach > 0.0 {
        sorted.retain(|v| (low - reach..=high + reach).contains(v));
    }
    sorted
}

fn width((low, high): (f64, f64)) -> f64 {
    high - low
}

fn joined(a: (f64, f64), b: Option<(f64, f64)>) -> (f64, f64) {
    b.map_or(a, |b| (a.0.min(b.0), a.1.max(b.1)))
}

fn extent(values: &[f64]) -> Option<(f64, f64)> {
    let finite = values.iter().copied().filter(|v| v.is_finite());
    finite.fold(None, |found, v| Some(joined((v, v), found)))
}

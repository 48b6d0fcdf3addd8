//! The range of an axis: what is far away does not squeeze what matters into a corner.

use std::collections::BTreeMap;

use super::chart::{Plot, Shape};

/// How much wider than its first group an axis may be.
const STRETCH: f64 = 4.0;

/// The range of values that the value axis shows, with or without those of the dots. The data of a
/// strip are a group, or those of a mark on two axes.
///
/// The first group, which the plot is about, is within the range, and so are zero where it has a line,
/// and guides; each further group is, unless the range became more than [`STRETCH`] times as wide as
/// the first needs. None without a finite value.
pub(super) fn value_range(plot: &Plot, dots: bool) -> Option<(f64, f64)> {
    let log = plot.values().log;
    let mut always = Vec::from_iter(plot.zero.as_ref().map(|_| 0.0));
    // By group: the values of dots, and those of other marks.
    let mut groups: BTreeMap<usize, [Vec<f64>; 2]> = BTreeMap::new();
    for (index, mark) in plot.marks.iter().enumerate() {
        for datum in &mark.data {
            let strip = plot.is_strips().then_some(datum.y as usize);
            let [of_dots, of_others] = groups.entry(strip.unwrap_or(index)).or_default();
            let ends = datum.interval.map(|interval| [interval.low, interval.high]);
            let values = [plot.value_of(datum)].into_iter();
            let values = values.chain(ends.into_iter().flatten());
            let group = match mark.shape {
                Shape::Points => of_dots,
                Shape::Guide => &mut always,
                _ => of_others,
            };
            group.extend(values.filter(|v| !log || *v > 0.0));
        }
    }
    let always = extent(always);
    let extents = groups.into_values().map(|[of_dots, others]| {
        let of_dots = without_outliers(of_dots);
        extent(of_dots.into_iter().filter(|_| dots).chain(others))
    });
    let mut extents: Vec<(f64, f64)> = extents.flatten().collect();
    if extents.is_empty() {
        return always;
    }
    let mut shown = joined(extents.remove(0), always);
    let widest = STRETCH * width(shown);
    // The nearest groups first, so that the order of the others does not matter.
    let with = |extent: &(f64, f64)| width(joined(shown, Some(*extent)));
    extents.sort_by(|a, b| with(a).total_cmp(&with(b)));
    for extent in extents {
        let with = joined(shown, Some(extent));
        // A logarithmic axis has room for all.
        if log || widest == 0.0 || width(with) <= widest {
            shown = with;
        }
    }
    Some(shown)
}

/// Values without those that are far outside: more than three interquartile ranges beyond the
/// quartiles (Tukey 1977). All values of fewer than eight, or where half of them are equal.
fn without_outliers(mut values: Vec<f64>) -> Vec<f64> {
    values.retain(|v| v.is_finite());
    values.sort_by(f64::total_cmp);
    if values.len() >= 8 {
        let (low, high) = (values[values.len() / 4], values[3 * values.len() / 4]);
        let reach = 3.0 * (high - low);
        values.retain(|v| reach == 0.0 || (low - reach..=high + reach).contains(v));
    }
    values
}

fn width((low, high): (f64, f64)) -> f64 {
    high - low
}

fn joined(a: (f64, f64), b: Option<(f64, f64)>) -> (f64, f64) {
    b.map_or(a, |b| (a.0.min(b.0), a.1.max(b.1)))
}

/// From the least to the largest finite value.
pub(super) fn extent(values: impl IntoIterator<Item = f64>) -> Option<(f64, f64)> {
    let finite = values.into_iter().filter(|v| v.is_finite());
    finite.fold(None, |found, v| Some(joined((v, v), found)))
}

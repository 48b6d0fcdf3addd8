//! [`Scale`]: from values to coordinates, and round tick values.

use std::cmp::Ordering;

use super::chart::Axis;
use crate::escape::shortened;
use crate::number::Unit;

/// Maps a range of values to a range of coordinates. Values beyond the range are placed at its
/// edge.
#[derive(Clone, Copy)]
pub(super) struct Scale<'a> {
    pub(super) axis: &'a Axis,
    /// Ends in the numbers that ticks show; of their logarithms to base 10 where `log`.
    values: (f64, f64),
    coordinates: (f64, f64),
    log: bool,
}

impl Axis {
    /// The scale of the axis over a range of values, with 4 % of air on both sides, or of its names.
    /// An empty range is widened, so that its value is in the middle.
    pub(super) fn place_values(
        &self,
        range: Option<(f64, f64)>,
        coordinates: (f64, f64),
    ) -> Scale<'_> {
        let (factor, names) = (self.unit.factor(), self.names.len());
        let (low, high) = range.map_or((0.0, 1.0), |(low, high)| (factor * low, factor * high));
        let log = self.log && low > 0.0 && high.is_finite();
        let (low, high) = match log {
            true => (libm::log10(low), libm::log10(high)),
            false => (low, high),
        };
        let air = 0.04 * (high - low);
        let values = match (low - air, high + air) {
            _ if names > 0 => (-0.5, names as f64 - 0.5),
            (low, high) if !low.is_finite() || !high.is_finite() => (0.0, 1.0),
            (low, high) if high > low => (low, high),
            (0.0, _) => (-1.0, 1.0),
            (low, high) => (low - low.abs() / 2.0, high + low.abs() / 2.0),
        };
        Scale {
            axis: self,
            values,
            coordinates,
            log,
        }
    }
}

impl Scale<'_> {
    /// Where a value is drawn, and whether it lies below the range, within it, or above it.
    pub(super) fn place(self, value: f64) -> (f64, Ordering) {
        self.place_shown(self.axis.unit.factor() * value)
    }

    /// The same of a value as ticks show it.
    fn place_shown(self, value: f64) -> (f64, Ordering) {
        let value = if self.log { libm::log10(value) } else { value };
        let (low, high) = self.values;
        // Written so that NaN, and the logarithm of what is not positive, are below.
        let (value, side) = match value {
            v if v > high => (high, Ordering::Greater),
            v if v >= low => (v, Ordering::Equal),
            _ => (low, Ordering::Less),
        };
        let share = (value - low) / (high - low);
        let at = self.coordinates.0 + share * (self.coordinates.1 - self.coordinates.0);
        (at, side)
    }

    /// The coordinate of a value, or of the edge.
    pub(super) fn at(self, value: f64) -> f64 {
        self.place(value).0
    }

    /// Names, or about `most` round values within the range: the coordinate, and how it is written.
    pub(super) fn ticks(self, most: usize) -> Vec<(f64, String)> {
        let (low, high) = self.values;
        let mut found = match self.axis.names.as_slice() {
            [] if self.log => log_ticks((low, high), most),
            [] => linear_ticks((low, high), most),
            names => {
                let names = names.iter().enumerate();
                let names = names.map(|(k, name)| (k as f64, shortened(name, 12)));
                names.collect()
            }
        };
        if self.axis.names.is_empty() && self.axis.unit == Unit::Count {
            found.retain(|(value, _)| *value == libm::round(*value));
            for (value, text) in &mut found {
                *text = value.to_string();
            }
        }
        let found = found.into_iter();
        found
            .map(|(value, text)| (self.place_shown(value).0, text))
            .collect()
    }
}

/// Multiples of 1, 2 or 5 times a power of ten.
fn linear_ticks((low, high): (f64, f64), most: usize) -> Vec<(f64, String)> {
    let rough = (high - low) / most as f64;
    let unit = libm::pow(10.0, libm::floor(libm::log10(rough)));
    let steps = [1.0, 2.0, 5.0].map(|factor| factor * unit);
    let mut steps = steps.into_iter();
    let step = steps.find(|step| *step >= rough * (1.0 - 1e-9));
    let step = step.unwrap_or(10.0 * unit);
    let first = libm::ceil(low / step - 1e-9);
    let decimals = (-libm::floor(libm::log10(step * (1.0 + 1e-9)))).clamp(0.0, 12.0) as usize;
    let ticks = (0..=2 * most).map(|k| (first + k as f64) * step);
    let ticks = ticks.take_while(|tick| *tick <= high + 1e-9 * step);
    let ticks = ticks.map(|tick| if tick.abs() < step * 1e-9 { 0.0 } else { tick });
    let text = |tick| format!("{tick:.decimals$}").replace('-', "−");
    ticks.map(|tick| (tick, text(tick))).collect()
}

/// Between two logarithms: powers of ten with 2 and 5 of each, or the powers alone where those are
/// enough; of less than a power of ten, other round values.
fn log_ticks((low, high): (f64, f64), most: usize) -> Vec<(f64, String)> {
    let (first, last) = (libm::floor(low) as i32, libm::ceil(high) as i32);
    let powers = (last - first) as usize;
    let (factors, every): (&[u32], usize) = match powers <= most / 2 {
        true => (&[1, 2, 5], 1),
        false => (&[1], powers.div_ceil(most)),
    };
    let mut ticks = Vec::new();
    for power in (first..=last).step_by(every) {
        for &factor in factors {
            let value = f64::from(factor) * libm::pow(10.0, f64::from(power));
            if (low - 1e-9..=high + 1e-9).contains(&libm::log10(value)) {
                let decimals = (-power).max(0) as usize;
                let text = match power.abs() <= 4 {
                    true => format!("{value:.decimals$}"),
                    false => format!("{factor}e{power}").replace('-', "−"),
                };
                ticks.push((value, text));
            }
        }
    }
    match ticks.len() {
        0..3 => linear_ticks((libm::pow(10.0, low), libm::pow(10.0, high)), most),
        _ => ticks,
    }
}

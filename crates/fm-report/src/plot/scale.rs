//! [`Scale`]: from values to coordinates, and round tick values.

use super::chart::{Axis, AxisScale};
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

/// Where a value is drawn.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Place {
    pub(super) at: f64,
    /// Whether the value lies below the range, within it, or above it.
    pub(super) side: std::cmp::Ordering,
}

/// A round value on an axis: its coordinate, and how it is written.
pub(super) struct Tick {
    pub(super) is_zero: bool,
    pub(super) at: f64,
    pub(super) text: String,
}

impl Axis {
    /// The scale of the axis over a range of values, with 4 % of air on both sides, or of its names.
    /// An empty range is widened, so that its value is in the middle.
    pub(super) fn place_values(
        &self,
        range: Option<(f64, f64)>,
        coordinates: (f64, f64),
    ) -> Scale<'_> {
        let factor = self.unit.factor();
        let names = self.categories().len();
        let (low, high) = match range {
            _ if names > 0 => (-0.5, names as f64 - 0.5),
            Some((low, high)) => (factor * low, factor * high),
            None => (0.0, 1.0),
        };
        let log = self.scale == AxisScale::Log && low > 0.0 && high.is_finite();
        let (low, high) = match log {
            true => (libm::log10(low), libm::log10(high)),
            false => (low, high),
        };
        let air = if names > 0 { 0.0 } else { 0.04 * (high - low) };
        let (low, high) = match (low - air, high + air) {
            (low, high) if low.is_finite() && high.is_finite() => (low, high),
            _ => (0.0, 1.0),
        };
        let reach = match high > low {
            true => 0.0,
            false if low == 0.0 => 1.0,
            false => low.abs() / 2.0,
        };
        Scale {
            axis: self,
            values: (low - reach, high + reach),
            coordinates,
            log,
        }
    }
}

impl Scale<'_> {
    /// Where a value is drawn.
    pub(super) fn place(self, value: f64) -> Place {
        self.place_shown(self.axis.unit.factor() * value)
    }

    /// Where a value is drawn, given as ticks show it.
    fn place_shown(self, value: f64) -> Place {
        use std::cmp::Ordering::{Equal, Greater, Less};
        let value = if self.log { libm::log10(value) } else { value };
        let (low, high) = self.values;
        // Written so that NaN, and the logarithm of what is not positive, are below.
        let (value, side) = match value {
            v if v > high => (high, Greater),
            v if v >= low => (v, Equal),
            _ => (low, Less),
        };
        let share = (value - low) / (high - low);
        let at = self.coordinates.0 + share * (self.coordinates.1 - self.coordinates.0);
        Place { at, side }
    }

    /// The coordinate of a value, or of the edge.
    pub(super) fn at(self, value: f64) -> f64 {
        self.place(value).at
    }

    /// Names, or about `most` round values within the range.
    pub(super) fn ticks(self, most: usize) -> Vec<Tick> {
        let names = self.axis.categories();
        let mut found: Vec<(f64, String)> = match self.values {
            _ if !names.is_empty() => {
                let names = names.iter().enumerate();
                names
                    .map(|(k, name)| (k as f64, shortened(name, 12)))
                    .collect()
            }
            (low, high) if self.log => {
                let ticks = log_ticks((low, high), most);
                match ticks.len() >= 3 {
                    true => ticks,
                    // Less than a power of ten: there is room for other round values.
                    false => linear_ticks((libm::pow(10.0, low), libm::pow(10.0, high)), most),
                }
            }
            values => linear_ticks(values, most),
        };
        if names.is_empty() && self.axis.unit == Unit::Count {
            found.retain(|(value, _)| *value == libm::round(*value));
            found
                .iter_mut()
                .for_each(|(value, text)| *text = value.to_string());
        }
        let tick = |(value, text)| Tick {
            is_zero: value == 0.0,
            at: self.place_shown(value).at,
            text,
        };
        found.into_iter().map(tick).collect()
    }
}

/// Multiples of 1, 2 or 5 times a power of ten.
fn linear_ticks((low, high): (f64, f64), most: usize) -> Vec<(f64, String)> {
    let rough = (high - low) / most.max(1) as f64;
    let unit = libm::pow(10.0, libm::floor(libm::log10(rough)));
    let step = [1.0, 2.0, 5.0, 10.0]
        .map(|factor| factor * unit)
        .into_iter()
        .find(|step| *step >= rough * (1.0 - 1e-9))
        .unwrap_or(10.0 * unit);
    let first = libm::ceil(low / step - 1e-9);
    let decimals = (-libm::floor(libm::log10(step * (1.0 + 1e-9)))).clamp(0.0, 12.0) as usize;
    (0..=2 * most)
        .map(|k| (first + k as f64) * step)
        .take_while(|tick| *tick <= high + 1e-9 * step)
        .map(|tick| {
            let value = if tick.abs() < step * 1e-9 { 0.0 } else { tick };
            let text = format!("{value:.decimals$}").replace('-', "−");
            (value, text)
        })
        .collect()
}

/// Between two logarithms: powers of ten with 2 and 5 of each, or the powers alone where those are
/// enough.
fn log_ticks((low, high): (f64, f64), most: usize) -> Vec<(f64, String)> {
    let (first, last) = (libm::floor(low) as i32, libm::ceil(high) as i32);
    let powers = (last - first) as usize;
    let (factors, every): (&[u32], usize) = match powers <= most / 2 {
        true => (&[1, 2, 5], 1),
        false => (&[1], powers.div_ceil(most.max(1))),
    };
    let mut ticks = Vec::new();
    for power in (first..=last).step_by(every) {
        for &factor in factors {
            let value = f64::from(factor) * libm::pow(10.0, f64::from(power));
            let place = libm::log10(value);
            if place >= low - 1e-9 && place <= high + 1e-9 {
                let decimals = (-power).max(0) as usize;
                let text = match power.abs() <= 4 {
                    true => format!("{value:.decimals$}"),
                    false => format!("{factor}e{power}").replace('-', "−"),
                };
                ticks.push((value, text));
            }
        }
    }
    ticks
}

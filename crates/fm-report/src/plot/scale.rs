//! [`Scale`]: from values to coordinates, and round tick values.

/// Maps a range of values to a range of coordinates. Values beyond the range are placed at its
/// edge.
#[derive(Clone, Copy)]
pub(super) struct Scale {
    /// Of the values' logarithms to base 10 where `log`.
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

/// A value on an axis and how it is written.
pub(super) struct Tick {
    pub(super) value: f64,
    pub(super) text: String,
}

impl Scale {
    /// From `values.0` to `values.1`. An empty range is widened, so that its value is in the middle.
    pub(super) fn new(values: (f64, f64), coordinates: (f64, f64)) -> Self {
        let (low, high) = match values {
            (low, high) if low.is_finite() && high.is_finite() => (low, high),
            _ => (0.0, 1.0),
        };
        let reach = match high > low {
            true => 0.0,
            false if low == 0.0 => 1.0,
            false => low.abs() / 2.0,
        };
        Self {
            values: (low - reach, high + reach),
            coordinates,
            log: false,
        }
    }

    /// The range with 4 % of air on both sides; `log` needs a range above zero.
    pub(super) fn with_air(values: (f64, f64), coordinates: (f64, f64), log: bool) -> Self {
        let log = log && values.0 > 0.0 && values.1.is_finite();
        let (low, high) = match log {
            true => (libm::log10(values.0), libm::log10(values.1)),
            false => values,
        };
        let air = 0.04 * (high - low);
        Self {
            log,
            ..Self::new((low - air, high + air), coordinates)
        }
    }

    /// Where a value is drawn.
    pub(super) fn place(self, value: f64) -> Place {
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

    /// Round values within the range, about `most` of them.
    pub(super) fn ticks(self, most: usize) -> Vec<Tick> {
        if !self.log {
            return linear_ticks(self.values, most);
        }
        let ticks = log_ticks(self.values, most);
        if ticks.len() >= 3 {
            return ticks;
        }
        // Less than a power of ten: there is room for other round values.
        let (low, high) = self.values;
        linear_ticks((libm::pow(10.0, low), libm::pow(10.0, high)), most)
    }
}

/// Multiples of 1, 2 or 5 times a power of ten.
fn linear_ticks((low, high): (f64, f64), most: usize) -> Vec<Tick> {
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
            Tick { value, text }
        })
        .collect()
}

/// Between two logarithms: powers of ten with 2 and 5 of each, or the powers alone where those are
/// enough.
fn log_ticks((low, high): (f64, f64), most: usize) -> Vec<Tick> {
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
                ticks.push(Tick { value, text });
            }
        }
    }
    ticks
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cmp::Ordering;

    fn texts(scale: Scale, most: usize) -> Vec<String> {
        scale.ticks(most).into_iter().map(|t| t.text).collect()
    }

    #[test]
    fn ticks_are_round_and_within_the_range() {
        let ticks = |low, high| texts(Scale::new((low, high), (0.0, 1.0)), 5);
        assert_eq!(ticks(0.0, 20.0), ["0", "5", "10", "15", "20"]);
        assert_eq!(ticks(-1.33, 0.31), ["−1.0", "−0.5", "0.0"]);
        assert_eq!(ticks(0.012, 0.058), ["0.02", "0.03", "0.04", "0.05"]);
        assert!(!ticks(3.0, 3.0).is_empty());
        assert!(ticks(-1e100, 1e100).len() <= 11);
    }

    #[test]
    fn logarithmic_ticks_are_one_two_five_or_powers() {
        let ticks = |low, high| texts(Scale::with_air((low, high), (0.0, 1.0), true), 7);
        assert_eq!(ticks(0.06, 1.6), ["0.1", "0.2", "0.5", "1"]);
        assert_eq!(ticks(0.26, 0.61), ["0.3", "0.4", "0.5", "0.6"]);
        assert!(ticks(1e-12, 1e90).len() <= 9);
    }

    #[test]
    fn values_beyond_the_range_are_placed_at_its_edge() {
        let scale = Scale::with_air((0.1, 10.0), (0.0, 100.0), true);
        assert!((scale.at(1.0) - 50.0).abs() < 1e-9); // rounding of log10
        let (zero, far) = (scale.place(0.0), scale.place(1e6));
        assert_eq!((zero.at, zero.side), (0.0, Ordering::Less));
        assert_eq!((far.at, far.side), (100.0, Ordering::Greater));
        assert_eq!(Scale::new((5.0, 5.0), (0.0, 10.0)).at(5.0), 5.0);
        assert_eq!(Scale::new((f64::NAN, 1.0), (0.0, 10.0)).at(f64::NAN), 0.0);
    }
}

//! Numbers as people read them.

use super::Comparison;

/// Most decimals a sentence shows.
const MOST_DECIMALS: usize = 6;

/// Fractions as percent, with as many decimals as it takes to tell them apart.
#[derive(Clone, Copy)]
pub(crate) struct Percents {
    decimals: usize,
}

impl Percents {
    /// Two decimals, or more until values that differ also differ in print.
    pub(crate) fn telling_apart(values: &[f64]) -> Self {
        let mut decimals = 2;
        while decimals < MOST_DECIMALS {
            let percents = Self { decimals };
            let clash = values.iter().enumerate().any(|(k, a)| {
                values[k + 1..]
                    .iter()
                    .any(|b| (a - b).abs() > 1e-12 && percents.number(*a) == percents.number(*b))
            });
            if !clash {
                break;
            }
            decimals += 1;
        }
        Self { decimals }
    }

    /// "1.72": percent, or percentage points.
    pub(crate) fn number(self, fraction: f64) -> String {
        // Half a unit goes up as people do it: 21.3 rows of 2,000 are 1.065 %, told as 1.07 %,
        // though the nearest binary number lies below. Adding zero turns −0.0 into 0.0.
        let scale = [1.0, 10.0, 100.0, 1e3, 1e4, 1e5, 1e6][self.decimals.min(MOST_DECIMALS)];
        let units = libm::round(100.0 * fraction * scale * (1.0 + 1e-12));
        format!("{:.*}", self.decimals, units / scale + 0.0)
    }

    /// "1.72 %".
    pub(crate) fn of(self, fraction: f64) -> String {
        format!("{} %", self.number(fraction))
    }
}

/// A ratio and its ends in print, one decimal or as many as keep the lower end above 1 and each end
/// apart from the ratio itself.
///
/// `None` where the interval does not lie above 1.
pub(crate) fn ratio_words(value: f64, low: f64, high: f64) -> Option<(String, String, String)> {
    if !(low > 1.0 && high.is_finite()) {
        return None;
    }
    (1..=MOST_DECIMALS).find_map(|decimals| {
        let text = |v: f64| format!("{v:.decimals$}");
        let apart = |a: f64, b: f64| text(a) != text(b) || (a - b).abs() < 1e-6;
        let told = text(low) != text(1.0) && apart(low, value) && apart(value, high);
        told.then(|| (text(value), text(low), text(high)))
    })
}

/// "p = 0.012", or "p < 0.001".
pub(crate) fn p_words(p: f64) -> String {
    match p_number(p) {
        less if less.starts_with('<') => format!("p {less}"),
        number => format!("p = {number}"),
    }
}

/// A p value in a table: "0.012", or "< 0.001".
pub fn p_number(p: f64) -> String {
    match p {
        p if p < 0.001 => "< 0.001".to_owned(),
        p => short(p),
    }
}

/// "27 of 30 seeds, equal in 1": a count of a comparison's seeds, called `what` (" seeds" or "").
pub(crate) fn seeds_of(count: usize, c: &Comparison, what: &str) -> String {
    let ties = match c.wins.ties {
        0 => String::new(),
        ties => format!(", equal in {ties}"),
    };
    format!("{count} of {}{what}{ties}", c.pairs)
}

/// Up to four decimals, no trailing zeros.
pub(crate) fn short(value: f64) -> String {
    let text = format!("{value:.4}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text.is_empty() {
        "0".to_owned()
    } else {
        text.to_owned()
    }
}

/// "95 %".
pub(crate) fn level_words(level: f64) -> String {
    format!("{} %", short(100.0 * level))
}

/// The text with a capital first letter.
pub(crate) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

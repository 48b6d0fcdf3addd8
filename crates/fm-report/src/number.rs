//! Numbers as people read them: percent, points, losses, p-values.

use fm_stats::Interval;

/// What a number is, which decides how people see it. CSV files have the number itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A share from 0 to 1; people see percent.
    Fraction,
    /// A difference of two fractions; people see percentage points with a sign.
    Points,
    /// A standard deviation of fractions; people see percentage points without a sign.
    Spread,
    /// A loss: four decimals.
    Loss,
    /// A whole number.
    Count,
    /// A p-value: up to four decimals, and "< 0.001" below that.
    PValue,
    /// A number without a unit, with so many decimals.
    Number(u8),
    /// A setting, as short as it can be written: 0.001.
    Setting,
}

impl Unit {
    /// What the value is multiplied by for people.
    pub(crate) fn factor(self) -> f64 {
        if self.name().is_empty() { 1.0 } else { 100.0 }
    }

    /// The unit's name: `%`, `points`; empty for the others.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Fraction => "%",
            Self::Points | Self::Spread => "points",
            _ => "",
        }
    }

    /// "test error, %"; the sign stays on the line of the word before it.
    pub(crate) fn heading(self, title: &str) -> String {
        match (title, self.name()) {
            ("", name) => name.to_owned(),
            (title, "") => title.to_owned(),
            (title, "%") => format!("{title},\u{a0}%"),
            (title, name) => format!("{title}, {name}"),
        }
    }

    /// The number without its unit: "1.98", "−0.88", "< 0.001"; a dash for what is not finite.
    pub fn number(self, value: f64) -> String {
        if !value.is_finite() {
            return "–".to_owned();
        }
        match self {
            Self::Fraction => minus(Percents { decimals: 2 }.number(value)),
            Self::Points => Percents { decimals: 2 }.points(value),
            Self::Spread => minus(Percents { decimals: 3 }.number(value)),
            // A training that has blown up.
            Self::Loss if value.abs() >= 1e6 => format!("{value:.1e}"),
            Self::Loss => decimals(value, 4),
            Self::Count => decimals(value, 0),
            Self::PValue if value < 0.001 => "< 0.001".to_owned(),
            Self::PValue => trimmed(&decimals(value, 4)),
            Self::Number(digits) => decimals(value, usize::from(digits)),
            Self::Setting if value.abs() >= 1e9 => format!("{value:e}"),
            Self::Setting => minus(value.to_string()),
        }
    }

    /// The number with its unit: "1.98 %", "−0.88 points".
    pub fn with_unit(self, value: f64) -> String {
        match self.name() {
            "" => self.number(value),
            name => format!("{} {name}", self.number(value)),
        }
    }

    /// "−1.14 to −0.59".
    pub fn interval(self, Interval { low, high }: Interval) -> String {
        format!("{} to {}", self.number(low), self.number(high))
    }
}

/// Fractions as percent, with as many decimals as it takes to tell them apart.
#[derive(Clone, Copy, Debug)]
pub struct Percents {
    decimals: usize,
}

impl Percents {
    /// Two decimals, or more until values that differ also differ in print; six at most.
    pub fn telling_apart(values: &[f64]) -> Self {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let clash = |percents: Self, a: f64, b: f64| {
            b - a > 1e-12 && percents.number(a) == percents.number(b)
        };
        let mut all = (2..6).map(|decimals| Self { decimals });
        let clear =
            all.find(|&percents| !sorted.windows(2).any(|two| clash(percents, two[0], two[1])));
        clear.unwrap_or(Self { decimals: 6 })
    }

    /// "1.72": percent, or percentage points. Half a unit goes up.
    pub fn number(self, fraction: f64) -> String {
        // 21.3 rows of 2,000 are 1.065 %, rounded to 1.07 %, though the nearest binary number lies
        // below. Adding zero turns −0.0 into 0.0.
        let scale = [1.0, 10.0, 100.0, 1e3, 1e4, 1e5, 1e6][self.decimals];
        let units = libm::round(100.0 * fraction * scale * (1.0 + 1e-12));
        format!("{:.*}", self.decimals, units / scale + 0.0)
    }

    /// "−0.88": percentage points with their sign; zero has none.
    pub fn points(self, fraction: f64) -> String {
        let text = minus(self.number(fraction));
        let plus = fraction > 0.0 && text.contains(|c| ('1'..='9').contains(&c));
        if plus { format!("+{text}") } else { text }
    }
}

/// So many decimals, a true minus, no negative zero.
fn decimals(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$}");
    match text.contains(|c| ('1'..='9').contains(&c)) {
        true => minus(text),
        false => text.replace('-', ""),
    }
}

fn minus(text: String) -> String {
    text.replace('-', "−")
}

fn trimmed(text: &str) -> String {
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text.to_owned(),
    }
}

/// "95 %".
pub(crate) fn level(level: f64) -> String {
    format!("{} %", trimmed(&decimals(100.0 * level, 2)))
}

/// "1 seed", "30 seeds".
pub fn counted(count: usize, noun: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{s}")
}

/// "seed 8", "seeds 3, 8–10".
pub(crate) fn seeds(seeds: &[u64]) -> String {
    let s = if seeds.len() == 1 { "" } else { "s" };
    format!("seed{s} {}", ranges(seeds))
}

/// "1–3, 7": ascending numbers, runs joined.
pub fn ranges(numbers: &[u64]) -> String {
    let runs = numbers.chunk_by(|a, b| a.checked_add(1) == Some(*b));
    let texts = runs.map(|run| match run {
        [one] => one.to_string(),
        [first, .., last] => format!("{first}–{last}"),
        [] => String::new(),
    });
    texts.collect::<Vec<_>>().join(", ")
}

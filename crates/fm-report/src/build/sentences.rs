//! Results in sentences. This is the only place that words a comparison.

use fm_stats::{Comparison, Verdict, pairs_to_conclude};

use crate::document::Tone;
use crate::number::{Percents, Unit, counted, level};

/// What a result holds for: what was drawn anew from pair to pair of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scope {
    /// Training rows of the target task.
    pub rows: usize,
    /// Whether each pair drew its own training rows.
    pub training_drawn: bool,
    /// Whether the interval covers other test rows too.
    pub test_drawn: bool,
}

impl Scope {
    /// "For these 200 training images", "On this task in general (other first weights, training images and test
    /// images)".
    pub fn words(&self) -> String {
        let rows = counted(self.rows, "training image");
        let general = "On this task in general (other first weights";
        match (self.training_drawn, self.test_drawn) {
            (true, true) => format!("{general}, training images and test images)"),
            (true, false) => format!("{general} and training images), on these test images"),
            (false, true) => format!("For these {rows} and other test images"),
            (false, false) => format!("For these {rows}"),
        }
    }
}

/// A comparison in one sentence. The arms are called as in "reusing the trunk" and "training from
/// scratch".
pub fn sentence(c: &Comparison, [arm, against]: [&str; 2], scope: Option<Scope>) -> String {
    // With as many decimals as tell the errors apart.
    let percents = Percents::telling_apart(&[c.arm_error, c.baseline_error]);
    let [here, there] =
        [c.arm_error, c.baseline_error].map(|error| format!("{} %", percents.number(error)));
    let (difference, won) = (difference(c), won(c));
    let shown = |lower: &str| {
        format!(
            "{arm} has a {lower} test error than {against}: {here} instead of {there} ({difference}; {won})."
        )
    };
    let text = match c.verdict {
        Some(Verdict::Better) => shown("lower"),
        Some(Verdict::Worse) => shown("higher"),
        Some(Verdict::PracticallyEqual) => format!(
            "the test errors of {arm} and of {against} are practically equal: {here} and {there} \
             ({difference}, within ±{} points; {won}).",
            Unit::Fraction.number(c.margin),
        ),
        Some(Verdict::Undecided) => {
            let p = match c.interval.is_some_and(|interval| !interval.contains(0.0)) {
                true => format!("; but {}", p_words(c)),
                false => String::new(),
            };
            format!(
                "it is undecided whether {arm} or {against} has the lower test error: {here} and \
                 {there} ({difference}; {won}{p})."
            )
        }
        None => {
            let seeds = match c.pairs {
                1 => "One seed".to_owned(),
                pairs => counted(pairs, "seed"),
            };
            let needed = pairs_to_conclude(1.0 - c.level, c.family).max(fm_stats::MIN_PAIRS);
            let needed = counted(needed, "seed");
            return format!(
                "{seeds} cannot show a difference: the test error of {arm} is {here}, that of {against} \
                 {there} ({won}). It takes {needed} to show one."
            );
        }
    };
    match scope {
        Some(scope) => format!("{}, {text}", scope.words()),
        None => capitalised(&text),
    }
}

/// What the sentence says of the arm.
pub(crate) fn tone(comparison: &Comparison) -> Tone {
    match comparison.verdict {
        Some(Verdict::Better) => Tone::Better,
        Some(Verdict::Worse) => Tone::Worse,
        _ => Tone::Neutral,
    }
}

/// The verdict in a cell of a table.
pub(crate) fn verdict_words(verdict: Option<Verdict>) -> &'static str {
    match verdict {
        Some(Verdict::Better) => "better",
        Some(Verdict::Worse) => "worse",
        Some(Verdict::PracticallyEqual) => "practically equal",
        Some(Verdict::Undecided) => "undecided",
        None => "too few seeds",
    }
}

/// "difference −0.88 points, 95 % interval −1.14 to −0.59".
fn difference(c: &Comparison) -> String {
    let [low, high] = c.interval.map_or([0.0; 2], |i| [i.low, i.high]);
    let points = Percents::telling_apart(&[0.0, c.difference, low, high]);
    let [by, low, high] = [c.difference, low, high].map(|value| points.points(value));
    match c.interval {
        Some(_) => format!(
            "difference {by} points, {} interval {low} to {high}",
            level(c.level)
        ),
        None => format!("difference {by} points"),
    }
}

/// "lower in 27 of 30 seeds, equal in 1".
fn won(c: &Comparison) -> String {
    let ties = match c.ties {
        0 => String::new(),
        ties => format!(", equal in {ties}"),
    };
    format!("lower in {} of {}{ties}", c.wins, counted(c.pairs, "seed"))
}

/// "p = 0.08 after Holm's correction for 4 comparisons".
fn p_words(c: &Comparison) -> String {
    let p = format!("p = {}", Unit::PValue.number(c.adjusted_p)).replace("= <", "<");
    match c.family {
        1 => p,
        several => format!("{p} after Holm's correction for {several} comparisons"),
    }
}

pub(crate) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}

//! The verdict: one sentence that a learner can repeat and a reviewer cannot fault.

use super::words::{Percents, capitalised, level_words, p_words, ratio_words, seeds_of};
use super::{Comparison, Conclusion, Interval, NoInterval};

/// How the two arms are called in a sentence, as doings: "reusing the trunk", "training from
/// scratch".
#[derive(Debug, Clone, Copy)]
pub struct Labels<'a> {
    /// The arm.
    pub arm: &'a str,
    /// The arm it is compared with.
    pub against: &'a str,
    /// Whether a sentence that concludes names it too, or leaves it to the reader.
    pub baseline: Baseline,
}

/// Whether the arm compared with is named in a sentence that concludes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Baseline {
    /// "Compared with a random trunk, reusing the trunk lowers …".
    #[default]
    Named,
    /// "Reusing the trunk lowers …": where the text around it says what from.
    Implied,
}

/// The comparison in one sentence, without a full stop.
///
/// Concludes only what [`Conclusion`] allows. The ratio stands in it where its interval agrees with
/// the conclusion; where it does not, or an error is zero, the difference stands there. A single
/// seed gets no ratio.
pub fn verdict(comparison: &Comparison, labels: Labels<'_>) -> String {
    match comparison.conclusion {
        Conclusion::Lowers | Conclusion::Raises => concluded(comparison, labels),
        Conclusion::NoDifferenceShown => not_shown(comparison, labels),
        Conclusion::TooFewSeeds => too_few(comparison, labels),
        Conclusion::SingleSeed => single(comparison, labels),
    }
}

fn concluded(c: &Comparison, labels: Labels<'_>) -> String {
    let (verb, better) = match c.conclusion {
        Conclusion::Raises => ("raises", false),
        _ => ("lowers", true),
    };
    let percents = Percents::telling_apart(&[c.against_error, c.arm_error]);
    let subject = match labels.baseline {
        Baseline::Named => format!("Compared with {}, {}", labels.against, labels.arm),
        Baseline::Implied => capitalised(labels.arm),
    };
    let several = c.holm.map_or_else(String::new, |h| {
        format!(
            "; {} after correcting for {} comparisons",
            p_words(h.p),
            h.comparisons
        )
    });
    format!(
        "{subject} {verb} the test error from {} to {} ({}; {}{several})",
        percents.of(c.against_error),
        percents.of(c.arm_error),
        size(c, better),
        seeds_won(c, better),
    )
}

/// The ratio with its interval, or the difference with its own.
fn size(c: &Comparison, better: bool) -> String {
    let level = level_words(c.level);
    if let (Some(value), Some(interval)) = (c.error_ratio, c.ratio.bounds.interval()) {
        // Told as a number above 1 either way.
        let (value, Interval { low, high }) = if better {
            (value, interval)
        } else {
            (
                1.0 / value,
                Interval {
                    low: 1.0 / interval.high,
                    high: 1.0 / interval.low,
                },
            )
        };
        if let Some((value, low, high)) = ratio_words(value, low, high) {
            return format!("per-seed ratio {value}, {level} interval {low}–{high}");
        }
    }
    let by = c.error_difference.mean.abs();
    match c.error_difference.bounds.interval() {
        Some(Interval { low, high }) => {
            let (near, far) = if better { (-high, -low) } else { (low, high) };
            let points = Percents::telling_apart(&[0.0, near, by, far]);
            format!(
                "by {} points, {level} interval {}–{}",
                points.number(by),
                points.number(near),
                points.number(far)
            )
        }
        None => {
            let points = Percents::telling_apart(&[0.0, by]);
            let equal = c.error_difference.bounds.no_interval == Some(NoInterval::AllEqual);
            let in_every = if equal { " in every seed" } else { "" };
            format!("by {} points{in_every}", points.number(by))
        }
    }
}

/// "better in 27 of 30 seeds, equal in 1".
fn seeds_won(c: &Comparison, better: bool) -> String {
    let (word, count) = if better {
        ("better", c.wins.wins)
    } else {
        ("worse", c.wins.losses)
    };
    format!("{word} in {}", seeds_of(count, c, " seeds"))
}

/// "1.72 % by training from scratch and 1.07 % by reusing the trunk".
fn both_errors(c: &Comparison, labels: Labels<'_>, percents: Percents) -> String {
    format!(
        "{} by {} and {} by {}",
        percents.of(c.against_error),
        labels.against,
        percents.of(c.arm_error),
        labels.arm,
    )
}

fn not_shown(c: &Comparison, labels: Labels<'_>) -> String {
    let percents = Percents::telling_apart(&[c.against_error, c.arm_error]);
    let mut sentence = format!(
        "No difference shown: the test error is {}",
        both_errors(c, labels, percents)
    );
    if c.wins.ties == c.pairs {
        return format!("{sentence}, the same in each of {} seeds", c.pairs);
    }
    sentence.push_str(" (");
    if let Some(Interval { low, high }) = c.error_difference.bounds.interval() {
        let points = Percents::telling_apart(&[0.0, low, high]);
        let side = |v: f64| match v {
            v if v < 0.0 => format!("{} points lower", points.number(-v)),
            v if v > 0.0 => format!("{} points higher", points.number(v)),
            _ => "no difference".to_owned(),
        };
        sentence.push_str(&format!(
            "{} interval of the difference from {} to {}; ",
            level_words(c.level),
            side(low),
            side(high)
        ));
    }
    sentence.push_str(&seeds_won(c, true));
    if let Some(holm) = c.holm {
        sentence.push_str(&format!(
            "; {} after correcting for {} comparisons",
            p_words(holm.p),
            holm.comparisons
        ));
    } else if c.interval_leaves_out_zero() {
        sentence.push_str(&format!("; but sign-flip {}", p_words(c.sign_flip.p)));
    }
    sentence.push(')');
    if c.pairs < c.seeds_needed.to_detect_meaningful {
        sentence.push_str(&format!(
            "; {} seeds can miss a difference, {} would find an arm that wins in 3 of 4 seeds in 19 of 20 single comparisons",
            c.pairs, c.seeds_needed.to_detect_meaningful
        ));
    }
    sentence
}

fn too_few(c: &Comparison, labels: Labels<'_>) -> String {
    let percents = Percents::telling_apart(&[c.against_error, c.arm_error]);
    let among = c.holm.map_or_else(String::new, |h| {
        format!(" over {} comparisons", h.comparisons)
    });
    format!(
        "Too few seeds to tell: the test error is {} ({}), but {} seeds cannot bring p below {}{among}; \
         it takes {} to show any difference, and {} to find, in 19 of 20 single comparisons, an arm that wins in 3 of 4 seeds",
        both_errors(c, labels, percents),
        seeds_won(c, true),
        c.pairs,
        super::words::short(c.seeds_needed.smallest_p),
        c.seeds_needed.to_conclude,
        c.seeds_needed
            .to_detect_meaningful
            .max(c.seeds_needed.to_conclude),
    )
}

fn single(c: &Comparison, labels: Labels<'_>) -> String {
    let percents = Percents::telling_apart(&[c.against_error, c.arm_error]);
    format!(
        "One seed cannot tell the arms apart: in this one the test error is {}; \
         it takes {} seeds to show any difference, and {} to find, in 19 of 20 single comparisons, an arm that wins in 3 of 4 seeds",
        both_errors(c, labels, percents),
        c.seeds_needed.to_conclude,
        c.seeds_needed
            .to_detect_meaningful
            .max(c.seeds_needed.to_conclude),
    )
}

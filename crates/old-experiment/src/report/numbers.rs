//! Numbers as people read them, the same in reports and on the command line.

use fm_data::published::CLASS_NAMES;

pub use crate::stats::words::p_number;
use crate::stats::words::{Percents, seeds_of};
use crate::stats::{Bounds, Comparison, Description};

/// "1.72 %", rounded as the verdict rounds.
pub fn percent(fraction: f64) -> String {
    Percents::telling_apart(&[]).of(fraction)
}

/// "1.72": a percentage whose sign stands elsewhere.
pub fn percent_number(fraction: f64) -> String {
    Percents::telling_apart(&[]).number(fraction)
}

/// "−0.94": percentage points with their sign, a true minus.
pub fn points(fraction: f64) -> String {
    let number = Percents::telling_apart(&[]).number(fraction.abs());
    if number.bytes().all(|b| matches!(b, b'0' | b'.')) {
        number
    } else if fraction < 0.0 {
        format!("−{number}")
    } else {
        format!("+{number}")
    }
}

/// "1.89 ± 0.60 %": mean and standard deviation.
pub fn percent_and_sd(d: &Description) -> String {
    let percents = Percents::telling_apart(&[]);
    match d.sd {
        Some(sd) => format!("{} ± {}", percents.number(d.mean), percents.of(sd)),
        None => percents.of(d.mean),
    }
}

/// "0.1165 ± 0.0251": mean and standard deviation.
pub fn loss_and_sd(d: &Description) -> String {
    match d.sd {
        Some(sd) => format!("{:.4} ± {sd:.4}", d.mean),
        None => format!("{:.4}", d.mean),
    }
}

/// "low to high" as `number` writes them; a dash where there is no interval.
pub fn interval(bounds: &Bounds, number: impl Fn(f64) -> String) -> String {
    bounds.interval().map_or_else(
        || "–".to_owned(),
        |i| format!("{} to {}", number(i.low), number(i.high)),
    )
}

/// "27 of 30, equal in 1": the seeds in which the arm has the lower error.
pub fn better_in(c: &Comparison) -> String {
    seeds_of(c.wins.wins, c, "")
}

/// A comparison in a row of a table: difference in points, its interval, the seeds in which the arm
/// is better, and p as corrected for all that were compared.
pub(super) fn difference(c: &Comparison) -> [String; 4] {
    [
        points(c.error_difference.mean),
        interval(&c.error_difference.bounds, points),
        better_in(c),
        p_number(c.decisive_p()),
    ]
}

/// "2 seeds cannot show any difference over 8 comparisons, it takes 9", where that is so.
pub fn too_few_seeds<'a>(mut comparisons: impl Iterator<Item = &'a Comparison>) -> Option<String> {
    let c = comparisons.find(|c| c.pairs < c.seeds_needed.to_conclude)?;
    let made = c.holm.map_or(1, |holm| holm.comparisons);
    Some(format!(
        "{} cannot show any difference over {}, it takes {}",
        counted(c.pairs, "seed"),
        counted(made, "comparison"),
        c.seeds_needed.to_conclude
    ))
}

/// "1 seed", "30 seeds".
pub fn counted(count: usize, word: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{count} {word}{s}")
}

/// The name of a class of Fashion-MNIST; the number itself where it is none.
pub fn class_name(class: u8) -> String {
    let known = CLASS_NAMES.get(usize::from(class));
    known.map_or_else(|| class.to_string(), |name| (*name).to_owned())
}

/// "1–3, 7": seeds in few words.
pub(super) fn seeds(seeds: &[u64]) -> String {
    let mut parts: Vec<(u64, u64)> = Vec::new();
    for &seed in seeds {
        match parts.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(seed) => *last = seed,
            _ => parts.push((seed, seed)),
        }
    }
    let texts = parts.iter().map(|&(first, last)| {
        if first == last {
            first.to_string()
        } else {
            format!("{first}–{last}")
        }
    });
    texts.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_rounded_as_people_do_it() {
        // 0.00955 lies below the half in binary, and is told as 0.96 % in the verdict.
        assert_eq!(percent(0.00955), "0.96 %");
        assert_eq!(points(-0.00935), "−0.94");
        assert_eq!(points(0.001), "+0.10");
        assert_eq!(points(-0.000_001), "0.00");
        assert_eq!(seeds(&[1, 2, 3, 7, 9, 10]), "1–3, 7, 9–10");
    }
}

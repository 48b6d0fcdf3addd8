//! Text from outside in HTML, Markdown and CSV, and numbers as people read them.

use std::fmt::Write as _;

use crate::stats::words::Percents;
use crate::stats::{Bounds, Description};

/// Text for element content and quoted attributes of HTML and SVG.
pub(super) fn html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(shown(c)),
        }
    }
    escaped
}

/// Text for a line or a table cell of Markdown.
pub(super) fn markdown(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' | '\t' => escaped.push(' '),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' => {
                escaped.push('\\');
                escaped.push(c);
            }
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            c => escaped.push(shown(c)),
        }
    }
    escaped
}

/// Text as a block of code in Markdown, whose fence no line of the text can close.
pub(super) fn markdown_code(language: &str, text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}{language}\n{}\n{fence}\n", text.trim_end())
}

/// Control characters and those that turn the direction of a line are shown as replaced.
fn shown(c: char) -> char {
    let turns = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let control = c.is_control() && !matches!(c, '\n' | '\t');
    if control || turns || matches!(c, '\u{fffe}' | '\u{ffff}') {
        '\u{fffd}'
    } else {
        c
    }
}

/// A CSV file (RFC 4180 with plain line ends) of a heading and rows.
pub(super) fn csv(heading: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut file = heading.join(",");
    file.push('\n');
    for row in rows {
        let cells: Vec<String> = row.iter().map(|cell| csv_cell(cell)).collect();
        let _ = writeln!(file, "{}", cells.join(","));
    }
    file
}

fn csv_cell(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

/// A number of a CSV file: the shortest text that reads back as the same number.
pub(super) fn exact(value: f64) -> String {
    value.to_string()
}

/// As [`exact`], and nothing where there is no number.
pub(super) fn exact_or_empty(value: Option<f64>) -> String {
    value.map(exact).unwrap_or_default()
}

/// "1.72 %", rounded as the verdict rounds.
pub fn percent(fraction: f64) -> String {
    Percents::telling_apart(&[]).of(fraction)
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
pub(super) fn interval(bounds: &Bounds, number: impl Fn(f64) -> String) -> String {
    bounds.interval().map_or_else(
        || "–".to_owned(),
        |i| format!("{} to {}", number(i.low), number(i.high)),
    )
}

/// A name for a picture: one that is too long for its place loses its end.
pub(super) fn shortened(name: &str) -> String {
    const MOST: usize = 20;
    match name.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_owned(),
    }
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
    fn what_has_a_meaning_in_the_format_is_escaped() {
        assert_eq!(html("<b a='1'>&\""), "&lt;b a=&#39;1&#39;&gt;&amp;&quot;");
        assert_eq!(html("a\0b\u{202e}c"), "a\u{fffd}b\u{fffd}c");
        assert_eq!(markdown("a|b\n*c* <d>"), "a\\|b \\*c\\* &lt;d&gt;");
        assert_eq!(
            csv(&["a", "b"], [vec!["1,5".into(), "say \"x\"".into()]]),
            "a,b\n\"1,5\",\"say \"\"x\"\"\"\n"
        );
    }

    #[test]
    fn no_line_of_the_code_closes_its_block() {
        let block = markdown_code("toml", "a\n````\nb");
        assert!(block.starts_with("`````toml\n") && block.ends_with("\n`````\n"));
        assert!(markdown_code("", "plain").starts_with("```\n"));
    }

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

//! Text from outside in HTML, Markdown and CSV.

use std::fmt::Write as _;

use crate::stats::{Bounds, Comparison};

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

/// The ends of an interval for a CSV file; nothing where there is none.
pub(super) fn bounds<'a>(bounds: impl Into<Option<&'a Bounds>>) -> [String; 2] {
    let bounds = bounds.into();
    let ends = [bounds.and_then(|b| b.low), bounds.and_then(|b| b.high)];
    ends.map(exact_or_empty)
}

/// Wins, ties and losses for a CSV file.
pub(super) fn wins(c: &Comparison) -> [String; 3] {
    [c.wins.wins, c.wins.ties, c.wins.losses].map(|count| count.to_string())
}

/// A name for a picture: one that is too long for its place loses its end.
pub(super) fn shortened(name: &str) -> String {
    const MOST: usize = 20;
    match name.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_owned(),
    }
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
}

//! Text from outside in HTML, Markdown, CSV and on a terminal.

/// Text for element content and quoted attributes of HTML and SVG.
pub(crate) fn html(text: &str) -> String {
    let text = entities(text).replace('"', "&quot;");
    text.replace('\'', "&#39;").chars().map(visible).collect()
}

fn entities(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    text.replace('>', "&gt;")
}

/// Text in which no line breaks between a number and its unit, or beside a minus between two names:
/// the space there is U+00A0.
pub(crate) fn unbroken(text: &str) -> String {
    let mut parts = text.split(' ');
    let mut joined = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let unit = part.trim_end_matches(|c: char| c.is_ascii_punctuation() && c != '%');
        let after_number = joined.ends_with(|c: char| c.is_ascii_digit());
        let is_unit = matches!(unit, "%" | "points") && after_number;
        let minus = part == "−" || joined.ends_with("\u{a0}−");
        joined.push(if is_unit || minus { '\u{a0}' } else { ' ' });
        joined += part;
    }
    joined
}

/// Text for a line or a table cell of Markdown.
pub(crate) fn markdown(text: &str) -> String {
    let escaped = |c| "\\`*_[]|#~".contains(c).then_some('\\');
    let text = entities(&terminal(text));
    let letters = text.chars().flat_map(|c| escaped(c).into_iter().chain([c]));
    letters.collect()
}

/// Text as a block of code in Markdown, with a fence that no line of the text can close.
pub(crate) fn markdown_code(language: &str, text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let text: String = text.trim_end().chars().map(visible).collect();
    format!("{fence}{language}\n{text}\n{fence}\n")
}

/// One line of text for a terminal: no control character reaches it.
pub(crate) fn terminal(text: &str) -> String {
    let text = text.replace(['\n', '\t'], " ");
    text.chars().map(visible).collect()
}

/// A cell of a CSV file (RFC 4180).
pub(crate) fn csv(text: &str) -> String {
    match text.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text.to_owned(),
    }
}

/// Control characters and those that change the direction of a line become U+FFFD.
fn visible(c: char) -> char {
    let turns = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let control = c.is_control() && !matches!(c, '\n' | '\t');
    match control || turns || matches!(c, '\u{fffe}' | '\u{ffff}') {
        true => '\u{fffd}',
        false => c,
    }
}

/// A name for a picture, cut after so many characters.
pub(crate) fn shortened(name: &str, most: usize) -> String {
    match name.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_owned(),
    }
}
